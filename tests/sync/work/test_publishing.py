"""A report goes out: kept, written, told to who wants it; and beside it that the map moved, or what went wrong."""

import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import structlog
from msgspec.structs import replace

from connectors.records import Gap
from connectors.twin.serve import serving
from sync.passes import Pass
from sync.reconcile.periods import period
from sync.report.model import SourceState
from sync.store import maps, messages, reports
from sync.store.database import connect
from sync.store.reports import Published
from sync.work import troubles
from sync.work.embedded import Work, opened
from sync.work.publishing import due_editions
from tests.clocks import NOON, FakeClock
from tests.sync.deliver.receivers import Receiver, Switch
from tests.sync.report.sample import masthead, sample

ZONE = ZoneInfo("Europe/Berlin")
WEEK = period("2026-W46", zone=ZONE)  #: ends on Monday, 16 November
CONFIG = """\
store: sqlite:///{folder}/facts.db
zone: Europe/Berlin
reports: {folder}/reports
reports_url: https://reports.acme.test
sources: {{jira: {{type: jira, url: "https://a.test", token: "${{TOKEN}}", projects: [PAY]}}}}
deliver: {{ops: {{type: webhook, url: "{url}/in"}}}}
"""
STRATEGY = """\
objectives:
  - {id: checkout, name: Checkout, owner: payments, state: [{current: 2026-01-01}, {paused: 2026-12-01}]}
  - {id: growth, name: Growth, owner: storefront}
"""
MAPPINGS = "rules: [{id: cart, when: {labels: cart}, objective: checkout}]\n"


@pytest.fixture(scope="module")
def switch() -> Iterator[tuple[Switch, str]]:
    app = Switch()
    with serving({"receiver": app}) as urls:
        yield app, urls["receiver"]
    structlog.reset_defaults()


class Place:
    """An installation with one channel, and what came out of it."""

    def __init__(self, folder: Path, switch: tuple[Switch, str]) -> None:
        app, url = switch
        self.receiver = app.to = Receiver()
        self.clock = FakeClock()
        self.folder = folder
        (folder / "fingerpost.yaml").write_text(CONFIG.format(folder=folder, url=url))
        (folder / "strategy.yaml").write_text(STRATEGY)
        (folder / "mappings.yaml").write_text(MAPPINGS)

    def run(self, passes: tuple[Pass, ...] = (), *, hours: float = 24) -> list[str]:
        """What the job tells of an invented report so much later than the last time, by subject."""
        self.clock.wind(3600 * hours)
        heard = len(self.receiver.heard)
        with self.opened() as work:
            maps.keep(work.engine, work.files.digest, work.files.texts, used_at=self.clock.now())
            work.tell(sample(), passes)
        return [each.json["subject"] for each in self.receiver.heard[heard:]]

    def opened(self) -> "Iterator[Work]":
        return opened(self.folder / "fingerpost.yaml", environment={"TOKEN": "t"}, clock=self.clock, verbose=False)

    def edit(self, old: str, new: str) -> None:
        file = self.folder / "strategy.yaml"
        assert old in file.read_text()
        file.write_text(file.read_text().replace(old, new))


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with nothing in it."""
    path = tmp_path_factory.mktemp("store") / "facts.db"
    connect(f"sqlite:///{path}").dispose()
    return path


@pytest.fixture
def place(tmp_path: Path, empty: Path, switch: tuple[Switch, str]) -> Place:
    shutil.copy(empty, tmp_path)
    return Place(tmp_path, switch)


def test_a_report_is_kept_and_written_where_the_digest_leads(place):
    place.run()
    told = place.receiver.heard[0].json
    assert told["url"] == "https://reports.acme.test/2026-W46-as-of-20261116T070000Z.html"
    with place.opened() as work:
        written = work.publish(sample())
        assert told["url"].rpartition("/")[2] in [path.name for path in written]
        assert all(path.exists() for path in written)
        assert [each.period for each in reports.history(work.engine)] == ["2026-W46"]
        assert work.last_published(None) == work.last_published("2026-W46") == sample()
        assert work.last_published("2026-W45") is None


def test_the_same_report_is_told_once(place):
    assert place.run() == ["report 2026-W46"]
    assert place.run() == []


def test_who_travels_hears_that_the_map_moved_and_hears_it_once(place):
    place.run()
    place.edit("name: Growth", "name: Find us")
    (subject,) = place.run()
    assert subject.startswith("map ")
    assert "the name is now Find us; it was Growth" in place.receiver.heard[-1].json["lines"][1]
    assert place.run() == []


def test_a_place_marker_moves_by_its_date_too(place):
    place.run()
    (subject,) = place.run(hours=24 * 12)
    assert subject.startswith("map ")
    assert "paused" in " ".join(place.receiver.heard[-1].json["lines"])


def test_a_notice_that_did_not_arrive_is_tried_again(place):
    place.run()
    place.edit("name: Growth", "name: Find us")
    place.receiver.faults = [(400, {}, b"")]
    (refused,) = place.run()
    (again,) = place.run()
    assert again == refused
    assert place.run() == []


def test_trouble_is_told_in_a_line_until_it_is_over_and_again_when_it_recurs(place):
    failed = Pass(source="jira", verdict="failed", found="cut short", gaps=(Gap(stream="jira", cause="refused"),))
    assert place.run((failed,)) == ["report 2026-W46", "trouble jira failed"]
    assert place.receiver.heard[-1].json["lines"] == ["▲ jira: failed, cut short, 1 not read; first: refused"]
    assert place.run((failed,)) == []
    assert place.run() == []
    assert place.run((failed,)) == ["trouble jira failed"]


def test_a_channel_that_fails_is_noted_and_fails_nothing(place):
    place.receiver.faults = [(401, {}, b"")]
    place.run()
    with place.opened() as work:
        assert [(each.subject, bool(each.error)) for each in messages.failed(work.engine)] == [
            ("report 2026-W46", True)
        ]
    assert place.run() == ["report 2026-W46"]


@pytest.mark.parametrize(
    ("now", "due"),
    [
        ("2026-11-20", ["2026-10", "2026-Q3"]),
        ("2026-12-01", ["2026-11", "2026-Q3"]),
        ("2027-01-01", ["2026-12", "2026-Q4"]),
        ("2027-04-01", ["2027-03", "2027-Q1"]),
    ],
)
def test_a_month_and_a_quarter_are_due_when_they_are_over(place, now, due):
    with place.opened() as work:
        asked = work.config.model_copy(update={"editions": ("month", "quarter")})
        at = datetime.fromisoformat(f"{now}T12:00:00Z")
        assert due_editions(asked, work.engine, now=at) == due
        reports.keep(work.engine, Published("a", due[0], at, at), b"{}")
        assert due_editions(asked, work.engine, now=at) == due[1:]


def test_an_edition_that_did_not_arrive_is_sent_again_by_a_later_run(place):
    month = replace(sample(), masthead=masthead(period="2026-10", digest="october"))
    place.receiver.faults = [(401, {}, b"")]
    with place.opened() as work:
        work.publish(month)
        assert [done.state for done in work.deliver(month)] == ["failed"]
        assert [done.state for done in work.catch_up(sample())] == ["new"]
        assert work.catch_up(sample()) == []
    assert [each.json["subject"] for each in place.receiver.heard] == ["report 2026-10"] * 2


def test_a_source_that_is_behind_is_trouble():
    behind = SourceState(name="github", type="github", complete_at=NOON, state="stale")
    head = replace(masthead(), sources=(*masthead().sources, behind))
    (found,) = troubles.of_sources((), head)
    assert found == ("github behind", "github: behind, complete up to Fri 2026-11-20 13:00 CET")


def published(span: str, *, days: float) -> Published:
    return Published(span, span, NOON, WEEK.end_at + timedelta(days=days))


@pytest.mark.parametrize(
    ("history", "now", "says"),
    [
        ([], 9, None),
        ([published("2026-W46", days=3)], 9, None),
        ([published("2026-W45", days=-6)], 0.9, None),
        ([published("2026-W45", days=-6)], 1.1, "is not there yet."),
        ([published("2026-W45", days=-6), published("2026-W46", days=0.5)], 9, None),
        ([published("2026-W45", days=-6), published("2026-W46", days=3)], 9, "came Thu 2026-11-19 00:00 CET."),
    ],
    ids=["no report ever", "the first one", "not due", "missing", "in time", "late"],
)
def test_a_report_is_late_a_day_after_its_period(history, now, says):
    told = list(troubles.of_report(history, WEEK, now=WEEK.end_at + timedelta(days=now), within=timedelta(days=1)))
    assert [each.says for each in told] == (
        [f"The report on 2026-W46 was due Tue 2026-11-17 00:00 CET and {says}"] if says else []
    )
