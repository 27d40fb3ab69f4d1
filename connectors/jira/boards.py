"""The boards of the projects that are read: their columns, what they estimate by, and their sprints."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from connectors.errors import Gone, Malformed, Refused, Retry
from connectors.jira import api, wire_beside
from connectors.jira.dialect import MISSES_IN_A_ROW
from connectors.jira.document import decode
from connectors.jira.metadata import Metadata
from connectors.jira.paging import values
from connectors.records import ChildSet, Gap, Record, Sprint
from connectors.transport import Transport

T = TypeVar("T")

AGILE = "/rest/agile/1.0"
#: Boards that may have sprints: `simple` ones too (airbytehq/airbyte#23915).
WITH_SPRINTS = ("scrum", "simple", None)


@dataclass(kw_only=True)
class Read:
    """What one board brought."""

    records: list[Record] = field(default_factory=list)
    children: list[ChildSet] = field(default_factory=list)


class Boards:
    """One look at the boards. What was learned is whole once all of them are given."""

    def __init__(self, transport: Transport, *, base: str, metadata: Metadata) -> None:
        self.denied: str | None = None  #: why no board may be read, in Jira's words
        self.gaps: list[Gap] = []
        self.whole = True  #: whether every list came
        self.estimates: dict[str, list[str]] = {}  #: by project key, what its boards estimate by
        self.sprints: set[str] = set()  #: ids of those that were told
        self._transport = transport
        self._base = base + AGILE
        self._metadata = metadata

    async def read(self, keys: Sequence[str], *, read_at: datetime, with_sprints: bool) -> AsyncIterator[Read]:
        """The boards of these projects, one by one: what fails on one costs no other (estuary/connectors#4848). Where
        several fail in a row, the others are left for the next survey."""
        failed = 0
        for project, board in (await self._boards(keys)).values():
            try:
                yield await self._board(board, project=project, read_at=read_at, with_sprints=with_sprints)
                failed = 0
            except Malformed as error:
                self._miss(f"board {board.id} is not as Jira describes boards: {error}")
            except Retry as error:
                failed += 1
                others = " and those after it" if failed == MISSES_IN_A_ROW else ""
                self._miss(f"board {board.id}{others} could not be read, and is asked for again: {error}")
                if failed == MISSES_IN_A_ROW:
                    return

    async def _board(
        self, board: wire_beside.Board, *, project: str | None, read_at: datetime, with_sprints: bool
    ) -> Read:
        configuration = await self._configuration(board)
        estimated_by = _estimated_by(configuration)
        if project and estimated_by:
            self.estimates.setdefault(project, []).append(estimated_by)
        read = Read(records=[self._metadata.board(board, project=project, estimated_by=estimated_by)])
        if configuration and configuration.column_config:
            columns = configuration.column_config.columns or []
            read.children.append(self._metadata.columns(board, columns, read_at=read_at))
        if with_sprints and board.type in WITH_SPRINTS:
            read.records += await self._sprints(board)
        return read

    async def _configuration(self, board: wire_beside.Board) -> wire_beside.BoardConfiguration | None:
        """How the board is set up; None where it may not be seen."""
        request = api.get(self._base, f"/board/{board.id}/configuration", label="board")
        try:
            return await self._transport.send(request, api.reading(wire_beside.BoardConfiguration, request))
        except (Gone, Refused):
            return None

    async def _sprints(self, board: wire_beside.Board) -> list[Sprint]:
        """Its sprints but those told before: a board shows sprints of other boards too (jira.md §1.5)."""
        path = f"{self._base}/board/{board.id}/sprint"
        try:
            raws = [raw async for raw in values(self._transport, path, label="sprints")]
        except (Gone, Refused):
            return []  # 400 or 422: a board without sprints (estuary/connectors#4848)
        told: list[Sprint] = []
        for raw in raws:
            try:
                sprint = self._metadata.sprint(decode(raw, wire_beside.Sprint))
            except Malformed as error:
                cause = f"a sprint of board {board.id} is not as Jira describes sprints: {error}"
                self.gaps.append(Gap(stream="sprints", cause=cause))
                continue
            if sprint.id not in self.sprints:
                told.append(sprint)
                self.sprints.add(sprint.id)
        return told

    async def _boards(self, keys: Sequence[str]) -> dict[str, tuple[str | None, wire_beside.Board]]:
        """By id, the boards of these projects, each with its project's key."""
        try:
            return await self._placed(keys)
        except (Gone, Refused) as error:
            self.denied = str(error)  # no Jira Software, or a token without its scopes (jira.md §5)
        except (Retry, Malformed) as error:
            self._miss(f"the list of boards could not be read, and is asked for again: {error}")
        return {}

    async def _placed(self, keys: Sequence[str]) -> dict[str, tuple[str | None, wire_beside.Board]]:
        """One list of all boards, where it tells to which project each belongs; else a list for each project."""
        boards = await self._listed({})
        if all(board.location for board in boards):
            placed = [(board.location.project_key, board) for board in boards if board.location]
            return {str(board.id): (key, board) for key, board in placed if key in keys}
        found: dict[str, tuple[str | None, wire_beside.Board]] = {}
        for key in keys:
            for board in await self._listed({"projectKeyOrId": key}):
                found.setdefault(str(board.id), (key, board))
        return found

    async def _listed(self, query: dict[str, str]) -> list[wire_beside.Board]:
        pages = values(self._transport, f"{self._base}/board", label="boards", params=query)
        return [decode(raw, wire_beside.Board) async for raw in pages]

    def _miss(self, cause: str) -> None:
        """Notes what the issues can be read without, and that the site is to be surveyed again."""
        self.gaps.append(Gap(stream="boards", cause=cause))
        self.whole = False


def _estimated_by(configuration: wire_beside.BoardConfiguration | None) -> str | None:
    """The field of its estimates; None where it counts issues, or nothing at all."""
    estimation = configuration.estimation if configuration else None
    return estimation.field.field_id if estimation and estimation.field else None
