"""GitHub's answers as they come: only what is read, and tolerant of what may be null or absent."""

from datetime import datetime
from typing import Annotated, Any, Generic, TypeVar, cast

from msgspec import Meta, Raw, Struct, field

T = TypeVar("T")
Instant = Annotated[datetime, Meta(tz=True)]


class Wire(Struct, rename="camel"):
    """Named here as in Python, there in camel case."""


class PageInfo(Wire):
    has_next_page: bool = False
    end_cursor: str | None = None


class Connection(Wire, Generic[T]):
    """Rows of something; `None` among them are rows that the server kept from us."""

    nodes: list[T | None] | None = None
    page_info: PageInfo = field(default_factory=PageInfo)

    @property
    def rows(self) -> list[T]:
        return [row for row in self.nodes or () if row is not None]

    @property
    def longer(self) -> bool:
        """There is more where this came from."""
        return self.page_info.has_next_page

    @property
    def whole(self) -> bool:
        return not self.longer and self.nodes is not None and all(row is not None for row in self.nodes)

    def extend(self, rows: "Connection[T]") -> None:
        """Takes in the rows that follow."""
        self.nodes = [*(self.nodes or ()), *(rows.nodes or ())]
        self.page_info = rows.page_info


class GraphError(Struct):
    """One of the errors beside, or in place of, the data."""

    message: str = ""
    type: str | None = None
    path: list[str | int] | None = None
    locations: list[dict[str, int]] | None = None
    extensions: dict[str, Any] | None = None


class Reply(Struct, Generic[T]):
    data: T | None = None
    errors: list[GraphError] | None = None
    message: str | None = None


class Actor(Wire):
    """Empty where the server shows somebody of a kind that was not asked for."""

    typename: str = field(name="__typename", default="")
    id: str = ""
    login: str = ""
    slug: str = ""  #: a team's name among its organisation's

    @property
    def name(self) -> str:
        return self.login or self.slug


class Named(Wire):
    name: str


class Titled(Wire):
    title: str


class Object(Wire):
    oid: str


class Place(Wire):
    """Where an issue or pull request is to be found."""

    id: str = ""
    number: int = 0
    repository: "Home | None" = None
    typename: str = field(name="__typename", default="")


class Home(Wire):
    name_with_owner: str


class Repository(Wire):
    id: str
    name_with_owner: str
    url: str = ""
    is_archived: bool = False
    is_private: bool = False
    default_branch_ref: Named | None = None


class Event(Wire):
    """An entry of a timeline, whatever it tells."""

    typename: str = field(name="__typename", default="")
    id: str = ""
    created_at: Instant | None = None
    actor: Actor | None = None
    label: Named | None = None
    assignee: Actor | None = None
    state_reason: str | None = None
    milestone_title: str | None = None
    previous_title: str | None = None
    current_title: str | None = None
    parent: Place | None = None
    connected: Place | None = None
    disconnected: Place | None = None
    requested_reviewer: Actor | None = None
    before_commit: Object | None = None
    after_commit: Object | None = None


class Review(Wire):
    id: str
    state: str
    submitted_at: Instant | None = None
    body: str = ""
    author: Actor | None = None


class GitActor(Wire):
    user: Actor | None = None


class Commit(Wire):
    oid: str
    message: str
    authored_date: Instant
    committed_date: Instant
    author: GitActor | None = None


class PullRequestCommit(Wire):
    commit: Commit


class PullRequest(Wire):
    id: str
    number: int
    repository: Home
    state: str
    updated_at: Instant
    url: str = ""
    title: str = ""
    body: str | None = None
    is_draft: bool = False
    created_at: Instant | None = None
    closed_at: Instant | None = None
    merged_at: Instant | None = None
    base_ref_name: str | None = None
    head_ref_name: str | None = None
    additions: int | None = None
    deletions: int | None = None
    changed_files: int | None = None
    author: Actor | None = None
    merged_by: Actor | None = None
    merge_commit: Object | None = None
    labels: Connection[Named] | None = None
    reviews: Connection[Review] | None = None
    commits: Connection[PullRequestCommit] | None = None
    closing_issues_references: Connection[Place] | None = None
    timeline_items: Connection[Event] | None = None


class Issue(Wire):
    id: str
    number: int
    repository: Home
    state: str
    created_at: Instant
    updated_at: Instant
    url: str = ""
    title: str = ""
    body: str | None = None
    closed_at: Instant | None = None
    state_reason: str | None = None
    author: Actor | None = None
    milestone: Titled | None = None
    issue_type: Named | None = None
    parent: Place | None = None
    labels: Connection[Named] | None = None
    assignees: Connection[Actor] | None = None
    timeline_items: Connection[Event] | None = None


class DeploymentStatus(Wire):
    state: str
    created_at: Instant


class Deployment(Wire):
    id: str
    repository: Home
    commit_oid: str
    created_at: Instant
    updated_at: Instant
    state: str | None = None
    environment: str | None = None
    latest_environment: str | None = None
    ref: Named | None = None
    statuses: Connection[DeploymentStatus] | None = None


Item = PullRequest | Issue | Deployment


class RawConnection(Wire):
    """Rows still in the source's own bytes: one odd item spoils no other."""

    nodes: list[Raw] | None = None
    page_info: PageInfo = field(default_factory=PageInfo)


class Walked(Wire):
    items: RawConnection | None = None


class Page(Wire):
    """One page of a repository's items; no node where the repository is not to be seen."""

    node: Walked | None = None


class Nodes(Wire):
    """What was asked for by ids, in that order; `null` for what is not to be seen."""

    nodes: list[Raw]


class Rows(Wire):
    """The next rows of one connection of one item; `null` where they are not to be seen."""

    rows: Raw = Raw(b"null")


class Newest(Wire):
    """The newest of a connection, as far as the probe asks."""

    total_count: int = 0
    nodes: list[Raw] | None = None


class Probed(Repository):
    """A repository and the newest of its connections; one is None where it was not asked for or is not to be seen."""

    pull_requests: Newest | None = None
    issues: Newest | None = None
    deployments: Newest | None = None
    releases: Newest | None = None

    def newest(self, connection: str) -> Newest | None:
        """What was shown of it, by GitHub's name for it."""
        attribute = dict(zip(self.__struct_encode_fields__, self.__struct_fields__, strict=True))[connection]
        return cast("Newest | None", getattr(self, attribute))


class Probe(Wire):
    nodes: list[Probed | None]


class Owned(Wire):
    repositories: Connection[Repository]


class Owner(Wire):
    """An owner's repositories; None where there is no such owner."""

    repository_owner: Owned | None = None


class Argued(Wire):
    name: str
    args: list[Named] = []


class SchemaType(Wire):
    fields: list[Argued] | None = None
    enum_values: list[Named] | None = None
