"""The same words for the same thing in every form."""

from datetime import UTC, date, datetime

import pytest

from sync.report import words
from tests.sync.report.sample import figure, masthead


@pytest.mark.parametrize(
    ("value", "unit", "says"),
    [
        (8.65, "days", "8.6 d"),  # half to even, metrics.md §0.6
        (8.75, "days", "8.8 d"),
        (0.5526, "ratio", "55.3 %"),
        (0.5, "ratio", "50.0 %"),
        (1204.0, "items", "1,204"),
        (8.5, "items", "8.5"),
        (1204.25, "days", "1,204.2 d"),
    ],
)
def test_amounts_are_rounded_only_here(value, unit, says):
    assert words.amount(value, unit=unit) == says


@pytest.mark.parametrize(
    ("low", "high", "says"),
    [
        (6.0, 12.0, "6.0 – 12.0 d"),
        (6.0, None, "6.0 d or more"),
        (None, 12.0, "up to 12.0 d"),
        (None, None, ""),
    ],
)
def test_an_interval_is_open_where_the_data_do_not_bound_it(low, high, says):
    assert words.band(figure("lead_time_p50", "Lead time p50", 8.0, low=low, high=high)) == says


@pytest.mark.parametrize(
    ("reason", "n", "says"),
    [
        ("small_n", 3, "too few to say (n = 3)"),
        ("no_data", None, "no data"),
        ("zero_denominator", 0, "nothing to divide by"),
        ("not_configured", None, "not configured"),
        ("suppressed_privacy", 2, "group too small to show"),
        ("immature", 9, "too early to say"),
        ("risk_set_small", 4, "too few still open to say"),
    ],
)
def test_a_figure_without_a_value_says_why(reason, n, says):
    assert words.figure(figure("lead_time_p50", "Lead time p50", None, reason=reason, n=n)) == says


@pytest.mark.parametrize(
    ("period", "first_on", "until_on", "says", "days"),
    [
        ("2026-W46", date(2026, 11, 9), date(2026, 11, 16), "week 46 of 2026", "9 to 15 November 2026"),
        ("2026-W01", date(2025, 12, 29), date(2026, 1, 5), "week 1 of 2026", "29 December 2025 to 4 January 2026"),
        ("2026-11", date(2026, 11, 1), date(2026, 12, 1), "November 2026", "1 to 30 November 2026"),
        ("2026-Q4", date(2026, 10, 1), date(2027, 1, 1), "quarter 4 of 2026", "1 October to 31 December 2026"),
        ("2026-11-03..2026-11-04", date(2026, 11, 3), date(2026, 11, 4), "3 November 2026", "3 November 2026"),
    ],
)
def test_periods_are_said_as_one_says_them(period, first_on, until_on, says, days):
    told = masthead(period=period, first_on=first_on, until_on=until_on)
    assert (words.period(told), words.days(told)) == (says, days)


def test_instants_are_told_in_the_readers_zone():
    summer = datetime(2026, 7, 1, 22, 30, tzinfo=UTC)
    assert words.instant(summer, zone="Europe/Berlin") == "Thu 2026-07-02 00:30 CEST"


def test_what_is_left_out_is_counted_in_words():
    left = figure("lead_time_p50", "Lead time p50", 8.0, excluded={"no_active": 3, "bulk_closed": 0, "someday": 1})
    assert words.left_out(left) == "3 never active, 1 someday"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a\tb\r\n c", "a b c"),
        ("\x1b[31mred", "[31mred"),
        ("left\u202eright\u202c \u2066x\u2069", "left right x"),
        ("x" * 30, "x" * 19 + "…"),
        ("日本語 🎉", "日本語 🎉"),
    ],
)
def test_foreign_text_stays_on_its_line(text, says):
    assert words.line(text, most=20) == says
