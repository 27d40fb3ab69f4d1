"""Who travels: teams, and the accounts of each person."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from pydantic import Field, field_validator

from mappings.model import Fault, Model, UserFile, Zone, entries, repeated_ids
from mappings.problems import nearest


class Team(Model):
    id: str = Field(min_length=1)
    zone: Zone | None = None
    holidays: tuple[date, ...] = ()
    day_rate: float | None = Field(default=None, ge=0)


class Absence(Model):
    """Days away, the first and the last included."""

    from_on: date = Field(alias="from")
    to_on: date = Field(alias="to")


class Person(Model):
    id: str = Field(min_length=1)
    teams: tuple[dict[str, date], ...] = ()  #: team → the day it became theirs
    fte: float = Field(default=1.0, gt=0, le=1)
    accounts: dict[str, str] = Field(default={})  #: source → the account's id or login there
    away: tuple[Absence, ...] = ()

    @field_validator("teams")
    @classmethod
    def _one_team_a_line(cls, lines: tuple[dict[str, date], ...]) -> tuple[dict[str, date], ...]:
        if any(len(line) != 1 for line in lines):
            raise ValueError("each entry should name one team and its first day, such as {payments: 2026-01-01}")
        return lines


class People(UserFile):
    teams: tuple[Team, ...] = ()
    people: tuple[Person, ...] = ()

    @classmethod
    def faults(cls, data: Any) -> Iterator[Fault]:
        yield from repeated_ids(entries(data, "teams"))
        yield from repeated_ids(entries(data, "people"))
        teams = {str(entry.get("id")) for _, entry in entries(data, "teams")}
        for path, person in entries(data, "people"):
            for line_path, line in entries(person, "teams"):
                for team in line.keys() - teams:
                    message = f"no team has the id '{team}'"
                    yield Fault((*path, *line_path, team), message, nearest(team, teams), at_key=True)
