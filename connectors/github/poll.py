"""One poll: what is new in every repository, batch by batch, each safe to stop after."""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from itertools import product

from msgspec.structs import replace

from connectors.delivery import RENEW
from connectors.errors import Gone, Malformed
from connectors.github import parse, probe
from connectors.github.api import CursorLost, Graph
from connectors.github.capabilities import Capabilities, Scope, written
from connectors.github.catalogues import CATALOGUES
from connectors.github.gather import gaps_of, gathered
from connectors.github.learn import learn
from connectors.github.probe import Shown
from connectors.github.queries import has
from connectors.github.reader import Reader
from connectors.github.streams import STREAMS, Stream, Watched
from connectors.github.visit import Catalogue, Visit
from connectors.github.walk import AGAIN_AT_ONCE, Walk
from connectors.github.wire import Probe
from connectors.records import Batch, Gap
from connectors.source import Memory


class Poll:
    """Reads what the watermarks in `memory` say is not held yet; `now` is our clock, for what is asked once a day."""

    def __init__(
        self,
        *,
        source: str,
        reader: Reader,
        asked: Sequence[str],
        since: datetime | None,
        memory: Memory,
        now: datetime,
    ) -> None:
        self._source = source
        self._reader = reader
        self._asked = tuple(asked)
        self._since = since
        self._watermarks = memory.watermarks
        self._forgotten = _forgotten(memory)
        self._remembered = {**memory.capabilities, **self._forgotten}
        self._capabilities = Capabilities.recall(memory.capabilities)
        self._now = now
        reader.sizes.update(self._capabilities.page_sizes)
        self._written = self._capabilities.scope
        self._sizes = written(reader.sizes)

    async def batches(self) -> AsyncIterator[Batch]:
        """First what is asked but once a day, or was told to be old, then the items of all repositories, as many as one
        probe holds at a time, then the catalogues.
        """
        if self._forgotten or not self._capabilities.fresh(now=self._now, asked=self._asked):
            yield await self._learn()
        if self._capabilities.schema:
            self._reader.schema = self._capabilities.schema.schema
        left = [repository.id for repository in self._scope.repositories]
        met: dict[str, Shown] = {}
        while left:
            count, graph = await self._probe(left)
            asked, left = left[:count], left[count:]
            seen = probe.shown(graph, asked, self._watched)
            met |= {shown.id: shown for shown in seen}
            yield self._seen(asked, graph, seen)
            for shown, stream in product(seen, self._streams):
                async for batch in self._walk(stream, shown):
                    yield batch
        for catalogue in CATALOGUES:
            async for batch in catalogue.batches(self._visit(catalogue, met)):
                yield replace(batch, capabilities=batch.capabilities | self._new_sizes())

    @property
    def _scope(self) -> Scope:
        if self._capabilities.scope is None:
            raise Malformed("no repository was ever resolved")
        return self._capabilities.scope

    async def _learn(self) -> Batch:
        lesson = await learn(self._reader, asked=self._asked, before=self._capabilities, now=self._now)
        self._capabilities, self._written = lesson.capabilities, lesson.capabilities.scope
        repositories = [parse.repository(found, self._source) for found in self._scope.repositories]
        return Batch(
            source=self._source,
            read_at=self._reader.began_at or self._now,
            records=(*parse.statuses(self._source), *repositories),
            gaps=tuple(Gap(stream=name, cause=why) for name, why in lesson.unknown.items()),
            capabilities=self._forgotten
            | {"schema": written(self._capabilities.schema), "scope": written(self._scope)},
        )

    @property
    def _streams(self) -> list[Stream]:
        return [stream for stream in STREAMS if stream in self._watched]

    @property
    def _watched(self) -> list[Watched]:
        """The lists that the server has and this token may read, as far as is known."""
        wanted = [*STREAMS, *(one for catalogue in CATALOGUES for one in catalogue.watched)]
        there = [one for one in wanted if has(self._reader.schema, "Repository", one.connection)]
        return [one for one in there if one.name not in self._scope.refused]

    def _visit(self, catalogue: Catalogue, met: Mapping[str, Shown]) -> Visit:
        return Visit(
            source=self._source,
            reader=self._reader,
            repositories=self._scope.repositories,
            shown=met,
            now=self._now,
            since=self._since,
            remembered=self._remembered.get(catalogue.name, ""),
        )

    async def _probe(self, ids: Sequence[str]) -> tuple[int, Graph[Probe]]:
        """The newest of as many repositories as may be asked for at once, and how many those are."""
        while True:
            count, graph = await self._reader.probe(ids, self._watched)
            if len(graph.data.nodes) != count:
                raise Malformed(f"GitHub answers {len(graph.data.nodes)} of {count} questions")
            refused = probe.refused(graph, self._watched)
            if not refused:
                return count, graph
            scope = replace(self._scope, refused=self._scope.refused | refused)
            self._capabilities = replace(self._capabilities, scope=scope)

    def _seen(self, asked: Sequence[str], graph: Graph[Probe], seen: Sequence[Shown]) -> Batch:
        """What the probe itself tells: repositories that changed, and those that are hidden, whole or in part."""
        before = {repository.id: repository for repository in self._scope.repositories}
        changed = {shown.id: shown.repository for shown in seen if shown.repository != before[shown.id]}
        now = replace(self._scope, repositories=tuple(changed.get(r.id, r) for r in self._scope.repositories))
        capabilities = {} if now == self._written else {"scope": written(now)}
        self._capabilities, self._written = replace(self._capabilities, scope=now), now
        unseen = probe.unseen(graph, asked)
        hidden = [Gap(stream=before[one].name_with_owner, cause=why) for one, why in unseen.items()]
        refused = [Gap(stream=name, cause=why) for name, why in now.refused.items()]
        return Batch(
            source=self._source,
            read_at=graph.server_at,
            records=tuple(parse.repository(found, self._source) for found in changed.values()),
            gaps=(*hidden, *refused),
            capabilities=capabilities | self._new_sizes(),
        )

    async def _walk(self, stream: Stream, shown: Shown) -> AsyncIterator[Batch]:
        """Everything of one stream that is new, and what was missed before. A hidden stream is a gap, not an end."""
        try:
            async for batch in self._pages(stream, shown):
                yield batch
        except (Gone, Malformed) as error:
            gap = Gap(stream=f"{shown.repository.name_with_owner} {stream.name}", cause=str(error))
            yield Batch(source=self._source, read_at=shown.at, gaps=(gap,))

    async def _pages(self, stream: Stream, shown: Shown) -> AsyncIterator[Batch]:
        head = shown.heads.get(stream.name)
        if head is None:
            raise Gone("the server shows nothing of them")
        place = f"{stream.name}:{shown.id}"
        name = shown.repository.name_with_owner
        walk = Walk.recall(self._watermarks.get(place), name=name, since=self._since).once_more()
        while walk.again or not walk.rests_at(head):
            if walk.owes_at(head):
                walk, batch = await self._again(stream, shown, walk)
            else:
                walk, batch = await self._page(stream, shown, walk.begun(at=shown.at, head=head))
            yield replace(batch, watermarks={place: walk.written()}, capabilities=self._new_sizes())

    async def _page(self, stream: Stream, shown: Shown, walk: Walk) -> tuple[Walk, Batch]:
        """The next page. What it shows only in part, or not at all, is still to be read by its id."""
        try:
            found = await self._reader.page(stream, shown.id, walk.cursor)
        except CursorLost:
            if walk.cursor is None:
                raise
            return walk.from_the_front(), Batch(source=self._source, read_at=shown.at)
        name = shown.repository.name_with_owner
        page = gathered(found, stream=stream, source=self._source, name=name, since=walk.since, at=shown.at)
        walk = walk.owing((*page.longer, *page.missed))
        cursor = None if page.ended else found.cursor
        return walk.onward(cursor, newest_at=page.newest_at, unfinished_at=page.unfinished_at), page.batch

    async def _again(self, stream: Stream, shown: Shown, walk: Walk) -> tuple[Walk, Batch]:
        """Items by their ids. What cannot be read even so is a gap, and is tried again by the next poll."""
        asked = walk.again[:AGAIN_AT_ONCE]
        found = await self._reader.by_id(stream, asked)
        name = shown.repository.name_with_owner
        items = gathered(found, stream=stream, source=self._source, name=name, since=None, at=shown.at)
        gaps = gaps_of(items.missed, stream=stream, source=self._source, name=name)
        batch = replace(items.batch, gaps=(*items.batch.gaps, *gaps))
        return walk.paid(asked, missed=tuple(items.missed)), batch

    def _new_sizes(self) -> dict[str, str]:
        """The page sizes that work, where they are others than those written down."""
        sizes = written(self._reader.sizes)
        if sizes == self._sizes:
            return {}
        self._sizes = sizes
        return {"page_sizes": sizes}


def _forgotten(memory: Memory) -> dict[str, str]:
    """The capabilities that a delivery made old, emptied, and which delivery's word that was."""
    told = memory.capabilities.get(RENEW, "")
    if told == memory.capabilities.get("renewed", ""):
        return {}
    return {**{catalogue.name: "" for catalogue in CATALOGUES}, "renewed": told}
