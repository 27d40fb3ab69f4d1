"""A SQLite store with its tables and nothing in them, made once in a process and copied: the tables take longest."""

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import Engine

from sync.store.database import connect


def new_store(folder: Path, name: str = "facts.db") -> Engine:
    """The store in a new file of this folder."""
    (folder / name).write_bytes(_empty())
    return connect(f"sqlite:///{folder}/{name}")


@cache
def _empty() -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "facts.db"
        connect(f"sqlite:///{path}").dispose()
        return path.read_bytes()
