"""A store from one place to another, whole: into a file, into a folder of tables, into another kind of database.

Every row of every table goes, with its stamps, so that the next pass goes on where the last one stopped.
"""

import base64
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import msgspec
from sqlalchemy import Boolean, Connection, Double, Engine, LargeBinary, Table, Text, func, insert, select

from sync import __version__
from sync.store.database import connect, reading, writing
from sync.store.errors import StoreError
from sync.store.tables import GATES, LEASES, METADATA, RECKONINGS, TRAIL

if TYPE_CHECKING:
    import pyarrow as pa

Format: TypeAlias = Literal["jsonl", "parquet"]

_ROWS = 5_000  # read and written together
#: Who is at work at this moment is nothing to take along, nor is what can be made again.
_LEFT = frozenset({LEASES.name, GATES.name, RECKONINGS.name})
TABLES = tuple(table for table in METADATA.sorted_tables if table.name not in _LEFT)
_NOTE = "fingerpost.json"  # of a folder: which version wrote it, and how many rows each table has
_NOT_EMPTY = "Name an empty one, or say --force to replace what it holds."


def copy(source: Engine, target: Engine, *, force: bool = False) -> int:
    """How many rows were copied; StoreError where the target holds anything and `force` is not said."""
    with reading(_at_one_instant(source)) as read, writing(target) as write:
        _make_room(write, force=force)
        return sum(_put(write, table, _rows(read, table)) for table in TABLES)


def back_up(engine: Engine, file: Path) -> int:
    """Writes the whole store, as it stands at one instant, into a SQLite file that is not there yet."""
    if file.exists():
        raise StoreError(f"{file} is there already.", hint="Name another file for the backup.")
    part = file.with_name(f".{file.name}.part")
    part.unlink(missing_ok=True)
    target = connect(f"sqlite:///{part.absolute()}")
    try:
        count = copy(engine, target)
        with closing(target.raw_connection()) as connection:
            connection.cursor().execute("PRAGMA journal_mode = DELETE")  # one file, without others beside it
    finally:
        target.dispose()
    part.chmod(0o600)
    part.replace(file)
    return count


def restore(file: Path, engine: Engine, *, force: bool = False) -> int:
    """Brings back what a backup holds."""
    if not file.is_file():
        raise StoreError(f"There is no backup {file}.", hint="Name the file that `backup` wrote.")
    source = connect(f"sqlite:///{file.absolute()}")
    try:
        return copy(source, engine, force=force)
    finally:
        source.dispose()


def dump(engine: Engine, folder: Path, *, form: Format) -> int:
    """Writes a file for each table, the rows by key, and a note of what is in them."""
    folder.mkdir(parents=True, exist_ok=True)
    counts: dict[str, int] = {}
    with reading(_at_one_instant(engine)) as connection:
        for table in TABLES:
            path = folder / f"{table.name}.{form}"
            write = _write_parquet if form == "parquet" else _write_lines
            counts[table.name] = write(path, table, _rows(connection, table))
    note = {"version": __version__, "format": form, "rows": counts}
    (folder / _NOTE).write_bytes(msgspec.json.format(msgspec.json.encode(note), indent=2))
    return sum(counts.values())


def load(folder: Path, engine: Engine, *, force: bool = False) -> int:
    """Brings back what `dump` wrote, whichever database it came from. All of it or nothing."""
    form, counts = _noted(folder)
    read = _read_parquet if form == "parquet" else _read_lines
    with writing(engine) as connection:
        _make_room(connection, force=force)
        for table in TABLES:
            path = folder / f"{table.name}.{form}"
            put = _put(connection, table, read(path, table)) if path.exists() else 0
            if put != counts.get(table.name, 0):
                raise StoreError(
                    f"{path} has {put:,} rows, and {counts.get(table.name, 0):,} were written.",
                    hint="Copy the folder again: a file of it is cut short or missing.",
                )
    return sum(counts.values())


def _at_one_instant(engine: Engine) -> Engine:
    """The store as it stood when the reading began, which a transaction on SQLite is anyway."""
    is_many = engine.dialect.name == "postgresql"
    return engine.execution_options(isolation_level="REPEATABLE READ") if is_many else engine


def _noted(folder: Path) -> tuple[Format, Mapping[str, int]]:
    try:
        note = msgspec.json.decode((folder / _NOTE).read_bytes())
        form, counts = note["format"], note["rows"]
    except (OSError, msgspec.DecodeError, KeyError, TypeError):
        raise StoreError(
            f"{folder} is no export of a whole store.", hint="Name a folder that `export --whole` wrote."
        ) from None
    if unknown := counts.keys() - {table.name for table in TABLES}:
        raise StoreError(
            f"{folder} has tables that this fingerpost does not know: {', '.join(sorted(unknown))}.",
            hint="Use the fingerpost that wrote it, or a newer one.",
        )
    return form, counts


def _make_room(connection: Connection, *, force: bool) -> None:
    held = [table.name for table in TABLES if connection.execute(select(table).limit(1)).first()]
    if held and not force:
        raise StoreError(f"The store holds something already ({', '.join(held[:3])}).", hint=_NOT_EMPTY)
    if TRAIL.name in held:
        raise StoreError("The store has a trail, which is only added to.", hint="Name an empty store.")
    for name in held:
        connection.execute(METADATA.tables[name].delete())


def _rows(connection: Connection, table: Table) -> Iterator[Sequence[Sequence[Any]]]:
    """All rows by key, some at a time."""
    ordered = select(table).order_by(*table.primary_key.columns).execution_options(yield_per=_ROWS)
    for some in connection.execute(ordered).partitions():
        yield [tuple(row) for row in some]


def _put(connection: Connection, table: Table, rows: Iterator[Sequence[Sequence[Any]]]) -> int:
    names, count = table.c.keys(), 0
    for some in rows:
        connection.execute(insert(table), [dict(zip(names, row, strict=True)) for row in some])
        count += len(some)
    if table is TRAIL and count and connection.dialect.name == "postgresql":
        last = select(func.max(TRAIL.c.id)).scalar_subquery()
        connection.execute(select(func.setval(func.pg_get_serial_sequence("trail", "id"), last)))
    return count


def _write_lines(path: Path, table: Table, rows: Iterator[Sequence[Sequence[Any]]]) -> int:
    names, count = table.c.keys(), 0
    with path.open("wb") as file:
        for some in rows:
            lines = [msgspec.json.encode(dict(zip(names, row, strict=True))) for row in some]
            file.write(b"".join(line + b"\n" for line in lines))
            count += len(some)
    return count


def _read_lines(path: Path, table: Table) -> Iterator[Sequence[Sequence[Any]]]:
    names = table.c.keys()
    binary = [isinstance(column.type, LargeBinary) for column in table.c]
    some: list[tuple[Any, ...]] = []
    with path.open("rb") as file:
        for line in file:
            row = msgspec.json.decode(line)
            values = (row[name] for name in names)
            some.append(tuple(_bytes(value) if is_one else value for value, is_one in zip(values, binary, strict=True)))
            if len(some) == _ROWS:
                yield some
                some = []
    if some:
        yield some


def _bytes(value: str | None) -> bytes | None:
    return None if value is None else base64.b64decode(value)


def _write_parquet(path: Path, table: Table, rows: Iterator[Sequence[Sequence[Any]]]) -> int:
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema, count = _schema(table), 0
    with pq.ParquetWriter(path, schema) as writer:
        for some in rows:
            columns = [
                pa.array(column, type=field.type) for column, field in zip(zip(*some, strict=True), schema, strict=True)
            ]
            writer.write_batch(pa.RecordBatch.from_arrays(columns, schema=schema))
            count += len(some)
    return count


def _read_parquet(path: Path, table: Table) -> Iterator[Sequence[Sequence[Any]]]:
    import pyarrow.parquet as pq

    for batch in pq.ParquetFile(path).iter_batches(_ROWS, columns=table.c.keys()):
        yield list(zip(*(column.to_pylist() for column in batch.columns), strict=True))


def _schema(table: Table) -> "pa.Schema":
    import pyarrow as pa

    kinds = {Text: pa.string(), Double: pa.float64(), Boolean: pa.bool_(), LargeBinary: pa.binary()}
    return pa.schema([(column.name, kinds.get(type(column.type), pa.int64())) for column in table.c])
