"""Work shared through PostgreSQL: one job of a source at a time, one drain that waits, and the dead taken over from."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import pytest
from sqlalchemy import Engine, text

from connectors.progress import SILENT
from connectors.twin import github_edits as edits
from connectors.twin.company import company
from sync.lease import HEARTBEAT_S
from sync.metrics import Counts
from sync.progress import Tally
from sync.store import deliveries, health, schedules
from sync.store.database import connect
from sync.store.errors import StoreError
from sync.store.names import refs_of
from sync.work.current import Current
from sync.work.jobs import Job, Jobs
from sync.work.pool import Pool
from sync.work.postgres import Announcer, Worker
from sync.work.queue import STALLED_S, Queue, prepare
from sync.work.sources import Means
from tests.clocks import FakeClock
from tests.stage import CONFIG, Stage, staged
from tests.sync.service.inbox import DEV, arrival_of, title_of

T = TypeVar("T")
SOURCES = 30

pytestmark = pytest.mark.xdist_group("postgres")


class StillClock(FakeClock):
    """Whoever only renews a lease now and then need not, for no time goes by."""

    async def sleep(self, seconds: float) -> None:
        if seconds == HEARTBEAT_S:
            await asyncio.Event().wait()
        await super().sleep(seconds)


@dataclass(frozen=True, kw_only=True)
class Installation:
    """One installation in PostgreSQL, of which this is one process."""

    current: Current
    engine: Engine
    clock: StillClock
    stage: Stage

    def jobs(self) -> Jobs:
        means = Means(engine=self.engine, clock=self.clock)
        return Jobs(current=self.current, means=means, pool=Pool(self.current, means), counts=Counts(Tally(SILENT)))

    def with_worker(self, act: Callable[[Worker, Queue], Awaitable[T]]) -> T:
        async def go() -> T:
            queue = Queue(self.engine)
            worker = Worker(queue, self.jobs())
            async with queue.opened():
                return await act(worker, queue)

        return asyncio.run(go())

    def work_off(self) -> None:
        """One worker after the other, until nothing is left: what waits for another of its source is for the next."""
        for _ in range(5):
            asyncio.run(Worker(Queue(self.engine), self.jobs()).work_off())
            if not self.line():
                return

    def line(self) -> list[tuple[str, str, str]]:
        """What is in line: lock, what it is, how it stands."""
        with self.engine.begin() as connection:
            found = connection.execute(text("SELECT lock, queueing_lock, status FROM procrastinate_jobs ORDER BY id"))
            return [tuple(row) for row in found]  # type: ignore[misc]


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with staged(company(seed=4, size=60)) as played:
        yield played


@pytest.fixture
def installation(stage: Stage, postgres_store_url: str, tmp_path: Path) -> Iterator[Installation]:
    path = tmp_path / "fingerpost.yaml"
    path.write_text(CONFIG.replace("sqlite:///fingerpost.db", postgres_store_url))
    current = Current(path, environment=stage.environment, verbose=False)
    engine = connect(postgres_store_url)
    prepare(engine)
    yield Installation(current=current, engine=engine, clock=StillClock(stage.company.github.now()), stage=stage)
    engine.dispose()


def put_in_line(installation: Installation, times: int = 1) -> None:
    async def look(worker: Worker, _: Queue) -> None:
        for _ in range(times):
            await worker.look()

    installation.with_worker(look)


def test_what_is_due_is_put_in_line_once_however_many_look(installation: Installation) -> None:
    put_in_line(installation, times=3)
    prepare(installation.engine)
    told = [(lock, name) for lock, name, _ in installation.line()]
    both = ("github", "jira")
    assert sorted(told) == sorted((source, f"{kind} {source}") for source in both for kind in ("poll", "census"))


def test_what_is_in_line_already_keeps_nothing_else_out(installation: Installation) -> None:
    async def put(_: Worker, queue: Queue) -> None:
        await queue.put(Job("poll", "jira"))

    installation.with_worker(put)
    put_in_line(installation)
    assert len(installation.line()) == 4


def test_a_worker_reads_the_sources_and_takes_what_comes_in(installation: Installation) -> None:
    put_in_line(installation)
    installation.work_off()
    assert installation.line() == []
    assert {name for name, known in health.known(installation.engine).items() if known.complete_at} == {
        "jira",
        "github",
    }
    assert {"poll jira", "poll github"} <= schedules.begun(installation.engine).keys()

    host = installation.stage.company.github
    issue = next(issue for repository in host.repositories for issue in repository["issues"])
    edits.edit(host, issue, at="2026-11-20T18:00:00Z", by=DEV, title="Told by a delivery")
    deliveries.keep(installation.engine, [arrival_of(host.deliveries[-1], at=installation.clock.now())])
    asked = len(installation.stage.github.requests)
    put_in_line(installation, times=2)
    assert ("github", "drain github", "todo") in installation.line()
    installation.work_off()
    [ref] = refs_of(installation.engine, f"github:issue:{issue['id']}")
    assert title_of(installation.engine, ref) == "Told by a delivery"
    assert len(installation.stage.github.requests) - asked == 1
    assert deliveries.depths(installation.engine) == []


def test_many_workers_do_each_source_once_and_none_twice_at_once(installation: Installation) -> None:
    class Watched(Jobs):
        """What is done at a source is a moment's pause; `turns` tells who came and went."""

        async def do(self, job: Job) -> bool:
            turns.append((job.source, "came"))
            await asyncio.sleep(0.01)
            turns.append((job.source, "went"))
            return False

    async def go() -> None:
        workers = [Worker(queue, watched) for queue in (Queue(installation.engine) for _ in range(3))]
        await asyncio.gather(*(worker.work_off() for worker in workers))

    async def put(_: Worker, queue: Queue) -> None:
        for number in range(SOURCES):
            await queue.put(Job("poll", f"s{number}"))
            await queue.put(Job("census", f"s{number}"))

    turns: list[tuple[str | None, str]] = []
    ours = installation.jobs()
    watched = Watched(current=ours.current, means=ours.means, pool=ours.pool, counts=ours.counts)
    installation.with_worker(put)
    while installation.line():
        asyncio.run(go())
    for number in range(SOURCES):
        assert [what for source, what in turns if source == f"s{number}"] == ["came", "went"] * 2


def die_at(installation: Installation, job: str) -> None:
    """A worker that took the job is no more, and has been silent for too long."""
    dead = text(
        "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - :age * interval '1 s') RETURNING id"
    )
    took = text("UPDATE procrastinate_jobs SET status = 'doing', worker_id = :worker WHERE queueing_lock = :job")
    with installation.engine.begin() as connection:
        worker = connection.execute(dead, {"age": STALLED_S + 1}).scalar()
        connection.execute(took, {"worker": worker, "job": job})


def test_many_who_find_the_same_dead_take_over_once(installation: Installation) -> None:
    async def all_at_once() -> list[int]:
        queues = [Queue(installation.engine) for _ in range(4)]
        async with AsyncExitStack() as stack:
            opened = [await stack.enter_async_context(queue.opened()) for queue in queues]
            return await asyncio.gather(*(queue.free_the_stalled() for queue in opened))

    put_in_line(installation)
    die_at(installation, "poll jira")
    assert sum(asyncio.run(all_at_once())) == 1


def test_jobs_of_a_worker_that_is_no_more_are_free_again(installation: Installation) -> None:
    put_in_line(installation)
    die_at(installation, "poll jira")
    assert ("jira", "poll jira", "doing") in installation.line()
    put_in_line(installation)
    assert ("jira", "poll jira", "todo") in installation.line()
    assert [name for _, name, _ in installation.line()].count("poll jira") == 1


def test_the_web_puts_one_drain_in_line_for_a_burst_and_does_no_work(installation: Installation) -> None:
    async def burst() -> None:
        announcer = Announcer(Queue(installation.engine), installation.jobs())
        running = asyncio.create_task(announcer.run())
        for _ in range(20):
            announcer.arrived({"github"})
        async with asyncio.timeout(30):
            while not installation.line():
                await asyncio.sleep(0.01)
        announcer.stop()
        await running

    asked = len(installation.stage.github.requests)
    asyncio.run(burst())
    assert installation.line() == [("github", "drain github", "todo")]
    assert len(installation.stage.github.requests) == asked


def test_a_job_that_was_done_meanwhile_is_not_done_again(installation: Installation) -> None:
    jobs, asked = installation.jobs(), len(installation.stage.jira.requests)
    schedules.note(installation.engine, "poll jira", began_at=installation.clock.now())
    assert asyncio.run(jobs.do(Job("poll", "jira"))) is False
    assert len(installation.stage.jira.requests) == asked


def test_a_store_in_a_file_is_for_one_process(tmp_path: Path) -> None:
    engine = connect(f"sqlite:///{tmp_path}/facts.db")
    with pytest.raises(StoreError, match="Only a store in PostgreSQL"):
        prepare(engine)
    engine.dispose()
