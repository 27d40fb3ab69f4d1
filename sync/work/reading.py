"""What is read from the sources: passes, censuses, and what each finds when it looks at itself; all side by side."""

import asyncio
from collections.abc import Awaitable, Callable, Collection
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

import structlog

from connectors.census import CensusKind
from connectors.errors import SourceError
from connectors.progress import SILENT
from connectors.source import Check
from sync import census
from sync.config import Config
from sync.passes import Pass, unforeseen
from sync.poll import poll
from sync.progress import Tally
from sync.store import censuses
from sync.store.database import UNAVAILABLE
from sync.store.errors import StoreError
from sync.store.memory import record_pass
from sync.work import holder
from sync.work.pool import Pool
from sync.work.sources import Connected, Means, censuses_due, connected

T = TypeVar("T")


def of_each(names: Collection[str], one: Callable[[str], Awaitable[T]]) -> list[T]:
    """What comes of each, side by side, in their order. Raises what ended one of them, when all have ended."""

    async def every() -> list[T | BaseException]:
        return await asyncio.gather(*map(one, names), return_exceptions=True)

    came = asyncio.run(every())
    for each in came:
        if isinstance(each, BaseException):
            raise each
    return [each for each in came if not isinstance(each, BaseException)]


@dataclass(frozen=True, kw_only=True)
class Reading:
    """The configured sources, to be read by this process."""

    config: Config
    means: Means
    tally: Tally = field(default_factory=lambda: Tally(SILENT))  #: of what was asked, where `means` tell it
    pool: Pool | None = None  #: of sources that stay connected
    until: datetime | None = None  #: after which nothing new is begun, and what is under way ends as soon as it may

    def sync(self) -> list[Pass]:
        """One pass over every source."""
        return of_each(self.config.sources, self.poll)

    def census(
        self,
        *,
        kind: CensusKind | None = None,
        sources: Collection[str] | None = None,
        accept_loss: Collection[str] = (),
    ) -> list[Pass]:
        """The censuses whose time has come, or those of this kind now; of these sources, or of all."""

        async def one(name: str) -> list[Pass]:
            return await self.call(name, kind=kind, accept_loss=accept_loss)

        names = self.config.sources if sources is None else sources
        return [done for passes in of_each(names, one) for done in passes]

    def doctor(self) -> dict[str, list[Check]]:
        """What every source finds, by source."""

        async def one(name: str) -> list[Check]:
            async with connected(name, config=self.config, means=self.means) as source:
                try:
                    return await source.discover()
                except SourceError as error:
                    return [Check(subject="reading it", ok=False, found=str(error), hint=error.hint)]

        return dict(zip(self.config.sources, of_each(self.config.sources, one), strict=True))

    async def call(self, name: str, *, kind: CensusKind | None = None, accept_loss: Collection[str] = ()) -> list[Pass]:
        """The censuses of one source whose time has come, or the one of this kind now."""
        if self._is_over():
            return []
        kinds = [kind] if kind else self._due(name)
        return await self._call(name, kinds, accept_loss) if kinds else []

    async def poll(self, name: str) -> Pass:
        """One pass over one source. What nobody foresaw ends this source's, and no other's; without a store all end."""
        try:
            return await self._pass(name)
        except (StoreError, *UNAVAILABLE):
            raise
        except Exception as error:  # noqa: BLE001 - the outer edge of one source: the others are read all the same
            structlog.get_logger().exception("failed", source=name)
            failed = unforeseen(name, error)
            kind = self.config.sources[name].type
            record_pass(self.means.engine, name, type=kind, complete_at=None, gaps=failed.gaps)
            return failed

    async def _pass(self, name: str) -> Pass:
        engine, clock = self.means.engine, self.means.clock
        holder.free_the_dead(engine, name)
        async with self._connected(name) as source:
            return await poll(
                source,
                kind=self.config.sources[name].type,
                engine=engine,
                holder=holder.name(),
                clock=clock,
                progress=self.means.progress,
                until=self.until,
            )

    def _connected(self, name: str) -> AbstractAsyncContextManager[Connected]:
        return self.pool.at(name) if self.pool else connected(name, config=self.config, means=self.means)

    def _is_over(self) -> bool:
        return self.until is not None and self.means.clock.now() >= self.until

    def _due(self, name: str) -> list[CensusKind]:
        every = censuses_due(self.config.sources[name])
        return censuses.due(self.means.engine, name, every, now=self.means.clock.now())

    async def _call(self, name: str, kinds: list[CensusKind], accept_loss: Collection[str]) -> list[Pass]:
        """The censuses of one source. What nobody foresaw ends these, and no other source's."""
        try:
            return await self._censuses(name, kinds, accept_loss)
        except (StoreError, *UNAVAILABLE):
            raise
        except Exception as error:  # noqa: BLE001 - the outer edge of one source: the others are read all the same
            structlog.get_logger().exception("failed", source=name)
            return [unforeseen(name, error)]

    async def _censuses(self, name: str, kinds: list[CensusKind], accept_loss: Collection[str]) -> list[Pass]:
        engine, clock = self.means.engine, self.means.clock
        holder.free_the_dead(engine, name)
        async with self._connected(name) as source:
            return [
                await census.take(
                    source,
                    kind=kind,
                    engine=engine,
                    holder=holder.name(),
                    clock=clock,
                    accept_loss=accept_loss,
                    progress=self.means.progress,
                )
                for kind in kinds
            ]
