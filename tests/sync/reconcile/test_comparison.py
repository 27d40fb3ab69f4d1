"""A period against the one before, what else changed between them, and weeks that are no noise (metrics.md §7)."""

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from sync.reconcile.change import Change, Comparison
from sync.reconcile.comparison import comparison, preceding
from sync.reconcile.control_chart import ControlChart, charted
from sync.reconcile.control_charts import control_charts, signals
from sync.reconcile.data_changes import data_changes
from sync.reconcile.periods import Period, period
from sync.reconcile.scopes import Scopes
from sync.reconcile.series import Week
from sync.reconcile.thresholds import Thresholds
from tests.sync.reconcile.checks.given import facts
from tests.sync.reconcile.test_control_chart import BASELINE, BLANK
from tests.sync.reconcile.test_scopes import MONDAY, WEEK, done, open_item, scopes, tagged
from tests.sync.reconcile.weekly import monday

UTC_ZONE = ZoneInfo("UTC")
DAY = 86_400_000_000
LAST_WEEK = MONDAY - 7 * DAY


def span(text: str) -> Period:
    return period(text, zone=UTC_ZONE)


@pytest.mark.parametrize(
    ("text", "before"),
    [
        ("2026-W46", "2026-W45"),
        ("2026-W01", "2025-W52"),
        ("2026-11", "2026-10"),
        ("2026-01", "2025-12"),
        ("2026-Q1", "2025-Q4"),
        ("2026-02-01..2026-05-01", "2025-11-01..2026-02-01"),
        ("2026-11-10..2026-11-13", "2026-11-07..2026-11-10"),
    ],
)
def test_the_period_before_is_one_of_its_kind(text: str, before: str) -> None:
    assert preceding(span(text)).text == before
    assert preceding(span(text)).until_on == span(text).first_on


def told() -> Scopes:
    """Twelve done in a day each last week, and twelve in five days each this week; two given up this week."""
    before = [done(n, cycle=1 + n / 100, at_us=LAST_WEEK + n) for n in range(12)]
    now = [done(100 + n, cycle=5 + n / 100, at_us=MONDAY + n) for n in range(12)]
    given_up = [done(200 + n, outcome="discarded") for n in range(2)]
    old = [open_item(900, age=400)]
    tags = [tagged(n, "checkout") for n in (*range(12), *range(100, 112))]
    return scopes(*before, *now, *given_up, *old, tags=tags)


@pytest.fixture(scope="module")
def compared() -> Comparison:
    return comparison(facts(), told(), ())


def lines(compared: Comparison, scope: str = "all") -> dict[str, Change]:
    return {line.id: line for line in compared.lines if line.scope == scope}


def test_every_scope_is_compared_figure_by_figure(compared: Comparison) -> None:
    assert compared.before == "2026-W45"
    ids = ["throughput", "abandonment", "lead_time_p50", "cycle_time_p50"]
    assert [(line.scope, line.id) for line in compared.lines] == [
        (scope, name) for scope in ("all", "growth", "checkout", "search") for name in ids
    ]


def test_what_changed_and_what_did_not(compared: Comparison) -> None:
    of_all = lines(compared)
    assert {name: line.changed for name, line in of_all.items()} == {
        "throughput": False,
        "abandonment": False,
        "lead_time_p50": False,
        "cycle_time_p50": True,
    }
    assert (of_all["throughput"].n_before, of_all["throughput"].n_now) == (12, 12)
    assert (of_all["abandonment"].before, of_all["abandonment"].now) == (0, 2 / 14)
    assert of_all["cycle_time_p50"].shift == 4
    assert lines(compared, "search")["cycle_time_p50"].test is None


def test_tests_are_counted_with_the_false_alarms_to_expect(compared: Comparison) -> None:
    """Of all work four, of checkout and of growth above it four each; of search none."""
    assert compared.tests == 12
    assert compared.false_alarms == pytest.approx(1.2)


@pytest.mark.parametrize(
    "said",
    [
        {"as_of": datetime(2026, 11, 15, 23, tzinfo=UTC)},  # the period is not over
        {"span": period("2025-W02", zone=UTC_ZONE)},  # the records begin within the one before
    ],
)
def test_nothing_is_compared_with_what_is_not_wholly_known(said: dict[str, Any]) -> None:
    at_us = MONDAY - 365 * DAY
    found = comparison(facts(), scopes(done(1, lead=315), done(2, at_us=at_us, lead=1), **said), ())
    assert (found.before, found.lines, found.tests) == (None, (), 0)


STRATEGY = """
from: 2026-11-04
objectives:
  - id: checkout
    name: Faster checkout
    state: [{current: 2026-01-01}, {paused: 2026-11-10}]
    plan: [{from: 2026-11-03, share: 0.3}]
"""
MAPPINGS = """
from: 2026-11-05
rules: [{id: new, when: {labels: [a]}, objective: checkout, from: 2026-11-06}]
exempt: [{id: duty, when: {labels: [b]}, reason: Duty, from: 2026-11-15}]
statuses: [{project: PAY, from: 2026-11-09, active: [Doing]}]
thresholds: [{bulk_items: 5}, {from: 2026-11-09, grace_days: 1}]
"""
PEOPLE = """
teams: [{id: payments}, {id: web}]
people:
  - {id: p1, teams: [{payments: 2026-01-01}, {payments: 2026-11-11}]}
  - {id: p2, teams: [{web: 2026-01-01}]}
"""


def test_what_else_changed_is_told_before() -> None:
    known = facts(
        work_items=[
            {"key": "PAY-1", "created_us": "2026-01-01T09:00Z"},
            {"key": "NEW-1", "created_us": "2026-11-04T09:00Z"},
        ],
        projects=[{"key": "PAY", "lost_us": "2026-11-12T09:00Z"}],
        sources=[{"name": "github", "complete_us": None}, {"name": "jira", "complete_us": "2026-11-13T09:00Z"}],
        strategy=STRATEGY,
        mappings=MAPPINGS,
        people=PEOPLE,
    )
    assert data_changes(known, earlier=span("2026-W45"), later=WEEK) == (
        "Since 2026-11-04 another version of the strategy is in force.",
        "Objective checkout is paused since 2026-11-10.",
        "Objective checkout is planned at 30% since 2026-11-03.",
        "Since 2026-11-05 another version of the mappings is in force.",
        "Rules that begin between the periods: new, duty.",
        "Statuses of PAY are read otherwise since 2026-11-09.",
        "Since 2026-11-09 other thresholds hold: grace_days.",
        "The roster of team payments changed.",
        "PAY of jira is not to be seen since 2026-11-12.",
        "The records of NEW begin on 2026-11-04.",
        "github was never read to its end.",
        "jira was last read to its end before the period was over.",
    )


def test_what_changed_earlier_or_later_is_not_told() -> None:
    known = facts(
        work_items=[{"key": "PAY-1", "created_us": "2026-01-01T09:00Z"}],
        strategy=STRATEGY,
        mappings=MAPPINGS,
        people=PEOPLE,
    )
    assert data_changes(known, earlier=span("2026-W40"), later=span("2026-W41")) == ()


@pytest.fixture(scope="module")
def charts() -> tuple[ControlChart, ...]:
    """Twenty-four weeks of two a week, and of nine in the last."""
    steady = [
        done(10 * week + n, at_us=MONDAY - 7 * week * DAY, lead=1) for week in range(1, 25) for n in range(1 + week % 3)
    ]
    now = [done(500 + n, at_us=MONDAY + n, lead=8) for n in range(9)]
    return control_charts(scopes(*steady, *now), thresholds=Thresholds(series_weeks=5))


def test_throughput_of_every_scope_and_times_and_wip_of_all_work(charts: tuple[ControlChart, ...]) -> None:
    assert [(chart.id, chart.scope) for chart in charts] == [
        *(("throughput", scope) for scope in ("all", "growth", "checkout", "search")),
        ("cycle_time_p50", "all"),
        ("wip", "all"),
    ]
    assert [point.value for point in charts[0].points] == [2, 1, 3, 2, 9]


def test_limits_come_from_the_first_whole_weeks_however_few_are_shown(charts: tuple[ControlChart, ...]) -> None:
    """The records begin on a Sunday, the 24th."""
    (limits,) = charts[0].limits
    assert limits.first_on == date(2026, 5, 25)
    assert limits.n == 20
    assert "R1" in charts[0].points[-1].signals


def test_a_week_beyond_its_limits_is_a_signal(charts: tuple[ControlChart, ...]) -> None:
    """1, 3, 2 over and over, of twenty weeks: the mean is 2, that of the differences 26/19; 2 + 2.66 × 1.368 = 5.64."""
    (signal,) = signals(charts, WEEK, material_ratio=0.2)
    assert (signal.id, signal.scope, signal.rule, signal.starts_on) == ("throughput", "all", "R1", WEEK.first_on)
    assert signal.says == "Delivered: 9 items in the week of 2026-11-09, beyond its natural limits of 0.0 to 5.6."
    assert list(signals(charts, preceding(WEEK), material_ratio=0.2)) == []


def test_a_signal_too_small_to_matter_is_none() -> None:
    weeks = [Week(starts_on=monday(n), value=100 + n % 2) for n in range(20)] + [Week(starts_on=monday(20), value=110)]
    chart = charted(BLANK, weeks, scale="count", shown=21, baseline=BASELINE)
    assert "R1" in chart.points[-1].signals
    week = Period(text="", zone=UTC_ZONE, first_on=monday(20), until_on=monday(21))
    assert list(signals([chart], week, material_ratio=0.2)) == []
