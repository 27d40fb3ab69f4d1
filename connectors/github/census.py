"""The census: which issues and pull requests each repository shows, by their ids alone."""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import product

from connectors.census import CensusKind, Roll
from connectors.errors import Malformed
from connectors.github import lists
from connectors.github.lists import Listing, Page
from connectors.github.parse import decode
from connectors.github.reader import Reader
from connectors.github.wire import Instant, Repository, Wire

#: How often each census is due.
DUE: Mapping[CensusKind, timedelta] = {"open": timedelta(hours=20), "all": timedelta(days=7)}
KINDS = {"issue": "issues", "pull_request": "pullRequests"}
#: Nobody changes places in the order of creation while the list is walked.
BY_CREATION = "orderBy: {field: CREATED_AT, direction: ASC}"
BY_UPDATE = "orderBy: {field: UPDATED_AT, direction: DESC}"


class _Called(Wire):
    id: str
    updated_at: Instant


async def rolls(
    reader: Reader, *, kind: CensusKind, repositories: Sequence[Repository], since: datetime | None, now: datetime
) -> AsyncIterator[Roll]:
    """A roll for each repository and kind; nobody is called that was last updated before `since`.

    100 ids a request; many repositories share one.
    """
    calls = {call.listing: call for call in _calls(kind, repositories, since)}
    pages = lists.read(reader, list(calls), label="census", onward=lambda page: not calls[page.listing].reached)
    async for together in pages:
        for page in together:
            call = calls[page.listing]
            call.take(page)
            if page.cursor is None or call.reached:
                yield call.roll(began_at=reader.began_at or now)


def _calls(kind: CensusKind, repositories: Sequence[Repository], since: datetime | None) -> "list[_Call]":
    states = "states: OPEN, " if kind == "open" else ""
    order = states + (BY_UPDATE if since else BY_CREATION)
    return [
        _Call(
            repository,
            item,
            Listing(
                node=repository.id,
                typename="Repository",
                connection=connection,
                arguments=order,
                row="id updatedAt",
            ),
            since,
        )
        for repository, (item, connection) in product(repositories, KINDS.items())
    ]


class _Call:
    """One roll, being called."""

    def __init__(self, repository: Repository, kind: str, listing: Listing, since: datetime | None) -> None:
        self.listing = listing
        self.reached = False  #: whoever follows was last updated before `since`
        self._scope = repository.name_with_owner
        self._kind = kind
        self._since = since
        self._called: dict[str, datetime | None] = {}
        self._void: list[str] = []

    def take(self, page: Page) -> None:
        self._void += page.hidden
        for raw in page.rows:
            try:
                found = decode(raw, _Called)
            except Malformed as error:
                self._void.append(str(error))
                continue
            if self._since is None or found.updated_at >= self._since:
                self._called[found.id] = found.updated_at
            else:
                self.reached = True

    def roll(self, *, began_at: datetime) -> Roll:
        return Roll(
            scope=self._scope,
            kind=self._kind,
            began_at=began_at,
            called=self._called,
            void="; ".join(dict.fromkeys(self._void)) or None,
        )
