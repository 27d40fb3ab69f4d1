"""Faults of the world around the service: what is lost is time, never a fact, and it says what it does not know."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event, select
from sqlalchemy.exc import OperationalError

from connectors.progress import SILENT
from connectors.twin import github_edits as edits
from connectors.twin.company import company
from connectors.twin.faults import Injection, Reset
from sync.metrics import Counts
from sync.progress import Tally
from sync.store import health
from sync.store.tables import WORK_ITEMS
from sync.work.current import Current
from sync.work.jobs import Job, Jobs
from sync.work.pool import Pool
from sync.work.sources import Means
from tests.stage import CONFIG, Stage, staged
from tests.stores import new_store
from tests.sync.service.inbox import DEV, title_of
from tests.sync.service.test_many_hosts import StillClock

POLLS = (Job("poll", "jira"), Job("poll", "github"))
UNPLUGGED = Injection(fault=Reset(), times=None)
HOUR_S, DAY_S = 3_600, 86_400
_EDITS = count(1)


@dataclass(frozen=True, kw_only=True)
class Service:
    """What the service does by itself, on a store of its own."""

    stage: Stage
    engine: Engine
    clock: StillClock
    current: Current

    def due(self) -> set[str]:
        return {str(job) for job in self._jobs(Pool(self.current, self._means)).due()}

    def do(self, *jobs: Job) -> None:
        async def go() -> None:
            pool = Pool(self.current, self._means)
            try:
                for job in jobs:
                    await self._jobs(pool).do(job)
            finally:
                await pool.close()

        asyncio.run(go())

    def rename(self, title: str) -> str:
        """An issue at GitHub that has this title from now on; its ref."""
        host = self.stage.company.github
        issue = next(issue for repository in host.repositories for issue in repository["issues"])
        at = host.now() - timedelta(minutes=1) + timedelta(seconds=next(_EDITS))
        edits.edit(host, issue, at=f"{at:%Y-%m-%dT%H:%M:%SZ}", by=DEV, title=title)
        return f"github:issue:{issue['id']}"

    @property
    def known(self) -> dict[str, Any]:
        return {name: each.complete_at for name, each in health.known(self.engine).items()}

    @property
    def _means(self) -> Means:
        return Means(engine=self.engine, clock=self.clock)

    def _jobs(self, pool: Pool) -> Jobs:
        return Jobs(current=self.current, means=self._means, pool=pool, counts=Counts(Tally(SILENT)))


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with staged(company(seed=4, size=60)) as played:
        yield played


@pytest.fixture(scope="module")
def read_once(stage: Stage, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service that has read both sources whole."""
    folder = tmp_path_factory.mktemp("service")
    with serving(folder, stage) as made:
        made.do(*POLLS)
        assert all(made.known[source] for source in ("jira", "github"))
        yield made


@pytest.fixture
def service(read_once: Service) -> Iterator[Service]:
    """The same in an hour of its own: whatever was due before is done."""
    read_once.clock.wind(HOUR_S)
    read_once.do(*POLLS)
    yield read_once
    for source in (read_once.stage.jira, read_once.stage.github):
        source.plan.clear()


@contextmanager
def serving(folder: Path, stage: Stage, **environment: str) -> Iterator[Service]:
    path = folder / "fingerpost.yaml"
    path.write_text(CONFIG.replace("sqlite:///fingerpost.db", f"sqlite:///{folder}/facts.db"))
    engine = new_store(folder)
    current = Current(path, environment=stage.environment | environment, verbose=False)
    yield Service(stage=stage, engine=engine, clock=StillClock(stage.company.github.now()), current=current)
    engine.dispose()


def test_sources_that_are_down_for_hours_are_asked_again_and_what_happened_meanwhile_is_read(service: Service) -> None:
    before = service.known
    service.stage.jira.plan.append(UNPLUGGED)
    service.stage.github.plan.append(UNPLUGGED)
    ref = service.rename("Renamed while nobody could see it")
    for _ in range(6):
        service.clock.wind(HOUR_S)
        assert {"poll jira", "poll github"} <= service.due()
        service.do(*POLLS)
        assert service.known == before
        assert all(health.gaps(service.engine)[source] for source in ("jira", "github"))
    service.stage.jira.plan.clear()
    service.stage.github.plan.clear()
    service.clock.wind(HOUR_S)
    service.do(*POLLS)
    assert title_of(service.engine, ref) == "Renamed while nobody could see it"
    assert health.gaps(service.engine) == {"jira": (), "github": ()}


def test_a_name_that_leads_nowhere_stops_one_source_and_no_other(service: Service) -> None:
    """RFC 2606: nothing is ever called so."""
    environment = service.stage.environment | {"JIRA_URL": "http://tracker.invalid"}
    lost = replace(service, current=Current(service.current.path, environment=environment, verbose=False))
    before, ref = lost.known, lost.rename("Renamed while the other had no name")
    lost.clock.wind(HOUR_S)
    lost.do(*POLLS)
    [gap] = health.gaps(lost.engine)["jira"]
    assert "tracker.invalid" in gap
    assert "jira-secret" not in gap
    assert lost.known["jira"] == before["jira"]
    assert title_of(lost.engine, ref) == "Renamed while the other had no name"


def test_a_clock_that_jumps_for_a_day_and_back_neither_skips_nor_blocks_anything(service: Service) -> None:
    service.clock.wind(DAY_S)
    service.do(*POLLS)
    service.clock.wind(-DAY_S)
    assert {"poll jira", "poll github"} <= service.due(), "what was begun tomorrow was begun by a clock that was wrong"
    ref = service.rename("Renamed after the clock was put right")
    service.do(*POLLS)
    assert title_of(service.engine, ref) == "Renamed after the clock was put right"
    assert not {"poll jira", "poll github"} & service.due()


def test_a_disk_that_is_full_breaks_a_pass_off_and_the_next_one_reads_all(
    stage: Stage, read_once: Service, tmp_path: Path
) -> None:
    with serving(tmp_path, stage) as service:
        with full(service.engine), pytest.raises(OperationalError, match="disk is full"):
            service.do(Job("poll", "github"))
        assert service.due() >= {"poll github"}
        assert not service.known.get("github")
        service.clock.wind(HOUR_S)
        service.do(Job("poll", "github"))
        assert service.known["github"]
        assert titles(service.engine) == titles(read_once.engine)


def titles(engine: Engine) -> list[tuple[str, str]]:
    """Ref and title of GitHub's issues."""
    with engine.begin() as connection:
        asked = select(WORK_ITEMS.c.ref, WORK_ITEMS.c.title).where(WORK_ITEMS.c.source == "github")
        return sorted(map(tuple, connection.execute(asked)))


@contextmanager
def full(engine: Engine) -> Iterator[None]:
    """The store has room for a few pages more: SQLite's own word for a full disk."""
    with engine.connect() as connection:
        held: int = connection.exec_driver_sql("PRAGMA page_count").scalar_one()

    def limit(connection: Any, *_: object) -> None:
        connection.execute(f"PRAGMA max_page_count = {most}")

    most = held + 5
    event.listen(engine, "checkout", limit)
    yield
    most = 2**32 - 2
