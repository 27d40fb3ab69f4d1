"""Writing back: one label, or one field, of an issue that says which objective it serves. Opt-in.

An issue is read first and written only where it differs, by operations that name what goes and what comes: whatever
else it holds is not even sent. Nobody is notified.
"""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from jira.exceptions import JIRAError
from msgspec import Raw
from requests import RequestException

from connectors.errors import Gone, Refused
from connectors.exchange import Answer
from connectors.jira import api, mirror, wire
from connectors.jira.client import client, said
from connectors.jira.document import decode
from connectors.jira.limits import asks_to_wait, limited
from connectors.jira.paging import portions
from connectors.jira.survey import Site
from connectors.records import ItemRef
from connectors.sign_in import Signature
from connectors.source import Mirror, Writing, Written
from connectors.transport import Clock, Transport

READ_AT_ONCE = 100
#: Between two writes of one issue: 20 in 2 seconds and 100 in 30 are allowed (`jira-per-issue-on-write`, §4.1).
APART_S = 0.3
UNTOLD_S = 5.0  # how long to wait where Jira does not say
TRIES = 4
PERMISSIONS = "give the account the permissions Edit Issues and, so that nobody is notified, Administer Projects"


class WriteBack:
    """Writes to one site."""

    def __init__(self, transport: Transport, *, site: Site, signature: Signature, clock: Clock, shows: Mirror) -> None:
        self._transport = transport
        self._site = site
        self._signature = signature
        self._clock = clock
        self._mirror = shows
        self._field = mirror.field_of(shows)

    async def plan(self, tags: Mapping[str, str | None]) -> list[Writing]:
        """What differs, in the order of the tags; an issue that is not to be seen is left out."""
        ids = {ItemRef.parse(ref).id: ref for ref in tags if ItemRef.parse(ref).kind == "issue"}
        held = {str(issue.id): issue for part in portions(list(ids), READ_AT_ONCE) for issue in await self._read(part)}
        return [
            Writing(ref=ref, key=held[identity].key or "", remove=gone, add=come)
            for identity, ref in ids.items()
            if identity in held
            for gone, come in mirror.differences(self._shown(held[identity]), tags[ref], self._mirror)
        ]

    async def write(self, writings: Sequence[Writing]) -> list[Written]:
        """How each went, in their order; one that fails stops no other."""
        done: list[Written] = []
        for writing in writings:
            if done and done[-1].writing.ref == writing.ref:
                await self._clock.sleep(APART_S)
            done.append(Written(writing=writing, error=await self._error(writing)))
        return done

    def _shown(self, issue: wire.Issue) -> list[str]:
        fields = {} if issue.bare else decode(issue.fields, dict[str, Raw])
        return mirror.shown(decode(fields.get(self._field, wire.NULL), object), self._mirror)

    async def _read(self, ids: Sequence[str]) -> list[wire.Issue]:
        """The issues, with the mirror alone. One that is not to be seen may refuse all that are asked for with it."""
        try:
            return await self._asked(ids)
        except api.Unauthorized:
            raise
        except (Gone, Refused):
            half = len(ids) // 2
            return [issue for part in (ids[:half], ids[half:]) if half for issue in await self._read(part)]

    async def _asked(self, ids: Sequence[str]) -> list[wire.Issue]:
        if self._site.edition == "cloud":
            body = {"issueIdsOrKeys": list(ids), "fields": [self._field]}
            request = api.bulk(self._site.api, "/issue/bulkfetch", label="issues", body=body)
            return (await self._transport.send(request, api.reading(wire.BulkIssues, request))).issues
        options = {"fields": [self._field], "maxResults": READ_AT_ONCE, "validateQuery": "false"}
        base = self._site.api
        request = api.search(base, "/search", query=api.issues_jql(ids), options=options)
        return (await self._transport.send(request, api.reading(wire.Found, request))).issues

    async def _error(self, writing: Writing) -> str | None:
        """Why it could not be written, if so."""
        for _ in range(TRIES):
            authorization = await self._signature.authorization()
            try:
                return await asyncio.to_thread(self._write, writing, authorization)
            except JIRAError as error:
                wait_s = self._wait_s(error)
                if wait_s is None:
                    return _why(error)
                await self._clock.sleep(wait_s)
            except Refused as error:
                return error.in_full
            except (RequestException, ValueError) as error:
                return f"Jira gave no answer that can be read ({said(error)})"
        return "Jira asks to wait again and again; the next run tries it anew"

    def _write(self, writing: Writing, authorization: str) -> str | None:
        """Why Jira did not take it, if so. Blocking."""
        site, identity = client(self._site.base, authorization=authorization), ItemRef.parse(writing.ref).id
        issue = site.issue(identity, fields=self._field)
        if self._is_done(writing, issue):
            return None
        issue.self = f"{self._site.base}/rest/api/2/issue/{identity}"  # never the answer's own (pycontribs/jira#2368)
        issue.update(update={self._field: self._operations(writing, issue.id, site)}, notify=False)
        # Who may not write without notifying is ignored (Atlassian's OpenAPI document, `notifyUsers`).
        return None if self._is_done(writing, issue) else f"Jira took no notice: {PERMISSIONS}"

    def _is_done(self, writing: Writing, issue: Any) -> bool:
        held = mirror.shown(issue.raw["fields"].get(self._field), self._mirror)
        return (writing.add is None or writing.add in held) and writing.remove not in held

    def _operations(self, writing: Writing, identity: str, site: Any) -> list[dict[str, Any]]:
        if self._mirror.field is not None:
            return [{"set": mirror.value(writing.add, field=self._field, meta=site.editmeta(identity))}]
        wanted = {"remove": writing.remove, "add": writing.add}
        return [{word: label} for word, label in wanted.items() if label is not None]

    def _wait_s(self, error: JIRAError) -> float | None:
        """How long to wait before trying again; None where that is of no use."""
        if error.response is None:
            return None
        now, headers = self._clock.now(), error.response.headers
        answer = Answer(status=error.response.status_code, headers=headers, body=b"", server_at=now)
        if not asks_to_wait(answer):
            return None
        until = limited(answer, bucket="").until
        return (until - now) / timedelta(seconds=1) if until else UNTOLD_S


def _why(error: JIRAError) -> str:
    match error.status_code:
        case 401:
            return "Jira does not accept the sign-in for writing: a token with scopes needs write:jira-work"
        case 403:
            return f"{said(error)}: {PERMISSIONS}"
        case 404:
            return f"{said(error)}: it is deleted, or hidden from the account"
    return said(error)
