"""Reads the planning projects of those who own the repositories: boards, fields and items, whole, by the hour.

Of their fields only the status has a history that GitHub tells (github.md §1a): all else is dated by being read.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from msgspec import Raw, Struct

from connectors.github import lists, planning
from connectors.github.api import each, said
from connectors.github.harvest import Harvest
from connectors.github.lists import NOTHING, UNSEEN, Listing
from connectors.github.owners import logins, owners
from connectors.github.planning import Item
from connectors.github.streams import Watched
from connectors.github.visit import Visit
from connectors.github.wire import GraphError, Nodes
from connectors.records import Batch, Board, BoardItem, ItemRef, Tombstone
from connectors.remembered import recalled, written

HOURLY, DAILY = timedelta(hours=1), timedelta(days=1)
ITEMS_AT_ONCE = 4  # lists of items in a question, each a point
BY_ID_AT_ONCE = 100
HINT = (
    "give the token read access to the projects of {0} (a classic one: read:project); a private project may stay "
    "hidden from an App all the same, and shows itself to a personal token of somebody who sees it"
)
NO_BOARDS = "this server has no such boards: all else is read, and newer versions of Enterprise Server have them"
GONE = "a whole reading of its board does not show it, and nothing answers by its id"


class Swept(Struct, frozen=True, kw_only=True):
    """When a board was last read, whose it is, and the ids of the items that it had."""

    at: datetime
    owner: str
    items: tuple[str, ...] = ()


class Memory(Struct, kw_only=True):
    """When each owner was last asked, who did not show all, and what was on each board then."""

    asked_at: dict[str, datetime] = {}  #: by the owner's name in small letters
    hiding: list[str] = []  #: likewise
    boards: dict[str, Swept] = {}  #: by id


class Boards:
    """Boards, their fields and columns, and their items."""

    name = "boards"
    watched: tuple[Watched, ...] = ()
    kinds = ("board_item",)

    async def batches(self, visit: Visit) -> AsyncIterator[Batch]:
        """Everything of the owners that are due; each answer makes a batch, and the last one remembers."""
        memory = recalled(visit.remembered, Memory) or Memory()
        due = {login: one for login, one in logins(visit).items() if _is_due(login, memory, visit)}
        if due:
            async for batch in _Sweep(visit, memory, due).batches():
                yield batch

    async def fetch(self, refs: Sequence[ItemRef], visit: Visit) -> Batch:
        """These items of boards."""
        harvest = Harvest(visit.source)
        missing = await _by_id(visit, [ref.id for ref in refs], harvest)
        for one, error in missing.items():
            why = said(error) if error else UNSEEN
            harvest.miss(f"{visit.source} boards", why, ref=str(ItemRef(visit.source, "board_item", one)))
        return harvest.batch(now=visit.now)


class _Sweep:
    """One reading of all boards of the owners that are due."""

    def __init__(self, visit: Visit, memory: Memory, due: Mapping[str, str]) -> None:
        self._visit = visit
        self._memory = memory
        self._due = due  #: id of a repository of each, by the owner's name
        self._hiding: set[str] = set()  #: names of owners who do not show all
        self._unread: set[str] = set()  #: likewise, of whom nothing was told: asked again by the next poll
        self._boards: dict[str, Board] = {}
        self._owners: dict[str, str] = {}  #: by the board's id, the owner's name
        self._items: dict[str, list[str]] = {}  #: by the board's id, those it has
        self._unsure: set[str] = set()  #: ids of boards that did not show all

    async def batches(self) -> AsyncIterator[Batch]:
        for part in (self._list, self._fields, self._sweep, self._gone):
            async for batch in part():
                yield batch
        yield self._remembered()

    async def _list(self) -> AsyncIterator[Batch]:
        """The boards of each owner."""
        found = {owner.id: owner for owner in await owners(self._visit, list(self._due.values()))}
        listings = [
            Listing(node=owner.id, typename=owner.typename, connection="projectsV2", row=planning.BOARD)
            for owner in found.values()
        ]
        async for pages in lists.read(self._visit.reader, listings, label="boards"):
            harvest = Harvest(self._visit.source)
            for page in pages:
                login = found[page.listing.node].login
                silent = self._unread if page.failed else self._hiding
                silent |= {login.lower()} if page.hidden else set()
                hint = NO_BOARDS if page.unknown else HINT.format(login)
                page = replace(page, hidden=tuple(f"{why}: {hint}" for why in page.hidden))
                for board in harvest.rows(page, planning.board, stream=f"{login} boards", kind="board"):
                    harvest.records.append(board)
                    self._boards[board.id], self._owners[board.id] = board, login.lower()
            yield harvest.batch(now=self._visit.now)

    async def _fields(self) -> AsyncIterator[Batch]:
        """The fields of each board, and the options of its status as columns."""
        fields: dict[str, list[Raw]] = {}
        async for pages in lists.read(self._visit.reader, self._of_boards("fields", planning.FIELD), label="fields"):
            harvest = Harvest(self._visit.source)
            for page in pages:
                board = self._boards[page.listing.node]
                harvest.records += harvest.rows(page, planning.field, stream=self._stream(board.id), kind="field")
                shown = fields.setdefault(board.id, [])
                shown += page.rows
                if page.cursor is None and page.at and not page.hidden:
                    harvest.children.append(planning.columns(shown, board_ref=board.ref, at=page.at))
            yield harvest.batch(now=self._visit.now)

    async def _sweep(self) -> AsyncIterator[Batch]:
        """Every item of each board."""
        listings = self._of_boards("items", planning.ITEM)
        async for pages in lists.read(self._visit.reader, listings, label="board_items", at_once=ITEMS_AT_ONCE):
            harvest = Harvest(self._visit.source)
            for page in pages:
                board = page.listing.node
                found = harvest.rows(page, planning.item, stream=self._stream(board), kind="board_item")
                harvest.records += await _whole(self._visit, found, harvest, stream=self._stream(board))
                self._items.setdefault(board, []).extend(one.id for one in found)
                self._unsure |= {board} if page.hidden or len(found) < len(page.rows) else set()
            yield harvest.batch(now=self._visit.now)

    async def _gone(self) -> AsyncIterator[Batch]:
        """What was on boards and is not: read once more if it answers by its id, and else gone."""
        for board, items in self._items.items():
            before = self._memory.boards.get(board)
            missing = [one for one in before.items if one not in set(items)] if before else []
            if board in self._unsure or not missing:
                items += missing
                continue
            harvest = Harvest(self._visit.source)
            silent = await _by_id(self._visit, missing, harvest)
            gone = [one for one, error in silent.items() if error and error.type == "NOT_FOUND"]
            items += [one for one in missing if one not in gone]
            harvest.tombstones += [self._tombstone(one, harvest.read_at or self._visit.now) for one in gone]
            yield harvest.batch(now=self._visit.now)

    def _remembered(self) -> Batch:
        """What to know next time; a board that is shown no more is told once."""
        memory, now = self._memory, self._visit.now
        lost = [
            one
            for one, swept in memory.boards.items()
            if swept.owner in self._due and swept.owner not in self._hiding | self._unread and one not in self._boards
        ]
        kept = {one: swept for one, swept in memory.boards.items() if one not in lost}
        read = {one: Swept(at=now, owner=self._owners[one], items=tuple(items)) for one, items in self._items.items()}
        hiding = sorted(self._hiding.union(memory.hiding).difference(set(self._due).difference(self._hiding)))
        asked_at = memory.asked_at | dict.fromkeys(set(self._due) - self._unread, now)
        new = Memory(asked_at=asked_at, hiding=hiding, boards=kept | read)
        harvest = Harvest(self._visit.source)
        for one in lost:
            stream = f"{memory.boards[one].owner} boards"
            harvest.miss(stream, "a board is shown no more", ref=str(ItemRef(harvest.source, "board", one)))
        return harvest.batch(now=now, capabilities={Boards.name: written(new)})

    def _of_boards(self, connection: str, row: str) -> list[Listing]:
        return [Listing(node=one, typename="ProjectV2", connection=connection, row=row) for one in self._boards]

    def _stream(self, board: str) -> str:
        return f"{self._owners[board]} board {self._boards[board].name}"

    def _tombstone(self, one: str, at: datetime) -> Tombstone:
        ref = str(ItemRef(self._visit.source, "board_item", one))
        return Tombstone(ref=ref, at=at, reason="deleted_or_hidden", evidence=GONE)


def _is_due(login: str, memory: Memory, visit: Visit) -> bool:
    """Every hour; where something is hidden, every day."""
    asked_at = memory.asked_at.get(login)
    wait = DAILY if login in memory.hiding else HOURLY
    return visit.renew or asked_at is None or visit.now - asked_at >= wait


async def _whole(visit: Visit, found: Sequence[Item], harvest: Harvest, *, stream: str) -> list[BoardItem]:
    """The items as records, with all their values: those that had more than fit are read by themselves."""
    values = {one.id: one.values for one in found}
    longer = [one.id for one in found if one.longer]
    listings = [
        Listing(node=one, typename="ProjectV2Item", connection="fieldValues", row=planning.VALUE) for one in longer
    ]
    values |= {one: [] for one in longer}
    async for pages in lists.read(visit.reader, listings, label="values"):
        for page in pages:
            values[page.listing.node] += harvest.rows(page, planning.value, stream=stream, kind="board_item")
    return [planning.board_item(one, values[one.id], visit.source) for one in found]


async def _by_id(visit: Visit, ids: Sequence[str], harvest: Harvest) -> dict[str, GraphError | None]:
    """Puts the items that answer by these ids into the harvest; those that do not, and what is said of them."""
    query = f"query items($ids: [ID!]!) {{ nodes(ids: $ids) {{ ... on ProjectV2Item {{ {planning.ITEM} }} }} }}"
    missing: dict[str, GraphError | None] = {}
    for start in range(0, len(ids), BY_ID_AT_ONCE):
        asked = ids[start : start + BY_ID_AT_ONCE]
        graph = await visit.reader.ask(query, {"ids": asked}, Nodes, label="items")
        errors = {error.path[1]: error for error in graph.hidden if error.path and len(error.path) == 2}
        nodes = dict(zip(asked, each(graph.data.nodes, asked), strict=True))
        missing |= {one: errors.get(n) for n, one in enumerate(asked) if nodes[one] == NOTHING}
        harvest.read_at = graph.server_at
        stream = f"{visit.source} boards"
        shown = [raw for raw in graph.data.nodes if raw != NOTHING]
        found = [one for raw in shown for one in harvest.row(raw, planning.item, stream=stream, kind="board_item")]
        harvest.records += await _whole(visit, found, harvest, stream=stream)
    return missing
