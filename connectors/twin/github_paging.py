"""Pages of a connection: opaque cursors that stay good while the list changes, and GitHub's refusals."""

import base64
import binascii
import json
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from graphql import GraphQLError

from connectors.twin.github_objects import Node

LIMIT = 100
PREFIX = b"cursor:v2:"

Key = tuple[str, str]


class Listing(Protocol):
    """A list in a fixed order, in which a cursor marks a place."""

    def __len__(self) -> int: ...
    def item(self, index: int) -> Any: ...
    def mark(self, index: int) -> list[Any]: ...
    def after(self, mark: list[Any]) -> int:
        """The index of the first item behind the mark."""

    def before(self, mark: list[Any]) -> int:
        """The index behind the last item in front of the mark."""


class Positions:
    """A list as it stands: a cursor is a position."""

    def __init__(self, items: Sequence[Any]) -> None:
        self.items = items

    def __len__(self) -> int:
        return len(self.items)

    def item(self, index: int) -> Any:
        return self.items[index]

    def mark(self, index: int) -> list[Any]:
        return [index]

    def after(self, mark: list[Any]) -> int:
        return int(mark[0]) + 1

    def before(self, mark: list[Any]) -> int:
        return int(mark[0])


class Ordered:
    """Objects by one value, ties by id: a cursor is a value and an id, so that items that move leave it in place."""

    def __init__(self, nodes: Sequence[Node], *, by: Callable[[Node], Any], descending: bool) -> None:
        rows = sorted(((_sortable(by(n)), str(n.get("id"))), i) for i, n in enumerate(nodes))
        self.nodes = nodes
        self.keys = [key for key, _ in rows]
        self.order = [i for _, i in rows]
        self.descending = descending

    def __len__(self) -> int:
        return len(self.keys)

    def item(self, index: int) -> Node:
        return self.nodes[self.order[self._rising(index)]]

    def mark(self, index: int) -> list[Any]:
        return list(self.keys[self._rising(index)])

    def after(self, mark: list[Any]) -> int:
        key = (str(mark[0]), str(mark[1]))
        return len(self) - bisect_left(self.keys, key) if self.descending else bisect_right(self.keys, key)

    def before(self, mark: list[Any]) -> int:
        key = (str(mark[0]), str(mark[1]))
        return len(self) - bisect_right(self.keys, key) if self.descending else bisect_left(self.keys, key)

    def _rising(self, index: int) -> int:
        return len(self) - 1 - index if self.descending else index


class Page:
    """What a connection answers: the items from `start` to `end` of the listing."""

    __slots__ = ("end", "filtered", "listing", "start", "total")

    def __init__(self, listing: Listing, *, start: int, end: int, total: int, filtered: int) -> None:
        self.listing, self.start, self.end = listing, start, max(start, end)
        self.total, self.filtered = total, filtered

    def nodes(self) -> list[Any]:
        return [self.listing.item(i) for i in range(self.start, self.end)]

    def edges(self) -> list[Node]:
        return [
            {"cursor": cursor(self.listing.mark(i)), "node": self.listing.item(i)} for i in range(self.start, self.end)
        ]

    def info(self) -> Node:
        some = self.end > self.start
        return {
            "startCursor": cursor(self.listing.mark(self.start)) if some else None,
            "endCursor": cursor(self.listing.mark(self.end - 1)) if some else None,
            "hasPreviousPage": self.start > 0,
            "hasNextPage": self.end < len(self.listing),
        }


def page(
    listing: Listing,
    *,
    first: int | None = None,
    last: int | None = None,
    after: str | None = None,
    before: str | None = None,
    total: int | None = None,
) -> Page:
    """The asked part of the listing; `total` where the connection counts more than it lists."""
    start = _place(after, listing.after) if after else 0
    end = _place(before, listing.before) if before else len(listing)
    start, end = max(0, min(start, len(listing))), max(0, min(end, len(listing)))
    filtered = max(0, end - start)
    if first is not None:
        end = min(end, start + first)
    elif last is not None:
        start = max(start, end - last)
    return Page(listing, start=start, end=end, total=len(listing) if total is None else total, filtered=filtered)


def check_bounds(connection: str, *, first: int | None, last: int | None, listed: bool) -> None:
    """Refuse what GitHub refuses: a listing without `first` or `last`, and more than a hundred at once.

    A bare `totalCount` needs neither.
    """
    if first is None and last is None and listed:
        raise refusal(
            "MISSING_PAGINATION_BOUNDARIES",
            f"You must provide a `first` or `last` value to properly paginate the `{connection}` connection.",
        )
    for name, value in (("first", first), ("last", last)):
        if value is not None and value > LIMIT:
            asked = f"Requesting {value} records on the `{connection}` connection"
            raise refusal("EXCESSIVE_PAGINATION", f"{asked} exceeds the `{name}` limit of {LIMIT} records.")


def refusal(kind: str, message: str, **extensions: Any) -> GraphQLError:
    """An error of that type; the answer puts the type beside the message, as GitHub does."""
    return GraphQLError(message, extensions={"type": kind, **extensions})


def cursor(mark: list[Any]) -> str:
    """The opaque text of a mark."""
    return base64.b64encode(PREFIX + json.dumps(mark, separators=(",", ":")).encode()).decode()


def _place(text: str, find: Callable[[list[Any]], int]) -> int:
    """Where the cursor's mark lies; a cursor that this listing cannot have given is refused."""
    try:
        raw = base64.b64decode(text, validate=True)
        return find(json.loads(raw.removeprefix(PREFIX)))
    except (binascii.Error, ValueError, TypeError, LookupError):
        raise refusal("INVALID_CURSOR_ARGUMENTS", f"`{text}` does not appear to be a valid cursor.") from None


def _sortable(value: Any) -> str:
    """Numbers sort as numbers, a missing value first."""
    if isinstance(value, int):
        return f"{value:020d}"
    return str(value or "")
