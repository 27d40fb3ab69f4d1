"""`fingerpost worker`: one of any number of processes that do the work of one installation."""

import asyncio
from collections.abc import Mapping
from pathlib import Path

import structlog

from connectors.transport import Clock
from sync.metrics import Counts
from sync.progress import Logged, Tally
from sync.store.database import connect
from sync.work.current import Current
from sync.work.jobs import Jobs
from sync.work.pool import Pool
from sync.work.postgres import Queue, Worker, prepare
from sync.work.sources import Means


def work(path: Path, *, environment: Mapping[str, str], clock: Clock, verbose: bool) -> None:
    """Works until a signal ends it. Raises `Problems` and `StoreError` where it cannot begin."""
    current = Current(path, environment=environment, verbose=verbose)
    engine = connect(current().store)
    try:
        prepare(engine)
        counts = Counts(Tally(Logged()))
        means = Means(engine=engine, clock=clock, progress=counts.tally)
        jobs = Jobs(current=current, means=means, pool=Pool(current, means), counts=counts)
        structlog.get_logger().info("working")
        asyncio.run(Worker(Queue(engine), jobs).run())
    finally:
        engine.dispose()
