"""The builder of snapshot tables keeps to the snapshot's contract."""

import pytest

from sync.snapshot import SCHEMAS
from tests.builders import micros, ref_of, tables


def test_every_table_has_its_schema_even_when_empty():
    built = tables(work_items=[{"key": "PAY-1"}])
    assert {name: {c: str(t) for c, t in table.schema().items()} for name, table in built.items()} == SCHEMAS


def test_a_key_is_enough_and_what_is_not_said_is_null():
    built = tables(
        work_items=[{"key": "PAY-1"}], pull_requests=[{"key": "acme/shop#7", "merged_us": "2026-01-02T00:00Z"}]
    )
    (item,) = built["work_items"].to_pyarrow().to_pylist()
    (pull_request,) = built["pull_requests"].to_pyarrow().to_pylist()
    assert (item["ref"], item["project"], item["labels"], item["status"]) == (ref_of("PAY-1"), "PAY", [], None)
    assert (pull_request["number"], pull_request["state"]) == (7, "merged")
    assert pull_request["merged_us"] == micros("2026-01-02T01:00+01:00")


def test_a_column_or_table_that_does_not_exist_is_refused():
    with pytest.raises(KeyError, match="colour"):
        tables(work_items=[{"key": "PAY-1", "colour": "red"}])
    with pytest.raises(KeyError, match="tickets"):
        tables(tickets=[])
