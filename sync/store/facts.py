"""All facts of a store in DuckDB, as they stand: by ADBC and Arrow, from one consistent state of the store."""

import sqlite3
import tempfile
import weakref
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    ColumnElement,
    Engine,
    Select,
    Text,
    cast,
    exists,
    literal,
    null,
    select,
    union_all,
)

from sync.snapshot import SCHEMAS
from sync.store.rows import TABLES
from sync.store.tables import ACCOUNTS, CENSUSES, CHILD_SETS, EMAILS, METADATA, OBSERVATIONS, TOMBSTONES, WORK_ITEMS

if TYPE_CHECKING:
    import ibis.expr.types as ir
    from ibis.backends.duckdb import Backend

_ROWS_A_BATCH = 65_536
_MEMORY_LIMIT = "3GB"

PREFIX = "stored_"

#: What a source's last censuses missed is missed beside what its last pass did.
_WITH_CENSUSES = f"""
    UPDATE {PREFIX}sources SET gaps = list_concat(gaps, (
        SELECT flatten(list(from_json(census.gaps, '["VARCHAR"]') ORDER BY census.kind))
        FROM {PREFIX}censuses AS census WHERE census.source = {PREFIX}sources.name
    ))
"""  # noqa: S608


def facts(engine: Engine, *, fields: bool, origins: bool = False, observed: bool = False) -> "Mapping[str, ir.Table]":
    """The tables of `SCHEMAS`, with `read_us` where there is a `ref`, and `tombstones` (ref, at_us, reason, evidence).

    Their names begin with `PREFIX`. `fields` of work items are null unless asked for. `origins` adds a table of that
    name: kind, ref, version_us, read_us of every record and of every set of children that was read whole. `observed`
    adds `observations`.
    """
    duckdb = _private_duckdb()
    statements = {name: statement(name, fields=fields) for name in (*SCHEMAS, TOMBSTONES.name)}
    if origins:
        statements["origins"] = _origins()
    statements[CENSUSES.name] = select(CENSUSES.c.source, CENSUSES.c.kind, CENSUSES.c.gaps)
    if observed:
        statements[OBSERVATIONS.name] = select(*OBSERVATIONS.c)
    with _reader(engine) as cursor:
        for name, rows in statements.items():
            cursor.execute(_sql(engine, rows))
            _take_in(duckdb, name, cursor.fetch_record_batch())
    duckdb.con.execute(_WITH_CENSUSES)
    return {name: _stored(duckdb, name) for name in statements if name != CENSUSES.name}


def _stored(duckdb: "Backend", name: str) -> "ir.Table":
    if name not in SCHEMAS:
        return duckdb.table(PREFIX + name)
    read = {"read_us": "int64"} if "ref" in SCHEMAS[name] else {}
    return table(duckdb, PREFIX + name, SCHEMAS[name] | read)


def table(duckdb: "Backend", name: str, schema: Mapping[str, str]) -> "ir.Table":
    """The table of that name, which has these columns: asking the database takes longer than a small question."""
    import ibis
    import ibis.expr.operations as ops

    return ops.DatabaseTable(name, ibis.schema(schema), source=duckdb, namespace=ops.Namespace()).to_expr()


def _private_duckdb() -> "Backend":
    """A database in memory; what is beyond the limit goes to the folder for temporary files (TMPDIR), until the end."""
    import ibis

    folder = tempfile.TemporaryDirectory(prefix="fingerpost-")
    duckdb = ibis.duckdb.connect(temp_directory=folder.name, memory_limit=_MEMORY_LIMIT)
    duckdb.raw_sql("SET enable_progress_bar = false")  # it goes to stdout, where results belong, even into a file
    weakref.finalize(duckdb, folder.cleanup)
    return duckdb


def statement(name: str, *, fields: bool) -> Select[Any]:
    """Every row of a table, in the columns that `facts` gives it."""
    table = METADATA.tables[name]
    has_history = exists().where(CHILD_SETS.c.item_ref == WORK_ITEMS.c.ref, CHILD_SETS.c.kind == "changes")
    email = select(EMAILS.c.email).where(EMAILS.c.ref == ACCOUNTS.c.ref).scalar_subquery()
    special: dict[str, ColumnElement[Any]] = {"has_history": has_history, "email": email}
    if not fields and table is WORK_ITEMS:
        special["fields"] = cast(null(), Text)
    wanted = SCHEMAS.get(name) or ("ref", "at_us", "reason", "evidence")
    columns = [special[column].label(column) if column in special else table.c[column] for column in wanted]
    return select(*columns, table.c.read_us) if "ref" in table.c else select(*columns)


def _origins() -> Select[Any]:
    stamp = ("version_us", "read_us")
    records = [
        select(literal(table.name, Text).label("kind"), table.c.ref, *(table.c[name] for name in stamp))
        for table in TABLES.values()
    ]
    children = select(CHILD_SETS.c.kind, CHILD_SETS.c.item_ref.label("ref"), *(CHILD_SETS.c[name] for name in stamp))
    return select(union_all(*records, children).subquery())


def _sql(engine: Engine, statement: Select[Any]) -> str:
    """The statement's text, on SQLite with a first row that is no fact.

    ADBC types a SQLite column by its first rows, and one that begins with nulls as integer: the row shows every type.
    """
    if engine.dialect.name == "sqlite":
        kinds = {column.name: column.type.python_type for column in statement.selected_columns}
        sample = [literal(0 if kind is bool else kind()).label(name) for name, kind in kinds.items()]
        return str(union_all(select(*sample), statement).compile(engine, compile_kwargs={"literal_binds": True}))
    return str(statement.compile(engine, compile_kwargs={"literal_binds": True}))


@contextmanager
def _reader(engine: Engine) -> Iterator[Any]:
    """An ADBC cursor that sees one state of the store, whatever is written meanwhile."""
    reader = _sqlite_reader if engine.dialect.name == "sqlite" else _postgresql_reader
    with reader(engine) as cursor:
        yield cursor


@contextmanager
def _sqlite_reader(engine: Engine) -> Iterator[Any]:
    """On a copy of the file: ADBC brings a second SQLite, whose closing drops the locks that the first one holds.

    https://sqlite.org/howtocorrupt.html#_multiple_copies_of_sqlite_linked_into_the_same_application
    """
    import adbc_driver_sqlite.dbapi

    with tempfile.TemporaryDirectory(prefix="fingerpost-") as folder:
        copy = Path(folder) / "store.db"
        _copy(engine, copy)
        with adbc_driver_sqlite.dbapi.connect(str(copy)) as connection, connection.cursor() as cursor:
            cursor.adbc_statement.set_options(**{"adbc.sqlite.query.batch_rows": str(_ROWS_A_BATCH)})
            yield cursor


def _copy(engine: Engine, path: Path) -> None:
    with engine.connect() as connection, closing(sqlite3.connect(path)) as target:
        live: Any = connection.connection.driver_connection
        live.backup(target)
        target.execute("PRAGMA journal_mode = DELETE")


@contextmanager
def _postgresql_reader(engine: Engine) -> Iterator[Any]:
    import adbc_driver_postgresql.dbapi

    url = engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    with adbc_driver_postgresql.dbapi.connect(url) as connection, connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        yield cursor


def _take_in(duckdb: "Backend", name: str, rows: Any) -> None:
    types = SCHEMAS.get(name, {})
    columns = ", ".join(
        f"{_typed(field.name, types.get(field.name))} AS {_quoted(field.name)}" for field in rows.schema
    )
    key = _quoted(rows.schema.names[0])
    duckdb.con.register("incoming", rows)
    duckdb.con.execute(f"CREATE TABLE {PREFIX}{name} AS SELECT {columns} FROM incoming WHERE {key} <> ''")  # noqa: S608
    duckdb.con.unregister("incoming")


def _typed(column: str, kind: str | None) -> str:
    if kind == "array<string>":
        return f"from_json({_quoted(column)}, '[\"VARCHAR\"]')"
    return f"CAST({_quoted(column)} AS BOOLEAN)" if kind == "boolean" else _quoted(column)


def _quoted(name: str) -> str:
    return f'"{name}"'
