"""What a source defines for its items to refer to. Most of it carries no history: the store dates what it was shown."""

from datetime import date, datetime
from typing import Literal, TypeAlias

from msgspec import Struct

SourceCategory: TypeAlias = Literal["todo", "active", "done"]


class Project(Struct, frozen=True, kw_only=True, gc=False):
    """A tracker's project."""

    ref: str
    source: str
    key: str
    name: str
    url: str
    lost_at: datetime | None = None  #: since when it is not to be seen any more; None while it is


class Repository(Struct, frozen=True, kw_only=True, gc=False):
    """A repository of code, whose issues may be work items too."""

    ref: str
    source: str
    name: str  #: owner/name
    url: str
    default_branch: str | None
    archived: bool
    private: bool
    lost_at: datetime | None = None  #: since when it is not to be seen any more; None while it is


class Status(Struct, frozen=True, kw_only=True, gc=False):
    """A workflow status as the source defines it. Two may share a name."""

    ref: str
    source: str
    id: str
    name: str
    category: SourceCategory | None
    project: str | None  #: key of the only project it serves, if it serves but one


class ItemType(Struct, frozen=True, kw_only=True, gc=False):
    """A type of work item. Names repeat, ids do not."""

    ref: str
    source: str
    id: str
    name: str
    level: int | None  #: -1 sub-task, 0 standard, 1 epic, more above; None where the source has no levels
    project: str | None  #: key of the only project it serves, if it serves but one


class Field(Struct, frozen=True, kw_only=True, gc=False):
    """A field that work items of this source may carry; names repeat, ids do not."""

    ref: str
    source: str
    id: str
    name: str
    type: str  #: the source's schema, e.g. `com.pyxis.greenhopper.jira:gh-sprint`


class Sprint(Struct, frozen=True, kw_only=True, gc=False):
    """A stretch of time for which a board's items are planned."""

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


class Version(Struct, frozen=True, kw_only=True, gc=False):
    """A named release that a project's items are planned for."""

    ref: str
    source: str
    id: str
    project: str  #: key of the project
    name: str
    released: bool
    archived: bool
    start_on: date | None
    release_on: date | None  #: planned while it is not released, real from then on


class Milestone(Struct, frozen=True, kw_only=True, gc=False):
    """A named goal that a repository's items are planned for."""

    ref: str
    source: str
    repository: str  #: owner/name
    number: int
    title: str
    state: str
    due_on: date | None
    created_at: datetime | None
    updated_at: datetime
    closed_at: datetime | None


class Label(Struct, frozen=True, kw_only=True, gc=False):
    """A label that a repository defines."""

    ref: str
    source: str
    repository: str  #: owner/name
    name: str
    description: str | None


class Board(Struct, frozen=True, kw_only=True, gc=False):
    """A view of items in columns, or a planning project with fields of its own."""

    ref: str
    source: str
    id: str
    name: str
    kind: str  #: the source's own word: scrum, kanban, simple, project
    project: str | None  #: key of the project it belongs to, where it belongs to one
    url: str | None
    estimated_by: str | None  #: id of the field that its items are estimated by
    closed: bool = False


class BoardColumn(Struct, frozen=True, kw_only=True, gc=False):
    """A column of a board; in a planning project, an option of its status field."""

    item_ref: str  #: the board
    id: str
    index: int  #: from the left, 0 first
    name: str
    status_ids: tuple[str, ...]
