"""The vocabulary: what the sources said, in our words, their own words beside ours.

Every record is frozen. A `ref` is the text of an `ItemRef` and never changes; a `key` is what people read and may
change. Instants are aware UTC datetimes; None is what the source did not say. A record of which a part was not read
holds None there; it is the batch's gap that says so.

No record can lead back to itself, so none of them need be looked at by the collector of such circles (`gc=False`).
"""

from connectors.records.batch import Batch, Child, ChildKind, ChildSet, Count, Gap, Listed, Record
from connectors.records.catalogue import (
    Board,
    BoardColumn,
    Field,
    ItemType,
    Label,
    Milestone,
    Project,
    Repository,
    SourceCategory,
    Sprint,
    Status,
    Version,
)
from connectors.records.code import (
    ChangedFile,
    Commit,
    PullRequest,
    PullRequestState,
    RepositoryCommit,
    Review,
    ReviewThread,
)
from connectors.records.identity import Account, AccountKind, ItemRef, Member, Tombstone
from connectors.records.items import (
    FIELD_WORDS,
    LINK_WORDS,
    BoardItem,
    Change,
    Comment,
    RemoteLink,
    StatedLink,
    WorkItem,
    Worklog,
)
from connectors.records.shipping import Deployment, DeploymentStatus, GitTag, Release, WorkflowRun

__all__ = [
    "FIELD_WORDS",
    "LINK_WORDS",
    "Account",
    "AccountKind",
    "Batch",
    "Board",
    "BoardColumn",
    "BoardItem",
    "Change",
    "ChangedFile",
    "Child",
    "ChildKind",
    "ChildSet",
    "Comment",
    "Commit",
    "Count",
    "Deployment",
    "DeploymentStatus",
    "Field",
    "Gap",
    "GitTag",
    "ItemRef",
    "ItemType",
    "Label",
    "Listed",
    "Member",
    "Milestone",
    "Project",
    "PullRequest",
    "PullRequestState",
    "Record",
    "Release",
    "RemoteLink",
    "Repository",
    "RepositoryCommit",
    "Review",
    "ReviewThread",
    "SourceCategory",
    "Sprint",
    "StatedLink",
    "Status",
    "Tombstone",
    "Version",
    "WorkItem",
    "WorkflowRun",
    "Worklog",
]
