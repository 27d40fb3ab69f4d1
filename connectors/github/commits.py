"""Commits of a repository's history as records."""

from msgspec import Raw, field

from connectors.errors import Malformed
from connectors.github.accounts import Accounts
from connectors.github.parse import decode, text, utc
from connectors.github.wire import Actor, Connection, Instant, Object, Wire
from connectors.records import ItemRef, RepositoryCommit

ROW = (
    "oid message authoredDate committedDate author { user { ...actor } } "
    "parents(first: 100) { pageInfo { hasNextPage endCursor } nodes { oid } }"
)


class _Author(Wire):
    user: Actor | None = None


class _Commit(Wire):
    oid: str
    authored_date: Instant
    committed_date: Instant
    message: str = ""
    author: _Author | None = None
    parents: Connection[Object] = field(default_factory=Connection[Object])


def repository_commit(raw: Raw, accounts: Accounts, *, repository: str, name: str) -> RepositoryCommit:
    """The commit of the repository with that id and name; `Malformed` where it is something else, or in part."""
    found = decode(raw, _Commit)
    if not found.parents.whole:
        raise Malformed(f"GitHub shows only a part of what {found.oid} follows on")
    return RepositoryCommit(
        ref=str(ItemRef(accounts.source, "commit", f"{repository}/{found.oid}")),
        source=accounts.source,
        repository=name,
        sha=found.oid,
        parents=tuple(parent.oid for parent in found.parents.rows),
        author=accounts.ref(found.author.user) if found.author else None,
        authored_at=utc(found.authored_date),
        committed_at=utc(found.committed_date),
        message=text(found.message),
    )
