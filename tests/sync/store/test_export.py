import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sqlalchemy import Engine

from sync.snapshot import SCHEMAS
from sync.store.apply import apply
from sync.store.database import connect
from sync.store.errors import StoreError
from sync.store.export import Format, export
from tests.sync.store.batches import batch, change, history, item, pull, tombstone

FACTS = [item(1, labels=("größe",), points=0.5), item(2), item(10)]
HISTORY = [history(2, change(2, "8", to_text="Done"), change(2, "9"))]


def read(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


@pytest.fixture
def exported(store: Engine, tmp_path: Path) -> Path:
    apply(store, batch(*FACTS, children=HISTORY, tombstones=[tombstone("jira:issue:9", 5)]))
    export(store, tmp_path / "out", origins=True, extra={"links": pa.table({"item_ref": ["b", "a"], "rank": [1, 2]})})
    return tmp_path / "out"


def test_there_is_one_file_a_record_kind(exported: Path) -> None:
    assert {path.name for path in exported.iterdir()} == {
        f"{name}.jsonl" for name in (*SCHEMAS, "tombstones", "links", "origins")
    }


def test_a_work_item_is_written_with_all_it_has(exported: Path) -> None:
    first = read(exported / "work_items.jsonl")[0]
    assert list(first) == list(SCHEMAS["work_items"])
    assert (first["key"], first["labels"], first["points"], first["fields"]) == ("PAY-1", ["größe"], 0.5, "{}")
    assert first["has_history"] is False


def test_rows_are_in_order_of_their_keys(exported: Path) -> None:
    assert [row["ref"] for row in read(exported / "work_items.jsonl")] == [f"jira:issue:{n}" for n in (1, 10, 2)]
    assert [(row["id"], row["to_text"]) for row in read(exported / "changes.jsonl")] == [("8", "Done"), ("9", None)]
    assert read(exported / "links.jsonl") == [{"item_ref": "a", "rank": 2}, {"item_ref": "b", "rank": 1}]


def test_when_a_thing_was_read_stands_in_a_file_of_its_own(exported: Path) -> None:
    origins = [(row["kind"], row["ref"]) for row in read(exported / "origins.jsonl")]
    assert origins == [
        ("changes", "jira:issue:2"),
        ("tombstones", "jira:issue:9"),
        *(("work_items", f"jira:issue:{n}") for n in (1, 10, 2)),
    ]


@pytest.mark.parametrize("form", ["jsonl", "parquet"])
def test_equal_facts_give_equal_bytes(store: Engine, tmp_path: Path, form: Format) -> None:
    other = connect(f"sqlite:///{tmp_path}/other.db")
    apply(store, batch(*FACTS, children=HISTORY, read=100))
    for record in reversed(FACTS):
        apply(other, batch(record, read=200))
    apply(other, batch(read=300, children=HISTORY))
    one, same = (export(engine, tmp_path / name, format=form) for engine, name in ((store, "one"), (other, "same")))
    assert [path.name for path in one] == [path.name for path in same]
    assert [path.read_bytes() for path in one] == [path.read_bytes() for path in same]


def test_parquet_has_the_types_of_the_snapshot(sqlite_store: Engine, tmp_path: Path) -> None:
    apply(sqlite_store, batch(*FACTS))
    export(sqlite_store, tmp_path, format="parquet")
    types = {field.name: str(field.type) for field in pq.read_schema(tmp_path / "work_items.parquet")}
    assert (types["labels"], types["points"], types["created_us"], types["flagged"]) == (
        "list<element: string>",
        "double",
        "int64",
        "bool",
    )


def test_a_folder_that_cannot_be_made(sqlite_store: Engine, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="cannot be made"):
        export(sqlite_store, tmp_path / "file" / "out")


def test_of_what_is_confidential_no_words_are_written(sqlite_store: Engine, tmp_path: Path) -> None:
    renamed = history(1, change(1, "8", field="title", from_text="Buy it", to_text="Buy them"))
    secret = item(1, title="Buy them", body="all")
    apply(sqlite_store, batch(secret, item(2, project="WEB", title="Open"), pull(7, title="Hush"), children=[renamed]))
    export(sqlite_store, tmp_path, confidential=["PAY", "acme/shop"])
    told = [(row["key"], row["title"], row["body"]) for row in read(tmp_path / "work_items.jsonl")]
    assert told == [("PAY-1", "", None), ("PAY-2", "Open", None)]
    assert [row["title"] for row in read(tmp_path / "pull_requests.jsonl")] == [""]
    assert [row["to_text"] for row in read(tmp_path / "changes.jsonl")] == [None]
