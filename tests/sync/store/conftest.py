"""Stores to put facts into: a SQLite file, and a PostgreSQL database of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from sync.store.database import connect
from tests.stores import new_store


@pytest.fixture
def sqlite_store(tmp_path: Path) -> Iterator[Engine]:
    engine = new_store(tmp_path)
    yield engine
    engine.dispose()


@pytest.fixture
def postgres_store(postgres_store_url: str) -> Iterator[Engine]:
    engine = connect(postgres_store_url)
    yield engine
    engine.dispose()


@pytest.fixture(params=["sqlite", "postgres"])
def store(request: pytest.FixtureRequest) -> Engine:
    """The test runs once on each."""
    engine: Engine = request.getfixturevalue(f"{request.param}_store")
    return engine
