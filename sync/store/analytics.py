"""Where a snapshot is reckoned: DuckDB in this process, or an engine of many more, which says the same."""

import tempfile
import weakref
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Engine

from sync.snapshot import Snapshot
from sync.store.errors import StoreError

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pyarrow as pa
    from ibis.backends.duckdb import Backend

#: Not to be taken for tables of the store.
PREFIX = "snapshot_"
_ROWS_A_BATCH = 50_000


class Analytics(StrEnum):
    """The engine that reckons."""

    duckdb = "duckdb"
    postgresql = "postgresql"
    spark = "spark"


def carried(known: Snapshot, analytics: Analytics, store: Engine) -> Snapshot:
    """The same facts as tables of the engine, which keeps them as long as somebody holds them.

    `postgresql` is the server of the store, which gets nothing but temporary tables. `spark` is whatever the
    environment makes of a session (spark-defaults, SPARK_REMOTE; else local) and reads Parquet files from the folder
    for temporary ones (TMPDIR), which every worker has to see. Raises `StoreError` where the engine cannot be had.
    """
    return known if analytics is Analytics.duckdb else replace(known, tables=_CARRIERS[analytics](known.tables, store))


def _postgresql(tables: "Mapping[str, ir.Table]", store: Engine) -> "dict[str, ir.Table]":
    if store.dialect.name != "postgresql":
        raise StoreError("PostgreSQL reckons on the server of the store, and this store is SQLite.", hint=_MOVE)
    try:
        from ibis.backends import postgres

        backend = postgres.Backend.from_connection(_own_connection(store))
    except ImportError as error:
        raise _absent(error, Analytics.postgresql) from error
    there = {}
    for name, table in tables.items():
        there[name] = backend.create_table(PREFIX + name, schema=table.schema(), temp=True)
        _copy(backend.con, PREFIX + name, table)
    backend.raw_sql("ANALYZE").close()  # nobody else gathers statistics of temporary tables
    return there


_MOVE = "Leave --engine out, or move the store: fingerpost export --whole, then fingerpost import."


def _own_connection(store: Engine) -> Any:
    import psycopg

    address = store.url.set(drivername="postgresql").render_as_string(hide_password=False)
    return psycopg.connect(address, autocommit=True)


def _copy(connection: Any, name: str, table: "ir.Table") -> None:
    from psycopg import sql

    names = sql.SQL(", ").join(map(sql.Identifier, table.columns))
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(name), names)
    with connection.cursor() as cursor, cursor.copy(statement) as rows:
        for batch in _batches(table):
            for row in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                rows.write_row(row)


def _batches(table: "ir.Table") -> "Iterator[pa.RecordBatch]":
    """The rows of one of DuckDB's tables, a part at a time; Ibis's own way asks for what DuckDB 2 no longer has."""
    duckdb: Backend = table.get_backend()
    yield from duckdb.con.sql(duckdb.compile(table)).to_arrow_reader(_ROWS_A_BATCH)


def _spark(tables: "Mapping[str, ir.Table]", _: Engine) -> "dict[str, ir.Table]":
    try:
        from sync.store.spark import connect

        backend = connect()
    except ImportError as error:
        raise _absent(error, Analytics.spark) from error
    folder = tempfile.TemporaryDirectory(prefix="fingerpost-")
    weakref.finalize(backend, folder.cleanup)
    there = {}
    for name, table in tables.items():
        path = Path(folder.name) / f"{name}.parquet"
        table.to_parquet(path)
        there[name] = backend.read_parquet(str(path), table_name=PREFIX + name)
    return there


def _absent(error: ImportError, analytics: Analytics) -> StoreError:
    return StoreError(
        f"The engine {analytics} needs {error.name or 'a package'}, which is not installed.",
        hint=f"pip install 'fingerpost[{analytics}]'",
    )


_CARRIERS: "Mapping[Analytics, Callable[[Mapping[str, ir.Table], Engine], dict[str, ir.Table]]]" = {
    Analytics.postgresql: _postgresql,
    Analytics.spark: _spark,
}
