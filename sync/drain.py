"""What waits in the inbox, taken: as many deliveries at once as there are, and none that spoils it for the others."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

import structlog
from sqlalchemy import Engine

from connectors.delivery import Delivery
from connectors.errors import Malformed, SourceError
from connectors.source import Source
from connectors.transport import Clock
from sync.inbox import Taken, take
from sync.store import deliveries
from sync.store.database import UNAVAILABLE, writing

AT_ONCE = 500
MOST_BYTES = 64 * 1024 * 1024  # of bodies held in memory together


@dataclass(frozen=True, kw_only=True)
class Drained:
    """How far one turn came; nothing taken and nothing put aside where nothing waited."""

    taken: int = 0
    quarantined: int = 0
    is_full: bool = False  #: as many as one turn takes: others may wait still
    error: SourceError | None = None  #: why the source could not be asked; those it was about wait


async def drain(source: Source, *, engine: Engine, clock: Clock) -> Drained:
    """One turn: the deliveries of this source that came first. Any process may drain beside any other.

    What was applied and not yet marked is taken once more after a crash, and comes to the same.
    """
    found = await asyncio.to_thread(deliveries.waiting, engine, source.name, most=AT_ONCE, most_bytes=MOST_BYTES)
    if not found:
        return Drained()
    return await _Turn(source, engine=engine, clock=clock).over(found)


class _Turn:
    def __init__(self, source: Source, *, engine: Engine, clock: Clock) -> None:
        self._source = source
        self._engine = engine
        self._clock = clock
        self._quarantined = 0

    async def over(self, found: Mapping[str, Delivery]) -> Drained:
        try:
            await self._each(found)
        except SourceError as error:
            structlog.get_logger().warning("not drained", source=self._source.name, why=error.in_full)
            return Drained(quarantined=self._quarantined, error=error)
        return Drained(taken=len(found) - self._quarantined, quarantined=self._quarantined, is_full=_is_full(found))

    async def _each(self, found: Mapping[str, Delivery]) -> None:
        """Takes all at once; where that fails by one of them, halves of them, until it stands alone."""
        try:
            taken = await take(
                list(found.values()), source=self._source, engine=self._engine, clock=self._clock, verified=True
            )
        except Malformed as error:
            await self._halved(found, cause=error.in_full)
        except (SourceError, *UNAVAILABLE):
            raise
        except Exception as error:  # noqa: BLE001 - the outer edge of one delivery: it is put aside, the others go on
            structlog.get_logger().exception("failed", source=self._source.name)
            await self._halved(
                found, cause=f"fingerpost itself failed here ({type(error).__name__}); the log says where"
            )
        else:
            await asyncio.to_thread(self._mark, found, taken)

    async def _halved(self, found: Mapping[str, Delivery], *, cause: str) -> None:
        ids = list(found)
        if len(ids) == 1:
            self._quarantined += 1
            structlog.get_logger().error("quarantined", source=self._source.name, delivery=ids[0], why=cause)
            await asyncio.to_thread(deliveries.quarantine, self._engine, self._source.name, ids[0], cause=cause)
            return
        middle = len(ids) // 2
        for half in (ids[:middle], ids[middle:]):
            await self._each({identity: found[identity] for identity in half})

    def _mark(self, found: Mapping[str, Delivery], taken: Taken) -> None:
        """Those that are done; a delivery that cannot be read any more is put aside."""
        outcomes = dict(zip(found, taken.outcomes, strict=True))
        spoilt = {identity: outcome.why or "" for identity, outcome in outcomes.items() if outcome.id is None}
        for identity, cause in spoilt.items():
            self._quarantined += 1
            deliveries.quarantine(self._engine, self._source.name, identity, cause=cause)
        with writing(self._engine) as connection:
            deliveries.mark_done(
                connection,
                self._source.name,
                outcomes.keys() - spoilt.keys(),
                now=self._clock.now(),
                evidence=[name for name, one in outcomes.items() if one.only_source],
                causes={name: cause for name, cause in taken.missed.items() if name in outcomes},
            )


def _is_full(found: Mapping[str, Delivery]) -> bool:
    return len(found) >= AT_ONCE or sum(len(each.body) for each in found.values()) >= MOST_BYTES // 2
