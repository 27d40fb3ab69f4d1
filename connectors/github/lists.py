"""Lists that hang on a node, page by page, as many of them at a time as one answer holds."""

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from msgspec import Raw, field

from connectors.errors import Gone, Malformed, TooLarge
from connectors.github.api import CursorLost, Graph, SchemaChanged, causes
from connectors.github.blame import ACTOR_FIELDS
from connectors.github.parse import decode
from connectors.github.queries import ACTOR
from connectors.github.reader import Reader
from connectors.github.selections import PAGE_INFO
from connectors.github.wire import PageInfo, Wire

ROWS = 100  # in a page, the most that GitHub allows
MAY_BE_UNKNOWN = (*ACTOR_FIELDS, "content")
UNSEEN = "it is not to be seen"
NOTHING = Raw(b"null")
AT_ONCE = 50  # lists in a question: a point for 149 of them, and no answer that takes too long


@dataclass(frozen=True, kw_only=True)
class Listing:
    """One list: of which node, and what of each of its rows."""

    node: str  #: node id
    typename: str  #: of the node, in GitHub's words
    connection: str  #: GitHub's name for the list
    row: str
    arguments: str = ""  #: beside those of paging
    through: str = ""  #: fields between the node and the list, their braces left open
    after: str | None = None  #: cursor where it begins
    counted: bool = True  #: ask how many there are
    rows: str = "nodes"  #: or edges, where the row is in what joins the two


@dataclass(frozen=True, kw_only=True)
class Page:
    """A part of one list; all of it was shown where `hidden` stays empty to the end."""

    listing: Listing
    at: datetime | None = None  #: the server's clock; None where it gave no answer
    rows: tuple[Raw, ...] = ()
    hidden: tuple[str, ...] = ()  #: why something is missing, one cause each
    unknown: bool = False  #: the server's schema has no such list
    failed: bool = False  #: there was no answer that makes sense: another time there may be
    total: int | None = None  #: rows of the whole list; None where it was not told
    cursor: str | None = None  #: where the list goes on; None at its end
    had: int = 0  #: rows so far, those of this page too


class Rows(Wire):
    """A page of any list, its rows in the source's own bytes."""

    nodes: list[Raw] | None = None
    page_info: PageInfo = field(default_factory=PageInfo)
    total_count: int | None = None


class Holder(Wire):
    """The node that a list hangs on; empty where it is of another type."""

    rows: Rows | None = None
    through: "Holder | None" = None

    @property
    def found(self) -> Rows | None:
        return self.through.found if self.through else self.rows


@dataclass(frozen=True, kw_only=True)
class _Place:
    """Where a list goes on, and how many rows it has had so far."""

    listing: Listing
    cursor: str | None = None
    had: int = 0


async def read(
    reader: Reader,
    listings: Sequence[Listing],
    *,
    label: str,
    at_once: int = AT_ONCE,
    onward: Callable[[Page], bool] | None = None,
) -> AsyncIterator[list[Page]]:
    """Pages of all of them, those of one answer together, each list to its end or as long as `onward` says of its page.

    A list that cannot be read is a page without rows, and says why. What is wrong with the whole source is raised.
    """
    left = [_Place(listing=listing, cursor=listing.after) for listing in listings]
    while left:
        pages = await _pages(reader, left, label=label, at_once=at_once)
        yield pages
        longer = [page for page in pages if page.cursor and (onward is None or onward(page))]
        places = [_Place(listing=page.listing, cursor=page.cursor, had=page.had) for page in longer]
        left = places + left[len(pages) :]


async def _pages(reader: Reader, places: Sequence[_Place], *, label: str, at_once: int) -> list[Page]:
    """The next page of the first few; at least of one."""
    asked = places

    async def ask(size: int, shrinkable: bool) -> list[Page]:
        nonlocal asked
        asked = places[: max(1, size // ROWS)]
        query = _query([place.listing for place in asked])
        variables = _variables(asked, first=min(size, ROWS))
        graph = await reader.ask(query, variables, dict[str, Raw], label=label, shrinkable=shrinkable)
        return [_page(graph, f"n{n}", place) for n, place in enumerate(asked)]

    try:
        return await reader.sized(label, ask, most=at_once * ROWS, left=len(places) * ROWS)
    except (CursorLost, Gone, Malformed, SchemaChanged, TooLarge) as error:
        unknown, failed = isinstance(error, SchemaChanged), not isinstance(error, Gone | SchemaChanged)
        return [Page(listing=place.listing, hidden=(str(error),), unknown=unknown, failed=failed) for place in asked]


def _query(listings: Sequence[Listing]) -> str:
    places = range(len(listings))
    variables = ", ".join(f"$id{n}: ID!, $after{n}: String" for n in places)
    asked = "\n".join(f"  n{n}: {_asked(listing, n)}" for n, listing in enumerate(listings))
    actor = ACTOR if "...actor" in asked else ""
    return f"query lists($first: Int!, {variables}) {{\n{asked}\n}}\n{actor}"


def _asked(listing: Listing, n: int) -> str:
    arguments = ", ".join(filter(None, ("first: $first", f"after: $after{n}", listing.arguments)))
    rows = "nodes" if listing.rows == "nodes" else f"nodes: {listing.rows}"
    counted = "totalCount " if listing.counted else ""
    page = f"rows: {listing.connection}({arguments}) {{ {PAGE_INFO} {counted}{rows} {{ {listing.row} }} }}"
    if listing.through:
        page = f"through: {listing.through} {{ {page} }}" + " }" * listing.through.count("{")
    return f"node(id: $id{n}) {{ ... on {listing.typename} {{ {page} }} }}"


def _variables(places: Sequence[_Place], *, first: int) -> dict[str, object]:
    ids = {f"id{n}": place.listing.node for n, place in enumerate(places)}
    cursors = {f"after{n}": place.cursor for n, place in enumerate(places)}
    return {"first": first, **ids, **cursors}


def _page(graph: Graph[dict[str, Raw]], alias: str, place: _Place) -> Page:
    """One list's part of the answer; one that makes no sense spoils no other."""
    listing, at, hidden = place.listing, graph.server_at, _hidden(graph, alias)
    raw = graph.data.get(alias, NOTHING)
    try:
        rows = None if raw == NOTHING else decode(raw, Holder).found
    except Malformed as error:
        return Page(listing=listing, at=at, hidden=hidden or (str(error),))
    if rows is None or rows.nodes is None:
        return Page(listing=listing, at=at, hidden=hidden or (UNSEEN,))
    page = Page(
        listing=listing,
        at=at,
        rows=tuple(raw for raw in rows.nodes if raw != NOTHING),
        hidden=hidden,
        total=rows.total_count,
        cursor=rows.page_info.end_cursor if rows.page_info.has_next_page else None,
        had=place.had + len(rows.nodes),
    )
    return _doubted(page, rows, place)


def _doubted(page: Page, rows: Rows, place: _Place) -> Page:
    """The page, with what the server did not say of what is missing."""
    left_out = len(rows.nodes or ()) - len(page.rows)
    if rows.page_info.has_next_page and page.cursor in (None, place.cursor):
        return replace(page, cursor=None, hidden=(*page.hidden, "its pages stand still"))
    if left_out and not page.hidden:
        return replace(page, hidden=(f"{left_out} left out without a reason",))
    if page.cursor is None and not page.hidden and page.had < (page.total or 0):
        return replace(page, hidden=(f"it ends after {page.had} of {page.total}",))
    return page


def _hidden(graph: Graph[dict[str, Raw]], alias: str) -> tuple[str, ...]:
    """What the server says of this list; not of persons, nor of what a board's item stands for: they are unknown."""
    errors = tuple(error for error in graph.hidden if not error.path or error.path[-1] not in MAY_BE_UNKNOWN)
    return tuple(dict.fromkeys(causes(errors, alias)))
