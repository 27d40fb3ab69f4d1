"""Civil days of a zone in tables, against the calendar day by day (metrics.md §0.4)."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import ibis
import pytest

from sync.reconcile.days import date_of, day_numbers, number_of, week_numbers
from sync.reconcile.periods import micros, start_of

SINCE, UNTIL = date(2009, 1, 1), date(2012, 12, 31)
#: Santiago and São Paulo change their clocks at midnight, St. John's did a minute after; Apia left out a whole day.
ZONES = ("UTC", "Europe/Berlin", "America/St_Johns", "America/Sao_Paulo", "Pacific/Apia", "America/Santiago")


def days_of(instants_us: list[int], zone: str) -> list[int]:
    table = ibis.memtable({"at_us": instants_us})
    bounds = {"since": datetime(2009, 1, 1, tzinfo=UTC), "until": datetime(2013, 1, 1, tzinfo=UTC)}
    told = table.select("at_us", day=day_numbers(table.at_us, zone=ZoneInfo(zone), **bounds)).order_by("at_us")
    return told.day.to_pyarrow().to_pylist()


@pytest.mark.parametrize("zone", ZONES)
def test_a_day_begins_with_its_first_instant(zone: str) -> None:
    every = (SINCE + timedelta(days=n) for n in range((UNTIL - SINCE).days))
    begins = {start_of(day, zone=ZoneInfo(zone)): day for day in every}
    starts = sorted(begins)
    assert days_of([micros(at) for at in starts], zone) == [number_of(begins[at]) for at in starts]
    eves = [micros(at) - 1 for at in starts[1:]]
    assert days_of(eves, zone) == [number_of(begins[at]) for at in starts[:-1]]


def test_numbers_and_dates_say_the_same() -> None:
    assert (number_of(date(1970, 1, 2)), date_of(20_000)) == (1, date(2024, 10, 4))


def test_a_week_is_named_by_its_monday() -> None:
    days = ibis.memtable({"day": [number_of(date(2026, 11, day)) for day in range(9, 18)]})
    weeks = [date_of(number) for number in week_numbers(days.day).to_pyarrow().to_pylist()]
    assert weeks == [date(2026, 11, 9)] * 7 + [date(2026, 11, 16)] * 2
