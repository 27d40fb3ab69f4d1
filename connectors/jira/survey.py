"""What is asked once a day: which Jira this is and where, and all that its issues refer to."""

from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal, TypeAlias, TypeVar

from msgspec import Raw, Struct
from msgspec.structs import replace

from connectors.errors import Gone, Malformed, Refused, Retry
from connectors.jira import api, cloud, data_center, wire
from connectors.jira.address import GATEWAY, addresses
from connectors.jira.boards import Boards
from connectors.jira.document import decode
from connectors.jira.fields import Roles, roles, with_estimates
from connectors.jira.metadata import Metadata
from connectors.jira.projects import Known, look, losses
from connectors.jira.versions import versions
from connectors.records import Batch, Count, Gap, Listed, Record
from connectors.remembered import written
from connectors.transport import Transport

T = TypeVar("T")
Edition: TypeAlias = Literal["cloud", "data_center"]

FRESH_FOR, FRESH_IN_PARTS_FOR = timedelta(days=1), timedelta(hours=1)


class Site(Struct, frozen=True, kw_only=True):
    """What is known of a Jira, and since when."""

    read_at: datetime  #: by our clock
    asked: tuple[str, ...]  #: the address and the projects that were asked for
    base: str  #: address of the API: the site's own, or that of Atlassian's gateway
    edition: Edition
    fields: tuple[str, ...] = ()
    roles: Roles = Roles()
    projects: tuple[Known, ...] = ()
    sprints: tuple[str, ...] = ()  #: ids of those that the projects' boards show
    renew: str = ""  #: what deliveries said last of looking at it anew
    denied: dict[str, str] = {}  #: what the account may not read here, by stream, and Jira's words for it
    whole: bool = True  #: whether every list came; else all is asked again within the hour

    @property
    def visible(self) -> tuple[str, ...]:
        """The projects that can be read, as Jira names them now: it may know a key of before no more."""
        return tuple(project.key for project in self.projects if not project.lost_at)

    @property
    def keys(self) -> frozenset[str]:
        """Of its projects, as they are named and as they were asked for."""
        return frozenset(name for project in self.projects for name in (project.key, project.asked))

    @property
    def ids(self) -> frozenset[str]:
        """Of its projects, whatever they are called by now."""
        return frozenset(project.id for project in self.projects)

    @property
    def api(self) -> str:
        """Where the requests of its edition go."""
        return self.base + (cloud.API if self.edition == "cloud" else data_center.API)

    @property
    def search(self) -> str:
        """Where its issues are searched for."""
        return self.api + (cloud.SEARCH if self.edition == "cloud" else data_center.SEARCH)

    def fresh(self, now: datetime) -> bool:
        """For a day; for an hour where a project is lost, so that it is read soon after it is to be seen again."""
        lasts = FRESH_FOR if len(self.visible) == len(self.projects) else FRESH_IN_PARTS_FOR
        return self.whole and bool(self.projects) and timedelta(0) <= now - self.read_at < lasts


@dataclass(frozen=True, kw_only=True)
class Scope:
    """Which Jira to read, and what of it."""

    source: str
    url: str
    projects: tuple[str, ...]
    gateway: str = GATEWAY  #: Atlassian's
    oauth: bool = False  #: whether an app signs in, which is charged by the object and good at the gateway alone
    field_ids: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  #: by role, where the user names them
    comments: bool = False  #: whether a backfill of Cloud reads comments, which costs it ten more requests per 1,000
    development: bool = False  #: whether to read the development panel, a request for each issue that changed

    @property
    def asked(self) -> tuple[str, ...]:
        named = (f"{role}={','.join(ids)}" for role, ids in sorted(self.field_ids.items()))
        return (self.url, *self.projects, *named)


class Survey:
    """One look at a site. `site` is known once all batches are given."""

    site: "Site"

    def __init__(self, transport: Transport, scope: Scope, *, known: Site | None, renew: str = "") -> None:
        """`renew`: why it is looked at, if a delivery said so; to be remembered."""
        self._transport = transport
        self._scope = scope
        self._known = known.denied if known else {}
        self._renew = renew
        self._known_base = known.base if known else None
        self._known_projects = known.projects if known else ()
        self._denied: dict[str, str] = {}
        self._gaps: list[Gap] = []
        self._whole = True
        self._metadata = Metadata(source=scope.source, url=scope.url)
        self._base = scope.url
        self._edition: Edition = "cloud"

    async def batches(self, *, now: datetime) -> AsyncIterator[Batch]:
        """Its records; the last batch says what was learned, so that a survey broken off is made again."""
        read_at, known = await self._open()
        projects = [project for project in known if not project.lost_at]
        fields = await self._all("fields", "/field", wire.Field)
        statuses = await self._all("statuses", "/status", wire.Status)
        types = await self._all("types", "/issuetype", wire.IssueType)
        counts = [Count(scope=one.key, kind="issue", total=one.total) for one in projects if one.total is not None]
        yield replace(
            self._batch(read_at, self._records(known, fields=fields, statuses=statuses, types=types)),
            counts=tuple(counts),
            gaps=losses(known, source=self._scope.source),
        )
        async for batch in self._versions(projects, read_at):
            yield batch
        playing = roles(fields, chosen=self._scope.field_ids)
        boards = Boards(self._transport, base=self._base, metadata=self._metadata)
        keys = [project.key for project in projects]
        async for read in boards.read(keys, read_at=read_at, with_sprints=bool(playing.sprint)):
            yield replace(self._batch(read_at, read.records), children=tuple(read.children))
        self._note(boards)
        if not self._scope.field_ids.get("points"):
            playing = with_estimates(playing, boards.estimates, fields)
        self.site = Site(
            read_at=now,
            asked=self._scope.asked,
            base=self._base,
            edition=self._edition,
            fields=tuple(field.id for field in fields),
            roles=playing,
            projects=tuple(known),
            sprints=tuple(sorted(boards.sprints)),
            renew=self._renew,
            denied=self._denied,
            whole=self._whole,
        )
        denied = [
            Gap(stream=what, cause=f"Jira does not show the {what} of this site to the account: {why}")
            for what, why in self._denied.items()
            if what not in self._known
        ]
        learned = {"site": written(self.site)}
        yield replace(self._batch(read_at, ()), gaps=(*denied, *self._gaps), capabilities=learned)

    def _records(
        self,
        projects: Sequence[Known],
        *,
        fields: Iterable[wire.Field],
        statuses: Iterable[wire.Status],
        types: Iterable[wire.IssueType],
    ) -> Iterator[Record]:
        keys = {project.id: project.key for project in projects}
        yield from map(self._metadata.project, projects)
        yield from map(self._metadata.field, fields)
        yield from (self._metadata.status(status, keys) for status in statuses)
        yield from self._metadata.types(types, keys)

    async def _versions(self, projects: Sequence[Known], read_at: datetime) -> AsyncIterator[Batch]:
        """The versions of each project; they are no reason to read no issues."""
        for project in projects:
            path = f"{self._api}/project/{api.segment(project.key)}/version"
            try:
                told = [one async for one in versions(self._transport, path)]
            except (Gone, Refused) as error:
                self._denied["versions"] = str(error)
                return
            except (Retry, Malformed) as error:
                self._miss("versions", f"those of {project.key} could not be read, and are asked for again: {error}")
                return
            found = [self._metadata.version(one, project=project.key) for one in told]
            refs = tuple(version.ref for version in found)
            listed = Listed(kind="version", scope=project.key, began_at=read_at, refs=refs)
            yield replace(self._batch(read_at, found), listed=(listed,))

    def _note(self, boards: Boards) -> None:
        """What the look at the boards came to."""
        self._gaps += boards.gaps
        self._whole = self._whole and boards.whole
        if boards.denied is not None:
            self._denied["boards"] = boards.denied

    def _miss(self, stream: str, cause: str) -> None:
        """Notes what the issues can be read without, and that the site is to be surveyed again."""
        self._gaps.append(Gap(stream=stream, cause=cause))
        self._whole = False

    async def _open(self) -> tuple[datetime, list[Known]]:
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

    async def _at(self, base: str) -> tuple[datetime, list[Known]]:
        self._base = base
        info, server_at = await self._server_info()
        # Never by the host's name: Cloud has custom domains (jira.md §2).
        self._edition = "cloud" if info.deployment_type == "Cloud" else "data_center"
        known = await look(
            self._transport,
            api_base=self._api,
            cloud=self._edition == "cloud",
            asked=self._scope.projects,
            known=self._known_projects,
            at=server_at,
        )
        return server_at, known

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

    async def _all(self, what: str, path: str, kind: type[T]) -> list[T]:
        """A list that comes whole; one that the account may not read is noted, and what can be read without it is."""
        request = api.get(self._api, path, label=what)
        try:
            raws = await self._transport.send(request, api.reading(list[Raw], request))
        except (Gone, Refused) as error:
            self._denied[what] = str(error)
            return []
        except (Retry, Malformed) as error:
            if kind is wire.Field:
                raise  # without fields nobody knows a sprint from a parent
            self._miss(what, f"the list of {what} could not be read, and is asked for again: {error}")
            return []
        return list(self._each(what, raws, kind))

    def _each(self, what: str, raws: Iterable[Raw], kind: type[T]) -> Iterator[T]:
        """The entries; one that is not as described costs no other."""
        for raw in raws:
            try:
                yield decode(raw, kind)
            except Malformed as error:
                cause = f"one of the {what} is not as Jira describes it, and is left out: {error}"
                self._gaps.append(Gap(stream=what, cause=cause))

    def _batch(self, read_at: datetime, records: Iterable[Record]) -> Batch:
        return Batch(source=self._scope.source, read_at=read_at, records=tuple(records))
