"""Stores to put facts into: a SQLite file, and a PostgreSQL database of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from sync.store.database import connect


@pytest.fixture
def sqlite_store(tmp_path: Path) -> Iterator[Engine]:
    engine = connect(f"sqlite:///{tmp_path}/facts.db")
    yield engine
    engine.dispose()


@pytest.fixture
def postgres_store(fresh_postgres_url: str) -> Iterator[Engine]:
    engine = connect(fresh_postgres_url)
    yield engine
    engine.dispose()


@pytest.fixture(params=["sqlite", "postgres"])
def store(request: pytest.FixtureRequest) -> Engine:
    """The test runs once on each."""
    engine: Engine = request.getfixturevalue(f"{request.param}_store")
    return engine
