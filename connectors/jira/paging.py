"""Walking through pages, by offset and by token."""

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from typing import Protocol, TypeVar

from msgspec import Raw

from connectors.errors import Malformed
from connectors.jira import api, wire
from connectors.transport import Transport

T = TypeVar("T")

EMPTY_IN_A_ROW = 3
MOST = 100  # no list gives more at a time


def portions(entries: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """The entries in their order, `size` at a time."""
    for start in range(0, len(entries), size):
        yield entries[start : start + size]


class Tokens:
    """Guards a walk by tokens against circles: no token twice, and few empty pages in a row (jira.md §1.1)."""

    def __init__(self) -> None:
        self._seen: set[str] = set()
        self._empty = 0

    def next(self, token: str | None, *, brought: int) -> str | None:
        """The token of the page after one that brought so many rows; None at the end of the walk."""
        if not token:
            return None
        self._empty = 0 if brought else self._empty + 1
        if token in self._seen or self._empty > EMPTY_IN_A_ROW:
            raise Malformed("the pages that Jira gives lead nowhere")
        self._seen.add(token)
        return token


class Paged(Protocol):
    """A page of entries."""

    @property
    def values(self) -> list[Raw]: ...

    total: int | None
    is_last: bool | None


async def values(
    transport: Transport,
    url: str,
    *,
    label: str,
    params: Mapping[str, object] | None = None,
    kind: type[Paged] = wire.Values,
) -> AsyncIterator[Raw]:
    """Every entry of a list that comes in pages. It goes on from what came: Jira caps a page as it likes."""
    start = 0
    before: list[bytes] = []
    while True:
        request = api.get(url, "", label=label, params={**(params or {}), "startAt": start, "maxResults": MOST})
        page = await transport.send(request, api.reading(kind, request))
        told = [bytes(raw) for raw in page.values]
        if told and told == before:
            raise Malformed(f"Jira gives the same page of {label} again and again")
        before = told
        for raw in page.values:
            yield raw
        start += len(page.values)
        if _is_last(page, start):
            return


def _is_last(page: Paged, reached: int) -> bool:
    if page.is_last or page.total is None:
        return bool(page.is_last) or not page.values
    if not page.values and reached < page.total:
        raise Malformed(f"Jira tells of {page.total} entries and shows {reached}")
    return reached >= page.total
