"""Pull requests, and what belongs to them."""

from datetime import datetime
from typing import Literal, TypeAlias

from msgspec import Struct

PullRequestState: TypeAlias = Literal["open", "closed", "merged"]


class PullRequest(Struct, frozen=True, kw_only=True, gc=False):
    """A proposed change of code, as it stood at `updated_at`."""

    ref: str
    source: str
    key: str  #: acme/shop#7
    url: str
    repository: str  #: owner/name
    number: int
    title: str
    body: str | None
    state: PullRequestState
    draft: bool
    author: str | None  #: ref of an account
    base: str | None  #: branch that it goes into
    head: str | None  #: branch that it comes from
    merge_sha: str | None
    merged_by: str | None  #: ref of an account
    additions: int | None
    deletions: int | None
    changed_files: int | None
    labels: tuple[str, ...]
    created_at: datetime | None  #: None only where a dump lacks it
    updated_at: datetime
    closed_at: datetime | None
    merged_at: datetime | None
    head_sha: str | None = None
    milestone: str | None = None
    assignees: tuple[str, ...] = ()  #: refs of accounts
    reviewers: tuple[str, ...] = ()  #: refs of accounts that are asked and have not answered, teams too
    checks: str | None = None  #: what the checks of its last commit come to, in the source's word


class Review(Struct, frozen=True, kw_only=True, gc=False):
    """What somebody said of a pull request as a whole, handed in at once."""

    item_ref: str  #: the pull request
    id: str
    author: str | None
    state: Literal["approved", "changes_requested", "commented", "dismissed"]
    submitted_at: datetime
    has_body: bool
    comments: int | None  #: inline comments


class ReviewThread(Struct, frozen=True, kw_only=True, gc=False):
    """A conversation at a place in the code."""

    item_ref: str  #: the pull request
    id: str
    path: str | None
    resolved: bool
    resolved_by: str | None  #: ref of an account
    outdated: bool


class Commit(Struct, frozen=True, kw_only=True, gc=False):
    """A commit that a pull request brings."""

    item_ref: str  #: the pull request
    sha: str
    author: str | None
    authored_at: datetime
    committed_at: datetime
    message: str
    co_authors: tuple[str, ...] = ()  #: refs of accounts, where a trailer's address leads to one


class RepositoryCommit(Struct, frozen=True, kw_only=True, gc=False):
    """A commit of the repository's own history, whichever pull request it came by. It never changes."""

    ref: str  #: of the repository's id and the sha, for two repositories may hold one commit
    source: str
    repository: str  #: owner/name
    sha: str
    parents: tuple[str, ...]  #: shas that it follows on; several where it merges, none at the root
    author: str | None  #: ref of an account
    authored_at: datetime
    committed_at: datetime
    message: str


class ChangedFile(Struct, frozen=True, kw_only=True, gc=False):
    """A file that a pull request changes."""

    item_ref: str  #: the pull request
    id: str  #: its path
    kind: str | None  #: added, modified, deleted, renamed, copied, changed
    additions: int
    deletions: int
