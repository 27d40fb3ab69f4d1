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
        self._texts: dict[Path, str | None] = {}  #: by file, what was read of it; None where it could not be
        self._config = self._load()
        self._strike()

    def __call__(self) -> Config:
        return self._config

    def refresh(self) -> None:
        """Takes in what was edited, in the file or in those of its secrets; the store stays the one we are at."""
        if all(_text(path) == text for path, text in self._texts.items()):
            return  # to look is cheap, to load many sources anew every few seconds is not
        try:
            read = self._load()
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

    def _load(self) -> Config:
        self._texts.clear()
        return load_config(self.path, environment=self._environment, text_of=self._read)

    def _read(self, path: Path) -> str:
        self._texts[path] = None
        self._texts[path] = text = path.read_text(encoding="utf-8")
        return text

    def _strike(self) -> None:
        log.configure(verbose=self._verbose, secrets=secrets(self._config))

    def _complain(self, why: str) -> None:
        """Once for each mistake, not at every look."""
        if why != self._said:
            structlog.get_logger().error("the configuration that was last good stays in force", why=why)
        self._said = why


def _text(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None
