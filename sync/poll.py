"""One pass over one source: every batch applied in order, each before the next is asked for."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

import structlog
from sqlalchemy import Engine

from connectors.errors import Refused, SourceError
from connectors.records import Batch, Gap
from connectors.source import Source
from connectors.transport import Clock
from sync.store.apply import apply
from sync.store.memory import acquire, recall, record_pass, release

Verdict = Literal["complete", "incomplete", "failed", "busy"]

LEASE_S = 60  # a dead process's source is free again after this
HEARTBEAT_S = 15  # so that a long wait for a source's limit keeps the lease


@dataclass(frozen=True, kw_only=True)
class Pass:
    """How one pass went. `busy`: another process is reading this source, and this one left it alone."""

    source: str
    verdict: Verdict
    records: int = 0
    gaps: tuple[Gap, ...] = ()

    def __str__(self) -> str:
        found = f"{self.source}: {self.verdict}, {self.records:,} records"
        if self.verdict == "busy":
            return f"{self.source}: another run is reading it"
        if not self.gaps:
            return found
        return f"{found}, {len(self.gaps)} not read; first: {self.gaps[0].cause}"


@dataclass
class _Walk:
    """What a pass has seen so far."""

    records: int = 0
    gaps: list[Gap] = field(default_factory=list)
    started_at: datetime | None = None

    def note(self, batch: Batch) -> None:
        self.records += len(batch.records)
        self.gaps.extend(batch.gaps)
        self.started_at = self.started_at or batch.read_at


async def poll(source: Source, *, kind: str, engine: Engine, holder: str, clock: Clock) -> Pass:
    """Reads all that is new and stores it. A failed source loses nothing: the next pass goes on from its last batch."""
    if not acquire(engine, source.name, holder=holder, now=clock.now(), for_s=LEASE_S):
        return Pass(source=source.name, verdict="busy")
    walk, verdict = _Walk(), "complete"
    heart = asyncio.create_task(_keep(source.name, engine=engine, holder=holder, clock=clock))
    try:
        await _read_on(source, walk=walk, engine=engine, holder=holder, clock=clock)
    except SourceError as error:
        walk.gaps.append(Gap(stream=source.name, cause=f"{error}. {error.hint}".strip(" .")))
        verdict = "failed"
    finally:
        heart.cancel()
        release(engine, source.name, holder=holder)
    complete_at = walk.started_at if verdict == "complete" else None
    record_pass(engine, source.name, type=kind, complete_at=complete_at, gaps=walk.gaps)
    return _closed(source.name, verdict, walk)


async def _keep(source: str, *, engine: Engine, holder: str, clock: Clock) -> None:
    """Renews the lease for as long as this process lives."""
    while True:
        await clock.sleep(HEARTBEAT_S)
        await asyncio.to_thread(acquire, engine, source, holder=holder, now=clock.now(), for_s=LEASE_S)


async def _read_on(source: Source, *, walk: _Walk, engine: Engine, holder: str, clock: Clock) -> None:
    log = structlog.get_logger().bind(source=source.name)
    async for batch in source.poll(recall(engine, source.name)):
        await asyncio.to_thread(apply, engine, batch)
        if not acquire(engine, source.name, holder=holder, now=clock.now(), for_s=LEASE_S):
            raise Refused("another run has taken this source over", hint="It goes on where this one stopped.")
        walk.note(batch)
        log.info("applied", records=walk.records, gaps=len(walk.gaps))


def _closed(source: str, verdict: str, walk: _Walk) -> Pass:
    gaps = tuple(walk.gaps)
    if verdict == "failed":
        return Pass(source=source, verdict="failed", records=walk.records, gaps=gaps)
    return Pass(source=source, verdict="incomplete" if gaps else "complete", records=walk.records, gaps=gaps)
