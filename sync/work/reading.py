"""What is read from the sources: passes, censuses, and what each finds when it looks at itself; all side by side."""

import asyncio
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from typing import TypeVar

from connectors.census import CensusKind
from connectors.errors import SourceError
from connectors.source import Check
from sync import census
from sync.config import Config
from sync.passes import Pass
from sync.poll import poll
from sync.store import censuses
from sync.work import holder
from sync.work.sources import Means, censuses_due, connected

T = TypeVar("T")


def of_each(names: Collection[str], one: Callable[[str], Awaitable[T]]) -> list[T]:
    """What comes of each, side by side, in their order."""

    async def every() -> list[T]:
        return list(await asyncio.gather(*map(one, names)))

    return asyncio.run(every())


@dataclass(frozen=True, kw_only=True)
class Reading:
    """The configured sources, to be read by this process."""

    config: Config
    means: Means

    def sync(self) -> list[Pass]:
        """One pass over every source."""
        return of_each(self.config.sources, self._poll)

    def census(
        self,
        *,
        kind: CensusKind | None = None,
        sources: Collection[str] | None = None,
        accept_loss: Collection[str] = (),
    ) -> list[Pass]:
        """The censuses whose time has come, or those of this kind now; of these sources, or of all."""

        async def one(name: str) -> list[Pass]:
            kinds = [kind] if kind else self._due(name)
            return await self._call(name, kinds, accept_loss) if kinds else []

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

    async def _poll(self, name: str) -> Pass:
        engine, clock = self.means.engine, self.means.clock
        holder.free_the_dead(engine, name)
        async with connected(name, config=self.config, means=self.means) as source:
            return await poll(
                source,
                kind=self.config.sources[name].type,
                engine=engine,
                holder=holder.name(),
                clock=clock,
                progress=self.means.progress,
            )

    def _due(self, name: str) -> list[CensusKind]:
        every = censuses_due(self.config.sources[name])
        return censuses.due(self.means.engine, name, every, now=self.means.clock.now())

    async def _call(self, name: str, kinds: list[CensusKind], accept_loss: Collection[str]) -> list[Pass]:
        engine, clock = self.means.engine, self.means.clock
        holder.free_the_dead(engine, name)
        async with connected(name, config=self.config, means=self.means) as source:
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
