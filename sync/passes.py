"""How one pass over a source went: a poll, or a census."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from connectors.errors import Postponed, SourceError
from connectors.records import Gap

Verdict = Literal["complete", "incomplete", "failed", "busy"]


@dataclass(frozen=True, kw_only=True)
class Pass:
    """`busy`: another process is reading this source, and this one left it alone."""

    source: str
    verdict: Verdict
    found: str = ""  #: what came of it, in a few words
    gaps: tuple[Gap, ...] = ()
    is_cut: bool = False  #: its time was over; the next goes on at once
    changed_at: tuple[datetime, ...] = ()  #: when items that it read were changed last, of the latest; no first pass's

    def __str__(self) -> str:
        if self.verdict == "busy":
            return f"{self.source}: another run is reading it"
        said = f"{self.source}: {self.verdict}, {self.found}"
        if not self.gaps:
            return said
        first = self.gaps[0]
        where = "" if first.stream == self.source else f"{first.stream}: "
        return f"{said}, {len(self.gaps)} not read; first: {where}{first.cause}"


def failure(source: str, error: SourceError) -> Gap:
    """What was not read because the whole source could not be."""
    return Gap(stream=source, cause=error.in_full)


def unforeseen(source: str, error: Exception) -> Pass:
    """How a pass went that ended by an error of our own."""
    cause = (
        f"fingerpost itself failed here ({type(error).__name__}); nothing that is stored is lost, the log says where"
    )
    return Pass(source=source, verdict="failed", found="cut short", gaps=(Gap(stream=source, cause=cause),))


def verdict_of(gaps: Sequence[Gap], *, error: SourceError | None) -> Verdict:
    """`failed` where an error ended the pass; `incomplete` where it missed something, or is to go on later."""
    if error is None:
        return "incomplete" if gaps else "complete"
    return "incomplete" if isinstance(error, Postponed) else "failed"
