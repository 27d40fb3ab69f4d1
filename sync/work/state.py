"""How the installation stands, as the store tells it: sources, their limits, closed gates, runs."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Literal

from msgspec import Struct
from sqlalchemy import Engine

from sync.config import Config
from sync.report.model import Freshness
from sync.store import deliveries, health, quotas, schedules
from sync.store.health import Known
from sync.store.quotas import Closed, Quota
from sync.work.jobs import planned


class Limit(Struct, frozen=True, kw_only=True):
    """What was left of one of a source's limits when it was last asked."""

    bucket: str
    remaining: int
    at: datetime


class SourceStands(Struct, frozen=True, kw_only=True):
    name: str
    type: str
    state: Freshness
    complete_at: datetime | None  #: everything up to here was read
    gaps: tuple[str, ...]  #: what the last pass could not read
    webhook: Literal["heard", "silent", "never heard"]
    waiting: int  #: deliveries in the inbox
    quarantined: int  #: deliveries that were put aside
    limits: tuple[Limit, ...]


class Gate(Struct, frozen=True, kw_only=True):
    """Nobody who shares this sign-in asks for this until then."""

    name: str
    bucket: str
    until: datetime


class Run(Struct, frozen=True, kw_only=True):
    """A job that is done by schedule."""

    job: str
    schedule: str  #: cron
    began_at: datetime | None  #: of the last run that came to its end


class State(Struct, frozen=True, kw_only=True):
    sources: tuple[SourceStands, ...]  #: those that are configured
    gates: tuple[Gate, ...]  #: those that are closed
    runs: tuple[Run, ...]


def state(engine: Engine, *, config: Config, now: datetime, stale_after: timedelta) -> State:
    """How everything stands."""
    begun = schedules.begun(engine)
    return State(
        sources=tuple(_sources(engine, config, now, stale_after)),
        gates=tuple(_gate(each) for each in quotas.closed(engine, now=now)),
        runs=tuple(Run(job=str(job), schedule=cron, began_at=begun.get(str(job))) for job, cron, _ in planned(config)),
    )


def _sources(engine: Engine, config: Config, now: datetime, stale_after: timedelta) -> Iterator[SourceStands]:
    known, noted = health.known(engine), quotas.noted(engine)
    depths = {(each.source, each.state): each.count for each in deliveries.depths(engine)}
    gaps = health.gaps(engine)
    for name, said in config.sources.items():
        found = known.get(name)
        yield SourceStands(
            name=name,
            type=said.type,
            state=_freshness(found, now, stale_after),
            complete_at=found.complete_at if found else None,
            gaps=gaps.get(name, ()),
            webhook=_webhook(found),
            waiting=depths.get((name, "waiting"), 0),
            quarantined=depths.get((name, "quarantined"), 0),
            limits=tuple(_limit(each) for each in noted if each.source == name),
        )


def _freshness(known: Known | None, now: datetime, stale_after: timedelta) -> Freshness:
    if known is None or known.complete_at is None:
        return "never"
    return "stale" if now - known.complete_at > stale_after else "fresh"


def _webhook(known: Known | None) -> Literal["heard", "silent", "never heard"]:
    if known is None or known.delivered_at is None:
        return "silent" if known and known.silent_since else "never heard"
    return "silent" if known.silent_since else "heard"


def _limit(quota: Quota) -> Limit:
    return Limit(bucket=quota.bucket, remaining=quota.remaining, at=quota.at)


def _gate(closed: Closed) -> Gate:
    return Gate(name=closed.name, bucket=closed.bucket, until=closed.until)
