"""Cloud: REST v3. Ids by search, then content and history by bulk reads; or, where a site has no bulk reads or few
issues are expected, content by the search itself (jira.md §4.4)."""

from collections.abc import Mapping, Sequence

import msgspec
from msgspec import Raw, Struct

from connectors.errors import Gone, Malformed, Refused, TooLarge
from connectors.jira import api, wire
from connectors.jira.dialect import WHOLE, Page, Reading, expanded, in_parts, joined
from connectors.jira.document import decode
from connectors.jira.fields import Roles, groups
from connectors.jira.paging import Tokens, portions, values
from connectors.jira.parse import Read
from connectors.transport import Transport

API = "/rest/api/3"
IDS_PAGE, WHOLE_PAGE = 5_000, 100
#: Issues in one bulk read: of named fields, none of them a long list; of all fields (jira.md §1.2).
NAMED, ANY = 1_000, 100
FIELDS = 100  # named in one bulk read at most
GROUPS = 5  # of fields; with more of them, reading all fields of 100 issues at a time takes no more requests
HISTORIES = 10_000  # in one page of a bulk read
HELD = 30_000  # histories held at once: one issue's may lie on any page of its portion


class Ways(Struct):
    """How this site lets itself be read."""

    bulk: bool = True
    bulk_size: int = NAMED
    histories_per_issue: float = 0.0


class Cloud:
    """Reads a Cloud site. `fields` are the ids of its fields; without them a bulk read asks for all."""

    overlap_s = 10 * 60

    def __init__(self, transport: Transport, *, base: str, fields: Sequence[str], ways: Ways) -> None:
        self._transport = transport
        self._base = base + API
        self._groups = groups(fields, size=FIELDS) if fields else []
        self._ways = ways
        if not 0 < len(self._groups) <= GROUPS:
            self._ways.bulk_size = ANY

    @property
    def portion(self) -> int:
        """As many issues as hold some 30,000 histories, going by those read last."""
        return max(ANY, min(NAMED, int(HELD / max(1.0, self._ways.histories_per_issue))))

    async def find(self, query: str, *, after: str | None, whole: bool) -> Page:
        whole = whole or not self._ways.bulk
        try:
            return await self._page(query, after=after, whole=whole)
        except TooLarge:
            if not whole or not self._ways.bulk:
                raise
            # An issue that spoils its page is found by bulk reads, which can ask for less.
            return await self._page(query, after=after, whole=False)

    async def _page(self, query: str, *, after: str | None, whole: bool) -> Page:
        options: dict[str, object] = {
            "fields": WHOLE if whole else ["id"],
            "maxResults": WHOLE_PAGE if whole else IDS_PAGE,
        }
        if not self._ways.bulk:
            options["expand"] = "changelog"
        if after:
            options["nextPageToken"] = after
        shrinkable = whole and self._ways.bulk
        request = api.search(self._base, "/search/jql", query=query, options=options, shrinkable=shrinkable)
        found, server_at = await self._transport.send(request, api.dated(wire.Found, request))
        return Page(found=found.issues, next=found.next_page_token or None, server_at=server_at)

    async def read(self, found: Sequence[wire.Issue]) -> Reading:
        if self._ways.bulk:
            try:
                return await self._in_bulk(found)
            except api.Unauthorized:
                raise
            except (Gone, Refused):  # the endpoint: an issue that is not there is merely left out of the answer
                self._ways.bulk = False
        bare = [str(issue.id) for issue in found if issue.bare]
        reading = expanded([issue for issue in found if not issue.bare] + await self._by_search(bare))
        read = {str(entry.issue.id) for entry in reading.found} | reading.missed.keys()
        reading.gone = [identity for identity in bare if identity not in read]
        return await self._completed(reading)

    async def fetch(self, ids: Sequence[str]) -> Reading:
        readings = [await self.read([wire.Issue(id=identity) for identity in part]) for part in portions(ids, NAMED)]
        return joined(readings)

    async def parents(self, found: Sequence[Read], roles: Roles) -> Mapping[str, str]:  # noqa: ARG002
        """None: Cloud tells every parent by its id."""
        return {}

    def learned(self) -> dict[str, str]:
        return {"ways": msgspec.json.encode(self._ways).decode()}

    async def _in_bulk(self, found: Sequence[wire.Issue]) -> Reading:
        bare = [str(issue.id) for issue in found if issue.bare]
        contents, missed = await in_parts(bare, self._contents)
        issues = [issue for issue in found if not issue.bare] + [issue for part in contents for issue in part.issues]
        missed |= {identity: why for part in contents for identity, why in part.missed.items()}
        read = [str(issue.id) for issue in issues]
        told, untold = await in_parts(read, self._histories)
        histories = {identity: found for part in told for identity, found in part.items()}
        self._note(histories)
        return Reading(
            found=[Read(issue=issue, histories=histories.get(str(issue.id))) for issue in issues],
            missed=missed | untold,
            gone=sorted(set(bare) - set(read) - missed.keys()),
        )

    async def _contents(self, ids: Sequence[str]) -> wire.BulkIssues:
        """The content of issues; one that is gone or hidden is left out."""
        if self._ways.bulk_size == NAMED and len(ids) > ANY:
            try:
                return _merged([await self._bulk(ids, fields) for fields in self._groups])
            except api.Unauthorized:
                raise
            except Refused:
                self._ways.bulk_size = ANY  # as sites did before 1,000 were allowed (jira.md §1.2)
        answers = [await self._bulk(part, WHOLE) for part in portions(ids, ANY)]
        return wire.BulkIssues(
            issues=[issue for answer in answers for issue in answer.issues],
            issue_errors=[unread for answer in answers for unread in answer.issue_errors or ()],
        )

    async def _bulk(self, ids: Sequence[str], fields: list[str]) -> wire.BulkIssues:
        body = {"issueIdsOrKeys": list(ids), "fields": fields}
        request = api.bulk(self._base, "/issue/bulkfetch", label="issues", body=body, shrinkable=len(ids) > 1)
        return await self._transport.send(request, api.reading(wire.BulkIssues, request))

    async def _histories(self, ids: Sequence[str]) -> dict[str, list[Raw]]:
        """Every history of these issues, by issue id: all pages, since one issue's may lie on several."""
        found: dict[str, list[Raw]] = {identity: [] for identity in ids}
        body: dict[str, object] = {"issueIdsOrKeys": list(ids), "maxResults": HISTORIES}
        walk = Tokens()
        while True:
            request = api.bulk(
                self._base, "/changelog/bulkfetch", label="histories", body=body, shrinkable=len(ids) > 1
            )
            page = await self._transport.send(request, api.reading(wire.BulkHistories, request))
            for entry in page.issue_change_logs:
                found.setdefault(str(entry.issue_id), []).extend(entry.change_histories)
            token = walk.next(page.next_page_token, brought=len(page.issue_change_logs))
            if token is None:
                return found
            body["nextPageToken"] = token

    def _note(self, histories: Mapping[str, list[Raw]]) -> None:
        if histories:
            self._ways.histories_per_issue = sum(map(len, histories.values())) / len(histories)

    async def _by_search(self, ids: Sequence[str]) -> list[wire.Issue]:
        """The content of issues, and what a search shows of their histories; one that is gone or hidden is left out."""
        return [issue for part in portions(ids, WHOLE_PAGE) for issue in await self._named(part)]

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
            page = await self.find(query, after=after, whole=True)
            issues += page.found
            after = walk.next(page.next, brought=len(page.found))
            if after is None:
                return issues

    async def _completed(self, reading: Reading) -> Reading:
        """The same with whole histories: inside an issue they are cut to the newest 40 or 100 (jira.md §1.3)."""
        for place, entry in enumerate(reading.found):
            if entry.histories is not None and entry.total is not None and len(entry.histories) >= entry.total:
                continue
            try:
                reading.found[place] = Read(issue=entry.issue, histories=await self._history(str(entry.issue.id)))
            except (Gone, Malformed) as error:
                reading.missed[str(entry.issue.id)] = str(error)
        return reading

    async def _history(self, identity: str) -> list[Raw]:
        path = f"/issue/{api.segment(identity)}/changelog"
        return [raw async for raw in values(self._transport, self._base + path, label="history")]


def _merged(parts: list[wire.BulkIssues]) -> wire.BulkIssues:
    """One answer of several that tell each other fields of the same issues; one that any lacks is left out."""
    if len(parts) == 1:
        return parts[0]
    by_id = [{str(issue.id): issue for issue in part.issues} for part in parts]
    common = [identity for identity in by_id[0] if all(identity in part for part in by_id[1:])]
    issues = [_whole([part[identity] for part in by_id]) for identity in common]
    return wire.BulkIssues(issues=issues, issue_errors=[unread for part in parts for unread in part.issue_errors or ()])


def _whole(pieces: list[wire.Issue]) -> wire.Issue:
    fields: dict[str, Raw] = {}
    for piece in pieces:
        fields |= decode(piece.fields, dict[str, Raw])
    return wire.Issue(id=pieces[0].id, key=pieces[0].key, fields=Raw(msgspec.json.encode(fields)))
