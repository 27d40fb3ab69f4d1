"""Where a snapshot is reckoned: DuckDB in this process, the server of the store, or Spark, which say the same."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from enum import StrEnum
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

    PostgreSQL gets nothing but temporary tables, Spark nothing but temporary views of temporary files. Raises
    `StoreError` where there is no such server, or where the package that speaks to it is absent.
    """
    if analytics is Analytics.duckdb:
        return known
    tables = _on_spark(known.tables) if analytics is Analytics.spark else _on_the_server(known.tables, store)
    return replace(known, tables=tables)


def _on_spark(tables: "Mapping[str, ir.Table]") -> "dict[str, ir.Table]":
    try:
        from sync.store.spark import on_spark
    except ImportError as error:
        raise StoreError(
            f"The engine spark needs {error.name}, which is not installed.",
            hint="pip install 'pyspark==4.1.*' 'pandas>=2.2'",
        ) from error
    return on_spark(tables)


def _on_the_server(tables: "Mapping[str, ir.Table]", store: Engine) -> "dict[str, ir.Table]":
    backend = _backend(store)
    there = {}
    for name, table in tables.items():
        there[name] = backend.create_table(PREFIX + name, schema=table.schema(), temp=True)
        _copy(backend.con, PREFIX + name, table)
    return there


def _backend(store: Engine) -> Any:
    """On a connection of its own, which ends with the last of its tables."""
    import psycopg

    if store.dialect.name != "postgresql":
        raise StoreError(
            "PostgreSQL reckons on the server of the store, and this store is SQLite.",
            hint="Leave --engine out, or move the store: fingerpost export --whole, then fingerpost import.",
        )
    address = store.url.set(drivername="postgresql").render_as_string(hide_password=False)
    try:
        from ibis.backends import postgres

        return postgres.Backend.from_connection(psycopg.connect(address, autocommit=True))
    except ImportError as error:
        raise StoreError(
            f"The engine postgresql needs {error.name}, which is not installed.",
            hint="pip install 'fingerpost[postgresql]'",
        ) from error


def _copy(connection: Any, name: str, table: "ir.Table") -> None:
    from psycopg import sql

    into, names = sql.Identifier(name), sql.SQL(", ").join(map(sql.Identifier, table.columns))
    with connection.cursor() as cursor:
        with cursor.copy(sql.SQL("COPY {} ({}) FROM STDIN").format(into, names)) as rows:
            for row in _rows(table):
                rows.write_row(row)
        cursor.execute(sql.SQL("ANALYZE {}").format(into))  # nobody else gathers statistics of temporary tables


def _rows(table: "ir.Table") -> Iterator[tuple[Any, ...]]:
    """The rows of one of DuckDB's tables, a part at a time; Ibis's own way asks for what DuckDB 2 no longer has."""
    duckdb: Backend = table.get_backend()
    batches: Iterator[pa.RecordBatch] = duckdb.con.sql(duckdb.compile(table)).to_arrow_reader(_ROWS_A_BATCH)
    for batch in batches:
        yield from zip(*(column.to_pylist() for column in batch.columns), strict=True)
