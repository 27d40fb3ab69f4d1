"""The snapshot: facts as they were known at an instant, and a digest that tells equal ones."""

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

    stored = facts(engine, fields=fields, observed=True)
    from sync.store.known import as_known  # only now: Ibis is imported while the store is read

    duckdb: Backend = stored["sources"].get_backend()
    tables = as_known(stored, epoch_us(as_of), keep=partial(_keep, duckdb))
    return Snapshot(as_of=as_of, digest=_digest(duckdb), tables=tables)


def _keep(duckdb: "Backend", name: str, known: "ir.Table") -> "ir.Table":
    """The known table, reckoned once, in the place of the stored one."""
    from sync.store.facts import PREFIX, table

    stored = PREFIX + name
    held = _count(duckdb, stored)
    query = duckdb.compile(known) if held else ""
    if not held or _is_nothing_less(duckdb, name, query, held=held):
        duckdb.con.execute(f"ALTER TABLE {stored} RENAME TO {name}")
        duckdb.con.execute(f"ALTER TABLE {name} DROP COLUMN IF EXISTS read_us")
    else:
        duckdb.con.execute(f"CREATE TABLE {name} AS {query}")
        duckdb.con.execute(f"DROP TABLE {stored}")
    return table(duckdb, name, SCHEMAS[name])


def _is_nothing_less(duckdb: "Backend", name: str, query: str, *, held: int) -> bool:
    """Whether nothing was taken back, so that there is no need to copy: the children are as many as are stored."""
    from sync.store.known import CHILDREN

    return name in CHILDREN and _count(duckdb, f"({query})") == held


def _count(duckdb: "Backend", rows: str) -> int:
    return int(duckdb.con.execute(f"SELECT count(*) FROM {rows}").fetchall()[0][0])  # noqa: S608


def _digest(duckdb: "Backend") -> str:
    """SHA-256 of each table's number of rows and sums of row hashes: the same whatever order the rows are in.

    The hash is DuckDB's own and may change with its version.
    """
    lines = [f"{name} {_sums(duckdb, name)}" for name in sorted(SCHEMAS)]
    return sha256("\n".join(lines).encode()).hexdigest()


def _sums(duckdb: "Backend", name: str) -> str:
    if not _count(duckdb, name):
        return "0 None None"  # as below, without the hundredth of a second that a plan over every column takes
    told = ", ".join(f'"{column}"' for column in SCHEMAS[name] if column not in _NOT_DIGESTED.get(name, ()))
    query = f"SELECT count(*), bit_xor(hash(row)), sum(hash(row)) FROM (SELECT {told} FROM {name}) AS row"  # noqa: S608
    return " ".join(map(str, duckdb.con.execute(query).fetchall()[0]))
