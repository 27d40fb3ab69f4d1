"""What one read brought, to be applied whole or not at all."""

from datetime import datetime
from typing import Literal, TypeAlias

from msgspec import Struct

from connectors.records.catalogue import (
    Board,
    BoardColumn,
    Field,
    ItemType,
    Label,
    Milestone,
    Project,
    Repository,
    Sprint,
    Status,
    Version,
)
from connectors.records.code import ChangedFile, Commit, PullRequest, RepositoryCommit, Review, ReviewThread
from connectors.records.identity import Account, Member, Tombstone
from connectors.records.items import BoardItem, Change, Comment, RemoteLink, StatedLink, WorkItem, Worklog
from connectors.records.shipping import Deployment, DeploymentStatus, GitTag, Release, WorkflowRun

Record: TypeAlias = (
    Account
    | Project
    | Repository
    | Status
    | ItemType
    | Field
    | Sprint
    | Version
    | Milestone
    | Label
    | Board
    | WorkItem
    | Worklog
    | BoardItem
    | PullRequest
    | RepositoryCommit
    | Deployment
    | Release
    | GitTag
    | WorkflowRun
)
Child: TypeAlias = (
    Member
    | BoardColumn
    | Change
    | StatedLink
    | RemoteLink
    | Comment
    | Review
    | ReviewThread
    | Commit
    | ChangedFile
    | DeploymentStatus
)
ChildKind: TypeAlias = Literal[
    "members",
    "board_columns",
    "changes",
    "stated_links",
    "remote_links",
    "comments",
    "reviews",
    "review_threads",
    "commits",
    "changed_files",
    "deployment_statuses",
]


class ChildSet(Struct, frozen=True, kw_only=True, gc=False):
    """Rows that belong to one item. A complete set replaces what is held; an incomplete one only adds."""

    item_ref: str
    kind: ChildKind
    version_at: datetime  #: the item's `updated_at` when this was read
    complete: bool
    rows: tuple[Child, ...]  #: all of the kind that `kind` names


class Gap(Struct, frozen=True, kw_only=True, gc=False):
    """Something that this run could not read. The run ends as incomplete and says so."""

    stream: str
    cause: str
    ref: str | None = None


class Count(Struct, frozen=True, kw_only=True, gc=False):
    """How many items of a kind the source says a project or repository has, whether or not they were read."""

    scope: str  #: the project's key or the repository's name
    kind: str  #: of `ItemRef`
    total: int


class Listed(Struct, frozen=True, kw_only=True, gc=False):
    """All that a project or repository defines of one kind: what is held and not among them is gone."""

    kind: str  #: of `ItemRef`: version, label, milestone, release, git_tag
    scope: str  #: the project's key or the repository's name, as the records say it
    began_at: datetime  #: the source's clock when it was asked
    refs: tuple[str, ...]


class Batch(Struct, frozen=True, kw_only=True):
    """What one read of a source brought, of however many kinds, and where its walk stands after it."""

    source: str
    read_at: datetime  #: the source's clock when it answered
    records: tuple[Record, ...] = ()
    children: tuple[ChildSet, ...] = ()
    tombstones: tuple[Tombstone, ...] = ()
    gaps: tuple[Gap, ...] = ()
    counts: tuple[Count, ...] = ()
    listed: tuple[Listed, ...] = ()
    watermarks: dict[str, str] = {}  #: by stream; durable position of the walk, opaque to everyone but its source
    capabilities: dict[str, str] = {}  #: by name; what was learned about the source, opaque likewise
