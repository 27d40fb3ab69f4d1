"""GitHub's answers as they come: only what is read, and tolerant of what may be null or absent."""

from datetime import datetime
from typing import Annotated, Any, Generic, TypeVar, cast

from msgspec import Meta, Raw, Struct, field

T = TypeVar("T")
Instant = Annotated[datetime, Meta(tz=True)]
Whole = Annotated[int, Meta(ge=-(2**63), le=2**63 - 1)]  #: what a store can hold


class Wire(Struct, rename="camel", gc=False):
    """Named here as in Python, there in camel case."""


class PageInfo(Wire):
    has_next_page: bool = False
    end_cursor: str | None = None


class Connection(Wire, Generic[T]):
    """Rows of something; `None` among them are rows that the server kept from us."""

    nodes: list[T | None] | None = None
    page_info: PageInfo = field(default_factory=PageInfo)
    total_count: int | None = None  #: of all rows, where it was asked for

    @property
    def rows(self) -> list[T]:
        return [row for row in self.nodes or () if row is not None]

    @property
    def longer(self) -> bool:
        """There is more where this came from."""
        return self.page_info.has_next_page

    @property
    def short(self) -> int:
        """How many rows the server counts that it shows nowhere."""
        if self.total_count is None or self.longer:
            return 0
        return max(0, self.total_count - len(self.nodes or ()))

    @property
    def blanks(self) -> int:
        """How many rows the server kept from us."""
        return (self.nodes or []).count(None)

    @property
    def whole(self) -> bool:
        return self.nodes is not None and not self.blanks and not self.longer and not self.short

    def extend(self, rows: "Connection[T]") -> None:
        """Takes in the rows that follow."""
        self.nodes = [*(self.nodes or ()), *(rows.nodes or ())]
        self.page_info = rows.page_info


class GraphError(Struct):
    """One of the errors beside, or in place of, the data."""

    message: str = ""
    type: str | None = None
    path: list[Any] | None = None  #: names, and numbers of rows
    locations: object = None
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
    database_id: int | None = None

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
    number: Whole = 0
    repository: "Home | None" = None
    typename: str = field(name="__typename", default="")


class Home(Wire):
    """A repository, as what belongs to it names it."""

    name_with_owner: str
    id: str = ""


class Repository(Wire):
    id: str
    name_with_owner: str
    url: str = ""
    is_archived: bool = False
    is_private: bool = False
    default_branch_ref: Named | None = None


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


class Branch(Wire):
    target: Object | None = None


class Probed(Repository):
    """A repository and the newest of its connections; one is None where it was not asked for or is not to be seen."""

    head: Branch | None = None
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
