"""All facts of a store in DuckDB, as they stand: by ADBC and Arrow, from one consistent state of the store."""

import sqlite3
import tempfile
import weakref
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
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
    from duckdb import DuckDBPyConnection
    from ibis.backends.duckdb import Backend

_ROWS_A_BATCH = 16_384
_MEMORY_LIMIT = "3GB"
_READERS = 2  #: tables that are read at once, each on a core of its own
_LARGEST = "changes"  #: is begun first: it takes about as long as all the others together

_ONE_STATE = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"

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
    statements = {name: statement(name, fields=fields) for name in (*SCHEMAS, TOMBSTONES.name)}
    if origins:
        statements["origins"] = _origins()
    statements[CENSUSES.name] = select(CENSUSES.c.source, CENSUSES.c.kind, CENSUSES.c.gaps)
    if observed:
        statements[OBSERVATIONS.name] = select(*OBSERVATIONS.c)
    texts = {name: _sql(engine, rows) for name, rows in statements.items()}
    connection = _private_duckdb()
    with _readers(engine) as cursors, _taking_in(texts, cursors, connection):
        import ibis  # which takes about as long as to read a small store
    connection.execute(_WITH_CENSUSES)
    duckdb = ibis.duckdb.from_connection(connection)
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


def _private_duckdb() -> "DuckDBPyConnection":
    """A database in memory; what is beyond the limit goes to the folder for temporary files (TMPDIR), until the end."""
    import duckdb

    folder = tempfile.TemporaryDirectory(prefix="fingerpost-")
    connection = duckdb.connect(config={"temp_directory": folder.name, "memory_limit": _MEMORY_LIMIT})
    connection.execute("SET enable_progress_bar = false")  # it goes to stdout, where results belong, even into a file
    weakref.finalize(connection, folder.cleanup)
    return connection


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
def _readers(engine: Engine) -> Iterator[Sequence[Any]]:
    """ADBC cursors that all see one state of the store, whatever is written meanwhile."""
    readers = _sqlite_readers if engine.dialect.name == "sqlite" else _postgresql_readers
    with ExitStack() as stack:
        yield readers(engine, stack)


def _sqlite_readers(engine: Engine, stack: ExitStack) -> Sequence[Any]:
    """On a copy of the file: ADBC brings a second SQLite, whose closing drops the locks that the first one holds.

    https://sqlite.org/howtocorrupt.html#_multiple_copies_of_sqlite_linked_into_the_same_application
    """
    copy = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="fingerpost-"))) / "store.db"
    with ThreadPoolExecutor(1) as aside:
        copied = aside.submit(_copy, engine, copy)
        import adbc_driver_sqlite.dbapi  # about as long as the copy takes
    copied.result()
    cursors = [_cursor(adbc_driver_sqlite.dbapi.connect(str(copy)), stack) for _ in range(_READERS)]
    for cursor in cursors:
        cursor.adbc_statement.set_options(**{"adbc.sqlite.query.batch_rows": str(_ROWS_A_BATCH)})
    return cursors


def _copy(engine: Engine, path: Path) -> None:
    with engine.connect() as connection, closing(sqlite3.connect(path)) as target:
        target.execute("PRAGMA synchronous = OFF")  # a copy that a crash may take: nobody waits for the disk
        live: Any = connection.connection.driver_connection
        live.backup(target)
        target.execute("PRAGMA journal_mode = DELETE")


def _postgresql_readers(engine: Engine, stack: ExitStack) -> Sequence[Any]:
    """Each in a transaction of its own, all on what the first one saw.

    https://www.postgresql.org/docs/current/functions-admin.html#FUNCTIONS-SNAPSHOT-SYNCHRONIZATION
    """
    import adbc_driver_postgresql.dbapi

    url = engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    first, *others = (_cursor(adbc_driver_postgresql.dbapi.connect(url), stack) for _ in range(_READERS))
    first.execute(_ONE_STATE)
    first.execute("SELECT pg_export_snapshot()")
    seen = first.fetchall()[0][0]
    for other in others:
        other.execute(_ONE_STATE)
        other.execute(f"SET TRANSACTION SNAPSHOT '{seen}'")
    return [first, *others]


def _cursor(connection: Any, stack: ExitStack) -> Any:
    return stack.enter_context(stack.enter_context(connection).cursor())


@contextmanager
def _taking_in(statements: Mapping[str, str], cursors: Sequence[Any], duckdb: "DuckDBPyConnection") -> Iterator[None]:
    """The tables are taken in meanwhile, and all there at its end: each cursor reads one by one, until none is left."""
    waiting = iter(sorted(statements.items(), key=lambda entry: entry[0] != _LARGEST))

    def read(cursor: Any, into: "DuckDBPyConnection") -> None:
        for name, query in waiting:
            cursor.execute(query)
            _take_in(into, name, cursor.fetch_record_batch())

    with ThreadPoolExecutor(len(cursors)) as threads:
        reading = [threads.submit(read, cursor, duckdb.cursor()) for cursor in cursors]
        yield
    for each in reading:
        each.result()


def _take_in(into: "DuckDBPyConnection", name: str, rows: Any) -> None:
    types = SCHEMAS.get(name, {})
    columns = ", ".join(
        f"{_typed(field.name, types.get(field.name))} AS {_quoted(field.name)}" for field in rows.schema
    )
    key = _quoted(rows.schema.names[0])
    into.register("incoming", rows)
    into.execute(f"CREATE TABLE {PREFIX}{name} AS SELECT {columns} FROM incoming WHERE {key} <> ''")  # noqa: S608
    into.unregister("incoming")


def _typed(column: str, kind: str | None) -> str:
    if kind == "array<string>":
        return f"from_json({_quoted(column)}, '[\"VARCHAR\"]')"
    return f"CAST({_quoted(column)} AS BOOLEAN)" if kind == "boolean" else _quoted(column)


def _quoted(name: str) -> str:
    return f'"{name}"'
