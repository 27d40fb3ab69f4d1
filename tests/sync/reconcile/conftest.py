"""A second engine, for what has to come out the same on both."""

import gc
from collections.abc import Iterator
from typing import Any

import ibis
import pytest
from sqlalchemy.engine import make_url


@pytest.fixture
def postgres(postgres_url: str) -> Iterator[Any]:
    """An Ibis connection to a real PostgreSQL."""
    url = make_url(postgres_url)
    where = {"host": url.host or url.query.get("host"), "port": url.port, "password": url.password}
    connection = ibis.postgres.connect(
        user=url.username, database=url.database, **{name: value for name, value in where.items() if value}
    )
    yield connection
    gc.collect()  # cached tables are dropped while their connection is still there
    connection.disconnect()
