"""One pass over one source: every batch applied in order, some of them at once."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import structlog
from sqlalchemy import Engine

from connectors.errors import Postponed, SourceError
from connectors.progress import SILENT, Progress
from connectors.records import Batch, Gap, Listed, PullRequest, Tombstone, WorkItem
from connectors.source import Source
from connectors.transport import Clock
from sync.lease import Renew, leased
from sync.passes import Pass, failure, verdict_of
from sync.store import censuses
from sync.store.apply import apply
from sync.store.memory import recall, record_pass, was_complete
from sync.store.register import unlisted

LATEST = 200  # changes of which a pass tells the instants
#: Records that are kept by one transaction: a commit costs as much as some fifty of them. A run that is killed reads
#: no more than these again.
TOGETHER = 250


@dataclass
class _Walk:
    """What a pass has seen so far."""

    is_first: bool  #: nothing is known of the source yet, so that all it counts is to be read
    records: int = 0
    items: int = 0
    counted: int = 0  #: how many items there are, as far as the source tells
    gaps: list[Gap] = field(default_factory=list)
    started_at: datetime | None = None
    changed_at: deque[datetime] = field(default_factory=lambda: deque(maxlen=LATEST))

    def note(self, batch: Batch) -> None:
        self.records += len(batch.records)
        items = [record for record in batch.records if isinstance(record, WorkItem | PullRequest)]
        self.items += len(items)
        self.changed_at.extend(item.updated_at for item in items)
        self.counted += sum(count.total for count in batch.counts)
        self.gaps.extend(batch.gaps)
        self.started_at = self.started_at or batch.read_at


class TimeOver(Postponed):
    """The pass had its time; the next one goes on where it stopped."""


async def poll(
    source: Source,
    *,
    kind: str,
    engine: Engine,
    holder: str,
    clock: Clock,
    progress: Progress = SILENT,
    until: datetime | None = None,
) -> Pass:
    """Reads all that is new and stores it. A failed source loses nothing: the next pass goes on from its last batch.

    After `until` it reads no further batch.
    """
    walk = _Walk(is_first=not was_complete(engine, source.name))
    ended_by: SourceError | None = None
    async with leased(source.name, engine=engine, holder=holder, clock=clock) as renew:
        if renew is None:
            return Pass(source=source.name, verdict="busy")
        try:
            batches = source.poll(recall(engine, source.name))
            over = _over(clock, until)
            await _read_on(batches, source.name, walk=walk, engine=engine, renew=renew, progress=progress, over=over)
        except SourceError as error:
            walk.gaps.append(failure(source.name, error))
            ended_by = error
    record_pass(engine, source.name, type=kind, complete_at=None if ended_by else walk.started_at, gaps=walk.gaps)
    verdict = verdict_of(walk.gaps, error=ended_by)
    if walk.is_first and verdict == "complete":
        censuses.take_for_read(engine, source.name, now=clock.now())
    return Pass(
        source=source.name,
        verdict=verdict,
        found=f"{walk.records:,} records",
        gaps=tuple(walk.gaps),
        is_cut=isinstance(ended_by, TimeOver),
        changed_at=() if walk.is_first else tuple(walk.changed_at),
    )


def _over(clock: Clock, until: datetime | None) -> Callable[[], bool]:
    return lambda: until is not None and clock.now() >= until


async def _read_on(
    batches: AsyncIterator[Batch],
    source: str,
    *,
    walk: _Walk,
    engine: Engine,
    renew: Renew,
    progress: Progress,
    over: Callable[[], bool],
) -> None:
    log = structlog.get_logger().bind(source=source)
    async for group in _grouped(batches, over=over):
        await asyncio.to_thread(_keep, engine, group)
        await renew()
        for batch in group:
            walk.note(batch)
            of = walk.counted if walk.is_first else None
            progress.read(source, what="items", count=walk.items, of=of or None)
        log.info("applied", records=walk.records, gaps=len(walk.gaps))
        if over():
            raise TimeOver(
                "the time for this pass is over", hint="The next goes on where it stopped.", until=group[-1].read_at
            )


async def _grouped(batches: AsyncIterator[Batch], *, over: Callable[[], bool]) -> AsyncIterator[list[Batch]]:
    """As many batches together as bring some records; what is left where the source fails or the time is over, too."""
    group: list[Batch] = []
    try:
        async for batch in batches:
            group.append(batch)
            if over() or sum(len(each.records) for each in group) >= TOGETHER:
                yield group
                group = []
    except SourceError:
        if group:
            yield group
        raise
    if group:
        yield group


def _keep(engine: Engine, group: Sequence[Batch]) -> None:
    """Applies the batches, and buries what their whole lists no longer show: that is the source's own word, no lag."""
    apply(engine, *group)
    for batch in group:
        gone = [(ref, listed) for listed in batch.listed for ref in unlisted(engine, batch.source, listed)]
        if gone:
            tombstones = tuple(_tombstone(ref, listed) for ref, listed in gone)
            apply(engine, Batch(source=batch.source, read_at=batch.read_at, tombstones=tombstones))


def _tombstone(ref: str, listed: Listed) -> Tombstone:
    evidence = f"the whole list of what {listed.scope} has of this kind ({listed.kind}) does not show it"
    return Tombstone(ref=ref, at=listed.began_at, reason="deleted_or_hidden", evidence=evidence)
