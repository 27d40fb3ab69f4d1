"""Working time: the lines of metrics.md §1.7, clocks that change, days off; and tables as one by one."""

import random
from collections.abc import Sequence
from datetime import date
from zoneinfo import ZoneInfo

import pytest

from mappings.calendars import Calendar, Days, Hours
from mappings.people import People, Team
from mappings.rows import as_table
from sync.reconcile.working_time import STANDARD, Window, WorkingTime, team_windows, windows, with_working_time
from tests.builders import micros

HOUR_US = 3_600_000_000
SPAN = {"since": date(2024, 1, 1), "until": date(2024, 12, 31)}
BERLIN, NEW_YORK = ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")
STANDARD_HOURS = WorkingTime(windows(Calendar(), zone=BERLIN, **SPAN))


def berlin(moment: str) -> int:
    """`03-01 15:00` in Berlin, in 2024."""
    day, at = moment.split()
    offset = "+02:00" if "03-31 03" <= moment < "10-27 03" else "+01:00"
    return micros(f"2024-{day}T{at}{offset}")


def calendar(**told: object) -> Calendar:
    return Calendar.model_validate(told)


@pytest.mark.parametrize(
    ("start", "end", "hours"),
    [
        ("03-01 15:00", "03-04 11:00", 4),
        ("03-02 10:00", "03-03 10:00", 0),
        ("03-01 09:00", "03-08 17:00", 48),
        ("03-01 09:00", "03-06 09:00", 24),
        ("03-29 16:00", "04-01 10:00", 2),
        ("10-25 16:00", "10-28 10:00", 2),
        ("03-04 12:00", "03-04 12:00", 0),
        ("03-04 12:00", "03-04 11:00", 0),
        ("03-04 07:00", "03-04 20:00", 8),
    ],
)
def test_the_hours_of_a_stretch(start: str, end: str, hours: float) -> None:
    """The first four are the specification's; the next two cross a change of the clocks."""
    assert STANDARD_HOURS.between(berlin(start), berlin(end)) == hours * HOUR_US


@pytest.mark.parametrize(("day", "hours"), [(30, 24), (31, 23)])
def test_a_day_is_as_long_as_its_clocks_say(day: int, hours: int) -> None:
    whole = calendar(workdays=("sat", "sun"), hours=Hours(**{"from": "00:00", "to": "24:00"}))
    told = {each.day: each.end_us - each.start_us for each in windows(whole, zone=BERLIN, **SPAN)}
    assert told[(date(2024, 3, day) - date(1970, 1, 1)).days] == hours * HOUR_US


def test_hours_that_the_clocks_skip_are_none() -> None:
    early = calendar(workdays=("sun",), hours=Hours(**{"from": "02:30", "to": "03:00"}))
    days = {date(1970, 1, 1).fromordinal(719163 + each.day) for each in windows(early, zone=BERLIN, **SPAN)}
    assert date(2024, 3, 24) in days
    assert date(2024, 3, 31) not in days


def test_nobody_works_on_a_holiday_or_when_away() -> None:
    off = Days(**{"from": date(2024, 3, 5), "to": date(2024, 3, 6)})
    holidays = calendar(holidays=(off,))
    week = (berlin("03-04 00:00"), berlin("03-09 00:00"))
    assert WorkingTime(windows(holidays, zone=BERLIN, **SPAN)).between(*week) == 24 * HOUR_US
    leave = windows(Calendar(), zone=BERLIN, **SPAN, away=[off])
    assert WorkingTime(leave).between(*week) == 24 * HOUR_US


def test_the_working_dates_of_a_stretch() -> None:
    told = {
        ("03-01 15:00", "03-04 11:00"): 2,
        ("03-01 17:00", "03-04 09:00"): 0,
        ("03-01 16:59", "03-04 09:01"): 2,
        ("03-04 10:00", "03-04 10:00"): 0,
        ("03-04 00:00", "03-09 00:00"): 5,
    }
    assert {span: STANDARD_HOURS.dates(*map(berlin, span)) for span in told} == told


def test_teams_work_by_their_own_calendar() -> None:
    teams = (
        Team(id="north"),
        Team(id="west", zone="America/New_York"),
        Team(
            id="half",
            hours=Hours(to="13:00"),
            holidays=(Days(**{"from": date(2024, 3, 4), "to": date(2024, 3, 4)}),),
        ),
    )
    told = team_windows(People(teams=teams), zone=BERLIN, since=date(2024, 3, 4), until=date(2024, 3, 5))
    assert (
        told["north"]
        == told[STANDARD]
        == windows(Calendar(), zone=BERLIN, since=date(2024, 3, 4), until=date(2024, 3, 5))
    )
    assert told["west"][0].start_us == micros("2024-03-04T09:00-05:00")
    assert [each.end_us for each in told["half"]] == [berlin("03-05 13:00")]


CALENDARS: dict[str, Sequence[Window]] = {
    STANDARD: STANDARD_HOURS.windows,
    "night": windows(calendar(hours=Hours(**{"from": "16:00", "to": "24:00"})), zone=NEW_YORK, **SPAN),
    "round the clock": windows(
        calendar(workdays=("mon", "tue", "wed"), hours=Hours(**{"from": "00:00", "to": "24:00"})), zone=BERLIN, **SPAN
    ),
}


def test_tables_reckon_as_one_by_one() -> None:
    rng = random.Random(3)
    first, last = micros("2023-12-25T00:00Z"), micros("2025-01-10T00:00Z")
    rows = []
    for number in range(400):
        start_us = rng.randrange(first, last)
        end_us = start_us + rng.randrange(-HOUR_US, rng.choice((HOUR_US, 48 * HOUR_US, 900 * HOUR_US)))
        rows.append(
            {"id": number, "calendar": rng.choice(["nobody's", *CALENDARS]), "start_us": start_us, "end_us": end_us}
        )
    rows += [{"id": 400 + n, "calendar": name} | each[n]._asdict() for n, (name, each) in enumerate(CALENDARS.items())]
    rows.append({"id": 500, "calendar": STANDARD, "start_us": first})
    spans = as_table(rows, {"id": "int64", "calendar": "string", "start_us": "int64", "end_us": "int64"})
    told = with_working_time(spans, CALENDARS).order_by("id").to_pyarrow().to_pylist()
    times = {name: WorkingTime(each) for name, each in CALENDARS.items()}
    for row in told:
        if row["end_us"] is None:
            assert (row["working_us"], row["working_dates"]) == (None, None)
            continue
        time, span = times.get(row["calendar"], times[STANDARD]), (row["start_us"], row["end_us"])
        assert (row["working_us"], row["working_dates"]) == (time.between(*span), time.dates(*span)), row
    assert sum((row["working_us"] or 0) > 0 for row in told) > 200
