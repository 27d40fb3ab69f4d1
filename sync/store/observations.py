"""What has no history of its own is dated by us: when the source first and last showed it just so.

An observation is a ref's content within a month, from the first to the last time that it was read. Two of the same
become one by the earlier beginning and the later end, so that they may come again and in any order.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

import msgspec
from sqlalchemy import Table

from sync.store import tables
from sync.store.rows import Row, digest, epoch_us
from sync.store.tables import STAMP

#: The tables of what is dated so; an account is what it is now.
OBSERVED = {
    table.name: table
    for table in (
        tables.PROJECTS,
        tables.REPOSITORIES,
        tables.STATUSES,
        tables.ITEM_TYPES,
        tables.FIELDS,
        tables.SPRINTS,
        tables.VERSIONS,
        tables.MILESTONES,
        tables.LABELS,
        tables.BOARDS,
        tables.BOARD_ITEMS,
    )
}


def observations(rows: Mapping[Table, list[Row]], read_at: datetime) -> list[Row]:
    """One for each of these rows that is dated so, sorted by key."""
    month, read_us = f"{read_at.astimezone(UTC):%Y-%m}", epoch_us(read_at)
    return sorted(
        (ref, month, digest(content), kind, read_us, read_us, content.decode()) for kind, ref, content in _seen(rows)
    )


def _seen(rows: Mapping[Table, list[Row]]) -> Iterator[tuple[str, str, bytes]]:
    for kind, table in OBSERVED.items():
        names = table.c.keys()[: -len(STAMP)]
        for row in rows.get(table, ()):
            yield kind, row[0], msgspec.json.encode(dict(zip(names, row, strict=False)))
