"""Jira as a source: Cloud and Data Center."""

import asyncio
import random
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, date, datetime, time
from typing import TypeVar

import httpx
import msgspec
from msgspec.structs import replace

from connectors.census import CensusKind, Confirmed, Roll
from connectors.delivery import Delivery, Notice
from connectors.errors import Refused
from connectors.jira import api, webhook
from connectors.jira.address import GATEWAY
from connectors.jira.bulk import Ways
from connectors.jira.census import DUE, Census
from connectors.jira.cloud import Cloud
from connectors.jira.data_center import DataCenter, Pace
from connectors.jira.dates import millis
from connectors.jira.dialect import Dialect, Reading
from connectors.jira.metadata import Metadata
from connectors.jira.parse import Parser
from connectors.jira.projects import loss
from connectors.jira.sign_in import OAuth, Signature, SignIn, Token, headers, signature
from connectors.jira.survey import Scope, Site, Survey
from connectors.jira.walk import Position, Walk
from connectors.jira.webhook import Hooks
from connectors.jira.whereabouts import Whereabouts, confirmed, without
from connectors.records import Batch, Gap, ItemRef
from connectors.source import Check, Memory
from connectors.transport import TIMEOUT, Clock, Governor, Transport

__all__ = ["DUE", "GATEWAY", "Hooks", "Jira", "OAuth", "SignIn", "Token", "connect"]

T = TypeVar("T")


class Jira:
    """The issues of some projects of one site.

    What is kept between polls: the watermark `issues` (a `Position`), and the capabilities `site` (a `Site`, renewed
    daily) and `pace` or `ways` (how large an answer the site carries, by its dialect).
    """

    def __init__(
        self,
        *,
        scope: Scope,
        since: date | None,
        signature: Signature,
        transport: Transport,
        clock: Clock,
        hooks: Hooks = Hooks(),  # noqa: B008 - frozen
    ) -> None:
        """`since`: issues updated on or after this day (UTC) are read; it bounds the backfill and nothing else."""
        since_at = datetime.combine(since, time(), UTC) if since else None
        self.name = scope.source
        self._transport = transport
        self._scope = scope
        self._start = Position.start(projects=scope.projects, since_ms=millis(since_at) if since_at else None)
        self._signature = signature
        self._clock = clock
        self._hooks = hooks

    async def discover(self) -> list[Check]:
        from connectors.jira.admin import checks

        return await asyncio.to_thread(checks, self._scope, authorization=await self._signature.authorization())

    async def poll(self, memory: Memory) -> AsyncIterator[Batch]:
        """What surrounds the issues, once a day; then the backfill, from where it broke off; then what is new."""
        known, now, marks = self._site(memory), self._clock.now(), dict(memory.watermarks)
        if known and known.fresh(now):
            try:
                async for batch in self._walked(known, memory.capabilities, marks):
                    marks |= batch.watermarks
                    yield batch
            except api.Unauthorized:
                raise
            except Refused:
                pass  # a query that names a project hidden since the last survey is refused whole: look again
            else:
                return
        survey = Survey(self._transport, self._scope, known=known)
        async for batch in survey.batches(now=now):
            yield batch
        # What the site could not do yesterday is tried again.
        async for batch in self._walked(survey.site, {}, marks):
            yield batch

    async def _walked(self, site: Site, learned: Mapping[str, str], marks: Mapping[str, str]) -> AsyncIterator[Batch]:
        """The issues of the projects that are to be seen."""
        if not site.visible:
            return
        now, start = self._clock.now(), replace(self._start, projects=tuple(sorted(site.visible)))
        dialect = self._dialect(site, learned)
        held = _told(marks, "issues", Position)
        position = held.held_to(start) if held else start
        told: set[str | None] = set()
        while True:
            last = position.complete
            walk = Walk(dialect, position.next_pass(overlap_s=dialect.overlap_s) if last else position, read_at=now)
            async for reading in walk.readings():
                batch, unread = await self._batch(reading, site=site, dialect=dialect, read_at=walk.read_at)
                walk.owe(unread)
                # An issue that is tried again within the poll, in vain again, is missed once.
                gaps = tuple(gap for gap in batch.gaps if gap.ref not in told)
                told |= {gap.ref for gap in gaps}
                yield replace(batch, gaps=gaps, watermarks={"issues": _text(walk.position)})
            if last:
                return
            position = walk.position

    async def fetch(self, refs: Sequence[ItemRef], memory: Memory) -> Batch:
        site, now = await self._known_site(memory), self._clock.now()
        dialect = self._dialect(site, memory.capabilities)
        reading = await dialect.fetch([ref.id for ref in refs if ref.kind == "issue"])
        batch, _ = await self._batch(reading, site=site, dialect=dialect, read_at=now)
        return batch

    async def census(self, kind: CensusKind, memory: Memory) -> AsyncIterator[Roll]:
        site = await self._known_site(memory)
        async for roll in Census(self._transport, site, since_ms=self._start.since_ms).rolls(kind):
            yield roll

    async def confirm(self, missing: Mapping[ItemRef, str], memory: Memory) -> Confirmed:
        site, now = await self._known_site(memory), self._clock.now()
        dialect = self._dialect(site, memory.capabilities)
        issues = {ref.id: ref for ref in missing if ref.kind == "issue"}
        reading = await dialect.fetch(list(issues))
        gone, reading.gone = reading.gone, []
        batch, _ = await self._batch(reading, site=site, dialect=dialect, read_at=now)
        whereabouts = Whereabouts(self._transport, site, at=now)
        fates = [await whereabouts.fate(issues[identity], key=missing[issues[identity]]) for identity in gone]
        if whereabouts.hidden:
            batch = self._with_losses(batch, without(site, whereabouts.hidden))
        return confirmed(missing, fates, batch)

    def verify(self, delivery: Delivery) -> None:
        webhook.verify(delivery, hooks=self._hooks)

    def accept(self, delivery: Delivery) -> Notice:
        return webhook.accept(delivery, source=self.name)

    async def close(self) -> None:
        await self._transport.close()
        await self._signature.close()

    def _site(self, memory: Memory) -> Site | None:
        """What is remembered of the site; nothing once the configuration names another one, or other projects."""
        site = _told(memory.capabilities, "site", Site)
        return site if site and site.asked == self._scope.asked else None

    async def _known_site(self, memory: Memory) -> Site:
        """The site as remembered; else as it is, surveyed without keeping what the survey tells."""
        if site := self._site(memory):
            return site
        survey = Survey(self._transport, self._scope, known=None)
        async for _ in survey.batches(now=self._clock.now()):
            pass
        return survey.site

    def _with_losses(self, batch: Batch, site: Site) -> Batch:
        """The batch, and what is said of projects that turned out to be hidden."""
        metadata = Metadata(source=self.name, url=self._scope.url)
        lost = [known for known in site.projects if known.lost_at]
        return replace(
            batch,
            records=(*batch.records, *map(metadata.project, lost)),
            gaps=(*batch.gaps, *(loss(known, source=self.name) for known in lost)),
            capabilities={**batch.capabilities, "site": msgspec.json.encode(site).decode()},
        )

    def _dialect(self, site: Site, learned: Mapping[str, str]) -> Dialect:
        if site.edition == "cloud":
            ways = _told(learned, "ways", Ways) or Ways()
            return Cloud(self._transport, base=site.base, fields=site.fields, ways=ways)
        pace = _told(learned, "pace", Pace) or Pace()
        return DataCenter(self._transport, base=site.base, pace=pace)

    async def _batch(
        self, reading: Reading, *, site: Site, dialect: Dialect, read_at: datetime
    ) -> tuple[Batch, set[str]]:
        """What becomes of the reading, and the ids of the issues in it that are not whole."""
        parents = await dialect.parents(reading.found, site.roles)
        parser = Parser(source=self.name, url=self._scope.url, roles=site.roles, parents=parents)
        parsed = parser.read(reading.found)
        unread = reading.missed | parsed.unread
        lost = unread | dict.fromkeys(reading.gone, "found by the search, and not there or not shown when read")
        gaps = [
            Gap(stream="issues", cause=why, ref=str(ItemRef(self.name, "issue", identity)))
            for identity, why in lost.items()
        ]
        batch = Batch(
            source=self.name,
            read_at=read_at,
            records=(*parser.accounts.records(), *parsed.items),
            children=tuple(parsed.children),
            gaps=(*parsed.gaps, *gaps),
            capabilities=dialect.learned(),
        )
        return batch, set(unread)


def connect(
    *,
    name: str,
    url: str,
    sign_in: SignIn,
    projects: Sequence[str],
    since: date | None = None,
    clock: Clock,
    jitter: random.Random,
    hooks: Hooks = Hooks(),  # noqa: B008 - frozen
    gateway: str = GATEWAY,
) -> Jira:
    """A source that reads over the network. Close it when done."""

    def transport(signed: httpx.Auth | None) -> Transport:
        return Transport(
            source=name,
            client=httpx.AsyncClient(timeout=TIMEOUT, auth=signed),
            headers=headers,
            governor=Governor(clock=clock, paces={}),
            clock=clock,
            jitter=jitter,
        )

    signed = signature(sign_in, accounts=transport(None), clock=clock)
    scope = Scope(
        source=name,
        url=url.rstrip("/"),
        projects=tuple(projects),
        gateway=gateway,
        oauth=isinstance(sign_in, OAuth),
    )
    return Jira(scope=scope, since=since, signature=signed, transport=transport(signed), clock=clock, hooks=hooks)


def _told(memory: Mapping[str, str], name: str, kind: type[T]) -> T | None:
    """What was written down, or None: before the first time, and where an earlier version wrote it otherwise."""
    try:
        return msgspec.json.decode(memory.get(name, "null"), type=kind)
    except msgspec.DecodeError:
        return None


def _text(position: Position) -> str:
    return msgspec.json.encode(position).decode()
