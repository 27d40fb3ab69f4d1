"""The map's files as they stand, read anew after one of them was touched; where they are wrong, the last good ones."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeAlias

from sqlalchemy import Engine

from mappings.problems import Problems
from sync.config import Config
from sync.files import Files, read_files
from sync.store import maps

_NAMED = ("strategy", "mappings", "people", "acks", "audit")  #: keys of the configuration

Stamp: TypeAlias = frozenset[tuple[str, int, int]]


class CurrentFiles:
    """Call it for the files: the same object as long as nothing has changed."""

    def __init__(self, current: Callable[[], Config], *, folder: Path, engine: Engine) -> None:
        self._current = current
        self._folder = folder
        self._engine = engine
        self._lock = threading.Lock()
        self._read: tuple[Config, Stamp, Files] | None = None

    def __call__(self) -> Files:
        """Raises `Problems` where they are wrong and no report was ever made by good ones."""
        config = self._current()
        with self._lock:
            if self._read is None or self._read[:2] != (config, self._stamp(config)):
                files = self._good(config)
                self._read = config, self._stamp(config, files), files
            return self._read[2]

    def _good(self, config: Config) -> Files:
        try:
            return read_files(config, folder=self._folder)
        except Problems:
            kept = maps.last_kept(self._engine)
            if kept is None:
                raise
            return read_files(config, folder=self._folder, kept=kept.texts)

    def _stamp(self, config: Config, files: Files | None = None) -> Stamp:
        """What tells that a file was touched, that one came or went."""
        read = files or (self._read[2] if self._read else None)
        beside = {self._folder / name for name in (read.texts if read else ())}
        return frozenset(_stamps({*beside, *self._named(config)}))

    def _named(self, config: Config) -> Iterator[Path]:
        for key in _NAMED:
            if name := getattr(config, key):
                path = self._folder / name
                yield from [*path.glob("*.yaml"), *path.glob("*.yml")] if path.is_dir() else [path]


def _stamps(paths: set[Path]) -> Iterator[tuple[str, int, int]]:
    for path in paths:
        try:
            status = path.stat()
        except OSError:
            continue  # not there, which tells it from when it is
        yield str(path), status.st_mtime_ns, status.st_size
