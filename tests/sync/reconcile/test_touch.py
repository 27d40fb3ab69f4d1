"""The share of an item's working days on which somebody did something for it (metrics.md §1.5, §1.7)."""

from datetime import date
from zoneinfo import ZoneInfo

import pytest

from mappings.calendars import Calendar
from mappings.rows import as_table
from sync.reconcile.days import number_of
from sync.reconcile.touch import Touch, touches
from sync.reconcile.working_time import STANDARD, windows
from tests.builders import micros

SPAN = {"since": date(2024, 2, 1), "until": date(2024, 4, 1)}
CALENDARS = {
    STANDARD: windows(Calendar(), zone=ZoneInfo("UTC"), **SPAN),
    "weekend": windows(Calendar(workdays=("sat", "sun")), zone=ZoneInfo("UTC"), **SPAN),
}
#: start, finish, calendar, and the days of March on which somebody did something: touched, of so many
CASES = {
    "from Friday to Wednesday, a day in between": (("01 15:00", "06 11:00", STANDARD, [5]), (1, 4)),
    "on its first and its last day": (("01 15:00", "06 11:00", STANDARD, [1, 6]), (2, 4)),
    "more than once a day": (("04 09:00", "05 17:00", STANDARD, [4, 4, 5]), (2, 2)),
    "on a weekend, which is no working day": (("01 15:00", "04 11:00", STANDARD, [2, 3]), (0, 2)),
    "before it was started, and after it was finished": (("05 18:00", "07 08:00", STANDARD, [5, 7]), (0, 1)),
    "within a weekend": (("02 10:00", "03 10:00", STANDARD, [2]), (0, 0)),
    "by the calendar of its team": (("02 10:00", "03 10:00", "weekend", [2]), (1, 2)),
    "by nobody": (("04 09:00", "05 17:00", STANDARD, []), (0, 2)),
}


@pytest.fixture(scope="module")
def told() -> dict[str, Touch]:
    spans = [
        {
            "ref": name,
            "calendar": calendar,
            "start_us": micros(f"2024-03-{start.replace(' ', 'T')}Z"),
            "end_us": micros(f"2024-03-{end.replace(' ', 'T')}Z"),
        }
        for name, ((start, end, calendar, _), _) in CASES.items()
    ]
    days = [
        {"ref": name, "day": number_of(date(2024, 3, day))} for name, ((*_, days), _) in CASES.items() for day in days
    ]
    rows = touches(
        as_table(spans, {"ref": "string", "calendar": "string", "start_us": "int64", "end_us": "int64"}),
        as_table(days, {"ref": "string", "day": "int64"}),
        CALENDARS,
    )
    return {row["ref"]: Touch(row["touched"], row["dates"]) for row in rows.to_pyarrow().to_pylist()}


@pytest.mark.parametrize("name", CASES)
def test_the_touched_days_of_an_item(told: dict[str, Touch], name: str) -> None:
    assert told[name] == CASES[name][1]
