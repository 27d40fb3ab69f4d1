"""The vocabulary: what the sources said, in our words, their own words beside ours.

Every record is frozen. A `ref` is the text of an `ItemRef` and never changes; a `key` is what people read and may
change. Instants are aware UTC datetimes; None is what the source did not say.
"""

from datetime import date, datetime
from typing import Literal, TypeAlias

from msgspec import Struct

AccountKind: TypeAlias = Literal["person", "bot", "ghost", "mannequin", "organization", "team"]
SourceCategory: TypeAlias = Literal["todo", "active", "done"]
PullRequestState: TypeAlias = Literal["open", "closed", "merged"]
ChildKind: TypeAlias = Literal["changes", "stated_links", "reviews", "commits"]

#: What `Change.field` says for the fields that fingerpost reads.
FIELD_WORDS = (
    "status",
    "resolution",
    "type",
    "parent",
    "project",
    "key",
    "title",
    "priority",
    "assignees",
    "sprints",
    "points",
    "flagged",
    "labels",
    "components",
    "fix_versions",
    "milestone",
    "due_on",
    "state",
    "draft",
    "review_request",
    "force_push",
)
#: What `StatedLink.kind` says, read from the item to the other side.
LINK_WORDS = ("closes", "blocks", "blocked_by", "duplicates", "duplicated_by", "relates", "clones", "cloned_by")


class ItemRef(Struct, frozen=True, order=True):
    """Which thing, for ever: the configured source's name, what kind of thing, and the source's immutable id."""

    source: str
    kind: str
    id: str

    def __str__(self) -> str:
        return f"{self.source}:{self.kind}:{self.id}"

    @classmethod
    def parse(cls, text: str) -> "ItemRef":
        """The ref that `str` printed; ValueError when it is none."""
        source, kind, identity = text.split(":", 2)
        return cls(source, kind, identity)


class Account(Struct, frozen=True, kw_only=True):
    ref: str
    source: str
    name: str  #: login or display name, as the source shows it
    kind: AccountKind


class Project(Struct, frozen=True, kw_only=True):
    """A tracker's project."""

    ref: str
    source: str
    key: str
    name: str
    url: str


class Repository(Struct, frozen=True, kw_only=True):
    ref: str
    source: str
    name: str  #: owner/name
    url: str
    default_branch: str | None
    archived: bool
    private: bool


class Status(Struct, frozen=True, kw_only=True):
    """A workflow status as the source defines it. Two may share a name."""

    ref: str
    source: str
    id: str
    name: str
    category: SourceCategory | None
    project: str | None  #: key of the only project it serves, if it serves but one


class Field(Struct, frozen=True, kw_only=True):
    """A field that work items of this source may carry; names repeat, ids do not."""

    ref: str
    source: str
    id: str
    name: str
    type: str  #: the source's schema, e.g. `com.pyxis.greenhopper.jira:gh-sprint`


class Sprint(Struct, frozen=True, kw_only=True):
    ref: str
    source: str
    id: str
    name: str
    state: str
    board: str | None  #: id of the board it was made on
    start_at: datetime | None  #: planned
    end_at: datetime | None  #: planned
    activated_at: datetime | None  #: real start
    completed_at: datetime | None  #: real end


class WorkItem(Struct, frozen=True, kw_only=True):
    """An issue of a tracker or of a repository, as it stood at `updated_at`."""

    ref: str
    source: str
    key: str  #: PAY-12, acme/shop#7
    url: str
    project: str | None = None  #: key of the tracker's project
    repository: str | None = None  #: owner/name
    type: str | None = None  #: the source's own word
    level: int | None = None  #: -1 sub-task, 0 standard, 1 epic, more above; None where the source has no levels
    title: str = ""
    body: str | None = None  #: plain text
    status_id: str | None = None
    status: str | None = None  #: the source's own word
    status_category: SourceCategory | None = None  #: the source's own category
    status_changed_at: datetime | None = None  #: when the source says that the status category last changed
    resolution: str | None = None
    priority: str | None = None
    labels: tuple[str, ...] = ()
    components: tuple[str, ...] = ()
    fix_versions: tuple[str, ...] = ()
    milestone: str | None = None
    parent_ref: str | None = None
    sprints: tuple[str, ...] = ()  #: ids of the sprints it is in, closed ones too
    points: float | None = None
    flagged: bool = False
    team: str | None = None
    assignees: tuple[str, ...] = ()  #: refs of accounts
    author: str | None = None  #: ref of an account
    created_at: datetime
    updated_at: datetime
    resolved_at: datetime | None = None
    due_on: date | None = None
    fields: str = "{}"  #: JSON object: every field that has a value, the source's own bytes, by field id


class PullRequest(Struct, frozen=True, kw_only=True):
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


class Deployment(Struct, frozen=True, kw_only=True):
    ref: str
    source: str
    repository: str
    environment: str
    production: bool | None  #: None where the source does not say
    sha: str
    git_ref: str | None
    state: str
    created_at: datetime
    updated_at: datetime
    succeeded_at: datetime | None  #: first `success` status, whatever came after (apache/devlake#8302)


class Change(Struct, frozen=True, kw_only=True):
    """One entry of an item's changelog. `id` and `index` are the source's: one history may change a field twice."""

    item_ref: str
    id: str
    index: int
    at: datetime
    author: str | None  #: ref of an account
    field: str  #: our word where there is one (`FIELD_WORDS`), else the source's
    field_id: str | None
    from_id: str | None
    from_text: str | None
    to_id: str | None
    to_text: str | None


class StatedLink(Struct, frozen=True, kw_only=True):
    """A link that the source itself states (closing reference, issue link), not one that we read from a text."""

    item_ref: str
    id: str
    kind: str  #: one of `LINK_WORDS`, else the source's word
    to_ref: str | None
    to_key: str | None


class Review(Struct, frozen=True, kw_only=True):
    item_ref: str  #: the pull request
    id: str
    author: str | None
    state: Literal["approved", "changes_requested", "commented", "dismissed"]
    submitted_at: datetime
    has_body: bool
    comments: int | None  #: inline comments


class Commit(Struct, frozen=True, kw_only=True):
    item_ref: str  #: the pull request
    sha: str
    author: str | None
    authored_at: datetime
    committed_at: datetime
    message: str


class Tombstone(Struct, frozen=True, kw_only=True):
    """A thing is gone since `at`, and how we know: a delete delivery, a confirmed answer, or a completed census."""

    ref: str
    at: datetime
    reason: Literal["deleted", "transferred", "deleted_or_hidden"]
    evidence: str


class ChildSet(Struct, frozen=True, kw_only=True):
    """Rows that belong to one item. A complete set replaces what is held; an incomplete one only adds."""

    item_ref: str
    kind: ChildKind
    version_at: datetime  #: the item's `updated_at` when this was read
    complete: bool
    rows: tuple[Change, ...] | tuple[StatedLink, ...] | tuple[Review, ...] | tuple[Commit, ...]


class Gap(Struct, frozen=True, kw_only=True):
    """Something that this run could not read. The run ends as incomplete and says so."""

    stream: str
    cause: str
    ref: str | None = None


Record: TypeAlias = Account | Project | Repository | Status | Field | Sprint | WorkItem | PullRequest | Deployment


class Batch(Struct, frozen=True, kw_only=True):
    """What one read brought, to be applied whole or not at all."""

    source: str
    read_at: datetime  #: the source's clock when it answered
    records: tuple[Record, ...] = ()
    children: tuple[ChildSet, ...] = ()
    tombstones: tuple[Tombstone, ...] = ()
    gaps: tuple[Gap, ...] = ()
    watermarks: dict[str, str] = {}  #: by stream; durable position of the walk, opaque to everyone but its source
    capabilities: dict[str, str] = {}  #: by name; what was learned about the source, opaque likewise
