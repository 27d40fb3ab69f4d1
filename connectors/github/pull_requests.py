"""Pull requests as records, with all that belongs to them."""

from typing import Literal

from connectors.github import items
from connectors.github.accounts import Accounts
from connectors.github.co_authors import co_authors
from connectors.github.links import closes, mentioned_by
from connectors.github.parse import Parsed, children, key, names_of, rows_of, text, utc
from connectors.github.timeline import changes, comments
from connectors.records import ChangedFile, ChildSet, Commit, PullRequest, Review, ReviewThread

ReviewState = Literal["approved", "changes_requested", "commented", "dismissed"]

REVIEW_STATES: dict[str, ReviewState] = {
    "APPROVED": "approved",
    "CHANGES_REQUESTED": "changes_requested",
    "COMMENTED": "commented",
    "DISMISSED": "dismissed",
}


def pull_request(found: items.PullRequest, accounts: Accounts) -> Parsed:
    """The pull request with its reviews, threads, commits, files, stated links, comments and changelog."""
    ref = f"{accounts.source}:pull_request:{found.id}"
    assigned, asked = rows_of(found.assignees), rows_of(found.review_requests)
    compared = found.files is not None or bool(found.changed_files)  # else its size is told as 0, and is not
    record = PullRequest(
        ref=ref,
        source=accounts.source,
        key=key(found) or "",
        url=found.url,
        repository=found.repository.name_with_owner,
        number=found.number,
        title=text(found.title),
        body=text(found.body),
        state="merged" if found.merged_at else "closed" if found.closed_at or found.state == "CLOSED" else "open",
        draft=found.is_draft,
        author=accounts.ref(found.author),
        base=found.base_ref_name,
        head=found.head_ref_name,
        head_sha=found.head_ref_oid,
        merge_sha=found.merge_commit.oid if found.merge_commit else None,
        merged_by=accounts.ref(found.merged_by),
        additions=found.additions if compared else None,
        deletions=found.deletions if compared else None,
        changed_files=found.changed_files if compared else None,
        labels=names_of(found.labels),
        milestone=found.milestone.title if found.milestone else None,
        assignees=accounts.refs(assigned),
        reviewers=accounts.refs(row.requested_reviewer for row in asked),
        checks=found.status_check_rollup.state.lower() if found.status_check_rollup else None,
        created_at=found.created_at,
        updated_at=found.updated_at,
        closed_at=found.closed_at,
        merged_at=found.merged_at,
    )
    return Parsed(record=record, children=_belongings(found, ref, accounts))


def _belongings(found: items.PullRequest, ref: str, accounts: Accounts) -> tuple[ChildSet, ...]:
    events = rows_of(found.timeline_items)
    reviews = _reviews(rows_of(found.reviews), ref, accounts)
    known = None if unknown_reviews(found) else found.reviews
    threads = _threads(rows_of(found.review_threads), ref, accounts)
    changelog = changes(events, item_ref=ref, accounts=accounts, work_item=False)
    said = comments(events, item_ref=ref, accounts=accounts)
    commits = _commits(rows_of(found.commits), ref, accounts)  # last: its co-authors may be among those met by then
    links = (*closes(found, ref, accounts.source), *mentioned_by(events, ref, accounts.source))
    both = (found.closing_issues_references, found.timeline_items)
    return (
        children(found, ref, "reviews", reviews, of=[known]),
        children(found, ref, "review_threads", threads, of=[found.review_threads]),
        children(found, ref, "commits", commits, of=[found.commits]),
        children(found, ref, "changed_files", _files(rows_of(found.files), ref), of=[found.files]),
        children(found, ref, "stated_links", links, of=both),
        children(found, ref, "comments", said, of=[found.timeline_items]),
        children(found, ref, "changes", changelog, of=[found.timeline_items]),
    )


def _reviews(rows: list[items.Review], ref: str, accounts: Accounts) -> tuple[Review, ...]:
    """Submitted reviews of a state that is known; a pending one is a draft that only its author sees."""
    return tuple(
        Review(
            item_ref=ref,
            id=row.id,
            author=accounts.ref(row.author),
            state=REVIEW_STATES[row.state],
            submitted_at=row.submitted_at,
            has_body=bool((row.body or "").strip()),
            comments=None,
        )
        for row in rows
        if row.submitted_at and row.state in REVIEW_STATES
    )


def unknown_reviews(found: items.PullRequest) -> list[str]:
    """States of its reviews that GitHub knows and fingerpost does not."""
    states = dict.fromkeys(row.state for row in rows_of(found.reviews))
    return [state for state in states if state != "PENDING" and state not in REVIEW_STATES]


def _threads(rows: list[items.ReviewThread], ref: str, accounts: Accounts) -> tuple[ReviewThread, ...]:
    return tuple(
        ReviewThread(
            item_ref=ref,
            id=row.id,
            path=text(row.path) or None,
            resolved=bool(row.is_resolved),
            resolved_by=accounts.ref(row.resolved_by),
            outdated=bool(row.is_outdated),
        )
        for row in rows
    )


def _commits(rows: list[items.PullRequestCommit], ref: str, accounts: Accounts) -> tuple[Commit, ...]:
    for row in rows:
        accounts.ref(row.commit.author.user if row.commit.author else None)
    return tuple(_commit(row.commit, ref, accounts) for row in rows)


def _commit(found: items.Commit, ref: str, accounts: Accounts) -> Commit:
    author = accounts.ref(found.author.user) if found.author else None
    return Commit(
        item_ref=ref,
        sha=found.oid,
        author=author,
        authored_at=utc(found.authored_date),
        committed_at=utc(found.committed_date),
        message=text(found.message),
        co_authors=tuple(one for one in co_authors(found.message, accounts) if one != author),
    )


def _files(rows: list[items.ChangedFile], ref: str) -> tuple[ChangedFile, ...]:
    return tuple(
        ChangedFile(
            item_ref=ref,
            id=text(row.path),
            kind=row.change_type.lower() if row.change_type else None,
            additions=row.additions,
            deletions=row.deletions,
        )
        for row in rows
    )
