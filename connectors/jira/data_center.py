"""Data Center and Server: REST v2, searched by offset, every issue with its history in the search itself."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

import msgspec
from msgspec import Struct

from connectors.errors import Gone, Malformed, Refused, Retry, TooLarge
from connectors.exchange import Answer
from connectors.jira import api, wire
from connectors.jira.dialect import WHOLE, Page, Reading, expanded, joined
from connectors.jira.fields import Roles
from connectors.jira.paging import portions
from connectors.jira.parse import Read, parent_keys
from connectors.transport import Transport

API = "/rest/api/2"
LARGEST = 100  # whole histories can exhaust the server's memory (JRASERVER-60107)
CLEAN_PAGES = 10  # that many in a row, and a page made smaller is doubled again


class Pace(Struct):
    """How large a page this server carries."""

    size: int = LARGEST
    clean: int = 0


STAMPS = ["created", "updated"]


class DataCenter:
    """Reads a Data Center or Server site."""

    overlap_s = 5 * 60
    portion = LARGEST

    def __init__(self, transport: Transport, *, base: str, pace: Pace) -> None:
        self._transport = transport
        self._base = base + API
        self._pace = pace
        self._ids: dict[str, str] = {}

    async def find(self, query: str, *, after: str | None, whole: bool) -> Page:  # noqa: ARG002 - always whole
        """A page as large as the server carries."""
        start = int(after or 0)
        while True:
            try:
                page = await self._page(query, start=start, fields=WHOLE, expand=True)
            except TooLarge as error:
                if self._pace.size == 1:
                    return await self._alone(query, start=start, cause=str(error))
                self._pace = Pace(size=self._pace.size // 2)
                continue
            self._widen()
            return page

    async def read(self, found: Sequence[wire.Issue]) -> Reading:
        """The search has told all there is."""
        return expanded(found)

    async def fetch(self, ids: Sequence[str]) -> Reading:
        issues: list[wire.Issue] = []
        missed: dict[str, str] = {}
        gone: list[str] = []
        for identity in ids:
            try:
                issues.append(await self._issue(identity))
            except api.Unauthorized:
                raise
            except Gone:
                gone.append(identity)
            except (Refused, Malformed, TooLarge) as error:
                missed[identity] = str(error)
        return joined([expanded(issues), Reading(missed=missed, gone=gone)])

    async def parents(self, found: Sequence[Read], roles: Roles) -> Mapping[str, str]:
        keys = parent_keys((entry.issue for entry in found), roles)
        unknown = sorted(keys - self._ids.keys())
        for part in portions(unknown, LARGEST):
            await self._look_up(part)
        return {key: self._ids[key] for key in keys if self._ids[key]}

    def learned(self) -> dict[str, str]:
        return {"pace": msgspec.json.encode(self._pace).decode()}

    async def _page(self, query: str, *, start: int, fields: list[str], expand: bool = False) -> Page:
        size = self._pace.size
        options: dict[str, object] = {"startAt": start, "maxResults": size, "fields": fields}
        if expand:
            options["expand"] = ["changelog"]
        request = api.search(self._base, "/search", query=query, options=options, shrinkable=size > 1)
        found, server_at = await self._transport.send(request, _not_cut_short(api.dated(wire.Found, request), start))
        reached = start + len(found.issues)
        # On from what came: the server may give less than was asked, and does not say so (jira.md §2).
        more = bool(found.issues) and (found.total is None or reached < found.total)
        return Page(found=found.issues, next=str(reached) if more else None, server_at=server_at)

    async def _alone(self, query: str, *, start: int, cause: str) -> Page:
        """The single issue that fails, without its history; or, where that fails too, only which one it is."""
        try:
            page = await self._page(query, start=start, fields=WHOLE)
            found = page.found
        except TooLarge:
            page, found = await self._page(query, start=start, fields=STAMPS), []
        missed = {str(issue.id): cause for issue in page.found}
        return Page(found=found, next=page.next, server_at=page.server_at, missed=missed)

    async def _issue(self, identity: str) -> wire.Issue:
        options = {"fields": ",".join(WHOLE), "expand": "changelog"}
        request = api.get(self._base, f"/issue/{api.segment(identity)}", label="issue", params=options)
        return await self._transport.send(request, api.reading(wire.Issue, request))

    async def _look_up(self, keys: Sequence[str]) -> None:
        """Learns the ids of these keys; an issue that is gone or hidden has none."""
        # `validateQuery`: else one key that is gone refuses the whole query, on servers that know the option.
        options = {"fields": STAMPS, "maxResults": LARGEST, "validateQuery": "false"}
        request = api.search(self._base, "/search", query=api.issues_jql(keys), options=options)
        self._ids |= dict.fromkeys(keys, "")
        try:
            found = await self._transport.send(request, api.reading(wire.Found, request))
        except api.Unauthorized:
            raise
        except Refused:
            half = len(keys) // 2
            for part in (keys[:half], keys[half:]) if half else ():
                await self._look_up(part)
            return
        self._ids |= {issue.key: str(issue.id) for issue in found.issues}

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
            raise Retry(f"Jira tells of {found.total} issues and shows none from {start} on")
        return found, server_at

    return checked
