"""Workflow runs: every attempt, all of them though a list shows but a thousand, and few requests for it."""

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.github.workflow_runs import FIRST, LOOK_BACK, Found, Stand, Window
from connectors.records import WorkflowRun
from connectors.twin import github_edits as edits
from connectors.twin.faults import Answer, Injection, html
from connectors.twin.github_state import GitHubHost
from tests.connectors.contract import Stage, Stored
from tests.connectors.github.hosts import NOW, host_of, issue, poll_of, read, repository, staged

HOUR_S, DAY_S = 3600.0, 86_400.0
RUNS = r"/actions/runs\?"
ATTEMPTS = r"/attempts/"


def ago(days: float) -> str:
    return (NOW - timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")


def attempt(conclusion: str | None, days: float) -> dict[str, Any]:
    status = "completed" if conclusion else "in_progress"
    return {"status": status, "conclusion": conclusion, "startedAt": ago(days), "updatedAt": ago(days)}


def run(number: int, *conclusions: str | None, days: float = 1.0, **fields: Any) -> dict[str, Any]:
    told = {
        "id": 20_000_000_000 + number,
        "name": "ci",
        "path": ".github/workflows/ci.yml",
        "runNumber": number,
        "event": "push",
        "headBranch": "main",
        "headSha": f"{number:040x}",
        "createdAt": ago(days),
        "attempts": [attempt(conclusion, days) for conclusion in conclusions or ("success",)],
    }
    return told | fields


def host(*runs: dict[str, Any]) -> GitHubHost:
    return host_of(repository(workflowRuns=list(runs)))


def runs_of(stored: Stored) -> dict[str, WorkflowRun]:
    """By run and attempt."""
    return {f"{r.run}/{r.attempt}": r for r in stored.records.values() if isinstance(r, WorkflowRun)}


def polled_again(stage: Stage, stored: Stored, *, after_s: float) -> Stored:
    stage.clock.wind(after_s)
    stored.records.clear()
    stored.gaps.clear()
    read(stage, stored)
    return stored


class TestRecords:
    def test_every_attempt_is_a_record_of_its_own(self) -> None:
        """github.md §5, row 13: the list shows the last attempt alone. # airbytehq/airbyte#66498, #85378"""
        with staged(host(run(1, "failure", "cancelled", "success"), run(2, None))) as stage:
            told = runs_of(poll_of(stage))
        first, second = 20_000_000_001, 20_000_000_002
        assert {key: (one.state, one.conclusion) for key, one in told.items()} == {
            f"{first}/1": ("completed", "failure"),
            f"{first}/2": ("completed", "cancelled"),
            f"{first}/3": ("completed", "success"),
            f"{second}/1": ("in_progress", None),
        }

    def test_ids_beyond_32_bits_are_kept(self) -> None:
        """github.md §5, row 29."""
        with staged(host(run(1, id=2**53 - 1))) as stage:
            assert list(runs_of(poll_of(stage))) == [f"{2**53 - 1}/1"]

    def test_a_run_without_a_name_is_kept_and_one_without_a_sense_is_a_gap(self) -> None:
        body = {"id": 1, "head_sha": "a", "event": "push", "created_at": ago(1), "updated_at": ago(1), "name": None}
        rows = json.dumps({"total_count": 2, "workflow_runs": [body, body | {"id": "x"}]})
        with staged(host(), Injection(fault=Answer(status=200, body=rows), path=RUNS)) as stage:
            stored = poll_of(stage)
        assert list(runs_of(stored)) == ["1/1"]
        assert [gap.stream for gap in stored.gaps] == ["acme/shop workflow_runs"]


class TestWhatIsAskedAndWhen:
    def test_a_thousand_take_about_ten_requests(self) -> None:
        """github.md §2a."""
        with staged(host(*(run(n, days=n / 100) for n in range(990)))) as stage:
            assert len(runs_of(poll_of(stage))) == 990
            assert stage.requests.count(RUNS) == 10

    def test_more_than_a_list_shows_are_read_in_windows_of_time(self) -> None:
        """github.md §5, row 14: a filtered list ends after 1,000. # airbytehq/airbyte#13926"""
        with staged(host(*(run(n, days=n / 20) for n in range(1_500)))) as stage:
            stored = poll_of(stage, since=date(2026, 9, 1))
            assert len(runs_of(stored)) == 1_500
            assert not stored.gaps
            assert stage.requests.count(RUNS) == 10 + 6, "the second window has the last run of the first once more"

    def test_a_backfill_broken_off_goes_on_at_its_window(self) -> None:
        """github.md §5, row 30: progress is kept by page and not by pass."""
        many = [run(n, days=n / 20) for n in range(1_200)]
        with staged(host(*many)) as stage:
            whole, stored, since = Stored(), Stored(), date(2026, 9, 1)
            batches = read(stage, whole, since=since)
            read(stage, stored, since=since, at_most=batches // 2)
            asked = stage.requests.count(RUNS)
            read(stage, stored, since=since)
            assert stage.requests.count(RUNS) - asked < asked
        assert runs_of(stored) == runs_of(whole)

    def test_they_are_looked_at_by_the_hour(self) -> None:
        with staged(host(run(1))) as stage:
            stored = poll_of(stage)
            polled_again(stage, stored, after_s=60)
            assert stage.requests.count(RUNS) == 1
            polled_again(stage, stored, after_s=HOUR_S)
            assert stage.requests.count(RUNS) == 2

    def test_a_new_run_and_one_that_went_on_are_seen_within_the_hour(self) -> None:
        going_on = run(1, None, days=3)
        github = host(*(run(n, days=n - 1) for n in range(2, 9)), going_on)
        with staged(github) as stage:
            stored = poll_of(stage)
            going_on["attempts"] = [attempt("success", 0)]
            github.repositories[0]["workflowRuns"].append(run(9, days=0))
            github.changed(github.repositories[0])
            told = runs_of(polled_again(stage, stored, after_s=HOUR_S))
        assert told["20000000001/1"].conclusion == "success"
        assert "20000000009/1" in told

    def test_a_run_that_is_made_again_within_its_month_is_seen_within_a_day(self) -> None:
        """github.md §5, row 14. # airbytehq/airbyte#85807"""
        old = run(1, "failure", days=25)
        github = host(old, run(2, days=0))
        with staged(github) as stage:
            stored = poll_of(stage)
            old["attempts"].append(attempt("success", 0))
            github.changed(github.repositories[0])
            told = runs_of(polled_again(stage, stored, after_s=DAY_S))
            assert {key: one.conclusion for key, one in told.items() if key.startswith("20000000001")} == {
                "20000000001/1": "failure",
                "20000000001/2": "success",
            }
            asked = stage.requests.count(ATTEMPTS)
            polled_again(stage, stored, after_s=DAY_S)
            assert stage.requests.count(ATTEMPTS) == asked, "an attempt that ended is read once"

    def test_those_of_a_renamed_repository_are_read_anew_under_its_name_however_old_they_are(self) -> None:
        shop = host(run(1, days=LOOK_BACK.days + 60.0), run(2))
        with staged(shop) as stage:
            stored = poll_of(stage)
            edits.rename_repository(shop, shop.repositories[0], "store")
            read(stage, stored)
        told = [item.repository for item in stored.records.values() if isinstance(item, WorkflowRun)]
        assert told == ["acme/store", "acme/store"]

    def test_nothing_is_read_from_before_the_day_that_is_read_from(self) -> None:
        day = NOW.date() - timedelta(days=10)
        with staged(host(run(1, days=5), run(2, days=20))) as stage:
            told = runs_of(poll_of(stage, since=date.fromisoformat(str(day))))
        assert list(told) == ["20000000001/1"]

    def test_what_is_as_it_was_is_answered_by_304(self) -> None:
        """github.md §8: the last answer's ETag goes with the same question, and a 304 is read as nothing new."""
        with staged(host(run(1, days=2))) as stage:
            stored = poll_of(stage)
            polled_again(stage, stored, after_s=HOUR_S)
            polled_again(stage, stored, after_s=HOUR_S)
            assert [request.status for request in stage.requests.seen if "/actions/runs" in request.path] == [
                200,
                200,
                304,
            ]
        assert not stored.gaps
        assert not runs_of(stored)

    def test_an_etag_that_another_token_got_costs_one_whole_answer(self) -> None:
        """github.md §5, row 25: eclipse-csi/otterdog#201, an ETag dies with its token."""
        github = host(run(1, days=2))
        with staged(github) as stage:
            stored = poll_of(stage)
            polled_again(stage, stored, after_s=HOUR_S)
            github.token = "renewed"
            stage.clock.wind(HOUR_S)
            read(stage, stored, token="renewed")
            assert [request.status for request in stage.requests.seen if "/actions/runs" in request.path] == [200] * 3
        assert list(runs_of(stored)) == ["20000000001/1"]
        assert not stored.gaps


class TestFaults:
    @pytest.mark.parametrize("status", [403, 404])
    def test_where_they_may_not_be_read_it_is_told_once_and_all_else_is_read(self, status: int) -> None:
        """github.md §5, row 15: one 403 or 404 never ends the pass."""
        github = host_of(repository("shop", issues=[issue(1)]), repository("web", issues=[issue(2)]))
        words = '{"message": "Resource not accessible by personal access token"}'
        refusal = Injection(fault=Answer(status=status, body=words), path=RUNS, times=None)
        with staged(github, refusal) as stage:
            stored = poll_of(stage)
            (gap,) = stored.gaps
            assert gap.stream == "workflow_runs"
            assert "acme/shop, acme/web" in gap.cause
            assert "read access to Actions" in gap.cause
            assert "github:issue:I_1" in stored.records
            asked = stage.requests.count(RUNS)
            assert not polled_again(stage, stored, after_s=HOUR_S).gaps
            assert stage.requests.count(RUNS) == asked
            assert not polled_again(stage, stored, after_s=DAY_S).gaps
            assert stage.requests.count(RUNS) == asked + 2

    def test_once_they_may_be_read_they_are(self) -> None:
        refusal = Injection(fault=Answer(status=403, body="{}"), path=RUNS)
        with staged(host(run(1)), refusal) as stage:
            stored = poll_of(stage)
            assert runs_of(polled_again(stage, stored, after_s=DAY_S))

    def test_a_secondary_limit_is_waited_for_and_is_no_refusal(self) -> None:
        """github.md §5, row 22: and an ordinary 403 is no limit."""
        words = '{"message": "You have exceeded a secondary rate limit."}'
        limit = Injection(fault=Answer(status=403, headers={"Retry-After": "7"}, body=words), path=RUNS)
        with staged(host(run(1)), limit) as stage:
            stored = poll_of(stage)
            assert sum(stage.clock.slept) >= 7
        assert runs_of(stored)
        assert not stored.gaps

    def test_a_page_that_is_too_much_is_asked_for_in_parts(self) -> None:
        """github.md §5, row 1 and 32."""
        with staged(host(*(run(n) for n in range(120))), Injection(fault=html(502), path=RUNS, times=2)) as stage:
            stored = poll_of(stage)
        assert len(runs_of(stored)) == 120
        assert not stored.gaps

    def test_what_fails_for_good_is_a_gap_and_is_tried_again_by_the_next_poll(self) -> None:
        github = host_of(repository("shop", workflowRuns=[run(1)]), repository("web", workflowRuns=[run(2)]))
        broken = Injection(fault=html(502), path=r"/shop/actions/runs", times=30)
        with staged(github, broken) as stage:
            stored = poll_of(stage)
            assert [gap.stream for gap in stored.gaps] == ["acme/shop workflow_runs"]
            assert list(runs_of(stored)) == ["20000000002/1"]
            while stage.requests.count("/shop/actions/runs") < 30:
                assert polled_again(stage, stored, after_s=60).gaps
            assert list(runs_of(polled_again(stage, stored, after_s=60))) == ["20000000001/1"]
            assert not stored.gaps

    def test_pages_are_followed_by_rel_next_alone_and_never_to_another_host(self) -> None:
        """github.md §5, row 18. # chaoss/grimoirelab-perceval#867"""
        links = '<https://elsewhere.invalid/x?page=2&per_page=100&created=%3E%3D2018-10-16T00:00:00Z>; rel="next"'
        body = {"id": 7, "head_sha": "a", "event": "push", "created_at": ago(1), "updated_at": ago(1)}
        first = Answer(
            status=200, headers={"Link": links}, body=json.dumps({"total_count": 1, "workflow_runs": [body]})
        )
        with staged(host(), Injection(fault=first, path=RUNS)) as stage:
            stored = poll_of(stage)
            assert "page=2" in stage.requests.seen[-1].query
        assert list(runs_of(stored)) == ["7/1"]

    def test_a_list_that_ends_short_of_its_count_is_a_gap(self) -> None:
        first = Answer(status=200, body=json.dumps({"total_count": 3, "workflow_runs": []}))
        with staged(host(), Injection(fault=first, path=RUNS)) as stage:
            assert "0 of 3" in poll_of(stage).gaps[0].cause

    def test_pages_that_stand_still_are_a_gap(self) -> None:
        links = '<https://api.github.com/x?page=2>; rel="next"'
        body = json.dumps({"total_count": 1, "workflow_runs": []})
        still = Answer(status=200, headers={"Link": links}, body=body)
        with staged(host(), Injection(fault=still, path=RUNS, times=None)) as stage:
            assert "stand still" in poll_of(stage).gaps[0].cause


instants = st.datetimes(datetime(2018, 10, 16), datetime(2030, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
seconds = instants.map(lambda at: at.replace(microsecond=0))


@given(seconds, seconds, seconds)
def test_whatever_is_in_a_window_is_in_one_of_its_halves(one: datetime, other: datetime, at: datetime) -> None:
    window = Window(min(one, other), max(one, other))
    halves = window.halves(NOW)
    if halves is None:
        assert abs(one - other) <= timedelta(seconds=1)
        return
    inside = window.begins_at <= at <= max(one, other)
    in_halves = [half.begins_at <= at <= (half.ends_at or NOW) for half in halves]
    assert sum(in_halves) == inside
    assert all(half.ends_at and half.ends_at - half.begins_at < max(one, other) - min(one, other) for half in halves)


def test_what_is_left_of_a_window_is_what_is_older_than_what_was_shown() -> None:
    window, ordered = Window(FIRST), [found(days=1), found(days=1), found(days=3)]
    assert window.after(ordered, now=NOW) == (Window(FIRST, ordered[-1].created_at),)
    assert window.after(ordered[::-1], now=NOW) == window.halves(NOW), "in another order nothing follows from it"
    second = Window(NOW, NOW)
    assert not second.after([found(days=0)] * 1000, now=NOW)


def found(*, days: float, status: str = "completed", attempt: int = 1) -> Found:
    at = NOW - timedelta(days=days)
    return Found(id=1, head_sha="a", event="push", created_at=at, updated_at=at, status=status, run_attempt=attempt)


def test_a_pass_goes_back_to_the_oldest_run_that_has_not_ended_within_its_month() -> None:
    first = Stand().begun(now=NOW, since=None)
    assert first.left == (Window(FIRST),)
    stuck, fresh = found(days=90, status="queued"), found(days=9, status="in_progress")
    stand = first.read([found(days=1), fresh]).ended(NOW)
    assert stand.begun(now=NOW + timedelta(hours=1), since=None).left == (Window(fresh.created_at),)
    stand = first.read([found(days=1), stuck]).ended(NOW)
    (window,) = stand.begun(now=NOW + timedelta(hours=1), since=None).left
    assert NOW - timedelta(days=1, hours=1) < window.begins_at < NOW - timedelta(days=1)


def test_once_a_day_it_goes_back_as_far_as_runs_may_be_made_again() -> None:
    stand = Stand().begun(now=NOW, since=None).read([found(days=1)]).ended(NOW)
    tomorrow = NOW + timedelta(days=1)
    assert stand.begun(now=tomorrow, since=None).left == (Window(tomorrow - LOOK_BACK),)


def test_attempts_that_were_read_are_forgotten_once_they_cannot_change() -> None:
    stand = Stand().begun(now=NOW, since=None).read([found(days=20, attempt=3)]).ended(NOW)
    assert stand.unread_attempts(found(days=20, attempt=4)) == range(3, 4)
    later = NOW + timedelta(days=20)
    assert not stand.begun(now=later, since=None).read([]).ended(later).attempts
