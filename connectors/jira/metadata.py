"""Jira's projects, fields, statuses, types, versions, boards and sprints → records."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime

from connectors.errors import Malformed
from connectors.jira import wire, wire_beside
from connectors.jira.dates import day, instant
from connectors.jira.parse import category
from connectors.jira.projects import Known
from connectors.jira.values import said
from connectors.records import Board, BoardColumn, ChildSet, Field, ItemRef, ItemType, Project, Sprint, Status, Version


class Metadata:
    """Reads what surrounds the issues of one site."""

    def __init__(self, *, source: str, url: str) -> None:
        self._source = source
        self._url = url

    def project(self, project: Known) -> Project:
        return Project(
            ref=self.ref("project", project.id),
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
        return Field(ref=self.ref("field", field.id), source=self._source, id=field.id, name=name, type=kind)

    def status(self, status: wire.Status, keys: Mapping[str, str]) -> Status:
        """`keys`: of the projects that are read, by id; any other is told by its id."""
        return Status(
            ref=self.ref("status", status.id),
            source=self._source,
            id=str(status.id),
            name=said(status.name) or str(status.id),
            category=category(status),
            project=_only_project(status.scope, keys),
        )

    def types(self, kinds: Iterable[wire.IssueType], keys: Mapping[str, str]) -> Iterator[ItemType]:
        """Data Center tells no level: there a type is a sub-task or not (jira.md §2)."""
        for kind in kinds:
            if kind.id is None:
                continue
            level = -1 if kind.hierarchy_level is None and kind.subtask else kind.hierarchy_level
            yield ItemType(
                ref=self.ref("item_type", kind.id),
                source=self._source,
                id=str(kind.id),
                name=said(kind.name) or str(kind.id),
                level=level,
                project=_only_project(kind.scope, keys),
            )

    def version(self, version: wire_beside.Version, *, project: str) -> Version:
        return Version(
            ref=self.ref("version", version.id),
            source=self._source,
            id=str(version.id),
            project=project,
            name=said(version.name) or str(version.id),
            released=bool(version.released),
            archived=bool(version.archived),
            start_on=_on(version.start_date),
            release_on=_on(version.release_date),
        )

    def board(self, board: wire_beside.Board, *, project: str | None, estimated_by: str | None) -> Board:
        return Board(
            ref=self.ref("board", board.id),
            source=self._source,
            id=str(board.id),
            name=said(board.name) or str(board.id),
            kind=board.type or "",
            project=project,
            url=f"{self._url}/secure/RapidBoard.jspa?rapidView={board.id}",  # Cloud leads on from there
            estimated_by=estimated_by,
        )

    def columns(
        self, board: wire_beside.Board, columns: Iterable[wire_beside.Column], *, read_at: datetime
    ) -> ChildSet:
        """A board's columns: they have no id, and two may share a name."""
        ref = self.ref("board", board.id)
        rows = tuple(
            BoardColumn(
                item_ref=ref,
                id=str(index),
                index=index,
                name=said(column.name) or "",
                status_ids=tuple(str(status.id) for status in column.statuses or () if status.id is not None),
            )
            for index, column in enumerate(columns)
        )
        return ChildSet(item_ref=ref, kind="board_columns", version_at=read_at, complete=True, rows=rows)

    def sprint(self, sprint: wire_beside.Sprint) -> Sprint:
        return Sprint(
            ref=self.ref("sprint", sprint.id),
            source=self._source,
            id=str(sprint.id),
            name=said(sprint.name) or str(sprint.id),
            state=(sprint.state or "").casefold(),  # Data Center's own pages write CLOSED
            board=None if sprint.origin_board_id is None else str(sprint.origin_board_id),
            start_at=_at(sprint.start_date),
            end_at=_at(sprint.end_date),
            activated_at=_at(sprint.activated_date),
            completed_at=_at(sprint.complete_date),
        )

    def ref(self, kind: str, identity: wire.Id) -> str:
        return str(ItemRef(self._source, kind, str(identity)))


def _only_project(scope: wire.Scope | None, keys: Mapping[str, str]) -> str | None:
    served = scope.project if scope else None
    return keys.get(str(served.id), str(served.id)) if served else None


def _at(told: str | None) -> datetime | None:
    """None too where the text is empty, as Server 7 writes it (apache/devlake#8221)."""
    return instant(told) if told else None


def _on(told: str | None) -> date | None:
    """None too where the text is no date: a version is worth more than its day."""
    try:
        return day(told) if told else None
    except Malformed:
        return None
