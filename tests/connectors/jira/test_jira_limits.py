"""Jira's limits: whom they stop, until when, and how they are kept without being met (jira.md §4)."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from email.utils import format_datetime

import httpx
import pytest

from connectors.errors import Gone, Refused, Retry
from connectors.exchange import Advice, Answer, Request
from connectors.governor import HOST
from connectors.jira import limits
from connectors.jira.limits import policies
from connectors.twin import faults
from connectors.twin.faults import Injection
from connectors.twin.jira import jira_app
from connectors.twin.jira_limits import Bucket, Burst, Limit, Limited, Points
from connectors.twin.jira_state import JiraSite
from tests.clocks import NOON, FakeClock
from tests.connectors.jira.reading import Reader, reader
from tests.connectors.twin.sites import cloud, server, with_issues

QUESTION = Request(method="POST", url="https://acme.example/rest", label="issues", bucket="issues")
HOUR = timedelta(hours=1)


def answered(status: int, headers: Mapping[str, str], *, at: datetime = NOON) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(status=status, headers=httpx.Headers(named), body=b"", server_at=at)


def limited(**headers: str) -> Retry:
    return limits.limited(answered(429, headers), bucket=QUESTION.bucket)


def wait(error: Retry) -> timedelta | None:
    return error.until - NOON if error.until else None


def advised(**headers: str) -> Advice | None:
    return limits.advice(QUESTION, answered(200, headers))


@pytest.mark.parametrize(
    ("reason", "bucket"),
    [
        ("jira-burst-based", "issues"),
        ("jira-per-issue-on-write", "issues"),
        ("jira-quota-global-based", HOST),
        ("jira-quota-tenant-based", HOST),
        ("jira-cost-based", HOST),
        ("max-concurrent-threads", HOST),
        ("", HOST),
    ],
)
def test_a_burst_stops_its_endpoint_and_all_else_the_site(reason: str, bucket: str) -> None:
    assert limited(RateLimit_Reason=reason, Retry_After="5").bucket == bucket


def test_the_later_of_what_is_told_is_waited_for() -> None:
    """Fault: Retry-After ignored or capped (§8 row 24). # DefectDojo/django-DefectDojo#13786"""
    assert wait(limited(Retry_After="1800")) == timedelta(minutes=30)
    assert wait(limited(Retry_After="4", X_RateLimit_Reset="2026-11-20T12:00:09Z")) == timedelta(seconds=9)
    assert wait(limited(Retry_After="40", X_RateLimit_Reset="2026-11-20T12:00:09Z")) == timedelta(seconds=40)


def test_a_gateway_that_only_tells_the_reset_is_believed() -> None:
    assert wait(limited(X_Failure_Category="FAILURE_CLIENT", X_RateLimit_Reset="2026-11-20T12:10Z")) == HOUR / 6


def test_a_date_is_a_wait_too() -> None:
    assert wait(limited(Retry_After=format_datetime(NOON + HOUR / 2, usegmt=True))) == HOUR / 2


def test_nonsense_is_cut_to_an_hour() -> None:
    """Partners report wrong times (§4.1)."""
    for headers in ({"Retry_After": "9" * 30}, {"X_RateLimit_Reset": "9999-01-01T00:00Z"}, {"Retry_After": "inf"}):
        assert wait(limited(**headers)) == HOUR
    assert wait(limited(X_RateLimit_Reset="2001-01-01T00:00Z")) == timedelta(seconds=1)
    assert wait(limited(Retry_After="nan")) is None


def test_a_quota_without_a_hint_ends_with_the_hour() -> None:
    reason = {"RateLimit_Reason": "jira-quota-tenant-based"}
    error = limits.limited(answered(429, reason, at=NOON + timedelta(minutes=50)), bucket="issues")
    assert wait(error) == HOUR
    assert not error.counts


def test_a_wait_for_a_quota_is_no_failure_and_a_guess_is_one() -> None:
    assert not limited(RateLimit_Reason="jira-quota-global-based", Retry_After="9").counts
    assert limited(RateLimit_Reason="news").counts


def test_a_spent_policy_says_when_where_nothing_else_does() -> None:
    told = '"jira-burst-based";r=3;t=900, "jira-quota-tenant-based";t=120;r=0'
    assert wait(limited(RateLimit=told)) == timedelta(minutes=2)
    assert wait(limited(RateLimit=told, Retry_After="7")) == timedelta(seconds=7)


def test_policies_come_in_any_number_and_order() -> None:
    told = list(policies(' "a";q=100;w=1 ,"b b" ; w=3600; q=65000;qu="points",nonsense, "c"'))
    assert [(name, dict(numbers)) for name, numbers in told] == [
        ("a", {"q": 100, "w": 1}),
        ("b b", {"w": 3600, "q": 65000}),
        ("c", {}),
    ]
    assert list(policies("")) == []
    assert dict(next(policies('"a";r=1.2.3')).numbers) == {}


def test_limits_that_are_not_in_force_are_not_kept() -> None:
    beta = {"Beta_RateLimit": '"x";r=0;t=900', "X_Beta_RateLimit_NearLimit": "true", "Beta_Retry_After": "900"}
    assert advised(**beta) is None
    assert limited(**beta).until is None


def test_what_is_nearly_spent_is_asked_for_more_slowly() -> None:
    assert advised() is None
    assert advised(X_RateLimit_NearLimit="false") is None
    assert advised(X_RateLimit_NearLimit="true") == Advice(bucket=HOST, slower=True)
    quota = {"RateLimit_Policy": '"jira-quota-tenant-based";q=65000;w=3600'}
    assert advised(**quota, RateLimit='"jira-quota-tenant-based";r=60000;t=60') is None
    assert advised(**quota, RateLimit='"jira-quota-tenant-based";r=9000;t=60') == Advice(bucket=HOST, slower=True)
    assert advised(RateLimit='"jira-burst-based";r=9;t=1') == Advice(bucket="issues", slower=True)


def test_a_data_center_is_asked_no_faster_than_our_share_of_its_bucket() -> None:
    told = advised(X_RateLimit_FillRate="10", X_RateLimit_Interval_Seconds="60", Retry_After="0")
    assert told is not None
    assert told.bucket == HOST
    assert told.every_s == pytest.approx(60 / 7)
    assert advised(X_RateLimit_FillRate="0", X_RateLimit_Interval_Seconds="60") is None
    assert advised(X_RateLimit_FillRate="many", X_RateLimit_Interval_Seconds="60") is None


@contextmanager
def behind(limit: Limit, site: JiraSite) -> Iterator[tuple[Reader, Limited]]:
    """Someone who reads the site behind the limit, all by one clock."""
    clock = FakeClock()
    site = replace(site, now=clock.now)
    with reader(site, projects=["PAY"]) as someone:
        someone.clock = clock
        someone.app.inner = app = Limited(jira_app(site), limit, site=site)
        yield someone, app


def test_points_that_run_out_are_waited_for_and_nothing_is_lost() -> None:
    with behind(Points(allowed=150), with_issues(cloud(), 200)) as (someone, app):
        someone.poll()
        assert len(someone.items) == 200
        assert not someone.stored.gaps
        assert 0 < app.refused <= 8
        assert sum(someone.clock.slept) >= app.refused * 60


def test_a_bucket_of_a_data_center_never_runs_dry(monkeypatch: pytest.MonkeyPatch) -> None:
    """50 and 10 a minute, as some sites run (AtlassianPS/JiraPS#505): 120 requests, none of them refused."""
    monkeypatch.setattr("connectors.twin.jira_server.SEARCH_CAP", 1)
    with behind(Bucket(), with_issues(server(), 120)) as (someone, app):
        someone.poll()
        assert len(someone.items) == 120
        assert app.refused == 0


def test_a_burst_is_slept_over() -> None:
    with behind(Burst(a_second=0.5, depth=2), with_issues(cloud(), 20)) as (someone, _):
        someone.poll()
        assert len(someone.items) == 20
        assert not someone.stored.gaps


@dataclass
class OpenDoor:
    """A gate that processes share, here a dictionary."""

    closed: dict[str, datetime] = field(default_factory=dict)

    async def closed_until(self) -> Mapping[str, datetime]:
        return self.closed

    async def close(self, bucket: str, until: datetime) -> None:
        self.closed[bucket] = max(until, self.closed.get(bucket, until))


def test_one_that_meets_a_quota_tells_all_who_share_the_account() -> None:
    gates: dict[str, OpenDoor] = {}
    quota = faults.rate_limited(retry_after="600", headers={"RateLimit-Reason": "jira-quota-global-based"})
    with reader(with_issues(cloud(), 3), Injection(fault=quota), projects=["PAY"]) as someone:
        someone.poll(gates=lambda name: gates.setdefault(name, OpenDoor()))
        ((name, gate),) = gates.items()
        assert gate.closed[HOST] >= NOON + timedelta(minutes=10)
        assert "127.0.0.1" in name
        assert "right" not in name
        other = FakeClock()
        with reader(someone.site, projects=["PAY"]) as second:
            second.clock = other
            second.poll(gates=lambda _: gate)
            assert sum(other.slept) >= 600


@pytest.mark.parametrize(("status", "error"), [(403, Refused), (404, Gone)])
def test_what_is_refused_is_never_asked_again(status: int, error: type[Exception]) -> None:
    denied = Injection(fault=faults.Answer(status=status, body="{}"), path="search/jql", times=None)
    with reader(with_issues(cloud(), 3), denied, projects=["PAY"]) as someone:
        with pytest.raises(error):
            someone.poll()
        assert someone.requests.count("search/jql") == 1


def test_a_server_that_says_wait_for_ever_is_left() -> None:
    """Endless 429s end in one clear error, after a bounded time."""
    endless = Injection(fault=faults.rate_limited(retry_after="60"), path="search/jql", times=None)
    with reader(with_issues(cloud(), 3), endless, projects=["PAY"]) as someone:
        with pytest.raises(Retry, match="limit"):
            someone.poll()
        assert sum(someone.clock.slept) <= 3 * 3600
