"""Who works when, told by the people file and by what was seen of accounts (metrics.md §4.2)."""

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from mappings.identities import Account
from mappings.people import People
from sync.reconcile.days import date_of, number_of
from sync.reconcile.effort.roster import UNIT, Roster, Window, roster
from tests.builders import micros
from tests.sync.reconcile.effort.worlds import read

BERLIN = ZoneInfo("Europe/Berlin")
WINDOW = Window(date(2026, 3, 2), datetime(2026, 3, 30, tzinfo=UTC))


def account(ref: str, person: str | None = None) -> Account:
    return Account(ref=ref, source="jira", name=ref, person=person or ref, basis="alone")


def made(accounts: list[Account], *, seen: dict[str, str] | None = None, **people: Any) -> Roster:
    first_us = {ref: micros(at) for ref, at in (seen or {}).items()}
    told = People.model_validate(read(people))
    return roster(accounts, told, first_us=first_us, zone=BERLIN, window=WINDOW)


def dated(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    days = ("from_day", "until_day", "day")
    return [{name: str(date_of(each)) if name in days else each for name, each in row.items()} for row in rows]


def test_somebody_of_no_file_begins_when_first_seen() -> None:
    told = made([account("a"), account("b")], seen={"a": "2026-03-10T23:30Z"})
    assert told.ids == ("a",)
    stints = dated(told.stints)
    # At half past eleven in London it is the next day in Berlin.
    assert [(row["from_day"], row["until_day"], row["fte"]) for row in stints] == [
        ("2026-03-02", "2026-03-11", 0),
        ("2026-03-11", "2026-03-31", UNIT),
    ]


def test_two_accounts_of_one_person_begin_with_the_earlier() -> None:
    told = made([account("a", "p"), account("b", "p")], seen={"a": "2026-03-20T09:00Z", "b": "2026-03-05T09:00Z"})
    assert [row["person"] for row in told.people] == [0, 0]
    assert dated(told.stints)[1]["from_day"] == "2026-03-05"


def test_working_days_are_those_of_the_team_of_the_day() -> None:
    teams = [
        {"id": "south", "workdays": ["sun", "mon"], "holidays": [date(2026, 3, 9)]},
        {"id": "north", "hours": {"from": "08:00", "to": "12:00"}, "zone": "Asia/Tokyo"},
    ]
    person = {"id": "p", "fte": 0.5, "teams": [{"south": date(2026, 1, 1)}, {"north": date(2026, 3, 16)}]}
    told = made([account("a", "p")], teams=teams, people=[person])
    first, second = dated(told.stints)
    assert (first["until_day"], first["fte"]) == ("2026-03-16", UNIT // 2)
    hours = {n: [row for row in dated(told.workdays) if row["calendar"] == n] for n in (0, 1)}
    assert [row["day"] for row in hours[first["calendar"]]][:4] == [
        "2026-03-02",
        "2026-03-08",
        "2026-03-15",
        "2026-03-16",
    ]
    # Tokyo's eight o'clock is eleven in the evening before, in UTC: the zone is that of the team they came to last.
    assert next(row for row in hours[second["calendar"]])["start_us"] == micros("2026-03-01T23:00Z")


def test_leave_is_told_day_by_day_within_the_window() -> None:
    away = [{"from": date(2026, 2, 20), "to": date(2026, 3, 3)}, {"from": date(2026, 3, 9), "to": date(2026, 3, 9)}]
    person = {"id": "p", "teams": [{"crew": date(2026, 1, 1)}], "away": away}
    told = made([account("a", "p")], teams=[{"id": "crew"}], people=[person])
    assert [row["day"] for row in dated(told.away)] == ["2026-03-02", "2026-03-03", "2026-03-09"]


def test_teams_share_a_person_and_what_they_leave_is_of_none() -> None:
    teams = [
        {"team": "one", "from": date(2026, 1, 1), "share": 0.5},
        {"team": "two", "from": date(2026, 3, 16), "share": 0.3},
    ]
    told = made([account("a", "p")], teams=[{"id": "one"}, {"id": "two"}], people=[{"id": "p", "teams": teams}])
    parts = [(row["team"], row["until_share"] - row["from_share"]) for row in told.memberships]
    half, third, fifth = UNIT // 2, 3 * UNIT // 10, UNIT // 5
    assert parts == [("one", half), (None, half), ("one", half), ("two", third), (None, fifth)]


def test_who_left_has_no_capacity_any_more() -> None:
    teams = [{"team": "crew", "from": date(2026, 1, 1), "to": date(2026, 3, 13)}]
    told = made([account("a", "p")], teams=[{"id": "crew"}], people=[{"id": "p", "teams": teams}])
    assert [(row["from_day"], row["fte"]) for row in dated(told.stints)] == [("2026-03-02", UNIT), ("2026-03-14", 0)]


def test_the_day_of_the_report_counts_once_some_of_it_has_passed() -> None:
    midnight = Window(date(2026, 3, 2), datetime(2026, 3, 29, 22, tzinfo=UTC))  # Berlin is on summer time
    assert midnight.until_day(BERLIN) == number_of(date(2026, 3, 30))
    assert WINDOW.until_day(BERLIN) == number_of(date(2026, 3, 31))
