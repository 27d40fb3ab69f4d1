"""One poll: what is new in every repository, batch by batch, each safe to stop after."""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from itertools import product

from msgspec.structs import replace

from connectors.delivery import RENEW
from connectors.errors import Gone, Malformed, TooLarge
from connectors.github import parse, probe
from connectors.github.api import Graph
from connectors.github.capabilities import Capabilities, Scope
from connectors.github.catalogues import CATALOGUES
from connectors.github.deployments import Watch
from connectors.github.descent import Shipped
from connectors.github.gather import again
from connectors.github.learn import UNREAD_HINT, learn, unread
from connectors.github.probe import Shown
from connectors.github.queries import has
from connectors.github.reader import Reader
from connectors.github.streams import DEPLOYMENTS, STREAMS, Stream, Watched
from connectors.github.visit import Catalogue, Visit
from connectors.github.walker import Walker, place
from connectors.github.wire import Probe
from connectors.records import Batch, Count, Gap
from connectors.remembered import written
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
        self._renewing = _renewing(memory)
        self._remembered = memory.capabilities
        self._watch = Watch.recall(memory.capabilities.get("watch"))
        self._written_watch = written(self._watch)
        self._shipped = Shipped.recall(memory.capabilities.get(Shipped.name))
        self._written_shipped = written(self._shipped)
        self._capabilities = Capabilities.recall(memory.capabilities)
        self._now = now
        self._told: set[Gap] = set()
        reader.sizes.update(self._capabilities.page_sizes)
        self._written = self._capabilities.scope
        self._sizes = written(reader.sizes)

    async def batches(self) -> AsyncIterator[Batch]:
        """First what is asked but once a day, or was told to be old, then the items of all repositories, as many as one
        probe holds at a time, then the catalogues.
        """
        async for batch in self._opened():
            yield batch
        left = [repository.id for repository in self._scope.repositories]
        met: dict[str, Shown] = {}
        while left:
            count, graph = await self._probe(left)
            asked, left = left[:count], left[count:]
            seen = probe.shown(graph, asked, self._watched)
            met |= {shown.id: shown for shown in seen}
            yield self._learned(self._seen(asked, graph, seen))
            for shown, stream in product(seen, self._streams):
                async for batch in self._walker(stream, shown).batches():
                    yield self._learned(batch)
        async for batch in self._late():
            yield self._learned(batch)
        for catalogue in CATALOGUES:
            async for batch in self._catalogue(catalogue, met):
                yield self._learned(batch)
        if self._renewing:
            yield Batch(source=self._source, read_at=self._reader.began_at or self._now, capabilities=self._renewing)

    async def _opened(self) -> AsyncIterator[Batch]:
        """What the host and the configured names are, learned anew where that is due."""
        if self._renewing or not self._capabilities.fresh(now=self._now, asked=self._asked):
            yield await self._learn()
        if self._capabilities.schema:
            self._reader.schema = self._capabilities.schema.schema
        self._reader.refuse(self._scope.refused_fields)
        if self._scope.unknown:
            yield self._unknown()

    @property
    def _scope(self) -> Scope:
        if self._capabilities.scope is None:
            raise Malformed("no repository was ever resolved")
        return self._capabilities.scope

    async def _learn(self) -> Batch:
        self._capabilities = await learn(self._reader, asked=self._asked, before=self._capabilities, now=self._now)
        self._written = self._capabilities.scope
        lost = self._scope.lost
        repositories = [
            parse.repository(found, self._source, lost_at=lost.get(found.id)) for found in self._scope.repositories
        ]
        return Batch(
            source=self._source,
            read_at=self._reader.began_at or self._now,
            records=(*parse.statuses(self._source), *repositories),
            capabilities={"schema": written(self._capabilities.schema), "scope": written(self._scope)},
        )

    def _unknown(self) -> Batch:
        """Said by every poll for as long as it is so: nothing is complete without it."""
        told = ((name, f"{unread(name, why)}. {UNREAD_HINT}") for name, why in self._scope.unknown.items())
        gaps = tuple(Gap(stream=name, cause=cause) for name, cause in told)
        return Batch(source=self._source, read_at=self._reader.began_at or self._now, gaps=gaps)

    @property
    def _streams(self) -> list[Stream]:
        return [stream for stream in STREAMS if stream in self._watched]

    @property
    def _watched(self) -> list[Watched]:
        """The lists that the server has and this token may read, as far as is known."""
        wanted = [*STREAMS, *(one for catalogue in CATALOGUES for one in catalogue.watched)]
        there = [one for one in wanted if has(self._reader.schema, "Repository", one.connection)]
        return [one for one in there if one.name not in self._scope.refused]

    async def _late(self) -> AsyncIterator[Batch]:
        """Deployments that had not ended, whatever is newer than they are. What answers no more is watched no more."""
        due = self._watch.due(self._now)
        if not due or DEPLOYMENTS not in self._streams:
            return
        found = (await self._reader.by_id({DEPLOYMENTS: due}))[DEPLOYMENTS]
        at = self._reader.began_at or self._now
        batch, missed = again(found, stream=DEPLOYMENTS, source=self._source, name=self._source, at=at)
        watch = self._watch.seeing(batch.records, self._now)
        self._watch = watch.read({*missed, *(item.id for item in found.items)}, self._now)
        yield batch

    async def _catalogue(self, catalogue: Catalogue, met: Mapping[str, Shown]) -> AsyncIterator[Batch]:
        """What of it is due. One that cannot be read is a gap, and the others are read."""
        try:
            async for batch in catalogue.batches(self._visit(catalogue, met)):
                yield batch
        except (Gone, Malformed, TooLarge) as error:
            gap = Gap(stream=catalogue.name, cause=str(error))
            yield Batch(source=self._source, read_at=self._reader.began_at or self._now, gaps=(gap,))

    def _visit(self, catalogue: Catalogue, met: Mapping[str, Shown]) -> Visit:
        return Visit(
            source=self._source,
            reader=self._reader,
            repositories=self._scope.repositories,
            shown=met,
            now=self._now,
            since=self._since,
            renew=bool(self._renewing),
            shipped=self._shipped,
            remembered=self._remembered.get(catalogue.name, ""),
        )

    async def _probe(self, ids: Sequence[str]) -> tuple[int, Graph[Probe]]:
        """The newest of as many repositories as may be asked for at once, and how many those are."""
        while True:
            count, graph = await self._reader.probe(ids, self._watched)
            refused = probe.refused(graph, self._watched)
            if not refused:
                return count, graph
            self._rescope(refused=self._scope.refused | refused)

    def _seen(self, asked: Sequence[str], graph: Graph[Probe], seen: Sequence[Shown]) -> Batch:
        """What the probe itself tells: repositories that changed, are lost or are found again, how much there is in
        each, and what is hidden.
        """
        before = {repository.id: repository for repository in self._scope.repositories}
        now = {shown.id: shown.repository for shown in seen}
        unseen = probe.unseen(graph, asked)
        lost = {one: self._scope.lost.get(one, graph.server_at) for one in unseen}
        changed = [one for one in seen if one.repository != before[one.id] or one.id in self._scope.lost]
        self._rescope(
            repositories=tuple(now.get(one.id, one) for one in self._scope.repositories),
            lost={one: at for one, at in self._scope.lost.items() if one not in asked} | lost,
        )
        news = [parse.repository(one.repository, self._source) for one in changed]
        gone = [parse.repository(before[one], self._source, lost_at=at) for one, at in lost.items()]
        hidden = [Gap(stream=before[one].name_with_owner, cause=why) for one, why in unseen.items()]
        refused = [Gap(stream=name, cause=why) for name, why in self._scope.refused.items()]
        return Batch(
            source=self._source,
            read_at=graph.server_at,
            records=(*news, *gone),
            gaps=(*hidden, *refused),
            counts=tuple(count for shown in seen for count in self._counts(shown)),
        )

    def _counts(self, shown: Shown) -> list[Count]:
        name = shown.repository.name_with_owner
        there = [stream for stream in self._streams if stream.name in shown.totals]
        return [Count(scope=name, kind=stream.kind, total=shown.totals[stream.name]) for stream in there]

    def _walker(self, stream: Stream, shown: Shown) -> Walker:
        return Walker(
            source=self._source,
            reader=self._reader,
            stream=stream,
            shown=shown,
            watermark=self._watermarks.get(place(stream, shown.id)),
            since=self._since,
        )

    def _rescope(self, **changes: object) -> None:
        self._capabilities = replace(self._capabilities, scope=replace(self._scope, **changes))

    def _learned(self, batch: Batch) -> Batch:
        """The batch with what was learned about the server on the way, and without gaps that were told already."""
        refused = {name: why for name, why in self._reader.refused.items() if name not in self._scope.refused}
        if refused:
            self._rescope(refused=self._scope.refused | refused)
        gaps = [*batch.gaps, *(Gap(stream=name, cause=why) for name, why in refused.items())]
        new = tuple(gap for gap in dict.fromkeys(gaps) if gap not in self._told)
        self._told.update(new)
        capabilities = batch.capabilities | self._new_sizes() | self._new_scope() | self._new_watch(batch)
        capabilities |= self._new_shipped(batch)
        return replace(batch, gaps=new, capabilities=capabilities)

    def _new_scope(self) -> dict[str, str]:
        """The scope, where it is another than that written down."""
        if self._scope == self._written:
            return {}
        self._written = self._scope
        return {"scope": written(self._scope)}

    def _new_watch(self, batch: Batch) -> dict[str, str]:
        """The deployments that have not ended, where they are others than those written down."""
        self._watch = self._watch.seeing(batch.records, self._now)
        watch = written(self._watch)
        if watch == self._written_watch:
            return {}
        self._written_watch = watch
        return {"watch": watch}

    def _new_shipped(self, batch: Batch) -> dict[str, str]:
        """What was shipped and whose history is to be looked for, where it is other than that written down."""
        if Shipped.name in batch.capabilities:
            self._shipped = Shipped.recall(batch.capabilities[Shipped.name])
        self._shipped = self._shipped.seeing(batch.records)
        shipped = written(self._shipped)
        if shipped == self._written_shipped:
            return {}
        self._written_shipped = shipped
        return {Shipped.name: shipped}

    def _new_sizes(self) -> dict[str, str]:
        """The page sizes that work, where they are others than those written down."""
        sizes = written(self._reader.sizes)
        if sizes == self._sizes:
            return {}
        self._sizes = sizes
        return {"page_sizes": sizes}


def _renewing(memory: Memory) -> dict[str, str]:
    """Which delivery said that what is defined is not as it was, to be noted once all of it was read anew."""
    told = memory.capabilities.get(RENEW, "")
    return {} if told == memory.capabilities.get("renewed", "") else {"renewed": told}
