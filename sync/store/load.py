"""The snapshot: facts as they were known at an instant, and a digest that tells equal ones."""

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from hashlib import sha256
from typing import TYPE_CHECKING

from sqlalchemy import Engine

from sync.snapshot import SCHEMAS, Snapshot
from sync.store.rows import epoch_us

if TYPE_CHECKING:
    import ibis.expr.types as ir
    from ibis.backends.duckdb import Backend

#: When a source was read is no fact about the work.
_NOT_DIGESTED = {"sources": ("complete_us",)}


def snapshot(engine: Engine, as_of: datetime, *, fields: bool = False) -> Snapshot:
    """The facts as known at `as_of`, in memory and files of this process; the store may change meanwhile.

    `fields`, the work items' fields as JSON, are large and null unless asked for.
    """
    from sync.store.facts import facts
    from sync.store.known import as_known

    stored = facts(engine, fields=fields, observed=True)
    duckdb: Backend = stored["sources"].get_backend()
    tables = as_known(stored, epoch_us(as_of), keep=partial(_keep, duckdb))
    return Snapshot(as_of=as_of, digest=_digest(tables), tables=tables)


def _keep(duckdb: "Backend", name: str, table: "ir.Table") -> "ir.Table":
    """The known table, reckoned once, in the place of the stored one."""
    from sync.store.facts import PREFIX

    if _is_as_stored(duckdb, name, table):
        duckdb.con.execute(f"ALTER TABLE {PREFIX}{name} RENAME TO {name}")
        duckdb.con.execute(f"ALTER TABLE {name} DROP COLUMN IF EXISTS read_us")
    else:
        duckdb.con.execute(f"CREATE TABLE {name} AS {duckdb.compile(table)}")
        duckdb.drop_table(PREFIX + name)
    return duckdb.table(name)


def _is_as_stored(duckdb: "Backend", name: str, table: "ir.Table") -> bool:
    """Nothing was taken back, so that there is no need to copy: where there is nothing, and where no child is less."""
    from sync.store.facts import PREFIX
    from sync.store.known import CHILDREN

    held = _count(duckdb, f"{PREFIX}{name}")
    return held == 0 or (name in CHILDREN and _count(duckdb, f"({duckdb.compile(table)})") == held)


def _count(duckdb: "Backend", rows: str) -> int:
    return int(duckdb.con.execute(f"SELECT count(*) FROM {rows}").fetchall()[0][0])  # noqa: S608


def _digest(tables: "Mapping[str, ir.Table]") -> str:
    """SHA-256 of each table's number of rows and sums of row hashes: the same whatever order the rows are in.

    The hash is DuckDB's own and may change with its version.
    """
    lines = [f"{name} {_sums(tables[name].drop(*_NOT_DIGESTED.get(name, ())))}" for name in sorted(SCHEMAS)]
    return sha256("\n".join(lines).encode()).hexdigest()


def _sums(table: "ir.Table") -> str:
    duckdb: Backend = table.get_backend()
    query = f"SELECT count(*), bit_xor(hash(row)), sum(hash(row)) FROM ({duckdb.compile(table)}) AS row"  # noqa: S608
    return " ".join(map(str, duckdb.con.execute(query).fetchall()[0]))
