"""Batches into the store: one transaction, the same whether they come once or twice, early or late."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from zlib import crc32

from msgspec import json
from sqlalchemy import Connection, Engine, Table, func, select

from connectors.records import Batch
from sync.store import erasures, memory
from sync.store.database import writing
from sync.store.observations import observations
from sync.store.rows import CHILDREN, Row, rows_of
from sync.store.tables import OBSERVATIONS
from sync.store.upsert import upsert


@dataclass(frozen=True, kw_only=True)
class Applied:
    """What batches changed: by table, how many rows were new or newer than those held."""

    counts: Mapping[str, int]


def apply(engine: Engine, *batches: Batch, beside: Callable[[Connection], None] = lambda _: None) -> Applied:
    """Keeps these batches of one source, in their order, or nothing of them, and what `beside` writes with them.

    Facts are ordered by stamp alone, so that batches may come again and in any order. What a source remembers of its
    walk (watermarks, capabilities) is what it said last: apply the batches of one walk in its order.
    """
    told = [(batch, _rows(batch)) for batch in batches]
    counts: Counter[str] = Counter()
    with writing(engine) as connection:
        _be_alone(connection, batches[0].source)
        erased = erasures.digests(connection)
        for batch, rows in told:
            counts.update(_keep(connection, batch, erasures.without(rows, erased) if erased else rows))
        beside(connection)
    return Applied(counts=counts)


def _rows(batch: Batch) -> dict[Table, list[Row]]:
    rows = rows_of(batch)
    if seen := observations(rows, batch.read_at):
        rows[OBSERVATIONS] = seen
    return rows


def _keep(connection: Connection, batch: Batch, rows: Mapping[Table, Sequence[Row]]) -> dict[str, int]:
    counts = {table.name: upsert(connection, table, new) for table, new in rows.items()}
    for kind, item_refs in _read_again(batch).items():
        _drop_replaced(connection, CHILDREN[kind], item_refs)
    memory.remember(connection, batch)
    return counts


def _be_alone(connection: Connection, source: str) -> None:
    """One writer a source at a time, which BEGIN IMMEDIATE has given us on SQLite."""
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(crc32(source.encode()))))


def _read_again(batch: Batch) -> dict[str, list[str]]:
    """By kind of children, the items whose sets are in the batch."""
    item_refs: dict[str, list[str]] = {}
    for child_set in batch.children:
        item_refs.setdefault(child_set.kind, []).append(child_set.item_ref)
    return item_refs


def _drop_replaced(connection: Connection, table: Table, item_refs: Sequence[str]) -> None:
    """Of these items, no row stays that is older than the last complete read of its set."""
    is_sqlite = connection.dialect.name == "sqlite"
    these = json.encode(item_refs).decode() if is_sqlite else list(item_refs)
    keys = [f'"{name}"' for name in table.primary_key.columns.keys()]  # noqa: SIM118
    statement = _OLDER[connection.dialect.name].format(
        table=table.name, keys=", ".join(keys), held=", ".join(f"held.{key}" for key in keys)
    )
    connection.exec_driver_sql(statement, (these,))


_OLDER = {
    # CROSS JOIN keeps the order of the tables (https://sqlite.org/lang_select.html#crossjoin): each set is looked up
    # once, and not for each of its rows.
    "sqlite": """
        DELETE FROM {table} WHERE ({keys}) IN (
            SELECT {held} FROM json_each(?) AS these CROSS JOIN child_sets AS last CROSS JOIN {table} AS held
            WHERE last.item_ref = these.value AND last.kind = '{table}' AND held.item_ref = last.item_ref
            AND (held.version_us, held.read_us, held.digest) < (last.version_us, last.read_us, last.digest)
        )
    """,
    "postgresql": """
        DELETE FROM {table} WHERE item_ref = ANY(%s) AND (version_us, read_us, digest) < (
            SELECT version_us, read_us, digest FROM child_sets
            WHERE child_sets.item_ref = {table}.item_ref AND child_sets.kind = '{table}'
        )
    """,
}
