"""Rows into a table, the greater stamp winning: the one fast road on each database."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import Connection, Table, select, tuple_
from sqlalchemy.dialects import postgresql, sqlite

from sync.store.rows import Row
from sync.store.tables import STAMP


def upsert(connection: Connection, table: Table, rows: Sequence[Row]) -> int:
    """How many rows were new or newer than what was held. `rows` are sorted by key and name each key once."""
    if connection.dialect.name == "postgresql":
        return _by_copy(connection, table, rows)
    return connection.exec_driver_sql(_sqlite_statement(table), list(rows)).rowcount


def _by_copy(connection: Connection, table: Table, rows: Sequence[Row]) -> int:
    """COPY and one merge: three times as fast as executemany, or as arrays unnested."""
    incoming = f"incoming_{table.name}"
    connection.exec_driver_sql(
        f"CREATE TEMPORARY TABLE IF NOT EXISTS {incoming} (LIKE {table.name}) ON COMMIT DELETE ROWS"
    )
    cursor: Any = connection.connection.cursor()
    with cursor, cursor.copy(f"COPY {incoming} FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
    return connection.exec_driver_sql(_postgresql_statement(table)).rowcount


@cache
def _sqlite_statement(table: Table) -> str:
    return str(_newer_wins(sqlite.insert(table), table).compile(dialect=sqlite.dialect()))


@cache
def _postgresql_statement(table: Table) -> str:
    incoming = table.to_metadata(type(table.metadata)(), name=f"incoming_{table.name}")
    insert = postgresql.insert(table).from_select([column.name for column in table.c], select(incoming))
    return str(_newer_wins(insert, table).compile(dialect=postgresql.dialect()))  # type: ignore[no-untyped-call]


def _newer_wins(insert: Any, table: Table) -> Any:
    keys = table.primary_key.columns.keys()
    new = insert.excluded
    return insert.on_conflict_do_update(
        index_elements=keys,
        set_={column.name: new[column.name] for column in table.c if column.name not in keys},
        where=tuple_(*(new[name] for name in STAMP)) > tuple_(*(table.c[name] for name in STAMP)),
    )
