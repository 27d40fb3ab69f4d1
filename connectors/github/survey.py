"""Reads what repositories define: each list by its clock, releases also when the probe shows another."""

from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import product

from msgspec import Raw, Struct

from connectors.github import lists
from connectors.github.api import causes, each
from connectors.github.definitions import DEFINITIONS, RELEASES, Definition
from connectors.github.found import identity
from connectors.github.harvest import Harvest
from connectors.github.lists import NOTHING, UNSEEN, Listing, Page
from connectors.github.probe import Shown
from connectors.github.queries import ACTOR, has
from connectors.github.streams import Watched
from connectors.github.visit import Visit
from connectors.records import Batch, ItemRef, Listed, Record
from connectors.remembered import recalled, written


class Seen(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """When a list was last read, and what the probe showed of it then."""

    at: datetime
    whole_at: datetime
    head: str = ""
    name: str = ""  #: the repository's, which the records carry


Memory = dict[str, dict[str, Seen]]  #: by repository id, by list


@dataclass(frozen=True, kw_only=True)
class _Task:
    """One list of one repository, and when it was last read."""

    shown: Shown
    definition: Definition
    seen: Seen | None
    now: datetime
    renew: bool

    @property
    def whole(self) -> bool:
        """All of it is due."""
        return self.renew or self.seen is None or self.now - self.seen.whole_at >= self.definition.whole_every

    @property
    def news(self) -> bool:
        """Its newest rows are due, or the probe shows others."""
        if self.seen is None or self.now - self.seen.at >= self.definition.every:
            return True
        return self.shown.heads.get(self.definition.name, self.seen.head) != self.seen.head

    @property
    def listing(self) -> Listing:
        return Listing(
            node=self.shown.id,
            typename="Repository",
            connection=self.definition.connection,
            arguments=self.definition.arguments,
            row=self.definition.row,
        )

    @property
    def stream(self) -> str:
        return f"{self.shown.repository.name_with_owner} {self.definition.name}"

    def done(self) -> Seen:
        """What is to be remembered of it."""
        whole_at = self.now if self.whole or self.seen is None else self.seen.whole_at
        head, name = self.shown.heads.get(self.definition.name, ""), self.shown.repository.name_with_owner
        return Seen(at=self.now, whole_at=whole_at, head=head, name=name)


@dataclass
class _Roll:
    """Who was called of one list so far."""

    began_at: datetime | None = None
    ids: list[str] = field(default_factory=list)
    is_whole: bool = True  #: nothing was left out
    is_over: bool = False

    def call(self, page: Page) -> None:
        self.began_at = self.began_at or page.at
        self.ids += map(identity, page.rows)
        self.is_whole = self.is_whole and not page.hidden
        self.is_over = page.cursor is None

    def listed(self, task: _Task, *, source: str) -> Iterator[Listed]:
        """All of the list, once it came to its end."""
        if self.began_at and self.is_over and self.is_whole and all(self.ids):
            kind, scope = task.definition.kind, task.shown.repository.name_with_owner
            refs = tuple(str(ItemRef(source, kind, one)) for one in self.ids)
            yield Listed(kind=kind, scope=scope, began_at=self.began_at, refs=refs)


class Survey:
    """Labels, milestones, git tags and releases."""

    name = "definitions"
    watched = (Watched(name=RELEASES.name, connection=RELEASES.connection),)
    kinds = tuple(definition.kind for definition in DEFINITIONS)

    async def batches(self, visit: Visit) -> AsyncIterator[Batch]:
        """The lists that are due, those of many repositories in one question; one that hid anything stays due."""
        memory = recalled(visit.remembered, Memory) or {}
        tasks = {task.listing: task for task in _due(visit, memory)}
        rolls = {listing: _Roll() for listing in tasks}
        pages = lists.read(visit.reader, list(tasks), label=self.name, onward=lambda page: tasks[page.listing].whole)
        async for together in pages:
            harvest = Harvest(visit.source)
            for page in together:
                task = tasks[page.listing]
                parse, kind = task.definition.parse, task.definition.kind
                found: list[Record] = harvest.rows(page, parse, stream=task.stream, kind=kind)
                harvest.records += found
                rolls[page.listing].call(page)
                if task.whole:
                    harvest.listed += rolls[page.listing].listed(task, source=visit.source)
                if rolls[page.listing].is_whole and (page.cursor is None or not task.whole):
                    memory.setdefault(task.shown.id, {})[task.definition.name] = task.done()
            yield harvest.batch(now=visit.now, capabilities={self.name: written(memory)})

    async def fetch(self, refs: Sequence[ItemRef], visit: Visit) -> Batch:
        """These, in one question."""
        asked = {one: [ref for ref in refs if ref.kind == one.kind] for one in DEFINITIONS}
        asked = {one: those for one, those in asked.items() if those}
        ids = {f"ids{n}": [ref.id for ref in those] for n, those in enumerate(asked.values())}
        graph = await visit.reader.ask(_by_id(list(asked)), ids, dict[str, list[Raw]], label="items")
        harvest = Harvest(visit.source)
        harvest.read_at = graph.server_at
        for n, (definition, those) in enumerate(asked.items()):
            stream = f"{visit.source} {definition.name}"
            nodes = each(graph.data.get(f"n{n}", []), [ref.id for ref in those])
            for place, (ref, raw) in enumerate(zip(those, nodes, strict=True)):
                if raw == NOTHING:
                    harvest.miss(stream, "; ".join(causes(graph.hidden, f"n{n}", place)) or UNSEEN, ref=str(ref))
                    continue
                found: list[Record] = harvest.row(raw, definition.parse, stream=stream, kind=ref.kind)
                harvest.records += found
        return harvest.batch(now=visit.now)


def _due(visit: Visit, memory: Memory) -> Iterator[_Task]:
    """What is to be read now, of the repositories that are to be seen. What the probe is refused is not asked for."""
    there = [one for one in DEFINITIONS if has(visit.reader.schema, "Repository", one.connection)]
    for shown, definition in product(visit.shown.values(), there):
        seen = memory.get(shown.id, {}).get(definition.name)
        if seen and seen.name != shown.repository.name_with_owner:
            seen = None
        task = _Task(shown=shown, definition=definition, seen=seen, now=visit.now, renew=visit.renew)
        refused = definition is RELEASES and RELEASES.name not in shown.heads
        if not refused and (task.whole or task.news):
            yield task


def _by_id(definitions: Sequence[Definition]) -> str:
    variables = ", ".join(f"$ids{n}: [ID!]!" for n in range(len(definitions)))
    asked = "\n".join(
        f"n{n}: nodes(ids: $ids{n}) {{ ... on {definition.typename} {{ {definition.row} }} }}"
        for n, definition in enumerate(definitions)
    )
    return f"query items({variables}) {{\n{asked}\n}}\n{ACTOR if '...actor' in asked else ''}"
