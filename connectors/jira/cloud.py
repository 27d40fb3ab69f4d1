"""Cloud: REST v3. Ids by search, then content and history by bulk reads; or content by the search itself, where few
issues are expected, or every object is charged for (jira.md §4.4); or one by one, where nothing else works."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import msgspec
import structlog
from msgspec import Raw

from connectors.errors import Gone, Malformed, Refused, TooLarge
from connectors.jira import api, wire
from connectors.jira.bulk import ANY, HISTORIES, NAMED, Bulk, Ways
from connectors.jira.children import inline_comments
from connectors.jira.dates import instant
from connectors.jira.dialect import WHOLE, Page, Reading, expanded, home, in_parts, joined
from connectors.jira.document import decode
from connectors.jira.fields import Roles
from connectors.jira.paging import Tokens, portions, values
from connectors.jira.parse import Read, stamps
from connectors.transport import Transport

API = "/rest/api/3"
SEARCH = "/search/jql"
IDS_PAGE, WHOLE_PAGE = 5_000, 100
ALONE = 50  # issues that are asked for one by one, at most
HELD = 30_000  # histories held at once: one issue's may lie on any page of its portion
#: An issue was updated by the comment that is this much older at most; or it came into being by several steps.
AT_ONCE = timedelta(minutes=1)


class Cloud:
    """Reads a Cloud site. `fields` are the ids of its fields; without them a bulk read asks for all."""

    overlap_s = 10 * 60

    def __init__(
        self,
        transport: Transport,
        *,
        base: str,
        fields: Sequence[str],
        ways: Ways,
        charged: bool = False,
        comments: bool = False,
    ) -> None:
        """`charged`: for each object that is returned, so that none is to be asked for twice. `comments`: of every
        issue, which none of the bulk reads of 1,000 tells."""
        self.address = base + API
        self._transport = transport
        self._ways = ways
        self._bulk = Bulk(transport, address=self.address, fields=fields, ways=ways, in_hundreds=comments)
        self._charged = charged
        self._log = structlog.get_logger()

    @property
    def portion(self) -> int:
        """As many issues as hold some 30,000 histories, going by those read last."""
        return max(ANY, min(NAMED, int(HELD / max(1.0, self._ways.histories_per_issue))))

    @property
    def least(self) -> int:
        """Where the search tells the content, 100 issues a page, the histories of many pages are read at once: of as
        many pages as fill whole pages of histories."""
        if not (self._charged and self._is_bulk):
            return 1
        expected = self.portion * self._ways.histories_per_issue
        filled = expected // HISTORIES * HISTORIES / expected if expected >= HISTORIES else 1
        # A slice shows some of the one before it again: what it adds is a little less than its pages hold.
        return max(WHOLE_PAGE, int(self.portion * filled) // WHOLE_PAGE * WHOLE_PAGE) - WHOLE_PAGE // 2

    async def find(self, query: str, *, after: str | None, whole: bool) -> Page:
        if not (whole or self._charged) and self._is_bulk:
            return await self._page(query, after=after, whole=False)
        try:
            return await self._page(query, after=after, whole=True)
        except TooLarge:
            # An issue that spoils its page is found by reads that can ask for less.
            return await self._page(query, after=after, whole=False)

    async def _page(self, query: str, *, after: str | None, whole: bool) -> Page:
        options: dict[str, object] = {
            "fields": WHOLE if whole else ["id"],
            "maxResults": WHOLE_PAGE if whole else IDS_PAGE,
        }
        if whole and not self._is_bulk:
            options["expand"] = "changelog"
        if after:
            options["nextPageToken"] = after
        request = api.search(self.address, SEARCH, query=query, options=options, shrinkable=whole)
        found, server_at = await self._transport.send(request, api.dated(wire.Found, request))
        return Page(found=found.issues, next=found.token_after(after), server_at=server_at)

    @property
    def _is_bulk(self) -> bool:
        return self._ways.bulk

    async def read(self, found: Sequence[wire.Issue]) -> Reading:
        if self._is_bulk:
            try:
                return await self._in_bulk(found)
            except api.Unauthorized:
                raise
            # The endpoint: an issue that is not there is merely left out of the answer. Or it fails whatever it is
            # asked; if the others fail too, the site is down. Until the next survey nobody waits for it again.
            except (Gone, Refused, TooLarge, Malformed):
                self._ways.bulk = False
        bare = [str(issue.id) for issue in found if issue.bare]
        searched, missed = await self._by_search(bare)
        reading = expanded([issue for issue in found if not issue.bare] + searched)
        reading.missed |= missed
        read = {str(entry.issue.id) for entry in reading.found} | reading.missed.keys()
        reading.gone = [identity for identity in bare if identity not in read]
        return await self._completed(reading)

    async def fetch(self, ids: Sequence[str]) -> Reading:
        if len(ids) == 1:
            return await self._alone(ids[0])
        readings = [await self.read([wire.Issue(id=identity) for identity in part]) for part in portions(ids, NAMED)]
        reading = joined(readings)
        if self._is_bulk:  # what bulk reads fail on may be there where it is asked for alone
            failed, reading.missed = list(reading.missed)[:ALONE], dict(list(reading.missed.items())[ALONE:])
            reading.found = [entry for entry in reading.found if str(entry.issue.id) not in failed]
            reading = joined([reading, *[await self._alone(identity) for identity in failed]])
        return reading

    async def parents(self, found: Sequence[Read], roles: Roles) -> Mapping[str, str]:  # noqa: ARG002
        """None: Cloud tells every parent by its id."""
        return {}

    async def homes(self, ids: Sequence[str]) -> Mapping[str, str]:
        if self._is_bulk:
            issues = await self._bulk.homes(ids)
        else:
            issues, _ = await self._by_search(ids)
        return {str(issue.id): project for issue in issues if (project := home(issue.fields))}

    def learned(self) -> dict[str, str]:
        return {"ways": msgspec.json.encode(self._ways).decode()}

    async def _alone(self, identity: str) -> Reading:
        """One issue, with its history in one request where it is short."""
        options = {"fields": ",".join(WHOLE), "expand": "changelog"}
        request = api.get(self.address, f"/issue/{api.segment(identity)}", label="issue", params=options)
        try:
            issue = await self._transport.send(request, api.reading(wire.Issue, request))
        except api.Unauthorized:
            raise
        except Gone:
            return Reading(gone=[identity])
        except (Malformed, Refused, TooLarge) as error:
            return Reading(missed={identity: f"Jira fails to answer for it: {error}"})
        return await self._completed(expanded([issue]))

    async def _in_bulk(self, found: Sequence[wire.Issue]) -> Reading:
        bare = [str(issue.id) for issue in found if issue.bare]
        contents, missed = await in_parts(bare, self._bulk.contents)
        issues = [issue for issue in found if not issue.bare] + [issue for part in contents for issue in part.issues]
        missed |= {identity: why for part in contents for identity, why in part.missed.items()}
        read = [str(issue.id) for issue in issues]
        told, untold = await in_parts(read, self._bulk.histories)
        histories = {identity: found for part in told for identity, found in part.items()}
        self._note(histories)
        reading = Reading(
            found=[Read(issue=issue, histories=histories.get(str(issue.id))) for issue in issues],
            missed=missed | untold,
            gone=sorted(set(bare) - set(read) - missed.keys()),
        )
        return await self._cross_checked(reading)

    def _note(self, histories: Mapping[str, list[Raw]]) -> None:
        if histories:
            self._ways.histories_per_issue = sum(map(len, histories.values())) / len(histories)

    async def _cross_checked(self, reading: Reading) -> Reading:
        """The same with the histories that the bulk read left out: one issue's may be there and be told as none
        (estuary/connectors#5204)."""
        doubted = [str(entry.issue.id) for entry in reading.found if _contradicts(entry)]
        for part in portions(doubted, ANY):
            for identity in await self._bulk.with_history(part):
                self._log.warning("histories disagree", issue=identity)
                await self._complete(reading, identity)
        return reading

    async def _by_search(self, ids: Sequence[str]) -> tuple[list[wire.Issue], dict[str, str]]:
        """The content of issues, and what a search shows of their histories; one that is gone or hidden is left out.
        And by id, why one could not be read."""
        issues: list[wire.Issue] = []
        missed: dict[str, str] = {}
        for part in portions(ids, WHOLE_PAGE):
            answers, causes = await in_parts(part, self._named)
            issues += [issue for answer in answers for issue in answer]
            missed |= causes
        return issues, missed

    async def _named(self, ids: Sequence[str]) -> list[wire.Issue]:
        """As `_by_search`, for one page: an id that Jira does not know refuses the whole query."""
        try:
            return await self._searched(api.issues_jql(ids))
        except api.Unauthorized:
            raise
        except Refused:
            half = len(ids) // 2
            return [issue for part in (ids[:half], ids[half:]) if half for issue in await self._named(part)]

    async def _searched(self, query: str) -> list[wire.Issue]:
        issues: list[wire.Issue] = []
        after, walk = None, Tokens()
        while True:
            page = await self._page(query, after=after, whole=True)
            issues += page.found
            after = walk.next(page.next, brought=len(page.found))
            if after is None:
                return issues

    async def _completed(self, reading: Reading) -> Reading:
        """The same with whole histories: inside an issue they are cut to the newest 40 or 100 (jira.md §1.3)."""
        for entry in list(reading.found):
            if entry.histories is None or entry.total is None or len(entry.histories) < entry.total:
                await self._complete(reading, str(entry.issue.id))
        return reading

    async def _complete(self, reading: Reading, identity: str) -> None:
        """Reads the oldest entries of this issue's history, until those that are held go on from there."""
        place = next(n for n, entry in enumerate(reading.found) if str(entry.issue.id) == identity)
        entry = reading.found[place]
        held = entry.histories or ()
        lacking = max(1, entry.total - len(held)) if entry.total is not None and held else None
        try:
            older = await self._history(identity, lacking)
            reading.found[place] = Read(issue=entry.issue, histories=[*older, *held])
        except api.Unauthorized:
            raise
        except (Gone, Malformed, Refused, TooLarge) as error:
            reading.missed[identity] = f"its history could not be read: {error}"

    async def _history(self, identity: str, lacking: int | None) -> list[Raw]:
        """The oldest entries of a history, as many as are lacking; or all of them."""
        path = f"{self.address}/issue/{api.segment(identity)}/changelog"
        older: list[Raw] = []
        async for raw in values(self._transport, path, label="history"):
            if lacking is not None and len(older) >= lacking:
                break
            older.append(raw)
        return older


def _contradicts(entry: Read) -> bool:
    """Whether an issue without a history was updated, and not just by a comment."""
    if entry.histories is None or entry.histories:
        return False
    try:
        created_at, updated_at = stamps(entry.issue)
        told = inline_comments(decode(entry.issue.fields, wire.Commented).comment)
        said_at = [_said_at(raw) for raw in (told.comments if told else ())]
    except Malformed:
        return False
    return updated_at - max([created_at, *said_at]) > AT_ONCE


def _said_at(raw: Raw) -> datetime:
    comment = decode(raw, wire.Comment)
    return instant(comment.updated or comment.created)
