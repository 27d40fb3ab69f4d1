"""Batches from little: instants are minutes of one day, and the rest has defaults."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Engine, delete, exists, literal, select, union_all

from connectors.records import Account, Batch, Change, ChildSet, PullRequest, Record, Status, Tombstone, WorkItem
from sync.store.tables import CAPABILITIES, METADATA, TRAIL, WATERMARKS

DAY = datetime(2026, 3, 2, tzinfo=UTC)


def at(minute: int) -> datetime:
    return DAY + timedelta(minutes=minute)


def item(number: int, *, updated: int = 0, created: int = 0, **fields: Any) -> WorkItem:
    facts = {"key": f"PAY-{number}", "url": f"https://example.test/PAY-{number}", "project": "PAY", "status": "Open"}
    instants = {"created_at": at(created), "updated_at": at(updated)}
    return WorkItem(ref=f"jira:issue:{number}", source="jira", **{**facts, **instants, **fields})


def pull(number: int, *, updated: int = 0, created: int | None = 0, **fields: Any) -> PullRequest:
    key = f"acme/shop#{number}"
    silent = dict.fromkeys(("body", "author", "base", "head", "merge_sha", "merged_by", "closed_at", "merged_at"))
    sizes = dict.fromkeys(("additions", "deletions", "changed_files"))
    words = {"key": key, "url": f"https://example.test/{key}", "repository": "acme/shop", "title": "", "state": "open"}
    instants = {"created_at": None if created is None else at(created), "updated_at": at(updated)}
    rest = {"number": number, "draft": False, "labels": ()}
    return PullRequest(
        ref=f"github:pull_request:{number}",
        source="github",
        **{**silent, **sizes, **words, **instants, **rest, **fields},
    )


def status(number: int, *, name: str = "Open", category: Any = "todo") -> Status:
    identity = str(number)
    return Status(ref=f"jira:status:{identity}", source="jira", id=identity, name=name, category=category, project=None)


def account(number: int, *, name: str = "A. Tester", email: str | None = None) -> Account:
    return Account(ref=f"jira:account:{number}", source="jira", name=name, kind="person", email=email)


def change(number: int, identity: str, *, minute: int = 0, field: str = "status", **fields: Any) -> Change:
    silent = dict.fromkeys(("author", "field_id", "from_id", "from_text", "to_id", "to_text"))
    known = {"item_ref": f"jira:issue:{number}", "id": identity, "index": 0, "at": at(minute), "field": field}
    return Change(**{**silent, **known, **fields})


def history(number: int, *changes: Change, version: int = 0, complete: bool = True) -> ChildSet:
    return ChildSet(
        item_ref=f"jira:issue:{number}", kind="changes", version_at=at(version), complete=complete, rows=changes
    )


def tombstone(ref: str, minute: int) -> Tombstone:
    return Tombstone(ref=ref, at=at(minute), reason="deleted", evidence="the source said so")


def batch(
    *records: Record,
    read: int = 0,
    children: Iterable[ChildSet] = (),
    tombstones: Iterable[Tombstone] = (),
    **rest: Any,
) -> Batch:
    return Batch(
        source="jira",
        read_at=at(read),
        records=records,
        children=tuple(children),
        tombstones=tuple(tombstones),
        **rest,
    )


#: The names of the tables that hold anything: one question, where one for each would take most of a test's time.
HELD = union_all(*(select(literal(table.name)).where(exists().select_from(table)) for table in METADATA.sorted_tables))


def contents(engine: Engine) -> dict[str, set[tuple[Any, ...]]]:
    """Every fact in the store, by table."""
    found: dict[str, set[tuple[Any, ...]]] = {table.name: set() for table in METADATA.sorted_tables}
    del found[WATERMARKS.name], found[CAPABILITIES.name]
    with engine.begin() as connection:
        for name in found.keys() & set(connection.scalars(HELD)):
            found[name] = {tuple(row) for row in connection.execute(select(METADATA.tables[name]))}
    return found


def clear(engine: Engine) -> None:
    with engine.begin() as connection:
        held = set(connection.scalars(HELD)) - {TRAIL.name}  # from which nobody deletes
        for name in held:
            connection.execute(delete(METADATA.tables[name]))
