"""GitHub's objects as records. GitHub's words stop here; nothing but `Malformed` comes out."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal, TypeAlias, TypeVar

import msgspec
from msgspec import Raw

from connectors.errors import Malformed
from connectors.github import timeline, wire
from connectors.github.accounts import Accounts
from connectors.records import (
    ChildKind,
    ChildSet,
    Commit,
    Deployment,
    ItemRef,
    PullRequest,
    Repository,
    Review,
    StatedLink,
    Status,
    WorkItem,
)

T = TypeVar("T")
Item: TypeAlias = PullRequest | WorkItem | Deployment
Rows = tuple[Any, ...]
ReviewState = Literal["approved", "changes_requested", "commented", "dismissed"]

REVIEW_STATES: dict[str, ReviewState] = {
    "APPROVED": "approved",
    "CHANGES_REQUESTED": "changes_requested",
    "COMMENTED": "commented",
    "DISMISSED": "dismissed",
}
RESOLUTIONS = {"COMPLETED": "completed", "DUPLICATE": "duplicate", "NOT_PLANNED": "not_planned"}


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


def repository(found: wire.Repository, source: str) -> Repository:
    """The repository; its ref is its node id, whatever it is called now."""
    return Repository(
        ref=str(ItemRef(source, "repository", found.id)),
        source=source,
        name=found.name_with_owner,
        url=found.url,
        default_branch=found.default_branch_ref.name if found.default_branch_ref else None,
        archived=found.is_archived,
        private=found.is_private,
    )


def pull_request(found: wire.PullRequest, accounts: Accounts) -> Parsed:
    """The pull request with its reviews, commits, closing references and changelog."""
    ref = f"{accounts.source}:pull_request:{found.id}"
    record = PullRequest(
        ref=ref,
        source=accounts.source,
        key=_key(found),
        url=found.url,
        repository=found.repository.name_with_owner,
        number=found.number,
        title=plain(found.title),
        body=plain(found.body),
        state="merged" if found.merged_at else "open" if found.state == "OPEN" else "closed",
        draft=found.is_draft,
        author=accounts.ref(found.author),
        base=found.base_ref_name,
        head=found.head_ref_name,
        merge_sha=found.merge_commit.oid if found.merge_commit else None,
        merged_by=accounts.ref(found.merged_by),
        additions=found.additions,
        deletions=found.deletions,
        changed_files=found.changed_files,
        labels=_names(found.labels),
        created_at=found.created_at,
        updated_at=found.updated_at,
        closed_at=found.closed_at,
        merged_at=found.merged_at,
    )
    children = (
        _children(found, ref, "reviews", found.reviews, lambda rows: _reviews(rows, ref, accounts)),
        _children(found, ref, "commits", found.commits, lambda rows: _commits(rows, ref, accounts)),
        _children(
            found, ref, "stated_links", found.closing_issues_references, lambda rows: _closes(rows, ref, accounts)
        ),
        _children(found, ref, "changes", found.timeline_items, lambda rows: _changes(rows, ref, accounts, False)),
    )
    return Parsed(record=record, children=children)


def issue(found: wire.Issue, accounts: Accounts) -> Parsed:
    """The issue as a work item, with its changelog. Its status is open or closed; the rest is told by pull requests."""
    ref = f"{accounts.source}:issue:{found.id}"
    closed = found.state == "CLOSED"
    record = WorkItem(
        ref=ref,
        source=accounts.source,
        key=_key(found),
        url=found.url,
        repository=found.repository.name_with_owner,
        type=found.issue_type.name if found.issue_type else None,
        title=plain(found.title),
        body=plain(found.body),
        status_id="closed" if closed else "open",
        status="closed" if closed else "open",
        status_category="done" if closed else "todo",
        resolution=RESOLUTIONS.get(found.state_reason or "") if closed else None,
        labels=_names(found.labels),
        milestone=found.milestone.title if found.milestone else None,
        parent_ref=f"{accounts.source}:issue:{found.parent.id}" if found.parent else None,
        assignees=tuple(filter(None, map(accounts.ref, rows_of(found.assignees)))),
        author=accounts.ref(found.author),
        created_at=found.created_at,
        updated_at=found.updated_at,
        resolved_at=found.closed_at if closed else None,
    )
    changes = _children(found, ref, "changes", found.timeline_items, lambda rows: _changes(rows, ref, accounts, True))
    return Parsed(record=record, children=(changes,))


def connections(found: wire.Item) -> Mapping[str, wire.Connection[Any]]:
    """The item's connections by GitHub's names for them."""
    by_name = zip(found.__struct_encode_fields__, msgspec.structs.astuple(found), strict=True)
    return {name: value for name, value in by_name if isinstance(value, wire.Connection)}


def _children(
    found: wire.PullRequest | wire.Issue,
    ref: str,
    kind: ChildKind,
    connection: wire.Connection[T] | None,
    rows: Callable[[list[T]], Rows],
) -> ChildSet:
    """The rows of one kind; complete only where the server showed every one of them."""
    return ChildSet(
        item_ref=ref,
        kind=kind,
        version_at=found.updated_at,
        complete=connection is not None and connection.whole,
        rows=rows(rows_of(connection)),
    )


def _reviews(rows: list[wire.Review], ref: str, accounts: Accounts) -> tuple[Review, ...]:
    """Submitted reviews; a pending one is a draft that only its author sees."""
    return tuple(
        Review(
            item_ref=ref,
            id=row.id,
            author=accounts.ref(row.author),
            state=_review_state(row.state),
            submitted_at=row.submitted_at,
            has_body=bool(row.body.strip()),
            comments=None,
        )
        for row in rows
        if row.submitted_at and row.state != "PENDING"
    )


def _review_state(word: str) -> ReviewState:
    if word not in REVIEW_STATES:
        raise Malformed(f"GitHub knows a review state that fingerpost does not: {word}")
    return REVIEW_STATES[word]


def _commits(rows: list[wire.PullRequestCommit], ref: str, accounts: Accounts) -> tuple[Commit, ...]:
    return tuple(
        Commit(
            item_ref=ref,
            sha=row.commit.oid,
            author=accounts.ref(row.commit.author.user) if row.commit.author else None,
            authored_at=utc(row.commit.authored_date),
            committed_at=utc(row.commit.committed_date),
            message=plain(row.commit.message),
        )
        for row in rows
    )


def _closes(rows: list[wire.Place], ref: str, accounts: Accounts) -> tuple[StatedLink, ...]:
    return tuple(
        StatedLink(
            item_ref=ref,
            id=row.id,
            kind="closes",
            to_ref=f"{accounts.source}:issue:{row.id}",
            to_key=timeline.key(row),
        )
        for row in rows
    )


def _changes(rows: list[wire.Event], ref: str, accounts: Accounts, work_item: bool) -> Rows:
    return timeline.changes(rows, item_ref=ref, accounts=accounts, work_item=work_item)


def rows_of(connection: wire.Connection[T] | None) -> list[T]:
    """What the server showed of it."""
    return connection.rows if connection else []


def _names(connection: wire.Connection[wire.Named] | None) -> tuple[str, ...]:
    return tuple(row.name for row in rows_of(connection))


def _key(found: wire.PullRequest | wire.Issue) -> str:
    return f"{found.repository.name_with_owner}#{found.number}"


def utc(instant: datetime) -> datetime:
    """The same in UTC; git lets anybody write any date, and one hours beyond the calendar is kept as it reads."""
    try:
        return instant.astimezone(UTC)
    except OverflowError:
        return instant.replace(tzinfo=UTC)


def plain(text: str | None) -> str:
    """The text without what PostgreSQL cannot hold."""
    return (text or "").replace("\x00", "")  # PostgreSQL holds none (apache/devlake#3564)
