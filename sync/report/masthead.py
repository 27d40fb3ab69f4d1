"""The masthead: the period, the versions in force, how far each source is known, and whether that is enough."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from mappings.strategy import Strategy
from sync.reconcile.periods import Period
from sync.report.model import Freshness, Masthead, SourceState, Verdict
from sync.snapshot import Snapshot

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def masthead(
    snapshot: Snapshot,
    *,
    strategy: Strategy,
    versions: tuple[str, str],
    period: Period,
    stale_after: timedelta,
    failures: Iterable[str],
    mistakes: Iterable[str],
    digest: str,
) -> Masthead:
    """`versions` name the strategy and the mappings in force; `failures` are what this run could not do."""
    rows = snapshot["sources"].order_by("name").to_pyarrow().to_pylist()
    sources = tuple(_state(row, as_of=snapshot.as_of, stale_after=stale_after) for row in rows)
    gaps = tuple(dict.fromkeys((*failures, *_gaps(rows))))
    strategy_version, mappings_version = versions
    return Masthead(
        period=period.text,
        first_on=period.first_on,
        until_on=period.until_on,
        partial=period.partial(snapshot.as_of),
        as_of=snapshot.as_of.astimezone(UTC),
        zone=period.zone.key,
        vision=strategy.vision or "",
        strategy=strategy_version,
        mappings=mappings_version,
        sources=sources,
        verdict=_verdict(sources, gaps),
        gaps=gaps,
        mistakes=tuple(mistakes),
        digest=digest,
    )


def _state(row: Mapping[str, Any], *, as_of: datetime, stale_after: timedelta) -> SourceState:
    complete_us = row["complete_us"]
    complete_at = None if complete_us is None else EPOCH + timedelta(microseconds=complete_us)
    return SourceState(
        name=row["name"],
        type=row["type"],
        complete_at=complete_at,
        state=_freshness(complete_at, as_of=as_of, stale_after=stale_after),
    )


def _freshness(complete_at: datetime | None, *, as_of: datetime, stale_after: timedelta) -> Freshness:
    if complete_at is None:
        return "never"
    return "stale" if as_of - complete_at > stale_after else "fresh"


def _gaps(rows: Iterable[Mapping[str, Any]]) -> Iterable[str]:
    return (f"{row['name']}: {gap}" for row in rows for gap in row["gaps"] or ())


def _verdict(sources: Sequence[SourceState], gaps: Sequence[str]) -> Verdict:
    return "incomplete" if gaps or any(source.state != "fresh" for source in sources) else "complete"
