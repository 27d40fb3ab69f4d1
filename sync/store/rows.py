"""Records as rows: plain tuples in the order of their table's columns, which is the order of the record's fields."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache
from hashlib import blake2b
from itertools import islice
from operator import attrgetter, eq, itemgetter
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
from sync.store.tables import STAMP

Row: TypeAlias = tuple[Any, ...]
_Convert: TypeAlias = Callable[[Sequence[Any]], Sequence[Any]]

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

_JSON = msgspec.json.Encoder()
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
    found: dict[Table, _Found] = defaultdict(_Found)
    for record in (*batch.records, *batch.tombstones):
        content = _JSON.encode(record)
        told = _version_us(record), digest(content), b"\\u0000" in content
        found[TABLES[type(record)]].add([record], *told)
        if isinstance(record, Account) and record.email:
            found[tables.EMAILS].add([_Email(record.ref, record.email)], *told)
    for child_set in batch.children:
        content = _JSON.encode(child_set)
        told = epoch_us(child_set.version_at), digest(content), b"\\u0000" in content
        found[CHILDREN[child_set.kind]].add(child_set.rows, *told)
        if child_set.complete:
            found[tables.CHILD_SETS].add([_Whole(child_set.item_ref, child_set.kind)], *told)
    return {table: rows.by_key(_WIDTHS[table], read_us) for table, rows in found.items() if rows.records}


def values(records: Sequence[Struct]) -> list[Row]:
    """The fields of these records, which are of one kind, as columns of its table."""
    return list(zip(*_columns(records), strict=True))


def digest(content: bytes) -> int:
    """A signed number of 64 bits that differs when the content does."""
    return int.from_bytes(blake2b(content, digest_size=8).digest(), "big", signed=True)


class _Email(Struct, frozen=True):
    """A row of `EMAILS`."""

    ref: str
    email: str


class _Whole(Struct, frozen=True):
    """A row of `CHILD_SETS`."""

    item_ref: str
    kind: str


@dataclass
class _Found:
    """What a batch tells of one table: its records, and of each the version and the digest."""

    records: list[Struct] = field(default_factory=list)
    versions_us: list[int] = field(default_factory=list)
    digests: list[int] = field(default_factory=list)
    holds_nul: bool = False

    def add(self, records: Sequence[Struct], version_us: int, content: int, holds_nul: bool) -> None:
        """`content` is its digest."""
        self.records += records
        self.versions_us += [version_us] * len(records)
        self.digests += [content] * len(records)
        self.holds_nul = self.holds_nul or holds_nul

    def by_key(self, width: int, read_us: int) -> list[Row]:
        """Its rows sorted by key, the first `width` columns, each key once."""
        stamps = self.versions_us, [read_us] * len(self.records), self.digests
        columns: list[Sequence[Any]] = [*_columns(self.records), *stamps]
        if self.holds_nul:
            columns = [[_without_nul(value) for value in column] for column in columns]
        rows, keys = list(zip(*columns, strict=True)), sorted(zip(*columns[:width], strict=True))
        if any(map(eq, keys, islice(keys, 1, None))):  # sorted, for a set of so many takes longer
            by_stamp = sorted(rows, key=itemgetter(slice(-len(STAMP), None)))
            rows = list({row[:width]: row for row in by_stamp}.values())
        return sorted(rows)  # no two share a key, so nothing beyond it is compared


def _columns(records: Sequence[Struct]) -> Iterator[Sequence[Any]]:
    """The same by column, which is done many times faster than row by row."""
    for take, convert in _stored(type(records[0])) if records else ():
        taken = list(map(take, records))
        yield convert(taken) if convert else taken


def _without_nul(value: Any) -> Any:
    """PostgreSQL can hold none in a text (apache/devlake#3564)."""
    return value.replace("\x00", "") if isinstance(value, str) else value


def _version_us(record: Record | Tombstone) -> int:
    return epoch_us(record.at if isinstance(record, Tombstone) else getattr(record, "updated_at", _EPOCH))


@cache
def _stored(record: type[Struct]) -> tuple[tuple[Callable[[Struct], Any], _Convert | None], ...]:
    """For each column of such records, what takes it from a record, and what makes of all the form that is stored."""
    return tuple((attrgetter(name), _CONVERTERS.get(kind_of(hint))) for name, hint in fields(record).items())


def _array(texts: tuple[str, ...]) -> str:
    return _JSON.encode([text.replace("\x00", "") for text in texts]).decode() if texts else "[]"


def _instants(taken: Sequence[datetime | None]) -> list[int | None]:
    """`epoch_us` of each."""
    return [None if at is None else (at - _EPOCH) // _MICROSECOND for at in taken]


def _days(taken: Sequence[date | None]) -> list[str | None]:
    return [None if on is None else on.isoformat() for on in taken]


def _arrays(taken: Sequence[tuple[str, ...] | None]) -> list[str | None]:
    return [None if texts is None else _array(texts) for texts in taken]


_CONVERTERS: dict[Any, _Convert] = {datetime: _instants, date: _days, tuple: _arrays}
