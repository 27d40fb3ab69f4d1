"""The passes of one poll: over the issues until nothing is left, and then over the worklogs."""

from collections.abc import AsyncIterator, Collection, Iterator, Mapping
from datetime import datetime

import structlog
from msgspec.structs import replace

from connectors.jira.dates import millis
from connectors.jira.dialect import Dialect
from connectors.jira.issues import Issues
from connectors.jira.walk import Position, Walk
from connectors.jira.worklogs import Feeds, Worklogs
from connectors.records import Batch, Gap, ItemRef
from connectors.remembered import recalled, written
from connectors.skew import apart_s
from connectors.transport import Clock, Transport

#: A clock that is further off than this spoils measures that compare sources (jira.md §3.2).


class Passes:
    """What one poll reads of the projects that are to be seen."""

    def __init__(
        self,
        transport: Transport,
        *,
        source: str,
        dialect: Dialect,
        issues: Issues,
        start: Position,
        marks: Mapping[str, str],
        projects: Collection[str],
        clock: Clock,
    ) -> None:
        """`projects`: ids of those that are to be seen."""
        self._transport = transport
        self._source = source
        self._dialect = dialect
        self._issues = issues
        self._start = start
        self._marks = marks
        self._projects = projects
        self._clock = clock
        self._read_at: datetime | None = None
        self._told: set[tuple[str, str]] = set()
        self._owed: dict[str, Gap] = {}

    async def batches(self) -> AsyncIterator[Batch]:
        """The backfill, from where it broke off; then what is new; then the worklogs, where some are to be read."""
        held = recalled(self._marks.get("issues"), Position)
        position = held.held_to(self._start) if held else self._start
        while True:
            last = position.complete
            if last:
                position = position.next_pass(overlap_s=self._dialect.overlap_s, now=self._clock.now())
            walk = Walk(self._dialect, position, read_at=self._clock.now())
            async for batch in self._walked(walk):
                yield batch
            if last:
                break
            position = walk.position
        yield self._debts(walk)
        self._look_at_clocks()
        async for batch in self._worklogs():
            yield batch

    async def _walked(self, walk: Walk) -> AsyncIterator[Batch]:
        async for reading in walk.readings():
            batch, unread = await self._issues.batch(reading, read_at=walk.read_at)
            walk.owe(unread)
            self._read_at = walk.read_at
            position = written(walk.position)
            gaps = tuple(self._news(batch, unread))
            yield replace(batch, gaps=gaps, watermarks={"issues": position, **self._wanted()})

    def _news(self, batch: Batch, unread: Collection[str]) -> Iterator[Gap]:
        """The gaps that are told for the first time. An issue is tried again within the poll before it is a gap."""
        for gap in batch.gaps:
            identity = ItemRef.parse(gap.ref).id if gap.ref else ""
            if identity in unread:
                self._owed[identity] = gap
            elif (gap.stream, gap.ref or gap.cause) not in self._told:
                self._told.add((gap.stream, gap.ref or gap.cause))
                yield gap

    def _debts(self, walk: Walk) -> Batch:
        """The issues that could not be read, tried again and all."""
        gaps = tuple(gap for identity, gap in self._owed.items() if identity in walk.position.owed)
        return Batch(source=self._source, read_at=walk.read_at, gaps=gaps)

    @property
    def _feeds(self) -> Feeds:
        """How far the worklogs were read. The first reading takes them all; of what was deleted before, nothing is
        held."""
        held = recalled(self._marks.get("worklogs"), Feeds)
        if held and held.projects == self._start.projects:
            return held
        deleted_ms = held.deleted_ms if held else millis(self._read_at or self._clock.now())
        return Feeds(projects=self._start.projects, updated_ms=self._start.since_ms or 0, deleted_ms=deleted_ms)

    def _wanted(self) -> dict[str, str]:
        """That worklogs are to be read, written down with the issues that tell of them."""
        at = self._issues.time_entered_at
        if at is None:
            return {}
        return {"worklogs": written(self._feeds.wants(at))}

    async def _worklogs(self) -> AsyncIterator[Batch]:
        at, feeds = self._read_at or self._clock.now(), self._feeds.wants(self._issues.time_entered_at)
        if not feeds.is_due(at):
            return
        worklogs = Worklogs(
            self._transport,
            source=self._source,
            address=self._dialect.address,
            feeds=feeds,
            projects=self._projects,
            homes=self._dialect.homes,
        )
        async for batch in worklogs.batches(at=at):
            yield batch

    def _look_at_clocks(self) -> None:
        """Says where the source's clock and ours are apart: what is dated by one is compared with the other."""
        now = self._clock.now()
        if skew_s := apart_s(self._read_at or now, ours=now):
            structlog.get_logger().bind(source=self._source).warning(
                "the clocks are apart", source_ahead_s=round(skew_s)
            )
