"""What the service does by itself, a function a job: the same on one machine and on many."""

import asyncio
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal, TypeAlias
from zoneinfo import ZoneInfo

import structlog

from connectors.errors import SourceError
from sync.config import Config, GitHubConfig
from sync.deliver.folder import clear
from sync.drain import Drained, drain
from sync.metrics import Counts
from sync.store import deliveries, quotas, reckonings, reports, schedules, webhooks
from sync.store.memory import recall, was_complete
from sync.work.current import Current
from sync.work.pool import Pool
from sync.work.reading import Reading
from sync.work.schedule import is_due, jitter_s
from sync.work.sources import Means

Kind: TypeAlias = Literal["poll", "census", "redeliver", "report", "care"]
Came: TypeAlias = Literal["done", "cut", "busy"]  #: to its end, as far as its time went, or to somebody else's lease

SLICE = timedelta(seconds=20)  # of a long pass: whatever else is to be done at the source comes between two
_RECKONINGS_KEPT = timedelta(days=2)  # they can be made again
_STOP_S = 3  # that a report has to end when it is told to


@dataclass(frozen=True)
class Job:
    """Something that is done by schedule: at a source, or for all."""

    kind: Kind
    source: str | None = None

    def __str__(self) -> str:
        return f"{self.kind} {self.source}" if self.source else self.kind

    @classmethod
    def parse(cls, text: str) -> "Job":
        """The job that `str` printed."""
        kind, _, source = text.partition(" ")
        return cls(kind, source or None)  # type: ignore[arg-type] # whatever is no kind is found out when it is done


def planned(config: Config) -> Iterator[tuple[Job, str, float]]:
    """Each job with its cron expression, and by how many seconds it comes later than that says."""
    said = config.schedules
    for source, its in config.sources.items():
        late_s = jitter_s(source, most_s=said.jitter_s)
        yield Job("poll", source), said.poll, late_s
        yield Job("census", source), said.census, late_s
        if isinstance(its, GitHubConfig) and its.redeliver:
            yield Job("redeliver", source), said.redeliver, late_s
    yield Job("report"), said.report, 0.0
    yield Job("care"), said.care, 0.0


@dataclass(frozen=True, kw_only=True)
class Jobs:
    """What is done, and by what means."""

    current: Current
    means: Means
    pool: Pool
    counts: Counts

    def due(self) -> list[Job]:
        """The jobs whose time has come. A new installation reads at once, and reports when it is time to."""
        config, now, begun = self.current(), self.means.clock.now(), schedules.begun(self.means.engine)
        zone = ZoneInfo(config.zone)
        due = []
        for job, cron, late_s in planned(config):
            began_at = begun.get(str(job))
            if began_at is None and job.source is None:
                schedules.note(self.means.engine, str(job), began_at=now)
            elif is_due(cron, zone=zone, now=now, began_at=began_at, late_s=late_s):
                due.append(job)
        return due

    async def do(self, job: Job) -> bool:
        """Does a job if it is due still; whether it is to go on at once, when others have had their turn.

        A job that somebody else is at stays due.
        """
        if job not in await asyncio.to_thread(self.due):
            return False  # done by somebody else meanwhile
        began_at = self.means.clock.now()
        came: Came = "done"
        log = structlog.get_logger().bind(job=str(job))
        try:
            came = await self._done(job)
        except SourceError as error:
            log.warning("job failed", why=error.in_full)
        if came == "done":
            await asyncio.to_thread(schedules.note, self.means.engine, str(job), began_at=began_at)
            log.info("job done", took_s=(self.means.clock.now() - began_at).total_seconds())
        return came == "cut"

    async def drain(self, source: str) -> Drained:
        """One turn with what waits in the inbox of a source."""
        async with self.pool.at(source) as connected:
            drained = await drain(connected, engine=self.means.engine, clock=self.means.clock)
        if drained.taken or drained.quarantined:
            structlog.get_logger().info("drained", source=source, taken=drained.taken, aside=drained.quarantined)
        return drained

    async def _done(self, job: Job) -> Came:
        match job:
            case Job("poll", str(source)):
                return await self._poll(source)
            case Job("census", str(source)):
                return await self._census(source)
            case Job("redeliver", str(source)):
                await self._redeliver(source)
            case Job("report"):
                await _reported(self.current.path)
            case Job("care"):
                await asyncio.to_thread(cared, self.current(), self.means)
        return "done"

    async def _poll(self, source: str) -> Came:
        done = await self._reading(until=self.means.clock.now() + SLICE).poll(source)
        self.counts.passed(done)
        structlog.get_logger().info("pass", source=source, verdict=done.verdict, found=done.found)
        await asyncio.to_thread(self._note_quotas, source)
        if self.current().sources[source].hooks:
            await asyncio.to_thread(
                webhooks.judge, self.means.engine, source, done.changed_at, now=self.means.clock.now()
            )
        return "busy" if done.verdict == "busy" else "cut" if done.is_cut else "done"

    def _note_quotas(self, source: str) -> None:
        """What the source still bears, for those who look from other processes."""
        asked = self.counts.tally.sources[source]
        quotas.note(self.means.engine, source, dict(asked.left), at=self.means.clock.now())

    async def _census(self, source: str) -> Came:
        """Not before the source was read as a whole once: a census would read what is left of it, item by item."""
        if not await asyncio.to_thread(was_complete, self.means.engine, source):
            return "busy"
        for done in await self._reading(until=None).call(source):
            self.counts.passed(done)
            structlog.get_logger().info("pass", source=source, verdict=done.verdict, found=done.found)
        return "done"

    async def _redeliver(self, source: str) -> None:
        """What was sent while nobody answered; GitHub keeps three days of it."""
        memory, since = recall(self.means.engine, source), self.means.clock.now() - timedelta(days=3)
        async with self.pool.at(source) as connected:
            asked = await connected.redeliver(memory, path=f"/hooks/{source}", since=since)  # type: ignore[attr-defined]
        structlog.get_logger().info("asked for failed deliveries", source=source, deliveries=asked)

    def _reading(self, *, until: datetime | None) -> Reading:
        return Reading(config=self.current(), means=self.means, pool=self.pool, until=until)


def cared(config: Config, means: Means) -> None:
    """Clears away what need not be kept any longer."""
    now, keep = means.clock.now(), config.keep
    gone = deliveries.forget(
        means.engine,
        done_before=now - timedelta(days=keep.deliveries_days),
        evidence_before=now - timedelta(days=keep.evidence_days),
    )
    old = now - timedelta(days=keep.reports_days)
    dropped = reports.drop(means.engine, published_before=old)
    asked = reckonings.drop(means.engine, asked_before=now - _RECKONINGS_KEPT)
    files = clear(Path(config.reports), before=old)
    structlog.get_logger().info("cleared away", deliveries=gone, reports=dropped, files=files, asked=asked)


async def _reported(config: Path) -> None:
    """Reconciles, reports and delivers, in a process of its own: it takes memory that is given back with it, reads the
    user's files as they are now, and keeps nobody waiting who brings a delivery.
    """
    command = (sys.executable, "-m", "sync.cli", "run", "--stored", "--config", str(config))
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.DEVNULL)
    try:
        code = await process.wait()
    except asyncio.CancelledError:
        process.terminate()
        try:
            async with asyncio.timeout(_STOP_S):
                await process.wait()
        except TimeoutError:
            process.kill()
        raise
    structlog.get_logger().info("reported", exit_code=code)
