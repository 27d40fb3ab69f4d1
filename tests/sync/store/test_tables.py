"""Tables say what records say, snapshots what tables say, and migrations lead to exactly these tables."""

from datetime import date, datetime
from typing import Any, get_args, get_type_hints

import msgspec
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import BigInteger, Boolean, Double, Engine, Text

from connectors import records
from connectors.records import Account, Child, ChildKind, Record, Tombstone
from sync.snapshot import SCHEMAS
from sync.store.rows import CHILDREN, TABLES
from sync.store.schema import VERSION_TABLE
from sync.store.tables import METADATA, STAMP

CHILD_RECORDS = {
    "members": records.Member,
    "board_columns": records.BoardColumn,
    "changes": records.Change,
    "stated_links": records.StatedLink,
    "remote_links": records.RemoteLink,
    "comments": records.Comment,
    "reviews": records.Review,
    "review_threads": records.ReviewThread,
    "commits": records.Commit,
    "changed_files": records.ChangedFile,
    "deployment_statuses": records.DeploymentStatus,
}
RECORDS = TABLES | {CHILD_RECORDS[kind]: table for kind, table in CHILDREN.items()}
NOT_IN_SNAPSHOTS = {
    *("emails", "child_sets", "tombstones", "observations"),
    *("watermarks", "capabilities", "leases", "gates", "counts", "censuses", "missing", "maps"),
    *("reports", "messages"),
    *("deliveries", "webhooks", "schedules", "trail", "erasures"),
    *("acknowledgements", "readings", "reckonings", "quotas"),
}
#: Columns of a snapshot that are no column of the table.
JOINED = {"work_items": {"has_history"}, "accounts": {"email"}}


def test_every_kind_of_record_and_of_children_has_a_table() -> None:
    assert set(TABLES) == {*get_args(Record), Tombstone}
    assert set(CHILDREN) == set(get_args(ChildKind))
    assert set(CHILD_RECORDS.values()) == set(get_args(Child))


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.__name__)
def test_a_table_has_its_record_s_fields_in_their_order(record: type[msgspec.Struct]) -> None:
    columns = [(column.name, type(column.type), column.nullable) for column in RECORDS[record].c]
    fields = [(name, hint) for name, hint in get_type_hints(record).items() if (record, name) != (Account, "email")]
    assert columns[: -len(STAMP)] == [_column(name, hint) for name, hint in fields]


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.__name__)
def test_a_fact_carries_its_stamp_last(record: type[msgspec.Struct]) -> None:
    assert tuple(RECORDS[record].c.keys())[-len(STAMP) :] == STAMP


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.__name__)
def test_the_key_comes_first(record: type[msgspec.Struct]) -> None:
    table = RECORDS[record]
    keys = list(table.primary_key.columns.keys())
    assert table.c.keys()[: len(keys)] == keys


def test_a_snapshot_has_every_table_of_facts_with_all_its_columns() -> None:
    facts = {name: table for name, table in METADATA.tables.items() if name not in NOT_IN_SNAPSHOTS}
    promised = {
        name: [column for column in columns if column not in JOINED.get(name, ())] for name, columns in SCHEMAS.items()
    }
    assert promised == {
        name: [column.name for column in table.c if column.name not in STAMP] for name, table in facts.items()
    }


def test_the_migrations_lead_to_these_tables(store: Engine) -> None:
    with store.connect() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})
        assert compare_metadata(context, METADATA) == []


def _column(name: str, hint: Any) -> tuple[str, type, bool]:
    """Name, type and nullability of the column that holds such a field."""
    parts = get_args(hint) if type(None) in get_args(hint) else (hint,)
    nullable = type(None) in parts
    plain = next(part for part in parts if part is not type(None))
    if plain is datetime:
        return "at_us" if name == "at" else f"{name.removesuffix('_at')}_us", BigInteger, nullable
    types = {int: BigInteger, bool: Boolean, float: Double, date: Text}
    return name, types.get(plain, Text), nullable
