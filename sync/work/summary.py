"""What a run came to: a few lines for whoever reads its log, and metrics for whoever watches many."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from prometheus_client import CollectorRegistry, Gauge, push_to_gateway, write_to_textfile

from mappings.problems import Problem, Problems
from sync.metrics import Counts, registry
from sync.passes import Pass
from sync.progress import Tally
from sync.work.sources import Means

_PUSH_S = 10
_JOB = "fingerpost"


@dataclass(frozen=True, kw_only=True)
class Summary:
    """How a run went that read these sources."""

    passes: Sequence[Pass]
    tally: Tally
    began_at: datetime
    ended_at: datetime
    exit_code: int

    @property
    def seconds(self) -> float:
        return (self.ended_at - self.began_at).total_seconds()

    @property
    def verdict(self) -> str:
        return "complete" if all(done.verdict == "complete" for done in self.passes) else "incomplete"

    def __str__(self) -> str:
        asked = self.tally.sources.values()
        requests, waits, items = (sum(getattr(each, name) for each in asked) for name in ("requests", "waits", "items"))
        sources = len({done.source for done in self.passes})
        return (
            f"{sources:,} sources, {items:,} items, {requests:,} requests, {waits:,} waits, {self.seconds:,.1f} s: "
            f"{self.verdict}"
        )


def told(summary: Summary, *, means: Means, file: Path | None, gateway: str | None) -> list[str]:
    """Writes the metrics of a run to a text file, pushes them, or both; what could not be pushed, in words.

    Raises `Problems` where the file cannot be written.
    """
    if file is None and gateway is None:
        return []
    shown = _shown(summary, means)
    if file is not None:
        _written(file, shown)
    if gateway is None:
        return []
    try:
        push_to_gateway(gateway, job=_JOB, registry=shown, timeout=_PUSH_S)
    except OSError as error:
        return [f"metrics could not be pushed: {type(error).__name__}"]
    return []


def _shown(summary: Summary, means: Means) -> CollectorRegistry:
    counts = Counts(summary.tally)
    for done in summary.passes:
        counts.passed(done)
    shown = registry(engine=means.engine, counts=counts, now=means.clock.now)
    values = {
        "ended_timestamp_seconds": ("When the last run ended.", summary.ended_at.timestamp()),
        "duration_seconds": ("How long the last run took.", summary.seconds),
        "complete": ("Whether the last run read everything.", float(summary.verdict == "complete")),
        "exit_code": ("What the last run ended with.", float(summary.exit_code)),
    }
    for name, (meaning, value) in values.items():
        Gauge(f"fingerpost_run_{name}", meaning, registry=shown).set(value)
    return shown


def _written(file: Path, shown: CollectorRegistry) -> None:
    try:
        write_to_textfile(str(file), shown)
    except OSError as error:
        message = f"cannot be written: {(error.strerror or str(error)).lower()}"
        raise Problems([Problem(str(file), 0, 0, message, "name another place")]) from error
