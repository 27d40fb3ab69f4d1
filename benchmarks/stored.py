"""A store filled with made-up facts at once, without reading them from any source."""

import adbc_driver_sqlite.dbapi
import duckdb
from sqlalchemy import Table

from benchmarks import facts
from sync.snapshot import SCHEMAS
from sync.store.database import connect
from sync.store.rows import epoch_us
from sync.store.tables import CHILD_SETS, METADATA

COMPLETE = "SELECT ref AS item_ref, 'changes' AS kind, updated_us FROM work_items"


def fill(path: str, items: int) -> dict[str, int]:
    """Rows by table, of a new SQLite store at `path` with so many work items."""
    connect(f"sqlite:///{path}").dispose()
    made = duckdb.connect()
    facts.make(made, items)
    made.execute(f"CREATE VIEW {CHILD_SETS.name} AS {COMPLETE}")
    with adbc_driver_sqlite.dbapi.connect(path) as store, store.cursor() as cursor:
        for name in (*SCHEMAS, CHILD_SETS.name):
            rows = made.sql(_statement(METADATA.tables[name], made)).to_arrow_reader(100_000)
            cursor.adbc_ingest(name, rows, mode="append")
        store.commit()
    return {name: made.execute(f"SELECT count(*) FROM {name}").fetchall()[0][0] for name in SCHEMAS}


def _statement(table: Table, made: duckdb.DuckDBPyConnection) -> str:
    """The rows in the order of their keys, as the store keeps them."""
    held = {name: kind for name, kind, *_ in made.execute(f"DESCRIBE {table.name}").fetchall()}
    version = "updated_us" if "updated_us" in held else "0::BIGINT"
    stamp = {"version_us": version, "read_us": f"{epoch_us(facts.AS_OF)}::BIGINT", "digest": "0::BIGINT"}
    columns = (stamp.get(column.name) or _stored(column.name, held[column.name]) for column in table.c)
    named = ", ".join(f'{value} AS "{column.name}"' for column, value in zip(table.c, columns, strict=True))
    keys = ", ".join(f'"{column.name}"' for column in table.primary_key.columns)
    return f"SELECT {named} FROM {table.name} ORDER BY {keys}"


def _stored(column: str, kind: str) -> str:
    if kind == "VARCHAR[]":
        return f'to_json("{column}")::VARCHAR'
    return f'"{column}"::BIGINT' if kind == "BOOLEAN" else f'"{column}"'
