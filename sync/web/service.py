"""`fingerpost serve`: the application and the work behind it, from the first request to the signal that ends both."""

import asyncio
import os
import signal
import threading
from collections.abc import Collection, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import structlog
from sqlalchemy import Engine

from connectors.transport import Clock
from sync.metrics import Counts
from sync.progress import Logged, Tally
from sync.store.database import connect
from sync.store.place import claimed
from sync.web.app import application
from sync.web.dashboard import dashboard
from sync.web.intake import Intake, Told
from sync.web.server import listening, server, settle
from sync.web.shelf import Shelf
from sync.web.warmth import Warmth
from sync.work.current import Current
from sync.work.current_files import CurrentFiles
from sync.work.desk import Desk
from sync.work.doors import Doors
from sync.work.jobs import Jobs
from sync.work.pool import Pool
from sync.work.reckoner import Command, Reckoner
from sync.work.sources import Means
from sync.work.steward import Steward

_STOP_S = 4.0  # that the work has to end in; then it is cut off, which harms nothing


@dataclass(frozen=True, kw_only=True)
class Service:
    """What a serving process is made of."""

    current: Current
    engine: Engine
    clock: Clock
    counts: Counts

    @property
    def means(self) -> Means:
        return Means(engine=self.engine, clock=self.clock, progress=self.counts.tally)


class Background(Protocol):
    """What goes on behind the application."""

    def arrived(self, sources: Collection[str]) -> None:
        """Tells that deliveries of these sources wait now; from any thread."""

    def stop(self) -> None:
        """Lets `run` end; from any thread."""

    async def run(self) -> None:
        """Goes on until it is told to stop."""


def serve(
    path: Path,
    *,
    environment: Mapping[str, str],
    clock: Clock,
    verbose: bool,
) -> None:
    """Serves until a signal ends it. Raises `Problems` and `StoreError` where it cannot begin."""
    current = Current(path, environment=environment, verbose=verbose)
    with ExitStack() as stack:
        stack.enter_context(claimed(current().store))
        engine = connect(current().store)
        stack.callback(engine.dispose)
        _prepare(engine)
        service = Service(current=current, engine=engine, clock=clock, counts=Counts(Tally(Logged())))
        bound = stack.enter_context(listening(current().serve))
        told = stack.enter_context(_working(service))
        intake = stack.enter_context(Intake(engine, told=told))
        reckoner = stack.enter_context(Reckoner(engine, clock=clock, run=Command(path)))
        shelf = Shelf(desk := _desk(service, reckoner))
        stack.enter_context(Warmth(desk, shelf))
        app = application(
            engine=engine,
            clock=clock,
            current=current,
            doors=_warm(Doors(current, service.means), current),
            intake=intake,
            counts=service.counts,
            pages=dashboard(desk, shelf),
        )
        host, port = bound.getsockname()[:2]
        structlog.get_logger().info("serving", host=host, port=port)
        settle()
        with _signals_taken():
            asyncio.run(server(app, current().serve).serve(sockets=[bound]))
        structlog.get_logger().info("stopping")


def _desk(service: Service, reckoner: Reckoner) -> Desk:
    """What the dashboard is asked, by the files as they stand whenever somebody asks."""
    current, engine = service.current, service.engine
    files = CurrentFiles(current, folder=current.path.parent, engine=engine)
    return Desk(engine=engine, clock=service.clock, current=current, files=files, reckoner=reckoner)


def _warm(doors: Doors, current: Current) -> Doors:
    """The doors, after what one source of each type needs was imported: the first delivery does not wait for that."""
    for name in {said.type: name for name, said in current().sources.items()}.values():
        doors.at(name)
    return doors


@contextmanager
def _signals_taken() -> Iterator[None]:
    """uvicorn ends by a signal and then raises it once more, which would end us before we have put things away."""
    before = {number: signal.signal(number, lambda *_: None) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _background(service: Service) -> Background:
    """All the work on one machine; on many, only telling the workers that there is some."""
    pool = Pool(service.current, service.means)
    jobs = Jobs(current=service.current, means=service.means, pool=pool, counts=service.counts)
    if service.engine.dialect.name != "postgresql":
        return Steward(jobs)
    from sync.work.postgres import Announcer
    from sync.work.queue import Queue

    return Announcer(Queue(service.engine), jobs)


def _prepare(engine: Engine) -> None:
    """Makes the queue's tables, where many hosts share the work."""
    if engine.dialect.name == "postgresql":
        from sync.work.queue import prepare

        prepare(engine)


@contextmanager
def _working(service: Service) -> Iterator[Told]:
    """Who is told of arrivals, while a thread does the work that they mean and all that is done by schedule."""
    ready: list[Background] = []
    has_begun = threading.Event()

    async def work() -> None:
        ready.append(_background(service))
        has_begun.set()
        await ready[0].run()

    def run() -> None:
        try:
            asyncio.run(work())
        except BaseException:  # noqa: BLE001 - a door with nobody behind it is worse than none: let us be started anew
            structlog.get_logger().exception("the work has ended")
            os._exit(1)

    thread = threading.Thread(target=run, name="work", daemon=True)
    thread.start()
    has_begun.wait()
    try:
        yield ready[0].arrived
    finally:
        ready[0].stop()
        thread.join(_STOP_S)
        if thread.is_alive():
            structlog.get_logger().warning("cut off", why="what was under way did not end in time")
            os._exit(0)
