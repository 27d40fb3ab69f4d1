"""Periods and civil days, across changes of the clock too (metrics.md §0.3–0.5)."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.reconcile.periods import day_of, last_complete_week, period, start_of, week_of, weeks_until

BERLIN = ZoneInfo("Europe/Berlin")
ZONES = st.sampled_from(["UTC", "Europe/Berlin", "America/Sao_Paulo", "Pacific/Apia", "Asia/Kathmandu"]).map(ZoneInfo)
DAYS = st.dates(date(2000, 1, 1), date(2040, 1, 1))


@pytest.mark.parametrize(
    ("day", "starts", "hours"),
    [
        (date(2024, 3, 31), datetime(2024, 3, 30, 23, tzinfo=UTC), 23),
        (date(2024, 10, 27), datetime(2024, 10, 26, 22, tzinfo=UTC), 25),
        (date(2024, 6, 1), datetime(2024, 5, 31, 22, tzinfo=UTC), 24),
    ],
)
def test_a_civil_day_may_have_23_or_25_hours(day: date, starts: datetime, hours: int) -> None:
    assert start_of(day, zone=BERLIN) == starts
    assert start_of(day + timedelta(days=1), zone=BERLIN) - starts == timedelta(hours=hours)


def test_where_midnight_is_skipped_the_day_begins_at_the_skip() -> None:
    starts = start_of(date(2018, 11, 4), zone=ZoneInfo("America/Sao_Paulo"))
    assert starts == datetime(2018, 11, 4, 3, tzinfo=UTC)
    assert starts.astimezone(ZoneInfo("America/Sao_Paulo")).hour == 1


@given(DAYS, ZONES)
def test_days_tile_time(day: date, zone: ZoneInfo) -> None:
    starts, ends = start_of(day, zone=zone), start_of(day + timedelta(days=1), zone=zone)
    assert starts <= ends
    if starts < ends:  # Samoa left out 2011-12-30
        assert day_of(starts, zone=zone) == day
        assert day_of(ends - timedelta(microseconds=1), zone=zone) == day


@pytest.mark.parametrize(
    ("text", "first_on", "until_on"),
    [
        ("2026-W46", date(2026, 11, 9), date(2026, 11, 16)),
        ("2026-W01", date(2025, 12, 29), date(2026, 1, 5)),
        ("2026-W53", date(2026, 12, 28), date(2027, 1, 4)),
        ("2026-11", date(2026, 11, 1), date(2026, 12, 1)),
        ("2026-12", date(2026, 12, 1), date(2027, 1, 1)),
        ("2026-Q1", date(2026, 1, 1), date(2026, 4, 1)),
        ("2026-Q4", date(2026, 10, 1), date(2027, 1, 1)),
        ("2026-11-02..2026-11-16", date(2026, 11, 2), date(2026, 11, 16)),
    ],
)
def test_what_a_text_names(text: str, first_on: date, until_on: date) -> None:
    named = period(text, zone=BERLIN)
    assert (named.text, named.first_on, named.until_on) == (text, first_on, until_on)
    assert named.start_at == start_of(first_on, zone=BERLIN)
    assert named.end_at == start_of(until_on, zone=BERLIN)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("last week", "write 2026-W46, 2026-11, 2026-Q4 or 2026-11-02..2026-11-16"),
        ("2025-W53", "Invalid week: 53"),
        ("2026-13", "month must be in 1..12"),
        ("2026-Q5", "write 2026-W46"),
        ("2026-11-16..2026-11-02", "it ends on 2026-11-02, not after its start"),
        ("2026-11-16..2026-11-16", "it ends on 2026-11-16, not after its start"),
        ("9999-W52", "write 2026-W46"),
        ("0001-01-01..9999-12-31", "write 2026-W46"),
        ("٢٠٢٦-11", "write 2026-W46"),
    ],
)
def test_a_text_that_names_none(text: str, says: str) -> None:
    with pytest.raises(ValueError, match="is no period") as refused:
        period(text, zone=BERLIN)
    assert says in str(refused.value)


def test_a_period_is_partial_until_its_end_which_belongs_to_the_next() -> None:
    week = period("2026-W46", zone=BERLIN)
    ends = datetime(2026, 11, 15, 23, tzinfo=UTC)
    before = ends - timedelta(microseconds=1)
    assert week.end_at == ends
    assert week.partial(before)
    assert not week.partial(ends)
    assert week.known_until(before) == before
    assert week.known_until(ends + timedelta(days=9)) == ends
    assert week.known_until(datetime(2020, 1, 1, tzinfo=UTC)) == week.start_at


def test_the_last_complete_week() -> None:
    monday = start_of(date(2026, 11, 16), zone=BERLIN)
    assert last_complete_week(monday, zone=BERLIN).text == "2026-W46"
    assert last_complete_week(monday - timedelta(microseconds=1), zone=BERLIN).text == "2026-W45"


@given(DAYS.map(lambda day: datetime(day.year, day.month, day.day, 13, tzinfo=UTC)), ZONES)
def test_weeks_follow_each_other_and_are_complete(end: datetime, zone: ZoneInfo) -> None:
    weeks = weeks_until(end, zone=zone, count=5)
    assert [week.until_on for week in weeks[:-1]] == [week.first_on for week in weeks[1:]]
    assert not weeks[-1].partial(end)
    assert week_of(weeks[-1].until_on, zone=zone).partial(end)
    assert all(period(week.text, zone=zone) == week for week in weeks)
