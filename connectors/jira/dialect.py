"""What differs between Cloud and Data Center: how issues are found and read. All after that is shared."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, TypeVar

from msgspec import Raw

from connectors.errors import Malformed, TooLarge
from connectors.jira import wire
from connectors.jira.document import decode
from connectors.jira.fields import Roles
from connectors.jira.parse import Read, embedded

T = TypeVar("T")

#: Every field but those that are read elsewhere (worklogs) or not at all (attachments).
WHOLE = ["*all", "-worklog", "-attachment"]
#: Items that fail one after another before it is the site that fails, and not the items.
MISSES_IN_A_ROW = 3


@dataclass(frozen=True, kw_only=True)
class Page:
    """A page of a search, in the order found. `next` leads to the page after it; None at the end.

    `missed`: why an issue, by its id, could not be read whole. `hole`: why a row, of an issue that nobody knows, could
    not be read at all.
    """

    found: Sequence[wire.Issue]
    next: str | None
    server_at: datetime
    missed: Mapping[str, str] = field(default_factory=dict)
    hole: str | None = None


@dataclass(kw_only=True)
class Reading:
    """Issues as read, in no order; and why an issue, by its id, could not be read whole."""

    found: list[Read] = field(default_factory=list)
    missed: dict[str, str] = field(default_factory=dict)
    gone: list[str] = field(default_factory=list)
    """Ids that Jira does not know, or does not show to this account."""
    since: datetime | None = None
    """What happened before it is known of these issues; None: nothing is."""
    holes: list[str] = field(default_factory=list)
    """Why an issue whose id is not known could not be read, and where it is."""


class Dialect(Protocol):
    """How one edition of Jira is read."""

    overlap_s: int  #: how far back a pass looks again: longer than the search index lags (jira.md §3.2)
    address: str  #: below which its API answers

    @property
    def portion(self) -> int:
        """How many issues to read, and store, at once."""

    @property
    def least(self) -> int:
        """How many issues to find, on however many pages, before any is read."""

    async def find(self, query: str, *, after: str | None, whole: bool) -> Page:
        """A page of the issues that the query finds. `whole` asks for their content at once, where there is a choice:
        the better one when few issues are expected."""

    async def read(self, found: Sequence[wire.Issue]) -> Reading:
        """The content and the history of issues just found."""

    async def fetch(self, ids: Sequence[str]) -> Reading:
        """The issues of these ids, as they are now."""

    async def parents(self, found: Sequence[Read], roles: Roles) -> Mapping[str, str]:
        """The ids, by key, of issues that these name as parent by key alone, as far as they can be found."""

    async def homes(self, ids: Sequence[str]) -> Mapping[str, str]:
        """The ids of the projects, by issue id, in which these issues are; one that is not to be seen has none."""

    def learned(self) -> dict[str, str]:
        """What was found out about this site, to be remembered."""


def expanded(issues: Iterable[wire.Issue]) -> Reading:
    """The issues with the histories that they hold themselves."""
    reading = Reading()
    for issue in issues:
        try:
            reading.found.append(embedded(issue))
        except Malformed as error:
            reading.missed[str(issue.id)] = f"its history is not as Jira describes it: {error}"
    return reading


def home(fields: Raw | bytes) -> str | None:
    """The id of the project of an issue with these fields, where it was asked for: its key may change."""
    try:
        project = decode(fields, wire.Placed).project
    except Malformed:
        return None
    return str(project.id) if project else None


def joined(readings: Iterable[Reading]) -> Reading:
    """One reading of several."""
    whole = Reading()
    for reading in readings:
        whole.found += reading.found
        whole.missed |= reading.missed
        whole.gone += reading.gone
        whole.holes += reading.holes
    return whole


async def in_parts(ids: Sequence[str], ask: Callable[[Sequence[str]], Awaitable[T]]) -> tuple[list[T], dict[str, str]]:
    """Answers for all ids, fewer asked at once where the source cannot carry them; and by id, why one has none.

    One that fails alone is passed over; several in a row mean that the site is down, and the error is raised.
    """
    answers: list[T] = []
    causes: dict[str, str] = {}
    in_a_row = 0
    waiting = [ids] if ids else []
    while waiting:
        part = waiting.pop()
        try:
            answers.append(await ask(part))
            in_a_row = 0
        except (TooLarge, Malformed) as error:
            half = len(part) // 2
            if half:
                waiting += [part[half:], part[:half]]
                continue
            in_a_row += 1
            if in_a_row == MISSES_IN_A_ROW:
                raise
            causes[part[0]] = f"Jira fails to answer for it, even asked for it alone: {error}"
    return answers, causes
