"""The doors that deliveries come in by: one for each source, as the configuration stands."""

from collections.abc import Callable
from dataclasses import dataclass

from connectors.source import Source
from sync.config import Config, GitHubConfig, JiraConfig
from sync.work.sources import Means, built


@dataclass(frozen=True)
class Door:
    """Who knows a source's deliveries. A door is shut as long as there is no secret to know them by."""

    source: Source
    is_open: bool


class Doors:
    """The doors of all sources. They ask nobody anything, so that they need not be closed."""

    def __init__(self, current: Callable[[], Config], means: Means) -> None:
        self._current = current
        self._means = means
        self._config: Config | None = None
        self._doors: dict[str, Door] = {}

    def at(self, name: str) -> Door | None:
        """The door of this source, by its secrets as they are now; None where there is no such source."""
        config = self._current()
        if config is not self._config:
            self._config, self._doors = config, {}
        said = config.sources.get(name)
        if said is None:
            return None
        if name not in self._doors:
            source = built(name, config=config, means=self._means)
            self._doors[name] = Door(source, is_open=_has_a_key(said))
        return self._doors[name]


def _has_a_key(said: JiraConfig | GitHubConfig) -> bool:
    return bool(said.hooks) or (isinstance(said, JiraConfig) and said.unsigned_hooks)
