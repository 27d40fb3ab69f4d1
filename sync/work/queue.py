"""What is to be done by many hosts, in line in the store's own PostgreSQL.

procrastinate keeps the queue: one job of a source is done at a time (`lock`), and of each kind one waits at most
(`queueing_lock`). What is to be done is told by the store, not by the queue: a job that is lost is found due again.
https://procrastinate.readthedocs.io
"""

import asyncio
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager, suppress
from typing import Any

from procrastinate import App, PsycopgConnector
from procrastinate.connector import BaseConnector
from procrastinate.exceptions import AlreadyEnqueued, ConnectorException
from procrastinate.jobs import Job as QueuedJob
from procrastinate.jobs import JobDeferrer, Status
from procrastinate.manager import JobManager
from procrastinate.schema import SchemaManager
from sqlalchemy import Engine, func, inspect, select

from sync.store.database import writing
from sync.store.errors import StoreError
from sync.work.jobs import Job
from sync.work.steward import AT_ONCE

DO, DRAIN = "do", "drain"
STALLED_S = 20  # without a heartbeat, a worker is dead and its jobs are free
_IN_LINE = "SELECT queueing_lock FROM procrastinate_jobs WHERE status IN ('todo', 'doing')"
_PREPARING = 0x71756575  # any number, the same in every fingerpost
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
        lines = [(self._line(DO, lock=job.source or job.kind, name=str(job)), str(job)) for job in jobs]
        await self._put([line.make_new_job(job=job) for line, job in lines])

    async def put_drain(self, source: str, *, after_s: float) -> None:
        """Lets the inbox of a source be drained, unless that is to be done already."""
        line = self._line(DRAIN, lock=source, name=drain_of(source), after_s=after_s)
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
