"""Cloud's bulk reads: the content of up to 1,000 issues, and their histories, in a few requests (jira.md §1.2-1.3)."""

from collections.abc import Sequence

import msgspec
from msgspec import Raw, Struct

from connectors.errors import Gone, Malformed, Refused, TooLarge
from connectors.jira import api, wire
from connectors.jira.dialect import WHOLE
from connectors.jira.document import decode
from connectors.jira.fields import groups
from connectors.jira.paging import Tokens, portions
from connectors.jira.parse import embedded
from connectors.transport import Transport

#: Issues in one bulk read: of named fields, none of them a long list; of all fields.
NAMED, ANY = 1_000, 100
FIELDS = 100  # named in one bulk read at most
GROUPS = 5  # of fields; with more of them, reading all fields of 100 issues at a time takes no more requests
HISTORIES = 10_000  # in one page of a bulk read


class Ways(Struct):
    """How this site lets itself be read."""

    bulk: bool = True
    bulk_size: int = NAMED
    histories_per_issue: float = 0.0


class Bulk:
    """Reads many issues at once. What it finds out about the site it notes in `ways`."""

    def __init__(
        self, transport: Transport, *, address: str, fields: Sequence[str], ways: Ways, in_hundreds: bool
    ) -> None:
        """`fields`: their ids; without them all are asked for. `in_hundreds`: never more issues at once, with the long
        lists that reads of 1,000 leave out."""
        self._transport = transport
        self._address = address
        self._groups = groups(fields, size=FIELDS) if fields else []
        self._ways = ways
        self._in_hundreds = in_hundreds or not 0 < len(self._groups) <= GROUPS

    async def contents(self, ids: Sequence[str]) -> wire.BulkIssues:
        """The content of issues; one that is gone or hidden is left out."""
        if not self._in_hundreds and self._ways.bulk_size == NAMED and len(ids) > ANY:
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
        request = api.bulk(self._address, "/issue/bulkfetch", label="issues", body=body, shrinkable=len(ids) > 1)
        return await self._transport.send(request, api.reading(wire.BulkIssues, request))

    async def histories(self, ids: Sequence[str]) -> dict[str, list[Raw]]:
        """Every history of these issues, by issue id: all pages, since one issue's may lie on several."""
        found: dict[str, list[Raw]] = {identity: [] for identity in ids}
        body: dict[str, object] = {"issueIdsOrKeys": list(ids), "maxResults": HISTORIES}
        walk = Tokens()
        while True:
            request = api.bulk(
                self._address, "/changelog/bulkfetch", label="histories", body=body, shrinkable=len(ids) > 1
            )
            page = await self._transport.send(request, api.reading(wire.BulkHistories, request))
            for entry in page.issue_change_logs:
                found.setdefault(str(entry.issue_id), []).extend(entry.change_histories)
            token = walk.next(page.next_page_token, brought=len(page.issue_change_logs))
            if token is None:
                return found
            body["nextPageToken"] = token

    async def homes(self, ids: Sequence[str]) -> list[wire.Issue]:
        """The issues with their projects alone."""
        answers = [await self._bulk(part, ["project"]) for part in portions(ids, self._ways.bulk_size)]
        return [issue for answer in answers for issue in answer.issues]

    async def with_history(self, ids: Sequence[str]) -> list[str]:
        """Those of the issues that have a history by another reader; none where that cannot tell."""
        body = {"issueIdsOrKeys": list(ids), "fields": ["updated"], "expand": ["changelog"]}
        request = api.bulk(self._address, "/issue/bulkfetch", label="doubts", body=body, shrinkable=True)
        try:
            answer = await self._transport.send(request, api.reading(wire.BulkIssues, request))
            told = [embedded(issue) for issue in answer.issues]
        except api.Unauthorized:
            raise
        except (Gone, Refused, Malformed, TooLarge):
            return []
        return [str(entry.issue.id) for entry in told if entry.histories or entry.total]


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
