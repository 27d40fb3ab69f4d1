"""Pass after pass: what each looks back at, what it costs, and by whose clock (jira.md §3.1-3.2, §4.4)."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from structlog.testing import capture_logs

from connectors.jira import OAuth
from connectors.jira.walk import Position
from connectors.records import WorkItem
from connectors.twin.faults import Answer, Faults, Injection
from connectors.twin.jira_gateway import Accounts, gateway_app
from connectors.twin.jira_state import JiraSite
from connectors.twin.serve import serving
from tests.connectors.jira.reading import Reader, reader
from tests.connectors.jira.sites import cloud_site
from tests.connectors.twin.sites import DEV, NOON, cloud, server, with_issues

SITES = {"cloud": cloud, "data center": server}
#: 11 hours behind, 14 ahead, and one in which the clocks went back three weeks before noon.
ZONES = ["Pacific/Pago_Pago", "Pacific/Kiritimati", "America/New_York"]


def later(someone: Reader, **by: float) -> None:
    """Time passes, there and here."""
    passed = timedelta(**by)
    now = someone.site.now() + passed
    someone.site.now = lambda: now
    someone.clock.wind(passed.total_seconds())


def touch(someone: Reader, *numbers: int) -> None:
    for number in numbers:
        someone.site.relabel(f"PAY-{number}", [f"{someone.site.now():%H%M%S}"], at=someone.site.now(), author=DEV)


def read(someone: Reader) -> list[str]:
    return sorted(record.key for record in someone.poll() if isinstance(record, WorkItem))


def position(someone: Reader) -> Position:
    return msgspec.json.decode(someone.stored.watermarks["issues"], type=Position)


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("make", SITES.values(), ids=SITES)
def test_the_zone_of_the_account_means_nothing(make: Callable[..., JiraSite], zone: str) -> None:
    """apache/devlake#4902, singer-io/tap-jira#15, airbytehq/airbyte#48395 and #48838: dates in the wrong zone."""
    with reader(with_issues(make(zone=zone), 5)) as someone:
        later(someone, days=-20, hours=18)
        someone.poll()
        for _ in range(5):
            later(someone, hours=1)
            touch(someone, 2)
            assert "PAY-2" in read(someone)
            assert someone.items["PAY-2"].labels == (f"{someone.site.now():%H%M%S}",)


def test_an_issue_that_changes_all_the_time_is_read_each_time() -> None:
    """constructorfabric/insight#3447, #1739: an upper bound excludes what changes faster than it is read."""
    with reader(with_issues(cloud(), 3)) as someone:
        someone.poll()
        for _ in range(10):
            later(someone, seconds=20)
            touch(someone, 1)
            assert "PAY-1" in read(someone)


def test_what_the_index_tells_late_is_read_when_it_comes() -> None:
    """activepieces/activepieces#14863, #15069: a watermark at the newest `updated` seen loses what comes after it."""
    with reader(with_issues(cloud(), 5)) as someone:
        someone.poll()
        later(someone, hours=1)
        lagging = someone.site.issues.pop(someone.site.issue("PAY-1").id)
        someone.site.revision += 1
        touch(someone, 2)
        assert read(someone) == ["PAY-2"]
        lagging.fields["updated"] = someone.site.issue("PAY-2").fields["updated"]
        lagging.fields["summary"] = "Late"
        someone.site.add([lagging])
        later(someone, minutes=8)
        assert "PAY-1" in read(someone)
        assert someone.items["PAY-1"].title == "Late"


def test_once_a_day_a_pass_looks_back_a_day_at_what_never_moves_updated() -> None:
    with reader(with_issues(cloud(), 30)) as someone:
        someone.poll()
        later(someone, hours=20)
        touch(someone, 7)
        later(someone, seconds=10)
        someone.poll()
        someone.site.issue("PAY-7").fields["labels"] = ["silent"]  # and `updated` stays
        someone.site.revision += 1
        later(someone, hours=2)
        assert read(someone) == []
        later(someone, hours=3)
        assert "PAY-7" in read(someone)
        assert someone.items["PAY-7"].labels == ("silent",)
        later(someone, hours=1)
        assert read(someone) == []


def test_a_bulk_change_widens_the_next_look_back() -> None:
    with reader(with_issues(cloud(), 80)) as someone:
        someone.poll()
        later(someone, hours=1)
        touch(someone, *range(1, 61))
        later(someone, seconds=10)
        someone.poll()
        began_ms = position(someone).began_ms
        assert began_ms is not None
        later(someone, hours=1)
        someone.poll()
        assert position(someone).floor_ms == began_ms - 3 * 600 * 1000
        later(someone, hours=1)
        someone.poll()
        assert position(someone).floor_ms == (began_ms + 3_600_000) - 600 * 1000


def test_clocks_that_are_apart_are_said() -> None:
    with reader(with_issues(cloud(), 1)) as someone, capture_logs() as logs:
        someone.poll()
        assert [log["event"] for log in logs if log["log_level"] == "warning"] == []
        someone.clock.wind(45)
        someone.poll()
    said = [log for log in logs if log["log_level"] == "warning"]
    assert [(log["event"], log["source_ahead_s"]) for log in said] == [("the clocks are apart", -45)]


def test_one_webhook_is_one_request_and_a_burst_of_them_two() -> None:
    with reader(with_issues(cloud(), 300)) as someone:
        someone.poll()
        refs = [someone.items[f"PAY-{number}"].ref for number in range(1, 301)]
        someone.asked()
        assert [record.key for record in someone.fetch(refs[6]).records if isinstance(record, WorkItem)] == ["PAY-7"]
        assert someone.asked() == 1
        assert len([record for record in someone.fetch(*refs).records if isinstance(record, WorkItem)]) == 300
        assert someone.asked() == 2


def test_one_webhook_of_an_issue_with_a_long_history_is_two_requests_and_the_history_whole() -> None:
    """airbytehq/airbyte#33040, estuary/connectors#2523: a history cut at 100, or at 40, without a word."""
    site = with_issues(cloud(), 2)
    for number in range(170):
        site.edit("PAY-1", at=NOON + timedelta(minutes=number), author=DEV, summary=f"Version {number}")
    with reader(site) as someone:
        someone.poll()
        someone.asked()
        (rows,) = [rows for rows in someone.fetch(someone.items["PAY-1"].ref).children if rows.kind == "changes"]
        assert someone.asked() == 2
    assert (rows.complete, len(rows.rows)) == (True, 170)
    assert rows.rows == someone.stored.children[someone.items["PAY-1"].ref, "changes"].rows


@pytest.mark.parametrize("count", [41, 100, 101, 250])
def test_a_history_is_whole_however_long(count: int) -> None:
    """DevLake's thresholds of 100 kept after the cap became 40: what is in between looks complete."""
    site = with_issues(cloud(), 1)
    for number in range(count):
        site.edit("PAY-1", at=NOON + timedelta(minutes=number), author=DEV, summary=f"Version {number}")
    for plan in ([], [Injection(fault=Answer(status=404), path="bulkfetch", times=None)]):
        with reader(site, *plan) as someone:
            someone.poll()
            assert len(someone.changes("PAY-1", "title")) == count


def test_a_history_that_the_bulk_read_leaves_out_is_found_by_the_other_reader() -> None:
    """estuary/connectors#5204: one reader tells none where another tells some."""
    site = with_issues(cloud(), 6)
    site.transition("PAY-3", "In Progress", at=NOON - timedelta(minutes=20), author=DEV)
    nothing = Answer(status=200, body='{"issueChangeLogs": []}')
    with (
        reader(site, Injection(fault=nothing, path="changelog/bulkfetch", times=None)) as someone,
        capture_logs() as logs,
    ):
        someone.poll()
        assert someone.changes("PAY-3", "status") == [("Backlog", "In Progress")]
        assert someone.asked("issue/bulkfetch|/changelog[?]|/changelog$") == 3
    assert [log["issue"] for log in logs if log["event"] == "histories disagree"] == [site.issue("PAY-3").id]


def test_an_app_that_is_charged_for_objects_asks_for_none_twice(tmp_path: Path) -> None:
    """Search with fields at 100 a page, histories in bulk: at most 12 requests per 1,000 issues (jira.md §4.4, B)."""
    site = cloud_site(size=870, rankings=13.6)
    refresh = tmp_path / "refresh-token"
    refresh.write_text("refresh-0\n")
    with reader(site) as someone, serving({"gateway": (gate := Faults(gateway_app(Accounts(site=site)), []))}) as urls:
        site.url = someone.url
        app = OAuth(
            client_id="app",
            client_secret="app-secret",
            refresh_token_file=refresh,
            address=f"{urls['gateway']}/oauth/token",
        )
        someone.poll(sign_in=app, gateway=urls["gateway"])
        assert len(someone.items) == len(site.issues)
        assert gate.requests.count("issue/bulkfetch") == 0
        # The last is the fresh look after the backfill.
        assert 900 < len(site.issues) <= 1_000
        assert gate.requests.count("search/jql|bulkfetch") - 1 <= 12


def test_nothing_at_all_that_a_poll_reads_is_asked_for_twice_in_the_same_words() -> None:
    site = cloud_site(size=60)
    with reader(site) as someone:
        someone.poll()
        asked = [(request.path, request.query, request.body) for request in someone.requests.seen]
    assert len(asked) == len(set(asked))
