"""The source: what it is asked, and who of this folder answers."""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING

from msgspec.structs import replace

from connectors.census import CensusKind, Confirmed, Roll
from connectors.delivery import RENEW, Delivery, Notice
from connectors.errors import Refused
from connectors.jira import api, webhook
from connectors.jira.apart import Apart
from connectors.jira.bulk import Ways
from connectors.jira.census import Census
from connectors.jira.cloud import Cloud
from connectors.jira.data_center import DataCenter, Pace
from connectors.jira.dates import millis
from connectors.jira.dialect import Dialect
from connectors.jira.issues import Issues
from connectors.jira.metadata import Metadata
from connectors.jira.own import Own
from connectors.jira.passes import Passes
from connectors.jira.projects import losses, unsearchable, within
from connectors.jira.sprints import ForeignSprints
from connectors.jira.survey import Scope, Site, Survey
from connectors.jira.walk import Position
from connectors.jira.webhook import Hooks
from connectors.jira.whereabouts import Whereabouts, confirmed, without
from connectors.own import SELF
from connectors.records import Batch, Gap, ItemRef
from connectors.remembered import recalled, written
from connectors.sign_in import Signature
from connectors.source import Check, Memory, Mirror, Writing, Written
from connectors.transport import Clock, Transport

if TYPE_CHECKING:
    from connectors.jira.write_back import WriteBack


GONE = "it is not there, or not shown to the account; the next census tells which"


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
        mirror: Mirror | None = None,
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
        self._mirror = mirror

    async def discover(self) -> list[Check]:
        from connectors.jira.admin import Doctor  # the package takes a while to import

        doctor = Doctor(
            self._transport,
            scope=self._scope,
            signature=self._signature,
            hooks=self._hooks,
            mirror=self._mirror,
            clock=self._clock,
        )
        return await doctor.checks()

    async def poll(self, memory: Memory) -> AsyncIterator[Batch]:
        """What surrounds the issues, once a day; then the backfill, from where it broke off; then what is new."""
        known, now, marks = self._site(memory), self._clock.now(), dict(memory.watermarks)
        if known and known.fresh(now) and known.renew == memory.capabilities.get(RENEW, ""):
            try:
                async for batch in self._walked(known, memory.capabilities, marks):
                    marks |= batch.watermarks
                    yield batch
            except api.Unauthorized:
                raise
            except Refused:
                pass  # a query that names a project hidden since the last survey is refused whole: look again
            else:
                if lost := losses(known.projects, source=self.name):
                    yield Batch(source=self.name, read_at=now, gaps=lost)
                return
        async for batch in self._anew(known, memory, marks):
            yield batch

    async def _anew(self, known: Site | None, memory: Memory, marks: dict[str, str]) -> AsyncIterator[Batch]:
        """All that surrounds the issues, and then these."""
        now, renew = self._clock.now(), memory.capabilities.get(RENEW, "")
        survey = Survey(self._transport, self._scope, known=known, renew=renew)
        async for batch in survey.batches(now=now):
            yield batch
        # What the site could not do yesterday is tried again.
        learned = {name: text for name, text in memory.capabilities.items() if name in ("sprints", SELF)}
        sprints = self._sprints(survey.site, learned)
        renewed, met = tuple(await sprints.renew()), sprints.learned()
        yield Batch(source=self.name, read_at=now, records=renewed, gaps=tuple(sprints.gaps), capabilities=met)
        site = survey.site
        try:
            async for batch in self._walked(site, {**learned, **met}, marks):
                marks |= batch.watermarks
                yield batch
        except api.Unfit:
            refused = await unsearchable(self._transport, site.visible, search=site.search)
            if not 0 < len(refused) < len(site.visible):
                raise
            site = without(site, dict.fromkeys(refused, now))
            yield self._with_losses(Batch(source=self.name, read_at=now), site)
            async for batch in self._walked(site, {**learned, **met}, marks):
                yield batch

    async def _walked(self, site: Site, learned: Mapping[str, str], marks: Mapping[str, str]) -> AsyncIterator[Batch]:
        """The issues of the projects that are to be seen, and the time that was entered for them."""
        if not site.visible:
            return
        dialect = self._dialect(site, learned)
        passes = Passes(
            self._transport,
            source=self.name,
            dialect=dialect,
            issues=self._issues(site, dialect, learned),
            start=replace(self._start, projects=tuple(sorted(site.visible))),
            marks=marks,
            projects=site.ids,
            clock=self._clock,
        )
        own = Own(source=self.name, mirror=self._mirror, capabilities=learned)
        await own.learn(self._transport, base=site.api, now=self._clock.now())
        async for batch in passes.batches():
            yield own.marked(batch)

    async def fetch(self, refs: Sequence[ItemRef], memory: Memory) -> Batch:
        site, now = await self._known_site(memory), self._clock.now()
        dialect = self._dialect(site, memory.capabilities)
        reading = await dialect.fetch([ref.id for ref in refs if ref.kind == "issue"])
        gone, reading.gone = reading.gone, []
        position = recalled(memory.watermarks.get("issues"), Position)
        reading.since = position.known_until if position else None
        batch, _ = await self._issues(site, dialect, memory.capabilities).batch(reading, read_at=now)
        batch = Own(source=self.name, mirror=self._mirror, capabilities=memory.capabilities).marked(batch)
        missed = (Gap(stream="issues", cause=GONE, ref=str(ItemRef(self.name, "issue", identity))) for identity in gone)
        return within(replace(batch, gaps=(*batch.gaps, *missed)), keys=site.keys, ids=site.ids)

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
        batch, _ = await self._issues(site, dialect, memory.capabilities).batch(reading, read_at=now)
        batch = Own(source=self.name, mirror=self._mirror, capabilities=memory.capabilities).marked(batch)
        whereabouts = Whereabouts(self._transport, site, at=now)
        fates = [await whereabouts.fate(issues[identity], key=missing[issues[identity]]) for identity in gone]
        if whereabouts.hidden:
            batch = self._with_losses(batch, without(site, whereabouts.hidden))
        return confirmed(missing, fates, batch)

    async def plan(self, tags: Mapping[str, str | None], memory: Memory) -> list[Writing]:
        return await (await self._write_back(memory)).plan(tags)

    async def write(self, writings: Sequence[Writing], memory: Memory) -> list[Written]:
        return await (await self._write_back(memory)).write(writings)

    def verify(self, delivery: Delivery) -> None:
        webhook.verify(delivery, hooks=self._hooks)

    def accept(self, delivery: Delivery) -> Notice:
        return webhook.accept(delivery, source=self.name, projects=self._scope.projects)

    async def close(self) -> None:
        await self._transport.close()
        await self._signature.close()

    async def _write_back(self, memory: Memory) -> "WriteBack":
        from connectors.jira.write_back import WriteBack  # the package takes a while to import

        if self._mirror is None:
            raise Refused(f"{self.name} is not to be written to", hint="Set `write_back`.")
        site = await self._known_site(memory)
        return WriteBack(self._transport, site=site, signature=self._signature, clock=self._clock, shows=self._mirror)

    def _site(self, memory: Memory) -> Site | None:
        """What is remembered of the site; nothing once the configuration names another one, or other projects."""
        site = recalled(memory.capabilities.get("site"), Site)
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
            gaps=(*batch.gaps, *losses(lost, source=self.name)),
            capabilities={**batch.capabilities, "site": written(site)},
        )

    def _dialect(self, site: Site, learned: Mapping[str, str]) -> Dialect:
        if site.edition == "cloud":
            ways = recalled(learned.get("ways"), Ways) or Ways()
            return Cloud(
                self._transport,
                base=site.base,
                fields=site.fields,
                ways=ways,
                charged=self._scope.oauth,
                comments=self._scope.comments,
            )
        pace = recalled(learned.get("pace"), Pace) or Pace()
        return DataCenter(self._transport, base=site.base, pace=pace, pause=self._clock.sleep)

    def _issues(self, site: Site, dialect: Dialect, learned: Mapping[str, str]) -> Issues:
        apart = Apart(self._transport, base=site.base, address=dialect.address, development=self._scope.development)
        return Issues(dialect, scope=self._scope, roles=site.roles, apart=apart, sprints=self._sprints(site, learned))

    def _sprints(self, site: Site, learned: Mapping[str, str]) -> ForeignSprints:
        return ForeignSprints(
            self._transport,
            base=site.base,
            metadata=Metadata(source=self.name, url=self._scope.url),
            shown=site.sprints,
            met=recalled(learned.get("sprints"), dict[str, bool]) or {},
            readable="boards" not in site.denied,
        )
