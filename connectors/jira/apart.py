"""What an issue's own body leaves out: the rest of its comments, its links to pages outside, its development panel.

Each is a request for each issue, so each is made only where the issue says that there is something to read.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from msgspec import Raw

from connectors.errors import Gone, Malformed, Refused, Retry
from connectors.jira import api, wire, wire_beside
from connectors.jira.children import inline_comments
from connectors.jira.dates import instant
from connectors.jira.dialect import MISSES_IN_A_ROW, Reading
from connectors.jira.document import decode
from connectors.jira.paging import values
from connectors.jira.parse import Read
from connectors.records import Gap
from connectors.transport import Transport

T = TypeVar("T")

#: The changelog's names for links to pages outside; most of them are written by other tools (jira.md §1.5).
REMOTE_LINKS = ("RemoteIssueLink", "RemoteWorkItemLink")
#: Jira's own page asks here; there is no other place (jira.md §1.5: internal, so off unless it is asked for).
PANEL = "/rest/dev-status/latest/issue/detail"
WORDS = {
    "comments": "comments",
    "remote_links": "links to pages outside",
    "development": "development panel",
}


class Apart:
    """Reads what is told apart from the issues."""

    def __init__(self, transport: Transport, *, base: str, address: str, development: bool) -> None:
        """`base`: the site's address, `address`: that of the API of its edition."""
        self.gaps: list[Gap] = []
        self._transport = transport
        self._base = base
        self._address = address
        self._development = development
        self._refused: set[str] = set()
        self._failures: Counter[str] = Counter()
        self._denials: Counter[str] = Counter()

    async def complete(self, reading: Reading) -> None:
        """Adds to each issue what it lacks; one for which that fails is missed, and tried again."""
        lacking = {place: lacks for place, entry in enumerate(reading.found) if (lacks := self._lacks(entry, reading))}
        whole = (self._completed(reading.found[place], lacks, reading.missed) for place, lacks in lacking.items())
        for place, entry in zip(lacking, await asyncio.gather(*whole), strict=True):
            reading.found[place] = entry

    def _lacks(self, entry: Read, reading: Reading) -> list[str]:
        """The streams to ask for more of this issue."""
        try:
            told = {
                "comments": _is_cut(entry),
                "remote_links": _tells_of_links(entry, reading.since),
                "development": self._development,
            }
        except Malformed:
            return []  # the parser will say so
        return [stream for stream, lacks in told.items() if lacks]

    async def _completed(self, entry: Read, streams: Sequence[str], missed: dict[str, str]) -> Read:
        identity = str(entry.issue.id)
        if "comments" in streams:
            entry = replace(entry, comments=await self._ask("comments", identity, self._comments, missed))
        if "remote_links" in streams:
            entry = replace(entry, remote_links=await self._ask("remote_links", identity, self._remote_links, missed))
        if "development" in streams:
            entry = replace(entry, pull_requests=await self._ask("development", identity, self._pull_requests, missed))
        return entry

    async def _ask(
        self, stream: str, identity: str, ask: Callable[[str], Awaitable[T]], missed: dict[str, str]
    ) -> T | None:
        """The answer, if any. Where the account may not ask, that is said once; where Jira is down, it is not asked
        for every issue again."""
        if stream in self._refused:
            return None
        if self._failures[stream] >= MISSES_IN_A_ROW:
            missed[identity] = f"its {WORDS[stream]} could not be read, as those of others before it"
            return None
        try:
            found = await ask(identity)
        except api.Unauthorized:
            raise
        except (Gone, Refused) as error:
            self._deny(stream, identity, str(error), missed)
            return None
        except (Malformed, Retry) as error:
            self._failures[stream] += 1
            missed[identity] = f"its {WORDS[stream]} could not be read: {error}"
            return None
        self._failures[stream] = self._denials[stream] = 0
        return found

    def _deny(self, stream: str, identity: str, why: str, missed: dict[str, str]) -> None:
        """Whoever sees an issue may read its comments and links: where one refuses them, that is its own trouble, and
        it is tried again; where several in a row do, or the panel, it is the account's."""
        self._denials[stream] += 1
        if stream == "development" or self._denials[stream] >= MISSES_IN_A_ROW:
            self._refuse(stream, why)
        else:
            missed[identity] = f"its {WORDS[stream]} could not be read: {why}"

    def _refuse(self, stream: str, why: str) -> None:
        if stream not in self._refused:
            self._refused.add(stream)
            cause = f"Jira does not show the {WORDS[stream]} of issues to this account: {why}"
            self.gaps.append(Gap(stream=stream, cause=cause))

    async def _comments(self, identity: str) -> list[Raw]:
        path = f"{self._address}/issue/{api.segment(identity)}/comment"
        return [raw async for raw in values(self._transport, path, label="comments", kind=wire.Comments)]

    async def _remote_links(self, identity: str) -> list[Raw]:
        request = api.get(self._address, f"/issue/{api.segment(identity)}/remotelink", label="remote links")
        return await self._transport.send(request, api.reading(list[Raw], request))

    async def _pull_requests(self, identity: str) -> list[str]:
        params = {"issueId": identity, "applicationType": "GitHub", "dataType": "pullrequest"}
        request = api.get(self._base, PANEL, label="development", params=params)
        panel = await self._transport.send(request, api.reading(wire_beside.Panel, request))
        told = [pull for detail in panel.detail or () for pull in detail.pull_requests or ()]
        return [pull.url for pull in told if pull.url]


def _is_cut(entry: Read) -> bool:
    """Whether there are more comments than the issue shows."""
    if b'"comment"' not in bytes(entry.issue.fields):  # looked through at once: bulk reads of 1,000 leave it out
        return False
    told = inline_comments(decode(entry.issue.fields, wire.Commented).comment)
    return told is not None and told.total is not None and len(told.comments) < told.total


def _tells_of_links(entry: Read, since: datetime | None) -> bool:
    """Whether the history tells of links to pages outside, since then."""
    if b"Remote" not in b"".join(entry.histories or ()):  # looked through at once: it is seldom there
        return False
    suspected = [raw for raw in entry.histories or () if b"Remote" in bytes(raw)]
    for history in (decode(raw, wire.History) for raw in suspected):
        is_link = any(item.field in REMOTE_LINKS for item in history.items or ())
        if is_link and (since is None or instant(history.created) >= since):
            return True
    return False
