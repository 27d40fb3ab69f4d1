"""Worklogs, by the feeds of those that were updated and deleted: a few requests a thousand, and none for each issue
(jira.md §1.5)."""

from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta

from msgspec import Raw, Struct
from msgspec.structs import replace

from connectors.errors import Gone, Malformed, Refused, Retry
from connectors.jira import api, wire_beside
from connectors.jira.accounts import Accounts
from connectors.jira.dates import from_millis, instant, millis
from connectors.jira.document import decode
from connectors.records import Batch, Gap, ItemRef, Record, Tombstone, Worklog
from connectors.remembered import written
from connectors.transport import Transport

Homes = Callable[[Sequence[str]], Awaitable[Mapping[str, str]]]

#: Fields that a changelog tells of time that was entered.
TOLD_BY = frozenset({"timespent", "WorklogId", "WorklogTimeSpent"})
DAY = timedelta(days=1)
#: The feeds withhold the last minute; so much later, what a history told of must be in them.
WITHHELD = timedelta(minutes=2)


class Feeds(Struct, frozen=True, kw_only=True):
    """How far the feeds were read: the durable watermark. `_ms`: UTC epoch milliseconds by the source's clock."""

    projects: tuple[str, ...]
    updated_ms: int  #: the next page of what was updated starts here
    deleted_ms: int
    read_ms: int | None = None  #: when they were asked last
    wanted_ms: int | None = None  #: an issue's history tells of time that was entered then
    edge: tuple[str, ...] = ()  #: ids already read of those updated at `updated_ms`: each page repeats them
    denied: str | None = None  #: why the account may not read them

    def wants(self, at: datetime | None) -> "Feeds":
        """The same, with time that was entered at that instant still to be read."""
        if at is None:
            return self
        return replace(self, wanted_ms=max(millis(at), self.wanted_ms or 0))

    def is_due(self, now: datetime) -> bool:
        """Once a day, and as soon as a history tells of time that was entered: a poll with nothing new stays one
        request."""
        daily = self.read_ms is None or now - from_millis(self.read_ms) >= DAY
        return daily or (self.wanted_ms is not None and self.denied is None)

    def done(self, at: datetime) -> "Feeds":
        """As they stand once read to their ends at that instant."""
        is_in = self.wanted_ms is not None and at - from_millis(self.wanted_ms) >= WITHHELD
        return replace(self, read_ms=millis(at), wanted_ms=None if is_in else self.wanted_ms, denied=None)


class Worklogs:
    """Reads the feeds on from where they were left. `feeds` is true as soon as the batches given so far are stored."""

    def __init__(
        self, transport: Transport, *, source: str, address: str, feeds: Feeds, projects: Collection[str], homes: Homes
    ) -> None:
        """`projects`: ids of those that are read. `homes`: the project's id for each issue id; the feeds are of the
        whole site."""
        self.feeds = feeds
        self._projects = projects
        self._transport = transport
        self._source = source
        self._address = address
        self._homes = homes

    async def batches(self, *, at: datetime) -> AsyncIterator[Batch]:
        """`at`: the source's clock. What fails is a gap: the issues are read all the same."""
        denied_before = self.feeds.denied
        try:
            async for batch in self._updated(at):
                yield batch
            async for batch in self._deleted(at):
                yield batch
        except api.Unauthorized:
            raise
        except (Gone, Refused) as error:
            self.feeds = replace(self.feeds, read_ms=millis(at), denied=str(error))
            cause = f"Jira does not show worklogs to this account: {error}"
            yield self._batch(at, gaps=() if denied_before else (Gap(stream="worklogs", cause=cause),))
            return
        except (Malformed, Retry) as error:
            cause = f"worklogs could not be read, and are asked for again at the next poll: {error}"
            yield self._batch(at, gaps=(Gap(stream="worklogs", cause=cause),))
            return
        self.feeds = self.feeds.done(at)
        yield self._batch(at)

    async def _updated(self, at: datetime) -> AsyncIterator[Batch]:
        while True:
            page = await self._page("/worklog/updated", self.feeds.updated_ms)
            ids = {str(entry.worklog_id): entry.updated_time for entry in page.values}
            fresh = [identity for identity in ids if identity not in self.feeds.edge]
            batch = await self._worklogs(fresh, at) if fresh else None
            until_ms = max(_until_ms(page, at), *ids.values(), self.feeds.updated_ms)
            edge = tuple(sorted(identity for identity, updated_ms in ids.items() if updated_ms >= until_ms))
            is_last = _is_last(page, self.feeds.updated_ms, until_ms)
            kept = self.feeds.edge if until_ms == self.feeds.updated_ms else ()
            self.feeds = replace(self.feeds, updated_ms=until_ms, edge=tuple(sorted({*kept, *edge})))
            if batch:
                yield replace(batch, watermarks=self._watermarks())
            if is_last:
                return

    async def _deleted(self, at: datetime) -> AsyncIterator[Batch]:
        while True:
            page = await self._page("/worklog/deleted", self.feeds.deleted_ms)
            until_ms = max(_until_ms(page, at), *(entry.updated_time for entry in page.values), self.feeds.deleted_ms)
            is_last = _is_last(page, self.feeds.deleted_ms, until_ms)
            self.feeds = replace(self.feeds, deleted_ms=until_ms)
            if page.values:
                yield self._batch(at, tombstones=tuple(self._tombstone(entry) for entry in page.values))
            if is_last:
                return

    async def _page(self, path: str, since_ms: int) -> wire_beside.Feed:
        request = api.get(self._address, path, label="worklogs", params={"since": since_ms})
        return await self._transport.send(request, api.reading(wire_beside.Feed, request))

    async def _worklogs(self, ids: Sequence[str], at: datetime) -> Batch:
        """The worklogs of these ids that are to be seen, in the projects that are read."""
        body = {"ids": [_number(identity) for identity in ids]}
        request = api.bulk(self._address, "/worklog/list", label="worklogs", body=body)
        raws = await self._transport.send(request, api.reading(list[Raw], request))
        told, gaps = _each(raws)
        homes = await self._homes(sorted({str(one.issue_id) for one in told})) if told else {}
        accounts = Accounts(self._source)
        ours = [self._worklog(one, accounts) for one in told if homes.get(str(one.issue_id)) in self._projects]
        return self._batch(at, records=(*accounts.records(), *ours), gaps=gaps)

    def _worklog(self, worklog: wire_beside.Worklog, accounts: Accounts) -> Worklog:
        return Worklog(
            ref=str(ItemRef(self._source, "worklog", str(worklog.id))),
            source=self._source,
            item_ref=str(ItemRef(self._source, "issue", str(worklog.issue_id))),
            author=accounts.ref(worklog.author),
            started_at=instant(worklog.started),
            spent_s=int(worklog.time_spent_seconds or 0),
            created_at=instant(worklog.created),
            updated_at=instant(worklog.updated),
        )

    def _tombstone(self, entry: wire_beside.FeedEntry) -> Tombstone:
        return Tombstone(
            ref=str(ItemRef(self._source, "worklog", str(entry.worklog_id))),
            at=instant(entry.updated_time),
            reason="deleted",
            evidence="Jira's list of deleted worklogs",
        )

    def _batch(
        self,
        at: datetime,
        *,
        records: tuple[Record, ...] = (),
        tombstones: tuple[Tombstone, ...] = (),
        gaps: tuple[Gap, ...] = (),
    ) -> Batch:
        return Batch(
            source=self._source,
            read_at=at,
            records=records,
            tombstones=tombstones,
            gaps=gaps,
            watermarks=self._watermarks(),
        )

    def _watermarks(self) -> dict[str, str]:
        return {"worklogs": written(self.feeds)}


def _number(identity: str) -> int:
    if not identity.isdecimal():
        raise Malformed(f"a worklog's id is no number: {identity}")
    return int(identity)


def _each(raws: Sequence[Raw]) -> tuple[list[wire_beside.Worklog], tuple[Gap, ...]]:
    """The worklogs; one that is not as described costs no other."""
    told, gaps = [], []
    for raw in raws:
        try:
            worklog = decode(raw, wire_beside.Worklog)
            _ = [instant(at) for at in (worklog.started, worklog.created, worklog.updated)]
            told.append(worklog)
        except Malformed as error:
            cause = f"a worklog is not as Jira describes worklogs, and is left out: {error}"
            gaps.append(Gap(stream="worklogs", cause=cause))
    return told, tuple(gaps)


def _until_ms(page: wire_beside.Feed, at: datetime) -> int:
    """How far the page says it goes; never beyond the source's own clock, or nothing would be read from then on."""
    return min(page.until or 0, millis(at))


def _is_last(page: wire_beside.Feed, since_ms: int, until_ms: int) -> bool:
    """Whether the feed ends here; `Malformed` where it says that there is more and does not move on."""
    if page.last_page or not page.values:
        return True
    if until_ms <= since_ms:
        raise Malformed("the list of worklogs that Jira gives leads nowhere")
    return False
