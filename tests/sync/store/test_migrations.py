"""A store of an earlier version is brought to ours with all that it has, and takes what is new."""

from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import create_engine, make_url

from sync.store.apply import apply
from sync.store.database import connect
from sync.store.load import snapshot
from sync.store.schema import _config
from tests.sync.store.batches import at, batch, change, history, item, pull

CHANGE = (
    "INSERT INTO changes VALUES ('jira:issue:1', '1', 0, 5, NULL, 'status', NULL, NULL, 'Open', NULL, 'Done', 0, 0, 0)"
)


@pytest.mark.parametrize("database", ["sqlite", "postgres"])
def test_a_store_of_the_first_version(request: pytest.FixtureRequest, tmp_path: Path, database: str) -> None:
    sqlite = f"sqlite:///{tmp_path}/facts.db"
    url = sqlite if database == "sqlite" else request.getfixturevalue("fresh_postgres_url")
    _make_first(url)
    store = connect(url)
    later = history(2, change(2, "1", own=True))
    apply(store, batch(item(1), item(2), pull(7, checks="SUCCESS", assignees=("a",)), children=[later]))
    known = snapshot(store, at(10))
    changes = known["changes"].order_by("item_ref").select("item_ref", "to_text", "own").to_pyarrow().to_pylist()
    assert [tuple(row.values()) for row in changes] == [("jira:issue:1", "Done", False), ("jira:issue:2", None, True)]
    [opened] = known["pull_requests"].select("checks", "assignees", "head_sha").to_pyarrow().to_pylist()
    assert opened == {"checks": "SUCCESS", "assignees": ["a"], "head_sha": None}
    store.dispose()


def _make_first(url: str) -> None:
    drivers = {"sqlite": "sqlite", "postgresql": "postgresql+psycopg"}
    address = make_url(url)
    engine = create_engine(address.set(drivername=drivers[address.get_backend_name()]))
    with engine.begin() as connection:
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        connection.exec_driver_sql(CHANGE)
    engine.dispose()
