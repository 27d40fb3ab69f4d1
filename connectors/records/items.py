"""Work items, and what belongs to them."""

from datetime import date, datetime

from msgspec import Struct

from connectors.records.catalogue import SourceCategory

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
    "team",
    "board_status",
    "merge_queue",
    "auto_merge",
)
#: What `StatedLink.kind` says, read from the item to the other side.
LINK_WORDS = (
    "closes",
    "closed_by",
    "blocks",
    "blocked_by",
    "duplicates",
    "duplicated_by",
    "relates",
    "clones",
    "cloned_by",
    "mentions",
    "mentioned_by",
    "development",
)


class WorkItem(Struct, frozen=True, kw_only=True, gc=False):
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


class Change(Struct, frozen=True, kw_only=True, gc=False):
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
    own: bool = False  #: fingerpost wrote it, to mirror a tag: neither activity nor evidence


class StatedLink(Struct, frozen=True, kw_only=True, gc=False):
    """A link that the source itself states (closing reference, issue link), not one that we read from a text."""

    item_ref: str
    id: str
    kind: str  #: one of `LINK_WORDS`, else the source's word
    to_ref: str | None
    to_key: str | None


class RemoteLink(Struct, frozen=True, kw_only=True, gc=False):
    """A link to a page outside the source."""

    item_ref: str
    id: str
    url: str
    title: str
    kind: str | None  #: the source's own word for what it means


class Comment(Struct, frozen=True, kw_only=True, gc=False):
    """That somebody commented, and when; not what was said."""

    item_ref: str
    id: str
    author: str | None  #: ref of an account
    created_at: datetime
    updated_at: datetime | None


class Worklog(Struct, frozen=True, kw_only=True, gc=False):
    """Time that somebody entered for an item."""

    ref: str
    source: str
    item_ref: str
    author: str | None  #: ref of an account
    started_at: datetime  #: when the time was worked
    spent_s: int
    created_at: datetime
    updated_at: datetime


class BoardItem(Struct, frozen=True, kw_only=True, gc=False):
    """An item's place in a planning project, with the values of the project's own fields."""

    ref: str
    source: str
    board: str  #: ref of the board
    item_ref: str | None  #: None for a draft that is nowhere else, and for what is not to be seen
    title: str | None  #: of such a draft
    archived: bool
    status: str | None  #: the project's status field, in its words
    values: str  #: JSON object: by field id, its name, value and option id
    updated_at: datetime
