"""Sources that stay connected: their tokens, limits and connections outlive a job."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from sync.config import Config
from sync.work.sources import Connected, Means, built


class Pool:
    """One source of each name, connected when it is first asked for, and anew after the configuration was edited.

    It belongs to one event loop.
    """

    def __init__(self, current: Callable[[], Config], means: Means) -> None:
        self._current = current
        self._means = means
        self._config = current()
        self._sources: dict[str, Connected] = {}
        self._left: list[Connected] = []

    @asynccontextmanager
    async def at(self, name: str) -> AsyncIterator[Connected]:
        """The source of this name; KeyError where the configuration has none any more."""
        if self._current() is not self._config:
            self._config = self._current()
            self._left += self._sources.values()  # somebody may be asking them still
            self._sources = {}
        if name not in self._sources:
            self._sources[name] = built(name, config=self._config, means=self._means)
        yield self._sources[name]

    async def close(self) -> None:
        for source in (*self._sources.values(), *self._left):
            await source.close()
