"""Records as rows: plain tuples in the order of their table's columns, which is the order of the record's fields."""

import json
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from functools import cache
from hashlib import blake2b
from operator import attrgetter
from typing import Any, TypeAlias, get_args, get_type_hints

import msgspec
from msgspec import Struct
from sqlalchemy import Table

from connectors.records import (
    Account,
    Batch,
    Deployment,
    Field,
    Project,
    PullRequest,
    Record,
    Repository,
    Sprint,
    Status,
    Tombstone,
    WorkItem,
)
from sync.store import tables

Row: TypeAlias = tuple[Any, ...]
Stamp: TypeAlias = tuple[int, int, int]

TABLES: dict[type[Struct], Table] = {
    Account: tables.ACCOUNTS,
    Project: tables.PROJECTS,
    Repository: tables.REPOSITORIES,
    Status: tables.STATUSES,
    Field: tables.FIELDS,
    Sprint: tables.SPRINTS,
    WorkItem: tables.WORK_ITEMS,
    PullRequest: tables.PULL_REQUESTS,
    Deployment: tables.DEPLOYMENTS,
    Tombstone: tables.TOMBSTONES,
}
CHILDREN: dict[str, Table] = {
    table.name: table for table in (tables.CHANGES, tables.STATED_LINKS, tables.REVIEWS, tables.COMMITS)
}

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def epoch_us(at: datetime) -> int:
    """Microseconds since 1970 in UTC, exact; TypeError for a datetime without a zone."""
    return (at - _EPOCH) // _MICROSECOND


def rows_of(batch: Batch) -> dict[Table, list[Row]]:
    """Every row of the batch by table, sorted by key, each key once: the greatest stamp, then the last one."""
    read_us = epoch_us(batch.read_at)
    rows: dict[Table, dict[Row, Row]] = {}
    for record in (*batch.records, *batch.tombstones):
        _keep(rows, TABLES[type(record)], [values(record)], _stamp(record, read_us))
    for child_set in batch.children:
        stamp = epoch_us(child_set.version_at), read_us, digest(child_set)
        _keep(rows, CHILDREN[child_set.kind], map(values, child_set.rows), stamp)
        if child_set.complete:
            _keep(rows, tables.CHILD_SETS, [(_plain(child_set.item_ref), child_set.kind)], stamp)
    return {table: [held[key] for key in sorted(held)] for table, held in rows.items() if held}


def values(record: Struct) -> Row:
    """The record's fields as columns."""
    fields, converters = _columns(type(record))
    return tuple(
        [
            value if convert is None or value is None else convert(value)
            for convert, value in zip(converters, fields(record), strict=True)
        ]
    )


def digest(content: Struct) -> int:
    """A number in 64 bits that differs when the content does."""
    return int.from_bytes(blake2b(msgspec.json.encode(content), digest_size=8).digest(), "big", signed=True)


def _keep(rows: dict[Table, dict[Row, Row]], table: Table, new: Iterable[Row], stamp: Stamp) -> None:
    held = rows.setdefault(table, {})
    width = len(table.primary_key)
    for row in new:
        key = row[:width]
        if key not in held or held[key][-3:] <= stamp:
            held[key] = row + stamp


def _stamp(record: Record | Tombstone, read_us: int) -> Stamp:
    version_at = record.at if isinstance(record, Tombstone) else getattr(record, "updated_at", _EPOCH)
    return epoch_us(version_at), read_us, digest(record)


@cache
def _columns(kind: type[Struct]) -> tuple[Callable[[Struct], Row], tuple[Callable[[Any], Any] | None, ...]]:
    hints = get_type_hints(kind)
    return attrgetter(*hints), tuple(_converter(hint) for hint in hints.values())


def _converter(hint: Any) -> Callable[[Any], Any] | None:
    named = {getattr(part, "__origin__", part) for part in (hint, *get_args(hint))}
    if datetime in named:
        return epoch_us
    if date in named:
        return date.isoformat
    if tuple in named:
        return _array
    return None if named & {int, float, bool} else _plain


def _plain(text: str) -> str:
    # PostgreSQL has no NUL in a text (apache/devlake#3564).
    return text.replace("\x00", "") if "\x00" in text else text


def _array(texts: tuple[str, ...]) -> str:
    return json.dumps([_plain(text) for text in texts], ensure_ascii=False, separators=(",", ":")) if texts else "[]"
