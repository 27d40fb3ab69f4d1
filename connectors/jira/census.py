"""Who is there, project by project (jira.md §3.3)."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from connectors.census import CensusKind, Roll
from connectors.errors import Gone, Malformed, Refused
from connectors.jira import api, wire
from connectors.jira.dates import instant
from connectors.jira.document import decode
from connectors.jira.paging import Tokens
from connectors.jira.projects import Known
from connectors.jira.survey import Site
from connectors.transport import Transport

#: How often each census is due.
DUE: Mapping[CensusKind, timedelta] = {"open": timedelta(hours=20), "all": timedelta(days=1)}
#: Asked for at a time: Cloud gives as many where only ids are asked; Data Center what its site allows.
AT_ONCE = {"cloud": 5_000, "data_center": 1_000}
UNFINISHED = "statusCategory != 3"  # by id: names are translated (jira.md §1.5)


class Census:
    """Calls the issues of one site."""

    def __init__(self, transport: Transport, site: Site, *, since_ms: int | None) -> None:
        """`since_ms`: only issues that were updated since are called, as only they are held."""
        self._transport = transport
        self._site = site
        self._since_ms = since_ms

    async def rolls(self, kind: CensusKind) -> AsyncIterator[Roll]:
        """One for each configured project. One that is not to be seen has a void one."""
        for project in self._site.projects:
            if project.lost_at:
                lost = f"{project.key} is not to be seen since {project.lost_at:%Y-%m-%d %H:%M} UTC"
                yield Roll(scope=project.key, kind="issue", began_at=project.lost_at, called={}, void=lost)
            else:
                yield await self._roll(project, kind)

    async def _roll(self, project: Known, kind: CensusKind) -> Roll:
        query = api.jql([project.key], updated_ms=self._since_ms)
        if kind == "open":
            query = f"{UNFINISHED} AND {query}"
        call = _Call(began_at=self._site.read_at, called={})
        try:
            async for page, server_at in self._pages(query, fields=["id"] if kind == "all" else ["updated"]):
                call.note(page, server_at)
            if kind == "all":
                call.void = await self._short(project, query, call)
        except api.Unauthorized:
            raise
        except (Gone, Malformed, Refused) as error:
            call.void = f"{project.key} could not be called: {error}"
        return Roll(scope=project.key, kind="issue", began_at=call.began_at, called=call.called, void=call.void)

    async def _pages(self, query: str, *, fields: list[str]) -> AsyncIterator[tuple[wire.Found, datetime]]:
        after, tokens, reached = None, Tokens(), 0
        while True:
            page, server_at = await self._page(query, fields=fields, after=after)
            yield page, server_at
            reached += len(page.issues)
            after = tokens.next(self._next(page, after, reached), brought=len(page.issues))
            if after is None:
                return

    async def _page(self, query: str, *, fields: list[str], after: str | None) -> tuple[wire.Found, datetime]:
        options: dict[str, object] = {"fields": fields, "maxResults": AT_ONCE[self._site.edition]}
        if self._site.edition == "cloud":
            options |= {"nextPageToken": after} if after else {}
        else:
            options |= {"startAt": int(after or 0)}
        request = api.search(self._site.search, "", query=query, options=options)
        return await self._transport.send(request, api.dated(wire.Found, request))

    def _next(self, page: wire.Found, asked: str | None, reached: int) -> str | None:
        """Where the page after this one is: by token, or by offset from what came, whatever was asked (§2)."""
        if self._site.edition == "cloud":
            return page.token_after(asked)
        more = bool(page.issues) and reached != page.total
        return str(reached) if more else None

    async def _short(self, project: Known, query: str, call: "_Call") -> str | None:
        """Why the call is void: far fewer answered than the site says there are (nascimentolimaandre-cloud/pulse#9)."""
        count = call.total
        if self._site.edition == "cloud" and (self._since_ms or call.is_short(of=project.total)):
            count = await self._counted(query)
        if count is None or not call.is_short(of=count):
            return None
        return f"{len(call.called)} of some {count} issues of {project.key} answered"

    async def _counted(self, query: str) -> int | None:
        """About how many the query finds; None where the site does not say."""
        body = {"jql": query.partition(" ORDER BY ")[0]}
        request = api.bulk(self._site.api, "/search/approximate-count", label="count", body=body)
        try:
            return (await self._transport.send(request, api.reading(_Counted, request))).count
        except api.Unauthorized:
            raise
        except (Gone, Malformed, Refused):
            return None


@dataclass(kw_only=True)
class _Call:
    """One project's, as far as it has come."""

    began_at: datetime
    called: dict[str, datetime | None]
    total: int | None = None  #: how many the last page said there are
    void: str | None = None

    def note(self, page: wire.Found, server_at: datetime) -> None:
        if not self.called:
            self.began_at = server_at
        self.called |= {str(issue.id): _updated_at(issue) for issue in page.issues}
        self.total = page.total

    def is_short(self, *, of: int | None) -> bool:
        """Whether what is missing is more than an index lags, or an estimate errs; also where nothing is told."""
        return of is None or of - len(self.called) > max(5, of // 50)


class _Counted(wire.Wire):
    count: int


class _Stamp(wire.Wire):
    updated: str | int | None = None


def _updated_at(issue: wire.Issue) -> datetime | None:
    if issue.bare:
        return None
    try:
        told = decode(issue.fields, _Stamp).updated
        return instant(told) if told is not None else None
    except Malformed:
        return None
