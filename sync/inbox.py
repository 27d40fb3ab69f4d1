"""What webhook deliveries do to the store: verified, read, each item looked at once, all of it applied together.

A delivery brings nothing that the next poll would not bring too, but for departures and for what a field held before.
So it may be lost, doubled or late: what is taken twice is looked at twice, and comes to the same.
"""

import asyncio
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Literal

import structlog
from msgspec.structs import replace
from sqlalchemy import Engine

from connectors.delivery import RENEW, Delivery, Departure, Notice
from connectors.errors import Malformed, Refused
from connectors.records import Batch, Gap, ItemRef, Tombstone
from connectors.source import Memory, Source
from connectors.transport import Clock
from sync.store import held
from sync.store.apply import apply
from sync.store.memory import recall

Word = Literal["handled", "ignored", "unknown", "repeated", "refused", "malformed"]

LAG_S = 5  # after which a replica has caught up (github.md §4)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of one delivery."""

    word: Word
    id: str | None = None  #: None where it was refused, or could not be read
    event: str | None = None
    why: str | None = None
    only_source: bool = False  #: of something that nobody can ask for afterwards


@dataclass(frozen=True, kw_only=True)
class Taken:
    """What became of the deliveries, in their order, and what could not be read."""

    outcomes: tuple[Outcome, ...]
    gaps: tuple[Gap, ...] = ()
    missed: Mapping[str, str] = field(default_factory=dict)  #: by id of a delivery, why an item of its is not read

    @property
    def done(self) -> frozenset[str]:
        """The ids that need no second look."""
        return frozenset(outcome.id for outcome in self.outcomes if outcome.id)


async def take(
    deliveries: Sequence[Delivery],
    *,
    source: Source,
    engine: Engine,
    clock: Clock,
    done: Collection[str] = (),
    verified: bool = False,
) -> Taken:
    """Brings the store up to date with what these deliveries tell of. `done`: ids that need no second look.

    `verified` are those that were found genuine when they came: a secret may have been changed since. Raises
    `SourceError` where the source could not be asked: then nothing is done, and the same deliveries may be taken
    again.
    """
    outcomes, notices = _accepted(deliveries, source=source, done=done, verified=verified)
    if not any(notice.handling == "handled" for notice in notices):
        return Taken(outcomes=outcomes)
    memory = recall(engine, source.name)
    gone = await asyncio.to_thread(_tombstones, engine, source.name, notices)
    refs = await asyncio.to_thread(_refs, engine, source.name, notices, gone)
    looked = await source.fetch(refs, memory) if refs else Batch(source=source.name, read_at=clock.now())
    late = _late(refs, notices, looked)
    told = _told(notices, gone, looked, renew_at=clock.now())
    await asyncio.to_thread(apply, engine, told)
    gaps = tuple(gap for gap in looked.gaps if gap.ref not in {str(ref) for ref in late})
    if late:
        gaps += await _look_again(late, source=source, engine=engine, memory=memory, clock=clock)
    return Taken(outcomes=outcomes, gaps=gaps, missed=_missed(notices, gaps))


def _accepted(
    deliveries: Sequence[Delivery], *, source: Source, done: Collection[str], verified: bool
) -> tuple[tuple[Outcome, ...], list[Notice]]:
    """What became of each delivery, and what those that are new come to."""
    outcomes: list[Outcome] = []
    notices: dict[str, Notice] = {}
    for delivery in deliveries:
        try:
            if not verified:
                source.verify(delivery)
            notice = source.accept(delivery)
        except (Refused, Malformed) as error:
            word: Word = "refused" if isinstance(error, Refused) else "malformed"
            outcomes.append(Outcome(word=word, why=str(error)))
            continue
        is_known = notice.id in done or notice.id in notices
        handling: Word = "repeated" if is_known else notice.handling
        outcomes.append(Outcome(word=handling, id=notice.id, event=notice.event, only_source=_tells_alone(notice)))
        if not is_known:
            notices[notice.id] = notice
    for outcome in outcomes:
        structlog.get_logger().info(
            "delivery", source=source.name, word=outcome.word, event_name=outcome.event, why=outcome.why
        )
    return tuple(outcomes), list(notices.values())


def _tells_alone(notice: Notice) -> bool:
    return bool(notice.departures or notice.children)


def _missed(notices: Sequence[Notice], gaps: Sequence[Gap]) -> dict[str, str]:
    """By delivery, why an item that it tells of could not be read."""
    causes = {gap.ref: gap.cause for gap in gaps}
    told = ((notice.id, str(ref)) for notice in notices for ref in notice.refs)
    return {identity: causes[ref] for identity, ref in told if ref in causes}


def _refs(engine: Engine, source: str, notices: Sequence[Notice], gone: Sequence[Tombstone]) -> list[ItemRef]:
    """Every item to look at, once, but those that are known to be gone."""
    left = {str(departure.ref) for notice in notices for departure in notice.departures}
    left |= {tombstone.ref for tombstone in gone}
    known = held.by_ref(engine, [str(ref) for notice in notices for ref in notice.if_held])
    named = held.by_key(engine, source, [key for notice in notices for key in notice.if_known])
    told = [ref for notice in notices for ref in notice.refs]
    told += [ItemRef.parse(ref) for ref in (*known, *(item.ref for item in named.values()))]
    return [ref for ref in dict.fromkeys(told) if str(ref) not in left]


def _told(notices: Sequence[Notice], gone: Sequence[Tombstone], looked: Batch, *, renew_at: datetime) -> Batch:
    """What was looked at, with what only the deliveries tell."""
    renew = {RENEW: renew_at.isoformat()} if any(notice.renew for notice in notices) else {}
    return replace(
        looked,
        children=(*looked.children, *(rows for notice in notices for rows in notice.children)),
        tombstones=(*looked.tombstones, *gone),
        capabilities=looked.capabilities | renew,
    )


def _tombstones(engine: Engine, source: str, notices: Sequence[Notice]) -> list[Tombstone]:
    """One for each departure: of the ref that is held, if not under its own then under its key.

    What was read after it left came from a replica that did not know yet: nothing that left comes back by itself.
    """
    departures = [departure for notice in notices for departure in notice.departures]
    by_ref = held.by_ref(engine, [str(departure.ref) for departure in departures])
    keys = [departure.key for departure in departures if departure.key and str(departure.ref) not in by_ref]
    by_key = held.by_key(engine, source, keys)
    return [
        _tombstone(departure, by_ref.get(str(departure.ref)) or by_key.get(departure.key)) for departure in departures
    ]


def _tombstone(departure: Departure, found: held.Held | None) -> Tombstone:
    read_at = _EPOCH + timedelta(microseconds=found.read_us) if found else departure.at
    return Tombstone(
        ref=found.ref if found else str(departure.ref),
        at=max(departure.at, read_at),
        reason=departure.reason,
        evidence=departure.evidence,
    )


def _late(refs: Sequence[ItemRef], notices: Sequence[Notice], looked: Batch) -> list[ItemRef]:
    """The items that the answer shows as they were before what is told of them, or does not show yet."""
    shown_at = {record.ref: getattr(record, "updated_at", None) for record in looked.records}
    older = {ref for ref, at in _happened(notices) if (seen_at := shown_at.get(str(ref))) and seen_at < at}
    missed = {gap.ref for gap in looked.gaps}
    return [ref for ref in refs if ref in older or str(ref) in missed]


def _happened(notices: Sequence[Notice]) -> Iterator[tuple[ItemRef, datetime]]:
    for notice in notices:
        if notice.happened_at:
            yield from ((ref, notice.happened_at) for ref in notice.refs)


async def _look_again(
    late: Sequence[ItemRef], *, source: Source, engine: Engine, memory: Memory, clock: Clock
) -> tuple[Gap, ...]:
    """Once more, when replicas have caught up; what they still lack is for the next poll."""
    await clock.sleep(LAG_S)
    looked = await source.fetch(late, memory)
    await asyncio.to_thread(apply, engine, looked)
    return looked.gaps
