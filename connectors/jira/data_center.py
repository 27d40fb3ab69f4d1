"""Data Center and Server: REST v2, searched by offset, every issue with its history in the search itself."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime

import msgspec
from msgspec import Struct

from connectors.errors import Gone, Malformed, Refused, Retry, TooLarge
from connectors.exchange import Answer
from connectors.jira import api, wire
from connectors.jira.dialect import WHOLE, Page, Reading, expanded, home, joined
from connectors.jira.fields import Roles
from connectors.jira.paging import portions
from connectors.jira.parse import Read, parent_keys
from connectors.transport import Transport

Pause = Callable[[float], Awaitable[None]]

API = "/rest/api/2"
SEARCH = "/search"
LARGEST = 100  # whole histories can exhaust the server's memory (JRASERVER-60107)
CLEAN_PAGES = 10  # that many in a row, and a page made smaller is doubled again
PAUSE_S = 10.0  # before a page that failed is asked for again, as large as it was: most failures pass


class Pace(Struct):
    """How large a page this server carries."""

    size: int = LARGEST
    clean: int = 0


STAMPS = ["created", "updated"]


class CutShort(Retry):
    """A search shows fewer than it counts: a node of the cluster lags, or its index holds what is no more."""

    def __init__(self, message: str, *, server_at: datetime) -> None:
        super().__init__(message)
        self.server_at = server_at


class DataCenter:
    """Reads a Data Center or Server site."""

    overlap_s = 5 * 60
    portion = LARGEST
    least = 1  # a slice ends with its page: what is gathered longer drifts

    def __init__(self, transport: Transport, *, base: str, pace: Pace, pause: Pause) -> None:
        self.address = base + API
        self._transport = transport
        self._pace = pace
        self._pause = pause
        self._ids: dict[str, str] = {}

    async def find(self, query: str, *, after: str | None, whole: bool) -> Page:  # noqa: ARG002 - always whole
        """A page as large as the server carries."""
        start, is_again = int(after or 0), False
        while True:
            try:
                page = await self._page(query, start=start, size=self._pace.size, fields=WHOLE, expand=True)
            except CutShort as error:
                return Page(found=[], next=None, server_at=error.server_at, hole=str(error))
            except TooLarge as error:
                if self._pace.size == 1:
                    return await self._alone(query, start=start, cause=str(error))
                if is_again:
                    self._pace = Pace(size=self._pace.size // 2)
                else:
                    await self._pause(PAUSE_S)
                is_again = not is_again
                continue
            self._widen()
            return page

    async def read(self, found: Sequence[wire.Issue]) -> Reading:
        """The search has told all there is."""
        return expanded(found)

    async def fetch(self, ids: Sequence[str]) -> Reading:
        """Several by one search; what it does not show is asked for alone, since an index may lag or a row fail."""
        several = portions(ids, LARGEST) if len(ids) > 1 else ()
        issues = [issue for part in several for issue in await self._named(part, WHOLE, expand=True)]
        shown = {str(issue.id) for issue in issues}
        missed: dict[str, str] = {}
        gone: list[str] = []
        for identity in (one for one in ids if one not in shown):
            try:
                issues.append(await self._issue(identity))
            except api.Unauthorized:
                raise
            except Gone:
                gone.append(identity)
            except (Refused, Malformed, TooLarge) as error:
                missed[identity] = f"Jira fails to answer for it: {error}"
        return joined([expanded(issues), Reading(missed=missed, gone=gone)])

    async def parents(self, found: Sequence[Read], roles: Roles) -> Mapping[str, str]:
        keys = parent_keys((entry.issue for entry in found), roles)
        unknown = sorted(keys - self._ids.keys())
        for part in portions(unknown, LARGEST):
            await self._look_up(part)
        return {key: self._ids[key] for key in keys if self._ids[key]}

    async def homes(self, ids: Sequence[str]) -> Mapping[str, str]:
        found = [issue for part in portions(ids, LARGEST) for issue in await self._named(part, ["project"])]
        return {str(issue.id): project for issue in found if (project := home(issue.fields))}

    def learned(self) -> dict[str, str]:
        return {"pace": msgspec.json.encode(self._pace).decode()}

    async def _page(self, query: str, *, start: int, size: int, fields: list[str], expand: bool = False) -> Page:
        options: dict[str, object] = {"startAt": start, "maxResults": size, "fields": fields}
        if expand:
            options["expand"] = ["changelog"]
        request = api.search(self.address, SEARCH, query=query, options=options, shrinkable=size > 1)
        found, server_at = await self._transport.send(request, _not_cut_short(api.dated(wire.Found, request), start))
        reached = start + len(found.issues)
        # On from what came: the server may give less than was asked, and does not say so (jira.md §2). A total that is
        # less than what came is none: the walk ends by a page without issues then.
        more = bool(found.issues) and reached != found.total
        return Page(found=found.issues, next=str(reached) if more else None, server_at=server_at)

    async def _alone(self, query: str, *, start: int, cause: str) -> Page:
        """The single issue that fails, without its history; or, where that fails too, only which one it is."""
        lacking = f"its history could not be read: {cause}"
        try:
            page = await self._page(query, start=start, size=1, fields=WHOLE)
            found = page.found
        except TooLarge as error:
            lacking, found = f"Jira fails to answer for it, even asked for it alone: {error}", []
            try:
                page = await self._page(query, start=start, size=1, fields=STAMPS)
            except TooLarge as worst:
                return await self._past(query, start=start, cause=str(worst))
        missed = {str(issue.id): lacking for issue in page.found}
        return Page(found=found, next=page.next, server_at=page.server_at, missed=missed)

    async def _past(self, query: str, *, start: int, cause: str) -> Page:
        """The place of a row that no search can carry, not even its id: the search goes on behind it."""
        request = api.search(self.address, SEARCH, query=query, options={"maxResults": 0, "fields": STAMPS})
        found, server_at = await self._transport.send(request, api.dated(wire.Found, request))
        more = (found.total or 0) > start + 1
        return Page(found=[], next=str(start + 1) if more else None, server_at=server_at, hole=cause)

    async def _issue(self, identity: str) -> wire.Issue:
        options = {"fields": ",".join(WHOLE), "expand": "changelog"}
        request = api.get(self.address, f"/issue/{api.segment(identity)}", label="issue", params=options)
        return await self._transport.send(request, api.reading(wire.Issue, request))

    async def _look_up(self, keys: Sequence[str]) -> None:
        """Learns the ids of these keys; an issue that is gone or hidden has none."""
        self._ids |= dict.fromkeys(keys, "")
        self._ids |= {issue.key: str(issue.id) for issue in await self._named(keys, STAMPS) if issue.key}

    async def _named(self, names: Sequence[str], fields: list[str], *, expand: bool = False) -> list[wire.Issue]:
        """The issues of these ids, or of these keys, as far as they are there and to be seen."""
        # `validateQuery`: else one that is gone refuses the whole query, on servers that know the option.
        options: dict[str, object] = {"fields": fields, "maxResults": LARGEST, "validateQuery": "false"}
        options |= {"expand": ["changelog"]} if expand else {}
        query, issues = api.issues_jql(names), list[wire.Issue]()
        try:
            while True:
                options["startAt"] = len(issues)
                request = api.search(
                    self.address, SEARCH, query=query, options=options, shrinkable=expand or len(names) > 1
                )
                page = await self._transport.send(request, api.reading(wire.Found, request))
                issues += page.issues
                if not page.issues or len(issues) >= (page.total or 0):
                    return issues
        except api.Unauthorized:
            raise
        except (Refused, TooLarge):
            half = len(names) // 2
            parts = (names[:half], names[half:]) if half else ()
            return [one for part in parts for one in await self._named(part, fields, expand=expand)]

    def _widen(self) -> None:
        clean = self._pace.clean + 1
        grown = clean >= CLEAN_PAGES and self._pace.size < LARGEST
        self._pace = Pace(size=min(LARGEST, self._pace.size * 2)) if grown else Pace(size=self._pace.size, clean=clean)


def _not_cut_short(
    read: Callable[[Answer], tuple[wire.Found, datetime]], start: int
) -> Callable[[Answer], tuple[wire.Found, datetime]]:
    """The reader, which takes an empty page for the end only where the server does not say that there is more."""

    def checked(answer: Answer) -> tuple[wire.Found, datetime]:
        found, server_at = read(answer)
        if not found.issues and (found.total or 0) > start:
            told = f"Jira counts {found.total} issues and shows none after {start} of them"
            raise CutShort(told, server_at=server_at)
        return found, server_at

    return checked
