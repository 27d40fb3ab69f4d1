"""What became of issues that are held and were not called (jira.md §3.3)."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import TypeVar

from msgspec.structs import replace

from connectors.census import Confirmed, Fate, FateWord
from connectors.errors import Gone, Refused, TooLarge
from connectors.exchange import Answer, Request
from connectors.jira import api, wire
from connectors.jira.survey import Site
from connectors.records import Batch, ItemRef
from connectors.transport import Transport

T = TypeVar("T")

BROWSE = "BROWSE_PROJECTS"


class Whereabouts:
    """Looks for issues one by one, and first whether their project is to be seen at all."""

    def __init__(self, transport: Transport, site: Site, *, at: datetime) -> None:
        """`at`: by the source's clock, for where an answer does not come."""
        self.hidden: dict[str, datetime] = {}  #: by key, projects that turned out not to be seen, and when
        self._transport = transport
        self._base = site.api
        self._at = at
        self._looked_into: dict[str, str | None] = {}

    async def fate(self, ref: ItemRef, *, key: str) -> Fate:
        """What became of an issue that was left out where it was asked for among others.

        `unseen` only in a project that may be browsed: from one that is hidden whole, nothing follows for its issues.
        """
        project = key.rpartition("-")[0]
        if project not in self._looked_into:
            self._looked_into[project] = await self._why_hidden(project)
        if why := self._looked_into[project]:
            return self._fate(ref, "unknown", why)
        try:
            said = await self._why_gone(ref.id)
        except TooLarge as error:
            return self._fate(ref, "unknown", f"Jira could not tell: {error}")
        if said is None:
            return self._fate(ref, "there", "it answers by its id, though not among others")
        return self._fate(ref, "unseen", f"{said}; {project} may be browsed")

    async def _why_hidden(self, project: str) -> str | None:
        """Why nothing in the project is to be seen, if so. A 404 is a project deleted, archived or hidden."""
        params = {"projectKey": project, "permissions": BROWSE}
        request = api.get(self._base, "/mypermissions", label="permissions", params=params)
        found, said = await self._ask(_Permissions, request)
        if found is not None and found.permissions.get(BROWSE, _Permission()).have_permission:
            return None
        self.hidden[project] = self._at
        return f"{project} is not to be seen: {said or 'the account may not browse it'}"

    async def _why_gone(self, identity: str) -> str | None:
        """Jira's words for an issue that is deleted, or hidden from this account; None where it is there."""
        params = {"fields": "created"}
        request = api.get(self._base, f"/issue/{api.segment(identity)}", label="issue", params=params)
        found, said = await self._ask(wire.Issue, request)
        return None if found is not None else said

    async def _ask(self, kind: type[T], request: Request) -> tuple[T | None, str]:
        found, said, self._at = await self._transport.send(request, _refusable(kind, request))
        return found, said

    def _fate(self, ref: ItemRef, word: FateWord, evidence: str) -> Fate:
        return Fate(ref=str(ref), word=word, at=self._at, evidence=evidence)


def confirmed(missing: Iterable[ItemRef], fates: Iterable[Fate], batch: Batch) -> Confirmed:
    """The fates with those of the issues that were read again, or could not be, among all that were asked after."""
    told = {fate.ref: fate for fate in fates}
    read = {record.ref for record in batch.records}
    at = batch.read_at
    for ref in map(str, missing):
        if ref in read:
            told.setdefault(ref, Fate(ref=ref, word="there", at=at, evidence="it was read again"))
        told.setdefault(ref, Fate(ref=ref, word="unknown", at=at, evidence="it could not be read again"))
    return Confirmed(fates=tuple(told.values()), batch=batch)


def without(site: Site, hidden: Mapping[str, datetime]) -> Site:
    """What is known of the site, these projects lost."""
    projects = [
        replace(known, lost_at=known.lost_at or hidden[known.key]) if known.key in hidden else known
        for known in site.projects
    ]
    return replace(site, projects=tuple(projects))


class _Permission(wire.Wire):
    have_permission: bool = False


class _Permissions(wire.Wire):
    permissions: Mapping[str, _Permission]


def _refusable(kind: type[T], request: Request) -> Callable[[Answer], tuple[T | None, str, datetime]]:
    """A reader that takes a refusal for an answer: nothing, and Jira's words for it."""
    read = api.reading(kind, request)

    def answered(answer: Answer) -> tuple[T | None, str, datetime]:
        try:
            return read(answer), "", answer.server_at
        except api.Unauthorized:
            raise
        except (Gone, Refused) as error:
            return None, f"{answer.status}: {error}", answer.server_at

    return answered
