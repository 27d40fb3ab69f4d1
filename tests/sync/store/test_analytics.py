"""A snapshot is the same on every engine that can be had, and one that cannot says why."""

import gc
import sys
from typing import Any

import pytest
from sqlalchemy import Engine

from sync.snapshot import SCHEMAS, Snapshot
from sync.store.analytics import Analytics, carried
from sync.store.apply import apply
from sync.store.errors import StoreError
from sync.store.load import snapshot
from tests.sync.store.batches import at, batch, change, history, item, pull

#: Quotes, a tab, a line's end, what COPY takes for null, and an array that holds its signs.
TITLE = 'Say "hi"\tthen\n\\N, and {leave}'


def known(store: Engine) -> Snapshot:
    written = item(1, title=TITLE, labels=("a,b", 'c"d', "{}", ""), points=0.1, resolution=None)
    children = [history(1, change(1, "9", minute=5), version=10)]
    apply(store, batch(written, item(2, labels=()), pull(7, draft=True), children=children))
    return snapshot(store, at(60))


def rows(facts: Snapshot) -> dict[str, list[Any]]:
    return {name: sorted(facts[name].to_pyarrow().to_pylist(), key=repr) for name in SCHEMAS}


def test_postgresql_is_given_the_very_facts(postgres_store: Engine) -> None:
    facts = known(postgres_store)
    there = carried(facts, Analytics.postgresql, postgres_store)
    assert there["work_items"].get_backend().name == "postgres"
    assert TITLE in {row["title"] for row in rows(there)["work_items"]}
    assert rows(there) == rows(facts)
    assert there.digest == facts.digest
    del there
    gc.collect()  # its connection is closed before the database is dropped


def test_duckdb_is_where_they_are(sqlite_store: Engine) -> None:
    facts = known(sqlite_store)
    assert carried(facts, Analytics.duckdb, sqlite_store) is facts


def test_a_store_in_a_file_has_no_server_to_reckon_on(sqlite_store: Engine) -> None:
    with pytest.raises(StoreError, match="this store is SQLite") as refused:
        carried(known(sqlite_store), Analytics.postgresql, sqlite_store)
    assert "Leave --engine out" in refused.value.hint


def test_an_engine_whose_package_is_absent_says_what_to_install(
    postgres_store: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(StoreError, match="The engine postgresql needs pandas") as refused:
        carried(known(postgres_store), Analytics.postgresql, postgres_store)
    assert "fingerpost[postgresql]" in refused.value.hint


def test_spark_whose_package_is_absent_says_what_to_install(
    sqlite_store: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyspark", None)
    monkeypatch.delitem(sys.modules, "sync.store.spark", raising=False)
    with pytest.raises(StoreError, match="The engine spark needs pyspark") as refused:
        carried(known(sqlite_store), Analytics.spark, sqlite_store)
    assert "pip install 'pyspark" in refused.value.hint
