"""Weeks, months and periods as spans of days, and what an objective was on each (metrics.md §0.4, §5)."""

from datetime import date
from zoneinfo import ZoneInfo

import pytest

from mappings.audit import Answer, Audit, Precision, latest
from mappings.strategy import Strategy
from sync.reconcile.alignment.states import Map, is_workday
from sync.reconcile.alignment.stretches import before, earlier, known_days, months, weeks
from sync.reconcile.days import date_of, number_of
from sync.reconcile.effort.population import Span
from sync.reconcile.effort.window import reckoned_since, told_since
from sync.reconcile.periods import period
from tests.sync.reconcile.effort.worlds import read

BERLIN = ZoneInfo("Europe/Berlin")


def dates(span: Span) -> tuple[str, str]:
    return str(date_of(span.first_day)), str(date_of(span.until_day))


@pytest.mark.parametrize(
    ("text", "first", "until"),
    [
        ("2026-W46", "2026-11-02", "2026-11-09"),
        ("2026-03", "2026-02-01", "2026-03-01"),
        ("2026-Q1", "2025-10-01", "2026-01-01"),
        ("2026-11-05..2026-11-08", "2026-11-02", "2026-11-05"),
    ],
)
def test_the_period_before_is_of_the_same_kind(text: str, first: str, until: str) -> None:
    assert dates(before(period(text, zone=BERLIN))) == (first, until)


@pytest.mark.parametrize(
    ("text", "firsts"),
    [("2026-W46", ["2026-11-02", "2026-10-26"]), ("2026-Q2", ["2026-01-01", "2025-10-01"])],
)
def test_periods_before_lead_backwards(text: str, firsts: list[str]) -> None:
    spans = list(earlier(period(text, zone=BERLIN), count=2))
    assert [dates(span)[0] for span in spans] == firsts
    assert spans[1].until_day == spans[0].first_day


def test_of_a_period_only_what_has_passed_is_known() -> None:
    week = period("2026-W46", zone=BERLIN)
    assert dates(known_days(week, until_day=number_of(date(2026, 11, 12)))) == ("2026-11-09", "2026-11-12")
    assert dates(known_days(week, until_day=number_of(date(2026, 12, 1)))) == ("2026-11-09", "2026-11-16")
    ahead = known_days(week, until_day=number_of(date(2026, 11, 1)))
    assert ahead.first_day == ahead.until_day


def test_trends_are_of_complete_weeks_and_months() -> None:
    until = number_of(date(2026, 11, 18))
    assert [dates(span)[0] for span in weeks(until, count=2)] == ["2026-11-02", "2026-11-09"]
    assert [dates(span) for span in months(until, count=2)] == [
        ("2026-09-01", "2026-10-01"),
        ("2026-10-01", "2026-11-01"),
    ]


def test_effort_is_told_of_for_twelve_months_and_the_periods_before_that_of_a_report() -> None:
    today = date(2026, 11, 18)
    assert told_since(today) == told_since(today, period("2026-W46", zone=BERLIN)) == date(2025, 11, 1)
    assert told_since(today, period("2025-Q4", zone=BERLIN)) == date(2025, 3, 31)
    assert reckoned_since(date(2025, 11, 1)) == date(2025, 9, 6)


MAP = Map(
    strategy=Strategy.model_validate(
        read(
            {
                "objectives": [
                    {
                        "id": "wallets",
                        "name": "Wallets",
                        "state": [
                            {"current": date(2026, 1, 5)},
                            {"paused": date(2026, 3, 2)},
                            {"current": date(2026, 3, 9)},
                        ],
                        "plan": [{"from": date(2026, 1, 3), "share": 0.4}, {"from": date(2026, 1, 7), "share": 0.2}],
                    },
                    {"id": "always", "name": "Always"},
                ]
            }
        )
    )
)


def day(month: int, of_month: int) -> int:
    return number_of(date(2026, month, of_month))


def test_plans_are_averaged_by_the_days() -> None:
    assert MAP.planned(Span(day(1, 1), day(1, 9))) == pytest.approx({"wallets": (4 * 0.4 + 2 * 0.2) / 8})
    assert MAP.planned(Span(day(1, 1), day(1, 3))) == {}


def test_an_objective_turns_on_its_days() -> None:
    turns = list(MAP.turns("wallets", Span(day(1, 1), day(4, 1))))
    assert turns == [
        (day(1, 5), "planned", "current"),
        (day(3, 2), "current", "paused"),
        (day(3, 9), "paused", "current"),
    ]
    assert not list(MAP.turns("always", Span(day(1, 1), day(4, 1))))


def test_it_is_current_for_so_many_working_days() -> None:
    assert MAP.current_days("wallets", until_day=day(3, 6)) == 0
    assert MAP.current_days("wallets", until_day=day(3, 17)) == 6
    assert MAP.current_days("always", until_day=day(3, 17)) > 1_000
    assert [is_workday(day(3, number)) for number in (6, 7, 8, 9)] == [True, False, False, True]


def answers(text: str, *, on: date, right: int, n: int) -> tuple[Answer, ...]:
    told = {"period": text, "objective": "o", "origin": "rule", "by": "keeper", "on": on}
    return tuple(Answer(item=f"{number}", ref=f"{number}", correct=number < right, **told) for number in range(n))


def test_the_precision_of_tags_is_that_of_the_latest_audit_with_enough_answers() -> None:
    audit = Audit(
        answers=(
            *answers("2026-W44", on=date(2026, 11, 3), right=18, n=20),
            *answers("2026-W45", on=date(2026, 11, 10), right=1, n=19),
            *answers("2026-W46", on=date(2026, 11, 17), right=20, n=20),
        )
    )
    assert latest(audit, date(2026, 11, 16)) == Precision("2026-W44", 18, 20)
    assert latest(audit, date(2026, 11, 17)) == Precision("2026-W46", 20, 20)
    assert latest(audit, date(2026, 11, 2)) is None
