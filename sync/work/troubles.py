"""What a run must tell somebody: a source that failed or is behind, a report that is late."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sync.passes import Pass
from sync.reconcile.periods import Period
from sync.report import words
from sync.report.model import Masthead
from sync.store.reports import Published


class Trouble(NamedTuple):
    identity: str  #: the same for as long as it is the same trouble
    says: str


def of_sources(passes: Sequence[Pass], masthead: Masthead) -> Iterator[Trouble]:
    """A line for each source that could not be read, or was not for too long."""
    failed = {done.source: done for done in passes if done.verdict == "failed"}
    for name, done in failed.items():
        yield Trouble(f"{name} failed", str(done))
    for source in masthead.sources:
        if source.state != "fresh" and source.name not in failed:
            yield Trouble(f"{source.name} behind", f"{source.name}: {words.freshness(source, zone=masthead.zone)}")


def of_report(history: Sequence[Published], period: Period, *, now: datetime, within: timedelta) -> Iterator[Trouble]:
    """That the report on a period came, or is still to come, later than `within` after the period's end.

    Before the first report there was none to wait for.
    """
    due_at = period.end_at + within
    came_at = min((each.published_at for each in history if each.period == period.text), default=None)
    earlier = any(each.published_at < due_at and each.period != period.text for each in history)
    if earlier and (came_at or now) > due_at:
        due = words.instant(due_at, zone=period.zone.key)
        came = f"came {words.instant(came_at, zone=period.zone.key)}" if came_at else "is not there yet"
        yield Trouble(f"late {period.text}", f"The report on {period.text} was due {due} and {came}.")
