"""Who travels: teams, and the accounts of each person."""

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING, Any

from pydantic import Field, field_validator

from mappings.model import Fault, Model, UserFile, Zone, entries, repeated_ids
from mappings.problems import nearest
from mappings.rows import as_table

if TYPE_CHECKING:
    import ibis.expr.types as ir


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

    def team_on(self, day: date) -> str | None:
        """The team that became theirs last, by this day; None before the first."""
        begun = [(on, team) for line in self.teams for team, on in line.items() if on <= day]
        return max(begun, key=lambda each: each[0])[1] if begun else None


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


def team_of_accounts(accounts: "ir.Table", people: People, day: date) -> "ir.Table":
    """ref and team: the team that each account is in on this day; accounts of nobody's, and of no team, are left out.

    The people file names an account by its id at the source, or by its name there, whose case does not count.
    """
    rows = [
        {"source": source, "account": account, "team": team}
        for person in people.people
        if (team := person.team_on(day)) is not None
        for source, account in person.accounts.items()
    ]
    named = as_table(rows, {"source": "string", "account": "string", "team": "string"})
    identity = accounts.ref.re_replace("^[^:]*:[^:]*:", "")
    called = accounts.mutate(identity=identity)
    same = (called.identity == named.account) | (called.name.lower() == named.account.lower())
    found = called.inner_join(named, [called.source == named.source, same])
    return found.group_by("ref").agg(team=found.team.min())
