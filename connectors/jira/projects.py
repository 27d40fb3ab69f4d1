"""Which of the configured projects are to be seen, and which no longer are."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from connectors.errors import Gone, Malformed, Refused
from connectors.jira import api, wire
from connectors.jira.dialect import home
from connectors.jira.document import decode
from connectors.jira.paging import portions, values
from connectors.records import Batch, Change, Gap, ItemRef, WorkItem
from connectors.transport import Transport

KEYS_AT_ONCE = 50


class Known(Struct, frozen=True, kw_only=True):
    """A configured project that was seen at least once."""

    asked: str  #: as the configuration names it
    id: str
    key: str  #: as Jira names it, which may be another one by now
    name: str
    lost_at: datetime | None = None  #: since when it is not to be seen any more
    total: int | None = None  #: issues that it holds, where the site tells it
    archived: bool = False  #: or in the bin: it is still told of, and its issues are found no more

    @classmethod
    def of(cls, project: wire.Project, *, asked: str) -> "Known":
        total = project.insight.total_issue_count if project.insight else None
        identity, key = str(project.id), project.key or asked
        return cls(asked=asked, id=identity, key=key, name=str(project.name or key), total=total)


def losses(projects: Iterable[Known], *, source: str) -> tuple[Gap, ...]:
    """What every pass says of those that were to be seen and are not any more."""
    return tuple(_loss(project, source) for project in projects if project.lost_at)


def _loss(project: Known, source: str) -> Gap:
    cause = f"{project.key} is not to be seen any more: give the account its access back, or leave it out of `projects`"
    if project.archived:
        cause = f"{project.key} is archived: restore it, or leave it out of `projects`"
    return Gap(stream="projects", cause=cause, ref=str(ItemRef(source, "project", project.id)))


def within(batch: Batch, *, keys: Collection[str], ids: Collection[str]) -> Batch:
    """The batch without the items of other projects, which a delivery may name; one that came from these stays, and so
    does one of a project that has a new key."""
    came = {
        rows.item_ref
        for rows in batch.children
        for row in rows.rows
        if isinstance(row, Change) and row.field == "key" and (row.from_text or "").rpartition("-")[0] in keys
    }
    strange = {
        record.ref
        for record in batch.records
        if isinstance(record, WorkItem)
        and record.project not in keys
        and record.ref not in came
        and home(record.fields.encode()) not in ids
    }
    return replace(
        batch,
        records=tuple(record for record in batch.records if record.ref not in strange),
        children=tuple(rows for rows in batch.children if rows.item_ref not in strange),
    )


async def look(
    transport: Transport, *, api_base: str, cloud: bool, asked: Sequence[str], known: Iterable[Known], at: datetime
) -> list[Known]:
    """The projects that the configuration asks for, in its order; one that was known and is not to be seen is lost
    since `at`, or since it was found to be. `Refused` where one was never to be seen."""
    before = {project.asked: project for project in known}
    listed = await (_searched(transport, api_base, asked) if cloud else _listed(transport, api_base))
    found: list[Known] = []
    for name in asked:
        project = listed.get(name) or await _named(transport, api_base, name, before.get(name))
        is_open = project and not (project.archived or project.deleted)
        found.append(
            Known.of(project, asked=name) if project and is_open else _lost(before.get(name), name, at, project)
        )
    return found


async def unsearchable(transport: Transport, keys: Iterable[str], *, search: str) -> list[str]:
    """Those of the keys by which no issue may be searched for: Jira tells of projects too that an account administers
    and may not browse. `search`: its address."""
    refused: list[str] = []
    for key in keys:
        request = api.search(search, "", query=api.jql([key]), options={"fields": ["id"], "maxResults": 1})
        try:
            await transport.send(request, api.reading(wire.Found, request))
        except api.Unauthorized:
            raise
        except (Gone, Refused):
            refused.append(key)
    return refused


async def _searched(transport: Transport, api_base: str, keys: Sequence[str]) -> Mapping[str, wire.Project]:
    """By key, what Cloud's list shows of them, with how many issues each holds."""
    found: dict[str, wire.Project] = {}
    for portion in portions(keys, KEYS_AT_ONCE):
        params = {"keys": list(portion), "expand": "insight"}
        pages = values(transport, f"{api_base}/project/search", label="projects", params=params)
        try:
            found |= {project.key or "": project for project in [decode(raw, wire.Project) async for raw in pages]}
        except api.Unauthorized:
            raise
        except (Gone, Refused, Malformed):  # the list, not the projects: they are asked for one by one
            return found
    return found


async def _listed(transport: Transport, api_base: str) -> Mapping[str, wire.Project]:
    request = api.get(api_base, "/project", label="projects")
    try:
        listed = await transport.send(request, api.reading(list[wire.Project], request))
    except api.Unauthorized:
        raise
    except (Gone, Refused):
        return {}
    return {project.key or "": project for project in listed}


async def _named(transport: Transport, api_base: str, key: str, known: Known | None) -> wire.Project | None:
    """A project that the list lacks: it may have been given another key. A known one is found by its id."""
    request = api.get(api_base, f"/project/{api.segment(known.id if known else key)}", label="project")
    try:
        return await transport.send(request, api.reading(wire.Project, request))
    except api.Unauthorized:
        raise
    except (Gone, Refused):
        return None


def _lost(known: Known | None, name: str, at: datetime, told: wire.Project | None) -> Known:
    if known is None and told:
        raise Refused(f"the project {name} is archived", hint="Restore it, or leave it out of `projects`.")
    if known is None:
        raise Refused(
            f"Jira has no project {name}, or does not show it to this account",
            hint="Check `projects`, and that the account may browse it.",
        )
    return replace(known, lost_at=known.lost_at or at, total=None, archived=told is not None)
