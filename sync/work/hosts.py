"""`fingerpost worker`: one of any number of processes that do the work of one installation."""

import asyncio
from collections.abc import Mapping
from pathlib import Path

import structlog
from prometheus_client import CollectorRegistry, start_http_server

from connectors.transport import Clock
from sync.metrics import Counts, registry
from sync.progress import Logged, Tally
from sync.serving import ServeConfig
from sync.store.database import connect
from sync.store.errors import StoreError
from sync.work.current import Current
from sync.work.jobs import Jobs
from sync.work.pool import Pool
from sync.work.postgres import Worker
from sync.work.queue import Queue, prepare
from sync.work.sources import Means


def work(path: Path, *, environment: Mapping[str, str], clock: Clock, verbose: bool) -> None:
    """Works until a signal ends it. Raises `Problems` and `StoreError` where it cannot begin."""
    current = Current(path, environment=environment, verbose=verbose)
    engine = connect(current().store)
    try:
        prepare(engine)
        counts = Counts(Tally(Logged()))
        means = Means(engine=engine, clock=clock, progress=counts.tally)
        _show_metrics(current().serve, registry(engine=engine, counts=counts, now=clock.now))
        jobs = Jobs(current=current, means=means, pool=Pool(current, means), counts=counts)
        structlog.get_logger().info("working")
        asyncio.run(Worker(Queue(engine), jobs).run())
    finally:
        engine.dispose()


def _show_metrics(said: ServeConfig, shown: CollectorRegistry) -> None:
    """On a thread of its own, until the process ends."""
    if said.metrics_port is None:
        return
    try:
        start_http_server(said.metrics_port, addr=said.host, registry=shown)
    except OSError as error:
        raise StoreError(
            f"{said.host}:{said.metrics_port} cannot be listened on: {error.strerror or error}.",
            hint="Name another `serve.metrics_port`.",
        ) from error
