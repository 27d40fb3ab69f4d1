"""A census: everybody is called, and who does not answer is asked after. Silence alone is never deletion.

An item is gone at the source's own word (deleted, transferred); or, where the source only says that it is not there,
once it was looked for twice, an hour apart, and few of its project or repository are missing.
"""

import asyncio
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, TypeVar

import structlog
from sqlalchemy import Connection, Engine

from connectors.census import CensusKind, Fate, Roll
from connectors.errors import SourceError
from connectors.progress import SILENT, Progress
from connectors.records import Batch, Gap, ItemRef, Tombstone
from connectors.source import Source
from connectors.transport import Clock
from sync.lease import Renew, leased
from sync.passes import Pass, failure, verdict_of
from sync.store import censuses
from sync.store.apply import apply
from sync.store.memory import recall
from sync.store.register import Entry, entries

T = TypeVar("T")

_REASONS: dict[str, Literal["deleted", "transferred", "deleted_or_hidden"]] = {
    "deleted": "deleted",
    "transferred": "transferred",
    "unseen": "deleted_or_hidden",
}
AT_ONCE = 100  # items asked for together, applied together
MOST_LOST = 0.05  # of a project or repository, without an operator's word (jira.md §3.3); but always one


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """What follows from the fates of those of one roll who were not called."""

    tombstones: tuple[Tombstone, ...] = ()
    missing: Mapping[str, datetime] = field(default_factory=dict)  #: who was looked for in vain, and when
    gaps: tuple[Gap, ...] = ()


def judged(
    fates: Sequence[Fate], *, scope: str, size: int, since: Mapping[str, datetime], accepted: bool = False
) -> Judgement:
    """Who is gone. `size`: how many are held; `since`: when each was missing first; `accepted`: however many it is."""
    gone = [fate for fate in fates if fate.word in ("deleted", "transferred")]
    unseen = [fate for fate in fates if fate.word == "unseen"]
    lost = [fate for fate in unseen if fate.at - since.get(fate.ref, fate.at) >= censuses.LEAST]
    gaps = [_unjudged(scope, evidence, count) for evidence, count in _unknown(fates).items()]
    if len(lost) > max(1, MOST_LOST * size) and not accepted:
        gaps.append(_too_many(scope, len(lost), size))
        lost = []
    buried = {fate.ref for fate in lost}
    return Judgement(
        tombstones=tuple(_tombstone(fate) for fate in (*gone, *lost)),
        missing={fate.ref: fate.at for fate in unseen if fate.ref not in buried},
        gaps=tuple(gaps),
    )


async def take(
    source: Source,
    *,
    kind: CensusKind,
    engine: Engine,
    holder: str,
    clock: Clock,
    accept_loss: Collection[str] = (),
    progress: Progress = SILENT,
) -> Pass:
    """Calls all, reads what is new or changed, and asks after the missing. What was done stays done if it breaks off.

    `accept_loss`: projects and repositories of which an operator says that whatever is missing is gone.
    """
    async with leased(source.name, engine=engine, holder=holder, clock=clock) as renew:
        if renew is None:
            return Pass(source=source.name, verdict="busy")
        taking = _Taking(source, kind=kind, engine=engine, renew=renew, accepted=accept_loss, progress=progress)
        censuses.begin(engine, source.name, kind, now=clock.now())
        ended_by: SourceError | None = None
        try:
            await taking.go()
        except SourceError as error:
            taking.gaps.append(failure(source.name, error))
            ended_by = error
        gaps = list(dict.fromkeys(taking.gaps))
        complete = ended_by is None and not taking.void
        censuses.end(engine, source.name, kind, now=clock.now(), complete=complete, gaps=gaps)
    verdict = verdict_of(gaps, error=ended_by)
    return Pass(source=source.name, verdict=verdict, found=f"census of {kind}: {taking}", gaps=tuple(gaps))


class _Taking:
    """A census on its way."""

    def __init__(
        self,
        source: Source,
        *,
        kind: CensusKind,
        engine: Engine,
        renew: Renew,
        accepted: Collection[str],
        progress: Progress,
    ) -> None:
        self.gaps: list[Gap] = []
        self.void = False  #: some roll was of no use
        self._source = source
        self._kind = kind
        self._engine = engine
        self._renew = renew
        self._accepted = accepted
        self._progress = progress
        self._called, self._read, self._gone = 0, 0, 0

    def __str__(self) -> str:
        return f"{self._called:,} called, {self._read:,} read, {self._gone:,} gone"

    async def go(self) -> None:
        log = structlog.get_logger().bind(source=self._source.name, census=self._kind)
        async for roll in self._source.census(self._kind, recall(self._engine, self._source.name)):
            if roll.void is None:
                await self._answer(roll)
            else:
                self.void = True
                self.gaps.append(Gap(stream=f"census of {roll.scope}", cause=f"{roll.void}: nothing follows from it"))
            await self._renew()
            self._progress.read(self._source.name, what="called", count=self._called, of=None)
            log.info("called", scope=roll.scope, kind=roll.kind, called=len(roll.called), void=roll.void)

    async def _answer(self, roll: Roll) -> None:
        """Everybody of one roll: who is new or changed is read, who is missing is asked after."""
        self._called += len(roll.called)
        known = await asyncio.to_thread(entries, self._engine, self._source.name, kind=roll.kind, scope=roll.scope)
        stale = [identity for identity, at in roll.called.items() if self._is_stale(known.get(identity), at)]
        for some in _portions(stale):
            refs = [ItemRef(self._source.name, roll.kind, identity) for identity in some]
            await self._keep(await self._source.fetch(refs, recall(self._engine, self._source.name)))
        missing = {
            ItemRef(self._source.name, roll.kind, identity): item.key
            for identity, item in known.items()
            if identity not in roll.called and (self._kind == "all" or item.is_open)
        }
        await self._ask_after(missing, roll=roll, size=len(known))

    def _is_stale(self, item: Entry | None, updated_at: datetime | None) -> bool:
        """Whether to read one who was called: an open census reads all of them again, whole."""
        if item is None or self._kind == "open":
            return True
        return updated_at is not None and item.updated_at < updated_at

    async def _ask_after(self, missing: Mapping[ItemRef, str], *, roll: Roll, size: int) -> None:
        fates: list[Fate] = []
        for some in _portions(list(missing.items())):
            confirmed = await self._source.confirm(dict(some), recall(self._engine, self._source.name))
            await self._keep(confirmed.batch)
            fates += confirmed.fates
        since = censuses.missing_since(self._engine, self._source.name)
        judgement = judged(fates, scope=roll.scope, size=size, since=since, accepted=roll.scope in self._accepted)
        self._gone += len(judgement.tombstones)
        self.gaps += judgement.gaps
        called = {str(ItemRef(self._source.name, roll.kind, identity)) for identity in roll.called}
        answered = called | {fate.ref for fate in fates if fate.word not in ("unseen", "unknown")}
        await self._bury(judgement, found=since.keys() & answered, at=roll.began_at)

    async def _bury(self, judgement: Judgement, *, found: Collection[str], at: datetime) -> None:
        """The tombstones, with who is missing and who no longer is."""
        buried = [tombstone.ref for tombstone in judgement.tombstones]

        def note(connection: Connection) -> None:
            censuses.note_missing(connection, self._source.name, judgement.missing)
            censuses.note_found(connection, {*found, *buried})

        batch = Batch(source=self._source.name, read_at=at, tombstones=judgement.tombstones)
        await asyncio.to_thread(apply, self._engine, batch, beside=note)

    async def _keep(self, batch: Batch) -> None:
        await asyncio.to_thread(apply, self._engine, batch)
        await self._renew()
        self._read += len(batch.records)
        self.gaps += batch.gaps


def _portions(items: Sequence[T]) -> Iterator[Sequence[T]]:
    return (items[start : start + AT_ONCE] for start in range(0, len(items), AT_ONCE))


def _tombstone(fate: Fate) -> Tombstone:
    return Tombstone(ref=fate.ref, at=fate.at, reason=_REASONS[fate.word], evidence=fate.evidence)


def _unknown(fates: Sequence[Fate]) -> dict[str, int]:
    """By evidence, of how many nothing can be said."""
    told = [fate.evidence for fate in fates if fate.word == "unknown"]
    return {evidence: told.count(evidence) for evidence in dict.fromkeys(told)}


def _unjudged(scope: str, evidence: str, count: int) -> Gap:
    return Gap(stream=f"census of {scope}", cause=f"{count:,} items did not answer, and nothing follows: {evidence}")


def _too_many(scope: str, count: int, size: int) -> Gap:
    cause = (
        f"{count:,} of {size:,} items are not to be seen any more, too many to take for deleted; look whether the "
        f"account lost a permission; if they are gone, run fingerpost census --accept-loss {scope}"
    )
    return Gap(stream=f"census of {scope}", cause=cause)
