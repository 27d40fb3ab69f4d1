"""The service on many hosts: work is shared through the store's own PostgreSQL, and no host is more than another."""

import asyncio
import signal
from collections.abc import Awaitable, Callable, Collection
from contextlib import suppress
from typing import TypeAlias

import structlog
from procrastinate.exceptions import ConnectorException

from sync.log import named_run
from sync.store import deliveries
from sync.store.database import UNAVAILABLE
from sync.work.edge import failed
from sync.work.jobs import Job, Jobs
from sync.work.queue import DO, DRAIN, STALLED_S, Queue, drain_of
from sync.work.steward import AGAIN_S, AT_ONCE, TICK_S

Task: TypeAlias = Callable[..., Awaitable[None]]

HEARTBEAT_S = 5
_FETCH_S = 1.0  # a lock that is free again wakes nobody: the next job of its source is found by looking
_STOP_S = 4.0
_WHOLE_S = 3_600.0  # for what is in line, where nobody waits for more


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
        queue.app.task(name=DO)(_as_run(self._do))
        queue.app.task(name=DRAIN)(_as_run(self._drain))

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
