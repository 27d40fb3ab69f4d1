"""Jira as a source: Cloud and Data Center."""

import asyncio
import random
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, date, datetime, time
from typing import TypeVar

import httpx
import msgspec
from msgspec.structs import replace

from connectors.jira.address import GATEWAY
from connectors.jira.cloud import Cloud, Ways
from connectors.jira.data_center import DataCenter, Pace
from connectors.jira.dates import millis
from connectors.jira.dialect import Dialect, Reading
from connectors.jira.parse import Parser
from connectors.jira.sign_in import OAuth, Signature, SignIn, Token, headers, signature
from connectors.jira.survey import Scope, Site, Survey
from connectors.jira.walk import Position, Walk
from connectors.records import Batch, Gap, ItemRef
from connectors.source import Check, Memory
from connectors.transport import TIMEOUT, Clock, Governor, Transport

__all__ = ["GATEWAY", "Jira", "OAuth", "SignIn", "Token", "connect"]

T = TypeVar("T")


class Jira:
    """The issues of some projects of one site.

    What is kept between polls: the watermark `issues` (a `Position`), and the capabilities `site` (a `Site`, renewed
    daily) and `pace` or `ways` (how large an answer the site carries, by its dialect).
    """

    def __init__(
        self, *, scope: Scope, since: date | None, signature: Signature, transport: Transport, clock: Clock
    ) -> None:
        """`since`: issues updated on or after this day (UTC) are read; it bounds the backfill and nothing else."""
        since_at = datetime.combine(since, time(), UTC) if since else None
        self.name = scope.source
        self._transport = transport
        self._scope = scope
        self._start = Position.start(projects=scope.projects, since_ms=millis(since_at) if since_at else None)
        self._signature = signature
        self._clock = clock

    async def discover(self) -> list[Check]:
        from connectors.jira.admin import checks

        return await asyncio.to_thread(checks, self._scope, authorization=await self._signature.authorization())

    async def poll(self, memory: Memory) -> AsyncIterator[Batch]:
        """What surrounds the issues, once a day; then the backfill, from where it broke off; then what is new."""
        site, now = self._site(memory), self._clock.now()
        learned = memory.capabilities
        if site is None or not site.fresh(now):
            survey = Survey(self._transport, self._scope, known=site)
            async for batch in survey.batches(now=now):
                yield batch
            site, learned = survey.site, {}  # what the site could not do yesterday is tried again
        dialect = self._dialect(site, learned)
        held = _told(memory.watermarks, "issues", Position)
        position = held.held_to(self._start) if held else self._start
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
        site, now = self._site(memory), self._clock.now()
        if site is None:
            survey = Survey(self._transport, self._scope, known=None)
            async for _ in survey.batches(now=now):
                pass
            site = survey.site
        dialect = self._dialect(site, memory.capabilities)
        reading = await dialect.fetch([ref.id for ref in refs if ref.kind == "issue"])
        batch, _ = await self._batch(reading, site=site, dialect=dialect, read_at=now)
        return batch

    async def close(self) -> None:
        await self._transport.close()
        await self._signature.close()

    def _site(self, memory: Memory) -> Site | None:
        """What is remembered of the site; nothing once the configuration names another one, or other projects."""
        site = _told(memory.capabilities, "site", Site)
        return site if site and site.asked == self._scope.asked else None

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
    return Jira(scope=scope, since=since, signature=signed, transport=transport(signed), clock=clock)


def _told(memory: Mapping[str, str], name: str, kind: type[T]) -> T | None:
    """What was written down, or None: before the first time, and where an earlier version wrote it otherwise."""
    try:
        return msgspec.json.decode(memory.get(name, "null"), type=kind)
    except msgspec.DecodeError:
        return None


def _text(position: Position) -> str:
    return msgspec.json.encode(position).decode()
