"""What is held under a ref, or under the key that people know it by."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Column, Connection, Engine, Table, select

from sync.store.database import reading
from sync.store.tables import METADATA, TOMBSTONES

_NAMES_A_STATEMENT = 500


class Held(NamedTuple):
    """A record's ref, and when it was last read, in epoch microseconds of the source's clock."""

    ref: str
    read_us: int


def by_ref(engine: Engine, refs: Sequence[str]) -> dict[str, Held]:
    """Those among the refs that are held, whatever they are."""
    found: dict[str, Held] = {}
    with reading(engine) as connection:
        for table in METADATA.sorted_tables:
            if "ref" in table.c and "read_us" in table.c and table is not TOMBSTONES:
                found |= _named(connection, table, table.c.ref, refs)
    return found


def by_key(engine: Engine, source: str, keys: Sequence[str]) -> dict[str, Held]:
    """Those among the keys that an item of this source has."""
    found: dict[str, Held] = {}
    with reading(engine) as connection:
        for table in (METADATA.tables["work_items"], METADATA.tables["pull_requests"]):
            found |= _named(connection, table, table.c.key, keys, source=source)
    return found


def _named(
    connection: Connection, table: Table, name: Column[str], names: Sequence[str], *, source: str | None = None
) -> dict[str, Held]:
    found: dict[str, Held] = {}
    for start in range(0, len(names), _NAMES_A_STATEMENT):
        asked = select(name, table.c.ref, table.c.read_us).where(name.in_(names[start : start + _NAMES_A_STATEMENT]))
        rows = connection.execute(asked.where(table.c.source == source) if source else asked)
        found |= {row[0]: Held(row[1], row[2]) for row in rows}
    return found
