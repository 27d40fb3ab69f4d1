"""The service on one machine: jobs by schedule, and the inbox drained soon after something comes in."""

import asyncio
from collections import defaultdict
from collections.abc import Collection, Coroutine
from typing import Any

from sync.drain import Drained
from sync.log import named_run
from sync.store import deliveries
from sync.work.edge import failed
from sync.work.jobs import Job, Jobs

TICK_S = 5.0
AGAIN_S = 30.0  # after a source could not be asked, or the store could not be used
AT_ONCE = 8  # sources that are read side by side


class Steward:
    """Does what is to be done until it is stopped. One thing at a time is done at a source."""

    def __init__(self, jobs: Jobs) -> None:
        self._jobs = jobs
        self._clock = jobs.means.clock
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._room = asyncio.Semaphore(AT_ONCE)
        self._under_way: set[str] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._stopping = asyncio.Event()
        self._loop = asyncio.get_running_loop()

    def arrived(self, sources: Collection[str]) -> None:
        """Tells that deliveries of these sources wait now; from any thread."""
        for source in sources:
            self._loop.call_soon_threadsafe(self._drain_soon, source)

    def stop(self) -> None:
        """Lets `run` end; from any thread."""
        self._loop.call_soon_threadsafe(self._stopping.set)

    async def run(self) -> None:
        """Works until it is told to stop; whatever is under way then is broken off, which harms nothing."""
        ticking = asyncio.create_task(self._tick())
        await self._stopping.wait()
        tasks = [ticking, *self._tasks]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._jobs.pool.close()

    async def _tick(self) -> None:
        while True:
            try:
                await self._look()
            except Exception as error:  # noqa: BLE001 - the outer edge of the service: the next look may go better
                failed(error)
                await self._clock.sleep(AGAIN_S)
            await self._clock.sleep(TICK_S)

    async def _look(self) -> None:
        """Begins what is due. Deliveries that wait without anybody having told are from before, or put back."""
        await asyncio.to_thread(self._jobs.current.refresh)
        for depth in await asyncio.to_thread(deliveries.depths, self._jobs.means.engine):
            if depth.state == "waiting":
                self._drain_soon(depth.source)
        for job in await asyncio.to_thread(self._jobs.due):
            self._begin(str(job), self._do(job))

    def _drain_soon(self, source: str) -> None:
        """One drain a source at a time: what comes in meanwhile is taken with it."""
        self._begin(f"drain {source}", self._drain(source))

    def _begin(self, name: str, work: Coroutine[Any, Any, None]) -> None:
        if name in self._under_way:
            work.close()
            return
        self._under_way.add(name)
        task = asyncio.create_task(self._guarded(name, work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _guarded(self, name: str, work: Coroutine[Any, Any, None]) -> None:
        try:
            with named_run():
                await self._told(name, work)
        finally:
            self._under_way.discard(name)

    async def _told(self, name: str, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except Exception as error:  # noqa: BLE001 - the outer edge of one job: it is due again at the next look
            failed(error, job=name)
            await self._clock.sleep(AGAIN_S)

    async def _do(self, job: Job) -> None:
        more = True
        while more:
            async with self._turns[job.source or job.kind], self._room:
                more = await self._jobs.do(job)

    async def _drain(self, source: str) -> None:
        """Drains until nothing waits. Between two turns is time for a burst to end, unless a turn was full."""
        while source in self._jobs.current().sources:
            await self._clock.sleep(self._jobs.current().schedules.debounce_s)
            drained = await self._turn(source)
            while drained.is_full:
                drained = await self._turn(source)
            if drained.error:
                await self._clock.sleep(AGAIN_S)
            elif not drained.taken:
                return

    async def _turn(self, source: str) -> Drained:
        async with self._turns[source]:
            return await self._jobs.drain(source)
