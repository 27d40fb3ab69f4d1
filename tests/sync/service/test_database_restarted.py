"""PostgreSQL is stopped and started under a worker, which goes on without being started again itself."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from connectors.twin import github_edits as edits
from connectors.twin.company import company
from sync.store import deliveries, health
from sync.store.database import connect
from sync.work.current import Current
from sync.work.postgres import Worker
from sync.work.queue import Queue, prepare
from tests.postgres import patiently, postgres
from tests.stage import CONFIG, staged
from tests.sync.service.inbox import DEV, arrival_of, title_of
from tests.sync.service.test_many_hosts import Installation, StillClock

PATIENCE_S = 600  # so that a fault ends it: nothing is measured, and the machine may be slow
UNDER_WAY = "SELECT count(*) FROM procrastinate_jobs WHERE status = 'doing'"


@pytest.fixture
def server() -> Iterator[Any]:
    """A PostgreSQL of this test alone, which others need not miss."""
    with postgres() as started:
        yield started


def test_work_goes_on_after_the_database_was_restarted(server: Any, tmp_path: Path) -> None:
    path = tmp_path / "fingerpost.yaml"
    path.write_text(CONFIG.replace("sqlite:///fingerpost.db", server.get_uri()))
    engine = connect(server.get_uri())
    prepare(engine)
    with staged(company(seed=4, size=60)) as stage:
        current = Current(path, environment=stage.environment, verbose=False)
        clock = StillClock(stage.company.github.now())
        place = Installation(current=current, engine=engine, clock=clock, stage=stage)
        asyncio.run(asyncio.wait_for(through_a_restart(place, server), PATIENCE_S))
    engine.dispose()


async def through_a_restart(place: Installation, server: Any) -> None:
    working = asyncio.create_task(Worker(Queue(place.engine), place.jobs()).run())
    await is_read(place, working)
    await is_under_way(place, working)
    await asyncio.to_thread(server.stop)
    with pytest.raises(OperationalError):
        deliveries.depths(place.engine)
    await asyncio.to_thread(patiently, server.start)
    ref = told(place, "Told after the restart")
    while title_of(place.engine, ref) != "Told after the restart":
        await still_at_work(working)
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)


async def is_read(place: Installation, working: "asyncio.Task[None]") -> None:
    while not all(health.known(place.engine).get(source) for source in ("jira", "github")):
        await still_at_work(working)


async def is_under_way(place: Installation, working: "asyncio.Task[None]") -> None:
    """A job, whose end nobody can be told when the store is stopped now: it must not hold its source for good."""
    while not _count(place):
        await still_at_work(working)


def _count(place: Installation) -> int:
    with place.engine.connect() as connection:
        return int(connection.exec_driver_sql(UNDER_WAY).scalar_one())


async def still_at_work(working: "asyncio.Task[None]") -> None:
    await asyncio.sleep(0.1)
    assert not working.done(), "the worker ended with its database"


def told(place: Installation, title: str) -> str:
    """An issue that has this title now, of which a delivery came in; its ref."""
    host = place.stage.company.github
    issue = next(issue for repository in host.repositories for issue in repository["issues"])
    edits.edit(host, issue, at="2026-11-20T18:00:00Z", by=DEV, title=title)
    deliveries.keep(place.engine, [arrival_of(host.deliveries[-1], at=place.clock.now())])
    return f"github:issue:{issue['id']}"
