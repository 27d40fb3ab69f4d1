"""GitHub's objects as records. GitHub's words stop here; nothing but `Malformed` comes out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any, TypeAlias, TypeVar, get_args, get_origin

import msgspec
from msgspec import Raw

from connectors.errors import Malformed
from connectors.github import items, wire
from connectors.records import (
    Child,
    ChildKind,
    ChildSet,
    Deployment,
    ItemRef,
    PullRequest,
    Repository,
    Status,
    WorkItem,
)

T = TypeVar("T")
Item: TypeAlias = PullRequest | WorkItem | Deployment


@dataclass(frozen=True, kw_only=True)
class Parsed:
    """One item and what belongs to it."""

    record: Item
    children: tuple[ChildSet, ...] = ()


def decode(raw: Raw, kind: type[T]) -> T:
    """The bytes as `kind`; `Malformed` with the path in them where they are something else."""
    try:
        return msgspec.json.decode(raw, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Malformed(f"GitHub's answer is not what its schema promises: {error}") from error


def statuses(source: str) -> tuple[Status, Status]:
    """The two statuses that every repository has."""
    return (
        Status(ref=f"{source}:status:open", source=source, id="open", name="open", category="todo", project=None),
        Status(ref=f"{source}:status:closed", source=source, id="closed", name="closed", category="done", project=None),
    )


def repository(found: wire.Repository, source: str, *, lost_at: datetime | None = None) -> Repository:
    """The repository; its ref is its node id, whatever it is called now."""
    return Repository(
        ref=str(ItemRef(source, "repository", found.id)),
        source=source,
        name=found.name_with_owner,
        url=found.url,
        default_branch=found.default_branch_ref.name if found.default_branch_ref else None,
        archived=found.is_archived,
        private=found.is_private,
        lost_at=lost_at,
    )


def connections(found: items.Item) -> Mapping[str, wire.Connection[Any]]:
    """The item's connections by GitHub's names for them."""
    held = ((name, getattr(found, attribute)) for name, attribute in _connections(type(found)))
    return {name: connection for name, connection in held if connection is not None}


@cache
def _connections(kind: type[items.Item]) -> tuple[tuple[str, str], ...]:
    """GitHub's names for the connections of such an item, and ours."""
    described = msgspec.structs.fields(kind)
    return tuple((one.encode_name, one.name) for one in described if _is_connection(one.type))


def _is_connection(kind: Any) -> bool:
    return any(get_origin(part) is wire.Connection for part in get_args(kind))


def children(
    found: items.Item, ref: str, kind: ChildKind, rows: Sequence[Child], *, of: Sequence[wire.Connection[Any] | None]
) -> ChildSet:
    """The rows of one kind; complete only where the server showed every one of the connections they are read `of`."""
    complete = all(connection is not None and connection.whole for connection in of)
    return ChildSet(item_ref=ref, kind=kind, version_at=found.updated_at, complete=complete, rows=tuple(rows))


def rows_of(connection: wire.Connection[T] | None) -> list[T]:
    """What the server showed of it."""
    return connection.rows if connection else []


def names_of(connection: wire.Connection[wire.Named] | None) -> tuple[str, ...]:
    return tuple(row.name for row in rows_of(connection))


def key(place: wire.Place | items.PullRequest | items.Issue) -> str | None:
    """acme/shop#7."""
    return f"{place.repository.name_with_owner}#{place.number}" if place.repository else None


def utc(instant: datetime) -> datetime:
    """The same in UTC; git lets anybody write any date, and one hours beyond the calendar is kept as it reads."""
    try:
        return instant.astimezone(UTC)
    except OverflowError:
        return instant.replace(tzinfo=UTC)


def text(told: str | None) -> str:
    return (told or "").replace("\x00", "")  # PostgreSQL holds none (apache/devlake#3564)
