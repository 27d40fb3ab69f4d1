"""The configuration as its file stands: edits take effect, and a mistake in it leaves the last good one in force."""

from collections.abc import Mapping
from pathlib import Path

import structlog

from mappings.problems import Problems
from sync import log
from sync.config import Config, load_config, secrets


class Current:
    """Call it for the configuration in force: the same object as long as nothing has changed."""

    def __init__(self, path: Path, *, environment: Mapping[str, str], verbose: bool) -> None:
        """Raises `Problems` where the file is wrong to begin with."""
        self.path = path
        self._environment = environment
        self._verbose = verbose
        self._said = ""
        self._config = load_config(path, environment=environment)
        self._strike()

    def __call__(self) -> Config:
        return self._config

    def refresh(self) -> None:
        """Reads the file, and the files of its secrets, anew. What the store is cannot change while we are at work."""
        try:
            read = load_config(self.path, environment=self._environment)
        except Problems as found:
            self._complain("; ".join(map(str, found.problems)))
            return
        if read.store != self._config.store:
            self._complain("`store` was changed: restart for that")
            return
        self._said = ""
        if read != self._config:
            self._config = read
            self._strike()
            structlog.get_logger().info("configuration read anew", sources=sorted(read.sources))

    def _strike(self) -> None:
        log.configure(verbose=self._verbose, secrets=secrets(self._config))

    def _complain(self, why: str) -> None:
        """Once for each mistake, not at every look."""
        if why != self._said:
            structlog.get_logger().error("the configuration that was last good stays in force", why=why)
        self._said = why
