"""The service on many hosts: work is shared through the store's own PostgreSQL, and no host is more than another.

procrastinate keeps the queue: one job of a source is done at a time (`lock`), and of each kind one waits at most
(`queueing_lock`). What is to be done is told by the store, not by the queue: a job that is lost is found due again.
https://procrastinate.readthedocs.io
"""

import asyncio
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from contextlib import asynccontextmanager, suppress
from typing import Any, TypeAlias

import structlog
from procrastinate import App, PsycopgConnector
from procrastinate.connector import BaseConnector
from procrastinate.exceptions import AlreadyEnqueued, ConnectorException
from procrastinate.jobs import Job as QueuedJob
from procrastinate.jobs import JobDeferrer, Status
from procrastinate.manager import JobManager
from procrastinate.schema import SchemaManager
from sqlalchemy import Engine, func, inspect, select

from sync.log import named_run
from sync.store import deliveries
from sync.store.database import UNAVAILABLE, writing
from sync.store.errors import StoreError
from sync.work.edge import failed
from sync.work.jobs import Job, Jobs
from sync.work.steward import AGAIN_S, AT_ONCE, TICK_S

Task: TypeAlias = Callable[..., Awaitable[None]]

_DO, _DRAIN = "do", "drain"
_IN_LINE = "SELECT queueing_lock FROM procrastinate_jobs WHERE status IN ('todo', 'doing')"
_PREPARING = 0x71756575  # any number, the same in every fingerpost
HEARTBEAT_S = 5
STALLED_S = 20  # without a heartbeat, a worker is dead and its jobs are free
_FETCH_S = 1.0  # a lock that is free again wakes nobody: the next job of its source is found by looking
_STOP_S = 4.0
_WHOLE_S = 3_600.0  # for what is in line, where nobody waits for more
_NO_POSTGRESQL = StoreError(
    "Only a store in PostgreSQL can be worked on by several hosts.",
    hint="Use serve, which does its work itself; or set store: postgresql://…",
)


def prepare(engine: Engine) -> None:
    """Makes the queue's tables where they are not there; StoreError for a store that is no PostgreSQL."""
    if engine.dialect.name != "postgresql":
        raise _NO_POSTGRESQL
    with writing(engine) as connection:
        connection.execute(select(func.pg_advisory_xact_lock(_PREPARING)))
        if not inspect(connection).has_table("procrastinate_jobs"):
            cursor: Any = connection.connection.cursor()
            cursor.execute(SchemaManager.get_schema())


def drain_of(source: str) -> str:
    """What the drain of a source's inbox is called in line."""
    return f"drain {source}"


class _Ends(JobManager):
    """Tells how jobs ended, and remembers that it could not: such a job holds its lock as long as its worker lives."""

    def __init__(self, connector: BaseConnector) -> None:
        super().__init__(connector)
        self.untold = asyncio.Event()

    async def finish_job(self, job: QueuedJob, status: Status, delete_job: bool) -> None:
        try:
            await super().finish_job(job, status, delete_job)
        except ConnectorException:
            self.untold.set()
            raise


class Queue:
    """What is to be done, for whichever worker comes first."""

    def __init__(self, engine: Engine) -> None:
        address = engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
        self.app = App(connector=PsycopgConnector(conninfo=address, min_size=1, max_size=AT_ONCE + 4))
        self._ends = self.app.job_manager = _Ends(self.app.connector)

    @property
    def untold(self) -> asyncio.Event:
        """Set once the end of a job could not be told."""
        return self._ends.untold

    @asynccontextmanager
    async def opened(self) -> AsyncIterator["Queue"]:
        async with self.app.open_async():
            yield self

    async def put(self, *jobs: Job) -> None:
        """Puts the jobs in line, all of them at once; none where one waits already."""
        lines = [(self._line(_DO, lock=job.source or job.kind, name=str(job)), str(job)) for job in jobs]
        await self._put([line.make_new_job(job=job) for line, job in lines])

    async def put_drain(self, source: str, *, after_s: float) -> None:
        """Lets the inbox of a source be drained, unless that is to be done already."""
        line = self._line(_DRAIN, lock=source, name=drain_of(source), after_s=after_s)
        await self._put([line.make_new_job(source=source)])

    async def in_line(self) -> Collection[str]:
        """The names of all that waits or is under way."""
        rows = await self.app.connector.execute_query_all_async(_IN_LINE)
        return {row["queueing_lock"] for row in rows}

    async def free_the_stalled(self) -> int:
        """How many jobs were taken from workers that are no more. What they were to do is due still, and put anew."""
        stalled = await self.app.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_S)
        count = 0
        for job in stalled:
            with suppress(ConnectorException):  # another worker was quicker; a lost connection is met again at once
                await self._ends.finish_job_by_id_async(int(job.id or 0), status=Status.FAILED, delete_job=True)
                count += 1
        return count

    def _line(self, task: str, *, lock: str, name: str, after_s: float = 0.0) -> JobDeferrer:
        delay = {"seconds": max(0, round(after_s))}
        return self.app.configure_task(task, lock=lock, queueing_lock=name, schedule_in=delay)

    async def _put(self, jobs: list[QueuedJob]) -> None:
        with suppress(AlreadyEnqueued):
            await self.app.job_manager.batch_defer_jobs_async(jobs)


def _as_run(task: Task) -> Task:
    """The task, whose events are those of one run."""

    async def named(**what: str) -> None:
        with named_run():
            await task(**what)

    return named


class Announcer:
    """Puts drains in line as deliveries come in: the web's part, which does no work itself."""

    def __init__(self, queue: Queue, jobs: Jobs) -> None:
        self._queue = queue
        self._jobs = jobs
        self._loop = asyncio.get_running_loop()
        self._stopping = asyncio.Event()
        self._expected: set[str] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    def arrived(self, sources: Collection[str]) -> None:
        """Tells that deliveries of these sources wait now; from any thread."""
        self._loop.call_soon_threadsafe(self._announce, set(sources))

    def stop(self) -> None:
        """Lets `run` end; from any thread."""
        self._loop.call_soon_threadsafe(self._stopping.set)

    async def run(self) -> None:
        async with self._queue.opened():
            reading = asyncio.create_task(self._read_configuration())
            await self._stopping.wait()
            reading.cancel()
            await asyncio.gather(reading, *self._tasks, return_exceptions=True)

    async def _read_configuration(self) -> None:
        while True:
            await asyncio.to_thread(self._jobs.current.refresh)
            await self._jobs.means.clock.sleep(TICK_S)

    def _announce(self, sources: Collection[str]) -> None:
        for source in sources - self._expected:  # type: ignore[operator]
            self._expected.add(source)
            task = asyncio.create_task(self._put(source))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _put(self, source: str) -> None:
        """Once for all that come within half of the debounce: the drain begins later than that, and takes them too."""
        debounce_s = self._jobs.current().schedules.debounce_s
        try:
            await self._queue.put_drain(source, after_s=debounce_s)
            await self._jobs.means.clock.sleep(debounce_s / 2)
        except Exception as error:  # noqa: BLE001 - the outer edge: workers look for what waits by themselves too
            failed(error, job=drain_of(source))
        finally:
            self._expected.discard(source)


class Worker:
    """Does jobs as they come, puts in line what is due, and takes over from workers that are no more."""

    def __init__(self, queue: Queue, jobs: Jobs) -> None:
        self._queue = queue
        self._jobs = jobs
        queue.app.task(name=_DO)(_as_run(self._do))
        queue.app.task(name=_DRAIN)(_as_run(self._drain))

    async def run(self) -> None:
        """Works until a signal ends it. Where the queue cannot be asked, it goes on as soon as it can."""
        ended, loop = asyncio.Event(), asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, ended.set)
        try:
            while not ended.is_set():
                await self._work_until(ended)
        finally:
            await self._jobs.pool.close()

    async def work_off(self) -> None:
        """Does what is in line now, and what that brings with it."""
        async with self._queue.opened():
            try:
                await self._work(wait=False)
            finally:
                await self._jobs.pool.close()

    async def look(self) -> None:
        """Puts in line what is due and what waits, after freeing what dead workers held."""
        await asyncio.to_thread(self._jobs.current.refresh)
        if freed := await self._queue.free_the_stalled():
            structlog.get_logger().warning("taken over", jobs=freed)
        in_line = await self._queue.in_line()
        for depth in await asyncio.to_thread(deliveries.depths, self._jobs.means.engine):
            if depth.state == "waiting" and drain_of(depth.source) not in in_line:
                await self._queue.put_drain(depth.source, after_s=0.0)
        due = await asyncio.to_thread(self._jobs.due)
        if wanted := [job for job in due if str(job) not in in_line]:
            await self._queue.put(*wanted)  # at once: one by one by many workers takes a minute, and nobody ticks

    async def _work_until(self, ended: asyncio.Event) -> None:
        """Works until then, or until the queue cannot be asked: procrastinate's worker ends with its connections."""
        working, waiting = asyncio.create_task(self._work_and_tick()), asyncio.create_task(ended.wait())
        await asyncio.wait({working, waiting}, return_when=asyncio.FIRST_COMPLETED)
        for task in (working, waiting):
            task.cancel()
        [came, _] = await asyncio.gather(working, waiting, return_exceptions=True)
        if not ended.is_set():
            why = type(came).__name__ if came else "the end of a job could not be told"
            structlog.get_logger().warning("a new worker begins", why=why)
            with suppress(TimeoutError):
                await asyncio.wait_for(ended.wait(), TICK_S)

    async def _work_and_tick(self) -> None:
        """Until the store cannot be used, or could not be told of a job's end: then a new worker is to begin."""
        async with self._queue.opened():
            self._queue.untold.clear()
            parts = (self._work(wait=True), self._tick(), self._queue.untold.wait())
            tasks = [asyncio.create_task(part) for part in parts]
            try:
                ended, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)
        for task in ended:
            task.result()

    async def _work(self, *, wait: bool) -> None:
        await self._queue.app.run_worker_async(
            concurrency=AT_ONCE,
            wait=wait,
            fetch_job_polling_interval=_FETCH_S,
            update_heartbeat_interval=HEARTBEAT_S,
            stalled_worker_timeout=STALLED_S,
            shutdown_graceful_timeout=_STOP_S if wait else _WHOLE_S,
            delete_jobs="always",
            install_signal_handlers=False,
        )

    async def _tick(self) -> None:
        while True:
            try:
                await self.look()
            except (*UNAVAILABLE, ConnectorException):
                raise
            except Exception as error:  # noqa: BLE001 - the outer edge of a worker: the next look may go better
                failed(error)
                await self._jobs.means.clock.sleep(AGAIN_S)
            await self._jobs.means.clock.sleep(TICK_S)

    async def _do(self, job: str) -> None:
        try:
            more = await self._jobs.do(Job.parse(job))
        except Exception as error:  # noqa: BLE001 - the outer edge of one job: it is due again at the next look
            failed(error, job=job)
            return
        if more:
            await self._queue.put(Job.parse(job))

    async def _drain(self, source: str) -> None:
        if source not in self._jobs.current().sources:
            return
        try:
            drained = await self._jobs.drain(source)
        except Exception as error:  # noqa: BLE001 - the outer edge of one drain: what waits is found at the next look
            failed(error, job=drain_of(source))
            return
        if drained.is_full:
            await self._queue.put_drain(source, after_s=0.0)
        elif drained.error:
            await self._queue.put_drain(source, after_s=AGAIN_S)
