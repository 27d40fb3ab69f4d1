"""For all tests: examples that are the same in every run, and a real PostgreSQL for whoever asks."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count

import pytest
import structlog
from hypothesis import HealthCheck, settings
from sqlalchemy import Connection, create_engine, make_url

from sync.cli import GARBAGE
from sync.store.database import connect
from sync.store.schema import VERSION_TABLE
from tests.postgres import postgres

# No clock decides a test: neither a slow example nor slow thinking of one is a failure.
settings.register_profile("steady", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("steady")

_numbers = count(1)
#: Where the files are that take longest.
LONG = ("e2e", "work", "checks", "browser")

#: Whoever is still connected is shown out; then no table keeps a row, but for what says which migrations were made.
EMPTY = f"""
    DO $$
    DECLARE filled text; has_rows boolean;
    BEGIN
        PERFORM pg_terminate_backend(pid) FROM pg_stat_activity
            WHERE datname = current_database() AND pid <> pg_backend_pid();
        SET LOCAL session_replication_role = replica;
        FOR filled IN SELECT tablename FROM pg_tables
            WHERE schemaname = 'public' AND tablename <> '{VERSION_TABLE}'
        LOOP
            EXECUTE 'SELECT EXISTS (SELECT FROM ' || quote_ident(filled) || ')' INTO has_rows;
            IF has_rows THEN EXECUTE 'DELETE FROM ' || quote_ident(filled); END IF;
        END LOOP;
    END $$
"""


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long files come first: a worker that began one last would work on while the others have nothing left to do."""
    items.sort(key=lambda item: item.path.parent.name not in LONG)


def pytest_collection_finish() -> None:
    """What is loaded by now stays: the collector need not look at all of it again for every expression of Ibis."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(GARBAGE)


def pytest_unconfigure() -> None:
    gc.unfreeze()  # or DuckDB complains of what is left


@pytest.fixture(autouse=True)
def log_of_its_own() -> Iterator[None]:
    """No test logs as the one before it had set it up, into a stream that may be closed."""
    structlog.reset_defaults()
    yield
    structlog.reset_defaults()


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """URL of a server from the wheel, gone at the end; ask for one of those below to have a database to yourself."""
    with postgres() as server:
        yield server.get_uri()


@pytest.fixture
def fresh_postgres_url(postgres_url: str) -> Iterator[str]:
    """URL of an empty database."""
    with _database(postgres_url, template="template1") as url:
        yield url


@pytest.fixture
def postgres_store_url(postgres_store_of_all: str) -> Iterator[str]:
    """URL of a store with nothing in it: emptied, for to make and drop a database takes half a second."""
    yield postgres_store_of_all
    with _admin(postgres_store_of_all) as connection:
        connection.exec_driver_sql(EMPTY)


@pytest.fixture(scope="session")
def postgres_store_of_all(postgres_url: str) -> Iterator[str]:
    """URL of the store that one test after another has."""
    with _database(postgres_url, template="template1") as url:
        connect(url).dispose()
        yield url


@contextmanager
def _database(server: str, *, template: str) -> Iterator[str]:
    """URL of a database of this server for as long as the context lasts."""
    name = f"test_{next(_numbers)}"
    with _admin(server) as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name} TEMPLATE {template}")
        yield make_url(server).set(database=name).render_as_string(hide_password=False)
        connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def _admin(url: str) -> Iterator[Connection]:
    engine = create_engine(make_url(url).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        yield connection
    engine.dispose()
