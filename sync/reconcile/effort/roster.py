"""Who works when: people with their zones, working days, hours and teams (metrics.md §4.2).

People have numbers here, in the order of their ids; days are numbers too, and instants UTC epoch microseconds. These
rows are about persons: they stay within this package.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo

from mappings.calendars import Calendar
from mappings.identities import Account
from mappings.people import People, Person, Team
from sync.reconcile.days import date_of, number_of
from sync.reconcile.periods import day_of, instant
from sync.reconcile.working_time import windows

UNIT = 10**12  #: of capacity, effort and weights: integers add up to the same in any order

#: Table → column → type.
PEOPLE = {"account": "string", "person": "int64", "zone": "int64"}
STINTS = {"person": "int64", "from_day": "int64", "until_day": "int64", "calendar": "int64", "fte": "int64"}
WORKDAYS = {"calendar": "int64", "day": "int64", "start_us": "int64", "end_us": "int64"}
AWAY = {"person": "int64", "day": "int64"}
MEMBERSHIPS = {
    "person": "int64",
    "from_day": "int64",
    "until_day": "int64",
    "team": "string",
    "from_share": "int64",
    "until_share": "int64",
}


class Window(NamedTuple):
    """What is reckoned: whole days, and nothing after `as_of`."""

    since_on: date
    as_of: datetime

    @property
    def first_day(self) -> int:
        return number_of(self.since_on)

    def until_day(self, zone: ZoneInfo) -> int:
        """The day after the last of which something had passed."""
        return number_of(day_of(self.as_of - timedelta(microseconds=1), zone=zone)) + 1


class Traveller(NamedTuple):
    """A person, and from when to when they are counted."""

    id: str
    person: Person
    zone: ZoneInfo
    from_on: date
    to_on: date


@dataclass(frozen=True, kw_only=True)
class Roster:
    """Rows of the tables above."""

    ids: tuple[str, ...]  #: by number
    home: ZoneInfo  #: of the report
    zones: tuple[ZoneInfo, ...]  #: by number
    people: list[dict[str, object]]
    stints: list[dict[str, object]]
    workdays: list[dict[str, object]]
    away: list[dict[str, object]]
    memberships: list[dict[str, object]]


def roster(
    accounts: Sequence[Account], people: People, *, first_us: Mapping[str, int], zone: ZoneInfo, window: Window
) -> Roster:
    """Everybody who has an account and was ever seen at work, or whom the people file has begin.

    `first_us` says when each account was first seen. Someone of no file works by the default calendar in `zone`.
    """
    travellers = sorted(_travellers(accounts, people, first_us, zone), key=lambda each: each.id)
    numbers = {each.id: number for number, each in enumerate(travellers)}
    zones = sorted({each.zone for each in travellers}, key=str) or [zone]
    teams = {team.id: team for team in people.teams}
    calendars: dict[tuple[str, ZoneInfo], int] = {}
    return Roster(
        ids=tuple(numbers),
        home=zone,
        zones=tuple(zones),
        people=[
            {"account": each.ref, "person": number, "zone": zones.index(travellers[number].zone)}
            for each in accounts
            if (number := numbers.get(each.person)) is not None
        ],
        stints=[row for each in travellers for row in _stints(each, numbers[each.id], calendars, window)],
        workdays=[
            row for (team, where), n in calendars.items() for row in _workdays(teams.get(team), where, n, window)
        ],
        away=[row for each in travellers for row in _away(each, numbers[each.id], window)],
        memberships=[row for each in travellers for row in _memberships(each, numbers[each.id], window)],
    )


def _travellers(
    accounts: Sequence[Account], people: People, first_us: Mapping[str, int], zone: ZoneInfo
) -> Iterator[Traveller]:
    declared = {person.id: person for person in people.people}
    seen_us: dict[str, int] = {}
    for account in accounts:
        if account.ref in first_us:
            seen_us[account.person] = min(first_us[account.ref], seen_us.get(account.person, first_us[account.ref]))
    for name in {account.person for account in accounts} | {person.id for person in people.people if person.teams}:
        person = declared.get(name) or Person(id=name)
        where = _zone_of(person, people, zone)
        begins = [each.from_on for each in person.teams]
        if not begins and name not in seen_us:
            continue
        from_on = min(begins) if begins else day_of(instant(seen_us[name]), zone=where)
        ends = [each.to_on or date.max for each in person.teams]
        yield Traveller(name, person, where, from_on, max(ends, default=date.max))


def _zone_of(person: Person, people: People, zone: ZoneInfo) -> ZoneInfo:
    """Their own, else that of the team that they came to last, else the report's."""
    teams = {team.id: team for team in people.teams}
    latest = max(person.teams, key=lambda each: each.from_on, default=None)
    name = person.zone or (teams[latest.team].zone if latest and latest.team in teams else None)
    return ZoneInfo(name) if name else zone


def _stints(
    each: Traveller, number: int, calendars: dict[tuple[str, ZoneInfo], int], window: Window
) -> Iterator[dict[str, object]]:
    """Stretches of one calendar; without capacity before they came and after they left."""
    for first, until in pairwise(_edges(each, window)):
        day = date_of(first)
        key = (each.person.team_on(day) or "", each.zone)
        calendar = calendars.setdefault(key, len(calendars))
        fte = round(each.person.fte * UNIT) if each.from_on <= day <= each.to_on else 0
        yield {"person": number, "from_day": first, "until_day": until, "calendar": calendar, "fte": fte}


def _edges(each: Traveller, window: Window) -> list[int]:
    """The days on which something about them changes, from the first of the window to the one after its last."""
    first, until = window.first_day, window.until_day(each.zone)
    spans = [(each.from_on, each.to_on), *((held.from_on, held.to_on or date.max) for held in each.person.teams)]
    turns = {number_of(start) for start, _ in spans} | {number_of(end) + 1 for _, end in spans}
    return sorted({first, until} | {turn for turn in turns if first < turn < until})


def _memberships(each: Traveller, number: int, window: Window) -> Iterator[dict[str, object]]:
    """How their time is shared out among teams: shares as stretches of the unit, what is left over for none."""
    for first, until in pairwise(_edges(each, window)):
        stretch = {"person": number, "from_day": first, "until_day": until}
        at = 0
        for team, share in sorted(each.person.teams_on(date_of(first)).items()):
            end = min(UNIT, at + round(share * UNIT))
            yield {**stretch, "team": team, "from_share": at, "until_share": end}
            at = end
        if at < UNIT:
            yield {**stretch, "team": None, "from_share": at, "until_share": UNIT}


def _away(each: Traveller, number: int, window: Window) -> Iterator[dict[str, object]]:
    first, until = window.first_day, window.until_day(each.zone)
    days = {
        day
        for off in each.person.away
        for day in range(max(first, number_of(off.from_on)), min(until, number_of(off.to_on) + 1))
    }
    return ({"person": number, "day": day} for day in sorted(days))


def _workdays(team: Team | None, zone: ZoneInfo, number: int, window: Window) -> Iterator[dict[str, object]]:
    """The hours of each working day (§1.7)."""
    last_on = date_of(window.until_day(zone) - 1)
    for hours in windows(team or Calendar(), zone=zone, since=window.since_on, until=last_on):
        yield {"calendar": number, **hours._asdict()}
