"""What is asked once a day: which Jira this is and where, its projects, fields, statuses and sprints."""

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, TypeAlias, TypeVar

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from connectors.errors import Gone, Malformed, Refused, Retry
from connectors.jira import api, cloud, data_center, wire
from connectors.jira.address import GATEWAY, addresses
from connectors.jira.fields import Roles, roles
from connectors.jira.metadata import Metadata
from connectors.jira.paging import portions, values
from connectors.jira.parse import decode
from connectors.records import Batch, Gap, Record, Sprint
from connectors.transport import Transport

T = TypeVar("T")
Edition: TypeAlias = Literal["cloud", "data_center"]

AGILE = "/rest/agile/1.0"
FRESH_FOR = timedelta(days=1)
KEYS_AT_ONCE = 50
#: Boards that may have sprints: `simple` ones too (airbytehq/airbyte#23915).
WITH_SPRINTS = ("scrum", "simple", None)


class Site(Struct, frozen=True, kw_only=True):
    """What is known of a Jira, and since when."""

    read_at: datetime  #: by our clock
    asked: tuple[str, ...]  #: the address and the projects that were asked for
    base: str  #: address of the API: the site's own, or that of Atlassian's gateway
    edition: Edition
    fields: tuple[str, ...] = ()
    roles: Roles = Roles()
    denied: dict[str, str] = {}  #: what the account may not read here, by stream, and Jira's words for it
    whole: bool = True  #: whether every list came; else all is asked again at the next poll

    def fresh(self, now: datetime) -> bool:
        return self.whole and timedelta(0) <= now - self.read_at < FRESH_FOR


@dataclass(frozen=True, kw_only=True)
class Scope:
    """Which Jira to read, and what of it."""

    source: str
    url: str
    projects: tuple[str, ...]
    gateway: str = GATEWAY  #: Atlassian's
    oauth: bool = False  #: whether an app signs in, which is charged by the object and good at the gateway alone

    @property
    def asked(self) -> tuple[str, ...]:
        return (self.url, *self.projects)


class Survey:
    """One look at a site. `site` is known once all batches are given."""

    site: "Site"

    def __init__(self, transport: Transport, scope: Scope, *, known: Site | None) -> None:
        self._transport = transport
        self._scope = scope
        self._known = known.denied if known else {}
        self._known_base = known.base if known else None
        self._denied: dict[str, str] = {}
        self._gaps: list[Gap] = []
        self._whole = True
        self._metadata = Metadata(source=scope.source, url=scope.url)
        self._base = scope.url
        self._edition: Edition = "cloud"

    async def batches(self, *, now: datetime) -> AsyncIterator[Batch]:
        """Its records; the last batch says what was learned, so that a survey broken off is made again."""
        read_at, projects = await self._open()
        fields = await self._all("fields", "/field", wire.Field)
        statuses = await self._all("statuses", "/status", wire.Status)
        yield self._batch(read_at, self._metadata.records(projects, fields, statuses))
        playing = roles(fields)
        if playing.sprint:
            async for sprints in self._sprints(projects):
                yield self._batch(read_at, sprints)
        self.site = Site(
            read_at=now,
            asked=self._scope.asked,
            base=self._base,
            edition=self._edition,
            fields=tuple(field.id for field in fields),
            roles=playing,
            denied=self._denied,
            whole=self._whole,
        )
        denied = [Gap(stream=what, cause=why) for what, why in self._denied.items() if what not in self._known]
        learned = {"site": msgspec.json.encode(self.site).decode()}
        yield replace(self._batch(read_at, ()), gaps=(*denied, *self._gaps), capabilities=learned)

    async def _open(self) -> tuple[datetime, list[wire.Project]]:
        """The site's clock and its projects, from the first address that takes the sign-in."""
        scope, refused = self._scope, None
        tried = addresses(
            self._transport, url=scope.url, gateway=scope.gateway, oauth=scope.oauth, known=self._known_base
        )
        async for base in tried:
            try:
                return await self._at(base)
            except Refused as error:
                if not isinstance(error, api.Unauthorized) and base != self._known_base:
                    raise
                refused = error
        raise refused or Refused(f"there is no address to reach {scope.url} by")

    async def _at(self, base: str) -> tuple[datetime, list[wire.Project]]:
        self._base = base
        info, server_at = await self._server_info()
        # Never by the host's name: Cloud has custom domains (jira.md §2).
        self._edition = "cloud" if info.deployment_type == "Cloud" else "data_center"
        return server_at, await self._projects()

    async def _server_info(self) -> tuple[wire.ServerInfo, datetime]:
        for version in ("2", "3"):
            request = api.get(self._base, f"/rest/api/{version}/serverInfo", label="site")
            with suppress(Gone):
                return await self._transport.send(request, api.dated(wire.ServerInfo, request))
        raise Refused(
            f"there is no Jira at {self._scope.url}",
            hint="Check `url`: for Data Center it ends with the context path, such as https://host/jira.",
        )

    @property
    def _api(self) -> str:
        return self._base + (cloud.API if self._edition == "cloud" else data_center.API)

    async def _projects(self) -> list[wire.Project]:
        """The projects to read. One that the list lacks may have been given another key; else it is refused."""
        listed = await (self._searched() if self._edition == "cloud" else self._listed())
        by_key = {project.key: project for project in listed}
        return [by_key.get(key) or await self._named(key) for key in self._scope.projects]

    async def _searched(self) -> list[wire.Project]:
        found: list[wire.Project] = []
        for keys in portions(self._scope.projects, KEYS_AT_ONCE):
            path = f"{self._api}/project/search"
            pages = values(self._transport, path, label="projects", params={"keys": list(keys)})
            try:
                found += [decode(raw, wire.Project) async for raw in pages]
            except api.Unauthorized:
                raise
            except (Gone, Refused):  # the list, not the projects: they are asked for one by one
                return found
        return found

    async def _listed(self) -> list[wire.Project]:
        request = api.get(self._api, "/project", label="projects")
        try:
            return await self._transport.send(request, api.reading(list[wire.Project], request))
        except api.Unauthorized:
            raise
        except (Gone, Refused):
            return []

    async def _named(self, key: str) -> wire.Project:
        request = api.get(self._api, f"/project/{api.segment(key)}", label="project")
        try:
            return await self._transport.send(request, api.reading(wire.Project, request))
        except Gone as error:
            raise Refused(
                f"Jira has no project {key}, or does not show it to this account",
                hint="Check `projects`, and that the account may browse it.",
            ) from error

    async def _all(self, what: str, path: str, kind: type[T]) -> list[T]:
        """A list that comes whole; one that the account may not read is noted, and what can be read without it is."""
        request = api.get(self._api, path, label=what)
        try:
            return await self._transport.send(request, api.reading(list[kind], request))  # type: ignore[valid-type]
        except (Gone, Refused) as error:
            self._denied[what] = str(error)
            return []

    async def _sprints(self, projects: Sequence[wire.Project]) -> AsyncIterator[list[Sprint]]:
        """Sprints by board. A board shows sprints of other boards too (jira.md §1.5): each is told once."""
        told: set[str] = set()
        for board in await self._boards(projects):
            path = f"{self._base}{AGILE}/board/{board.id}/sprint"
            try:
                found = [decode(raw, wire.Sprint) async for raw in values(self._transport, path, label="sprints")]
            except (Gone, Refused):
                continue  # 400 or 422: a board without sprints (estuary/connectors#4848)
            except Malformed as error:
                self._miss("sprints", f"board {board.id}: {error}")
                continue
            except Retry as error:
                self._miss("sprints", f"board {board.id}: {error}")
                return
            yield self._told([sprint for sprint in found if str(sprint.id) not in told])
            told |= {str(sprint.id) for sprint in found}

    def _miss(self, stream: str, cause: str) -> None:
        """Notes what the issues can be read without, and that the site is to be surveyed again."""
        self._gaps.append(Gap(stream=stream, cause=cause))
        self._whole = False

    def _told(self, sprints: Iterable[wire.Sprint]) -> list[Sprint]:
        """The sprints that can be read; one that cannot is a gap."""
        read: list[Sprint] = []
        for sprint in sprints:
            try:
                read.append(self._metadata.sprint(sprint))
            except Malformed as error:
                self._gaps.append(Gap(stream="sprints", cause=f"{sprint.name}: {error}"))
        return read

    async def _boards(self, projects: Sequence[wire.Project]) -> list[wire.Board]:
        """The boards of these projects that may have sprints."""
        try:
            boards = await self._placed([project.key for project in projects if project.key])
        except (Gone, Refused) as error:
            self._denied["boards"] = str(error)  # no Jira Software, or a token without its scopes (jira.md §5)
            return []
        except (Retry, Malformed) as error:
            self._miss("boards", str(error))
            return []
        return [board for board in boards.values() if board.type in WITH_SPRINTS]

    async def _placed(self, keys: list[str]) -> dict[str, wire.Board]:
        """Boards that belong to these projects: one list of all, where it tells to which; else a list for each."""
        boards = await self._listed_boards({})
        if all(board.location for board in boards.values()):
            return {i: board for i, board in boards.items() if board.location and board.location.project_key in keys}
        lists = [await self._listed_boards({"projectKeyOrId": key}) for key in keys]
        return {identity: board for listed in lists for identity, board in listed.items()}

    async def _listed_boards(self, query: dict[str, str]) -> dict[str, wire.Board]:
        pages = values(self._transport, f"{self._base}{AGILE}/board", label="boards", params=query)
        return {str(board.id): board for board in [decode(raw, wire.Board) async for raw in pages]}

    def _batch(self, read_at: datetime, records: Iterable[Record]) -> Batch:
        return Batch(source=self._scope.source, read_at=read_at, records=tuple(records))
