"""All facts as files, one a record kind, in an order of their own: two equal stores give equal bytes."""

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias

from sqlalchemy import Engine

from sync.snapshot import SCHEMAS
from sync.store.errors import StoreError
from sync.store.tables import METADATA

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pyarrow as pa
    from ibis.backends.duckdb import Backend

Format: TypeAlias = Literal["jsonl", "parquet"]

_COPY_OPTIONS = {"jsonl": "FORMAT json", "parquet": "FORMAT parquet"}
#: When and what was missed is of the reading, not of what was read.
_OF_READING = ("read_us", "complete_us", "gaps")


def export(
    engine: Engine,
    out: Path,
    *,
    origins: bool = False,
    format: Format = "jsonl",  # noqa: A002 - the word of the command line
    extra: "Mapping[str, pa.Table] | None" = None,
    confidential: Collection[str] = (),
) -> list[Path]:
    """The files written: each record kind's rows by key, `tombstones`, and `extra` tables by all their columns.

    When a thing was read is left out; `origins` says it, in a file of its own. Of `confidential` projects and
    repositories no words are written. A folder that cannot be written to is a StoreError.
    """
    from sync.store.facts import facts
    from sync.store.unspoken import strike

    _make(out)
    stored = facts(engine, fields=True, origins=origins)
    duckdb: Backend = stored["sources"].get_backend()
    strike(duckdb, confidential)
    queries = {name: _in_order(name, table) for name, table in stored.items()}
    for name, table in (extra or {}).items():
        duckdb.con.register(name, table)
        queries[name] = f'SELECT * FROM "{name}" ORDER BY ALL'  # noqa: S608
    return [_write(duckdb, query, out / f"{name}.{format}", format) for name, query in queries.items()]


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(
            f"The folder {folder} cannot be made: {error.strerror}.", hint="Name another folder."
        ) from error


def _in_order(name: str, table: "ir.Table") -> str:
    columns = [column for column in table.columns if name == "origins" or column not in _OF_READING]
    keys = METADATA.tables[name].primary_key.columns.keys() if name in SCHEMAS else columns
    return f"SELECT {_listed(columns)} FROM {table.get_name()} ORDER BY {_listed(keys)}"  # noqa: S608


def _listed(names: list[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


def _write(duckdb: "Backend", query: str, path: Path, format: Format) -> Path:  # noqa: A002
    """Puts the file there whole or not at all."""
    part = path.with_name(f".{path.name}.part")
    target = str(part).replace("'", "''")
    duckdb.con.execute(f"COPY ({query}) TO '{target}' ({_COPY_OPTIONS[format]})")
    return part.replace(path)
