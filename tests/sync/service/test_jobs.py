"""What the service does by itself: when it is due, and what it goes by when its files are edited."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from connectors.delivery import Delivery
from connectors.progress import SILENT
from sync.metrics import Counts
from sync.progress import Tally
from sync.store import deliveries, schedules
from sync.store.deliveries import Arrival
from sync.work.current import Current
from sync.work.jobs import Job, Jobs, cared
from sync.work.pool import Pool
from sync.work.sources import Means
from tests.clocks import FakeClock
from tests.stores import new_store

NOON = datetime(2026, 11, 20, 12, 2, tzinfo=UTC)
SOURCE = '  {name}: {{type: jira, url: "https://{name}.example.com", token: "${{TOKEN}}", projects: [PAY]}}\n'
POLLED = {Job("poll", "jira"), Job("census", "jira")}


@dataclass(frozen=True, kw_only=True)
class Place:
    """An installation whose files may be edited."""

    path: Path
    engine: Engine
    clock: FakeClock
    current: Current

    @property
    def jobs(self) -> Jobs:
        means = Means(engine=self.engine, clock=self.clock)
        pool = Pool(self.current, means)
        return Jobs(current=self.current, means=means, pool=pool, counts=Counts(Tally(SILENT)))

    def edit(self, text: str) -> None:
        self.path.write_text(text)
        self.current.refresh()

    def done(self, *jobs: Job) -> None:
        for job in jobs:
            schedules.note(self.engine, str(job), began_at=self.clock.now())


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    path = tmp_path / "fingerpost.yaml"
    path.write_text(f"store: sqlite:///{tmp_path}/facts.db\nsources:\n{SOURCE.format(name='jira')}")
    engine = new_store(tmp_path)
    current = Current(path, environment={"TOKEN": "t", "OTHER": "u"}, verbose=False)
    yield Place(path=path, engine=engine, clock=FakeClock(NOON), current=current)
    engine.dispose()


def test_a_new_installation_reads_at_once_and_reports_when_it_is_time_to(place: Place) -> None:
    assert set(place.jobs.due()) == POLLED
    place.done(*POLLED)
    assert place.jobs.due() == []
    place.clock.wind(timedelta(hours=20).total_seconds())  # past six in the morning
    assert set(place.jobs.due()) == {*POLLED, Job("report"), Job("care")}


def test_a_job_that_was_cut_off_is_due_still(place: Place) -> None:
    place.done(*POLLED)
    place.clock.wind(400)
    assert Job("poll", "jira") in place.jobs.due()
    place.done(Job("poll", "jira"))
    assert Job("poll", "jira") not in place.jobs.due()


def test_a_census_waits_until_all_was_read_once(place: Place) -> None:
    assert asyncio.run(place.jobs.do(Job("census", "jira"))) is False
    assert Job("census", "jira") in place.jobs.due()


def test_a_job_is_told_by_its_name() -> None:
    for job in (Job("poll", "jira"), Job("report")):
        assert Job.parse(str(job)) == job


class TestEdits:
    def test_take_effect_and_what_stays_the_same_stays_the_same_object(self, place: Place) -> None:
        before = place.current()
        place.edit(place.path.read_text())
        assert place.current() is before
        place.edit(place.path.read_text() + SOURCE.format(name="other"))
        assert set(place.current().sources) == {"jira", "other"}
        assert Job("poll", "other") in place.jobs.due()

    def test_that_are_wrong_leave_the_last_good_in_force_until_they_are_put_right(self, place: Place) -> None:
        good = place.path.read_text()
        place.edit(good + "zones: UTC\n")
        place.edit("")
        assert set(place.current().sources) == {"jira"}
        place.edit(good + "zone: Europe/Berlin\n")
        assert place.current().zone == "Europe/Berlin"

    def test_of_the_store_wait_for_a_restart(self, place: Place) -> None:
        place.edit(place.path.read_text().replace("facts.db", "other.db"))
        assert place.current().store.endswith("facts.db")

    def test_of_the_file_of_a_secret_take_effect_and_one_that_is_missing_is_looked_for_again(
        self, place: Place
    ) -> None:
        secret = place.path.parent / "jira.token"
        place.edit(place.path.read_text().replace('token: "${TOKEN}"', f"token_file: {secret.name}"))
        assert place.current().sources["jira"].secret == "t", "there is no such file yet"
        for word in ("first", "second"):
            secret.write_text(word)
            place.current.refresh()
            assert place.current().sources["jira"].secret == word

    def test_of_a_secret_connect_the_source_anew(self, place: Place) -> None:
        async def connected() -> tuple[object, object, object]:
            pool = place.jobs.pool
            async with pool.at("jira") as first, pool.at("jira") as second:
                place.edit(place.path.read_text().replace("TOKEN", "OTHER"))
                async with pool.at("jira") as third:
                    await pool.close()
                    return first, second, third

        first, second, third = asyncio.run(connected())
        assert first is second
        assert first is not third


def test_care_clears_away_what_need_not_be_kept(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(place.path.parent)
    reports = place.path.parent / "reports"
    reports.mkdir()
    for name in ("2024-W01-as-of-20240108T060000Z.html", "latest.html"):
        (reports / name).write_text("x")
    old = Delivery(headers={}, body=b"{}", received_at=NOON - timedelta(days=8))
    arrived = Arrival(source="jira", id="old", event="board_created", delivery=old, state="done")
    deliveries.keep(place.engine, [arrived])
    cared(place.current(), Means(engine=place.engine, clock=place.clock))
    assert deliveries.listed(place.engine, ("done",), most=9) == []
    assert [path.name for path in reports.iterdir()] == ["latest.html"]
