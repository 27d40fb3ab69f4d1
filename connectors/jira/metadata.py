"""Jira's projects, fields, statuses and sprints → records."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from connectors.jira import wire
from connectors.jira.dates import instant
from connectors.jira.parse import category
from connectors.jira.projects import Known
from connectors.records import Field, ItemRef, Project, Record, Sprint, Status


class Metadata:
    """Reads what surrounds the issues of one site."""

    def __init__(self, *, source: str, url: str) -> None:
        self._source = source
        self._url = url

    def records(
        self, projects: Iterable[Known], fields: Iterable[wire.Field], statuses: Iterable[wire.Status]
    ) -> Iterator[Record]:
        projects = list(projects)
        keys = {project.id: project.key for project in projects}
        yield from map(self.project, projects)
        yield from map(self.field, fields)
        yield from (self.status(status, keys) for status in statuses)

    def project(self, project: Known) -> Project:
        return Project(
            ref=self._ref("project", project.id),
            source=self._source,
            key=project.key,
            name=project.name,
            url=f"{self._url}/browse/{project.key}",
            lost_at=project.lost_at,
        )

    def field(self, field: wire.Field) -> Field:
        schema = field.schema or wire.Schema()
        kind = schema.custom or schema.system or schema.type or ""
        name = field.name or field.id
        return Field(ref=self._ref("field", field.id), source=self._source, id=field.id, name=name, type=kind)

    def status(self, status: wire.Status, keys: Mapping[str, str]) -> Status:
        """`keys`: of the projects that are read, by id; any other is told by its id."""
        served = status.scope.project if status.scope else None
        return Status(
            ref=self._ref("status", status.id),
            source=self._source,
            id=str(status.id),
            name=status.name or str(status.id),
            category=category(status),
            project=keys.get(str(served.id), str(served.id)) if served else None,
        )

    def sprint(self, sprint: wire.Sprint) -> Sprint:
        return Sprint(
            ref=self._ref("sprint", sprint.id),
            source=self._source,
            id=str(sprint.id),
            name=sprint.name or str(sprint.id),
            state=sprint.state or "",
            board=None if sprint.origin_board_id is None else str(sprint.origin_board_id),
            start_at=_at(sprint.start_date),
            end_at=_at(sprint.end_date),
            activated_at=_at(sprint.activated_date),
            completed_at=_at(sprint.complete_date),
        )

    def _ref(self, kind: str, identity: wire.Id) -> str:
        return str(ItemRef(self._source, kind, str(identity)))


def _at(told: str | None) -> datetime | None:
    """None too where the text is empty, as Server 7 writes it (apache/devlake#8221)."""
    return instant(told) if told else None
