"""Records as rows: plain tuples in the order of their table's columns, which is the order of the record's fields."""

from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from functools import cache
from hashlib import blake2b
from operator import attrgetter
from typing import Any, TypeAlias

import msgspec
from msgspec import Struct
from sqlalchemy import Table

from connectors.records import (
    Account,
    Batch,
    Board,
    BoardItem,
    Deployment,
    Field,
    GitTag,
    ItemType,
    Label,
    Milestone,
    Project,
    PullRequest,
    Record,
    Release,
    Repository,
    RepositoryCommit,
    Sprint,
    Status,
    Tombstone,
    Version,
    WorkflowRun,
    WorkItem,
    Worklog,
)
from sync.store import tables
from sync.store.columns import fields, kind_of

Row: TypeAlias = tuple[Any, ...]
Stamp: TypeAlias = tuple[int, int, int]

TABLES: dict[type[Struct], Table] = {
    Account: tables.ACCOUNTS,
    Project: tables.PROJECTS,
    Repository: tables.REPOSITORIES,
    Status: tables.STATUSES,
    ItemType: tables.ITEM_TYPES,
    Field: tables.FIELDS,
    Sprint: tables.SPRINTS,
    Version: tables.VERSIONS,
    Milestone: tables.MILESTONES,
    Label: tables.LABELS,
    Board: tables.BOARDS,
    WorkItem: tables.WORK_ITEMS,
    Worklog: tables.WORKLOGS,
    BoardItem: tables.BOARD_ITEMS,
    PullRequest: tables.PULL_REQUESTS,
    RepositoryCommit: tables.REPOSITORY_COMMITS,
    Deployment: tables.DEPLOYMENTS,
    Release: tables.RELEASES,
    GitTag: tables.GIT_TAGS,
    WorkflowRun: tables.WORKFLOW_RUNS,
    Tombstone: tables.TOMBSTONES,
}
CHILDREN: dict[str, Table] = {
    table.name: table
    for table in (
        tables.MEMBERS,
        tables.BOARD_COLUMNS,
        tables.CHANGES,
        tables.STATED_LINKS,
        tables.REMOTE_LINKS,
        tables.COMMENTS,
        tables.REVIEWS,
        tables.REVIEW_THREADS,
        tables.COMMITS,
        tables.CHANGED_FILES,
        tables.DEPLOYMENT_STATUSES,
    )
}

#: Columns of each table's key, which comes first in a row.
_WIDTHS = {table: len(table.primary_key) for table in tables.METADATA.tables.values()}

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def epoch_us(at: datetime) -> int:
    """Microseconds since 1970 in UTC, exact; TypeError for a datetime without a zone."""
    return (at - _EPOCH) // _MICROSECOND


def at_of(us: int) -> datetime:
    """The instant of `epoch_us`."""
    return _EPOCH + us * _MICROSECOND


def rows_of(batch: Batch) -> dict[Table, list[Row]]:
    """Every row of the batch by table, sorted by key, each key once: the greatest stamp, then the last one."""
    read_us = epoch_us(batch.read_at)
    rows: dict[Table, dict[Row, Row]] = {}
    for record in (*batch.records, *batch.tombstones):
        content = msgspec.json.encode(record)
        stamp = _version_us(record), read_us, digest(content)
        _keep(rows, TABLES[type(record)], _clean([values(record)], content), stamp)
        if isinstance(record, Account) and record.email:
            _keep(rows, tables.EMAILS, _clean([(record.ref, record.email)], content), stamp)
    for child_set in batch.children:
        content = msgspec.json.encode(child_set)
        stamp = epoch_us(child_set.version_at), read_us, digest(content)
        _keep(rows, CHILDREN[child_set.kind], _clean(map(values, child_set.rows), content), stamp)
        if child_set.complete:
            _keep(rows, tables.CHILD_SETS, [(child_set.item_ref, child_set.kind)], stamp)
    return {table: [held[key] for key in sorted(held)] for table, held in rows.items() if held}


def values(record: Struct) -> Row:
    """The record's fields as columns of its table."""
    taken, converters = _taken(type(record))
    row = list(taken(record))
    for place, convert in converters:
        if row[place] is not None:
            row[place] = convert(row[place])
    return tuple(row)


def digest(content: bytes) -> int:
    """A signed number of 64 bits that differs when the content does."""
    return int.from_bytes(blake2b(content, digest_size=8).digest(), "big", signed=True)


def _clean(rows: Iterable[Row], content: bytes) -> Iterable[Row]:
    """The rows without NUL, which a text in PostgreSQL cannot hold (apache/devlake#3564); `content` is their JSON."""
    if b"\\u0000" not in content:
        return rows
    return (tuple(value.replace("\x00", "") if isinstance(value, str) else value for value in row) for row in rows)


def _keep(rows: dict[Table, dict[Row, Row]], table: Table, new: Iterable[Row], stamp: Stamp) -> None:
    held = rows.setdefault(table, {})
    width = _WIDTHS[table]
    for row in new:
        key = row[:width]
        if key not in held or held[key][-3:] <= stamp:
            held[key] = row + stamp


def _version_us(record: Record | Tombstone) -> int:
    return epoch_us(record.at if isinstance(record, Tombstone) else getattr(record, "updated_at", _EPOCH))


@cache
def _taken(record: type[Struct]) -> tuple[Callable[[Struct], Row], tuple[tuple[int, Callable[[Any], Any]], ...]]:
    """What takes the fields from a record of this kind, and which of them are stored in another form."""
    hints = fields(record)
    converters = ((place, _CONVERTERS.get(kind_of(hint))) for place, hint in enumerate(hints.values()))
    return attrgetter(*hints), tuple((place, convert) for place, convert in converters if convert)


def _array(texts: tuple[str, ...]) -> str:
    return msgspec.json.encode([text.replace("\x00", "") for text in texts]).decode()


_CONVERTERS: dict[Any, Callable[[Any], Any]] = {datetime: epoch_us, date: date.isoformat, tuple: _array}
