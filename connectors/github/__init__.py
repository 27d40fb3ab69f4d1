"""GitHub as a source: repositories with their pull requests, issues and deployments, read by GraphQL."""

import random
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, date, datetime, time
from functools import partial
from typing import cast

from connectors.census import CensusKind, Confirmed, Roll
from connectors.delivery import Delivery, Notice
from connectors.github import compare, doctor, redelivery, scope, webhook
from connectors.github.api import SchemaChanged
from connectors.github.app import App
from connectors.github.capabilities import Capabilities, Scope
from connectors.github.catalogues import CATALOGUES
from connectors.github.census import rolls
from connectors.github.gather import again, joined
from connectors.github.installations import Installations, by_owner
from connectors.github.learn import learn, learn_schema
from connectors.github.limits import PACES
from connectors.github.own import Own
from connectors.github.poll import Poll
from connectors.github.reader import Reader
from connectors.github.sign_in import HEADERS, Bearer, Installation, Token
from connectors.github.streams import STREAMS
from connectors.github.visit import Visit
from connectors.github.whereabouts import Whereabouts
from connectors.progress import SILENT, Progress
from connectors.records import Batch, Gap, ItemRef
from connectors.source import Check, Memory, Mirror, Writing, Written
from connectors.transport import Clock, Gates, Transport, over_network

__all__ = ["App", "GitHub", "Installations", "connect"]

NOT_FETCHED = "nothing of this kind is read by its id: the next poll reads it"


class GitHub:
    """One GitHub host as far as one token sees it. In the names of `repositories` a * may stand for any part."""

    def __init__(
        self,
        *,
        name: str,
        url: str,
        sign_in: Bearer,
        repositories: Sequence[str],
        since: date | None,
        hook_secrets: Sequence[str] = (),
        mirror: Mirror | None = None,
        transport: Transport,
        clock: Clock,
    ) -> None:
        """`since`: what was updated on or after this day (UTC) is read; it bounds the backfill and nothing else."""
        scope.check(repositories)
        self.name = name
        self._url = url
        self._sign_in = sign_in
        self._asked = tuple(repositories)
        self._since = datetime.combine(since, time(), UTC) if since else None
        self._hook_secrets = tuple(hook_secrets)
        self._own = Own(source=name, mirror=mirror)
        self._transport = transport
        self._clock = clock

    async def discover(self) -> list[Check]:
        """Sign-in, limits, clock, each configured name, and each kind of record."""
        reader, now = self._reader(), self._clock.now()
        return await doctor.examined(url=self._url, sign_in=self._sign_in, reader=reader, asked=self._asked, now=now)

    async def poll(self, memory: Memory) -> AsyncIterator[Batch]:
        """Pull requests, issues and deployments that are new, the latest first; all there is the first time."""
        reader, now = self._reader(), self._clock.now()
        poll = Poll(source=self.name, reader=reader, asked=self._asked, since=self._since, memory=memory, now=now)
        if learned := await self._own.learned(reader, memory.capabilities, now=now):
            yield Batch(source=self.name, read_at=reader.began_at or now, capabilities=learned)
        try:
            async for batch in poll.batches():
                yield self._own.marked(batch, {**memory.capabilities, **learned})
        except SchemaChanged:
            yield Batch(source=self.name, read_at=self._clock.now(), capabilities={"schema": ""})
            raise

    async def fetch(self, refs: Sequence[ItemRef], memory: Memory) -> Batch:
        """These items, whole, in one request for each 20. What is not to be seen is a gap."""
        reader = self._reader()
        known = Capabilities.recall(memory.capabilities)
        reader.schema = (known.schema or await learn_schema(reader, now=self._clock.now())).schema
        reader.refuse(known.scope.refused_fields if known.scope else {})
        parts = await self._streamed(reader, refs)
        parts += [batch async for batch in self._catalogued(reader, refs, memory)]
        kinds = {stream.kind for stream in STREAMS} | {kind for catalogue in CATALOGUES for kind in catalogue.kinds}
        strange = [Gap(stream=ref.kind, cause=NOT_FETCHED, ref=str(ref)) for ref in refs if ref.kind not in kinds]
        batch = joined(parts, source=self.name, read_at=reader.began_at or self._clock.now(), gaps=strange)
        return self._own.marked(batch, memory.capabilities)

    async def census(self, kind: CensusKind, memory: Memory) -> AsyncIterator[Roll]:
        """All issues and pull requests that each repository shows, by id; `open`: those that are open."""
        reader = self._reader()
        known = await self._known(reader, memory)
        now = self._clock.now()
        async for roll in rolls(reader, kind=kind, repositories=known.repositories, since=self._since, now=now):
            yield roll

    async def confirm(self, missing: Mapping[ItemRef, str], memory: Memory) -> Confirmed:
        """What became of these; those that answer by their ids are read again, wherever they are now."""
        reader = self._reader()
        known = await self._known(reader, memory)
        looking = Whereabouts(reader, repositories=known.repositories, now=self._clock.now())
        fates = await looking.fates(missing)
        there = {fate.ref for fate in fates if fate.word == "there"}
        batch = await self.fetch([ref for ref in missing if str(ref) in there], memory)
        return Confirmed(fates=tuple(fates), batch=batch)

    def verify(self, delivery: Delivery) -> None:
        """Returns if one of `hook_secrets` signed it; raises `Refused` if not."""
        webhook.verify(delivery, self._hook_secrets)

    def accept(self, delivery: Delivery) -> Notice:
        """What the delivery says to look at, of the configured repositories; raises `Malformed` where it is no JSON."""
        return webhook.accept(delivery, source=self.name, in_scope=partial(scope.covers, self._asked))

    async def redeliver(self, memory: Memory, *, path: str, since: datetime) -> int:
        """Asks for deliveries that GitHub could not hand over; needs the permission to write webhooks."""
        reader = self._reader()
        known = await self._known(reader, memory)
        names = [repository.name_with_owner for repository in known.repositories]
        return await redelivery.redeliver(reader, names, path=path, since=since)

    async def plan(self, tags: Mapping[str, str | None], memory: Memory) -> list[Writing]:  # noqa: ARG002 - a Writer's
        """What is to be written so that the mirror shows these tags; reads what it shows now."""
        return await self._own.writer(self._reader(), clock=self._clock).plan(tags)

    async def write(self, writings: Sequence[Writing], memory: Memory) -> list[Written]:  # noqa: ARG002 - a Writer's
        """How each went, in their order: one a second, each only if it is still lacking."""
        return await self._own.writer(self._reader(), clock=self._clock).write(writings)

    async def close(self) -> None:
        """Lets go of connections."""
        await self._transport.close()

    def _reader(self) -> Reader:
        return Reader(transport=self._transport, url=self._url)

    async def _known(self, reader: Reader, memory: Memory) -> Scope:
        """What is in scope, as written down or asked now."""
        known = Capabilities.recall(memory.capabilities)
        if known.scope is None or known.scope.asked != self._asked:
            known = await learn(reader, asked=self._asked, before=known, now=self._clock.now())
        if known.schema:
            reader.schema = known.schema.schema
        reader.refuse(cast("Scope", known.scope).refused_fields)
        return cast("Scope", known.scope)

    async def _streamed(self, reader: Reader, refs: Sequence[ItemRef]) -> list[Batch]:
        """What these are, of each stream that has any."""
        ids = {stream: [ref.id for ref in refs if ref.kind == stream.kind] for stream in STREAMS}
        found = await reader.by_id({stream: wanted for stream, wanted in ids.items() if wanted})
        at = reader.began_at or self._clock.now()
        for each in found.values():
            await compare.complete(reader, each.items)
        told = [again(each, stream=stream, source=self.name, name=self.name, at=at) for stream, each in found.items()]
        return [batch for batch, _ in told]

    async def _catalogued(self, reader: Reader, refs: Sequence[ItemRef], memory: Memory) -> AsyncIterator[Batch]:
        """Those among the refs that are no items."""
        scope = Capabilities.recall(memory.capabilities).scope
        for catalogue in CATALOGUES:
            if asked := [ref for ref in refs if ref.kind in catalogue.kinds]:
                visit = Visit(
                    source=self.name,
                    reader=reader,
                    repositories=scope.repositories if scope else (),
                    shown={},
                    now=self._clock.now(),
                    since=self._since,
                    remembered=memory.capabilities.get(catalogue.name, ""),
                )
                yield await catalogue.fetch(asked, visit)


def connect(
    *,
    name: str,
    url: str,
    token: str | None = None,
    app: App | None = None,
    repositories: Sequence[str],
    since: date | None = None,
    hook_secrets: Sequence[str] = (),
    mirror: Mirror | None = None,
    clock: Clock,
    jitter: random.Random,
    gates: Gates | None = None,
    progress: Progress = SILENT,
) -> GitHub | Installations:
    """A source that reads over the network; `url` is the address of the REST API. Close it when done.

    Either a token signs in, or an App. `gates`: where other processes are told of a credential's limits.
    """

    def part(sign_in: Bearer, repositories: Sequence[str]) -> GitHub:
        transport = over_network(
            source=name,
            url=url,
            signature=sign_in,
            headers=HEADERS,
            paces=PACES,
            clock=clock,
            jitter=jitter,
            gates=gates,
            progress=progress,
        )
        return GitHub(
            name=name,
            url=url,
            sign_in=sign_in,
            repositories=repositories,
            since=since,
            hook_secrets=hook_secrets,
            mirror=mirror,
            transport=transport,
            clock=clock,
        )

    if app is None:
        return part(Token(token or ""), repositories)
    scope.check(repositories)
    parts = {
        owner: part(Installation(app, owner=owner, url=url, clock=clock), theirs)
        for owner, theirs in by_owner(repositories).items()
    }
    return Installations(name=name, parts=parts)
