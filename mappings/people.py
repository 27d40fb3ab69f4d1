"""Who travels: teams, and the accounts of each person."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple, TypeAlias

from pydantic import BeforeValidator, Field

from mappings.calendars import Calendar, DaysOff
from mappings.model import Fault, Model, UserFile, Zone, entries, repeated_ids
from mappings.problems import nearest
from mappings.rows import as_table

if TYPE_CHECKING:
    import ibis.expr.types as ir


class Team(Calendar):
    id: str = Field(min_length=1)
    zone: Zone | None = None  #: the report's where it has none
    day_rate: float | None = Field(default=None, ge=0)


class Membership(Model):
    """In a team from a day on, up to the last if that is said. Without a share, it is the whole of their time."""

    team: str = Field(min_length=1)
    from_on: date = Field(alias="from")
    to_on: date | None = Field(default=None, alias="to")
    share: float | None = Field(default=None, gt=0, le=1)

    def holds(self, day: date) -> bool:
        return self.from_on <= day <= (self.to_on or date.max)


def _as_membership(line: Any) -> Any:
    """`{payments: 2026-01-01}` names the team and its first day."""
    if not isinstance(line, dict) or line.keys() & {"team", "from", "to", "share"}:
        return line
    if len(line) != 1:
        raise ValueError("each entry should name one team and its first day, such as {payments: 2026-01-01}")
    ((team, since),) = line.items()
    return {"team": team, "from": since}


MembershipLine: TypeAlias = Annotated[
    Membership, BeforeValidator(_as_membership, json_schema_input_type=Membership | dict[str, date])
]


class Person(Model):
    id: str = Field(min_length=1)
    teams: tuple[MembershipLine, ...] = ()  #: {payments: 2026-01-01}, or with `team`, `from`, `to` and `share`
    zone: Zone | None = None  #: their team's where they have none
    fte: float = Field(default=1.0, gt=0, le=1)
    accounts: dict[str, str] = Field(default={})  #: source → the account's id or login there
    away: tuple[DaysOff, ...] = ()  #: a day alone, or the first and the last of several

    def teams_on(self, day: date) -> dict[str, float]:
        """Team → its part of their time. Of the memberships without a share the last to begin has what is left."""
        held = sorted((each for each in self.teams if each.holds(day)), key=lambda each: each.from_on)
        shares = {each.team: each.share for each in held if each.share is not None}
        whole = [each.team for each in held if each.share is None and each.team not in shares]
        rest = 1.0 - sum(shares.values())
        return shares | ({whole[-1]: rest} if whole and rest > 0 else {})

    def team_on(self, day: date) -> str | None:
        """The team that has most of their time, of equal ones the last to begin; None where they are in none."""
        shares = self.teams_on(day)
        since = {each.team: each.from_on for each in self.teams if each.holds(day)}
        return max(shares, key=lambda team: (shares[team], since[team]), default=None)


class People(UserFile):
    teams: tuple[Team, ...] = ()
    people: tuple[Person, ...] = ()
    bots: dict[str, tuple[str, ...]] = Field(default={})  #: source → ids or logins of accounts that programs use

    @classmethod
    def faults(cls, data: Any) -> Iterator[Fault]:
        yield from repeated_ids(entries(data, "teams"))
        yield from repeated_ids(entries(data, "people"))
        yield from _unknown_teams(data)
        yield from _shares_over_one(data)
        yield from _accounts_of_two(data)


def _unknown_teams(data: Any) -> Iterator[Fault]:
    teams = {str(entry.get("id")) for _, entry in entries(data, "teams")}
    for path, person in entries(data, "people"):
        for line_path, line in entries(person, "teams"):
            is_long = "from" in line
            team = line.get("team") if is_long else next(iter(line), None)
            if isinstance(team, str) and team not in teams:
                place = (*path, *line_path, "team" if is_long else team)
                yield Fault(place, f"no team has the id '{team}'", nearest(team, teams), at_key=not is_long)


def _shares_over_one(data: Any) -> Iterator[Fault]:
    """A fault for each person, on the first day that more than all of their time is given away."""
    for path, person in entries(data, "people"):
        lines = [_Part.of(line) for _, line in entries(person, "teams")]
        parts = [part for part in lines if part]
        for day in sorted({part.from_on for part in parts}):
            total = sum(part.share for part in parts if part.from_on <= day <= part.to_on)
            if total > 1 + 1e-9:
                yield Fault((*path, "teams"), f"the shares on {day} add up to {total:g}, which is more than 1")
                break


class _Part(NamedTuple):
    from_on: date
    to_on: date
    share: float

    @classmethod
    def of(cls, line: Mapping[str, Any]) -> "_Part | None":
        """What a line says of its share; None where it says nothing, or not in a way that can be read."""
        since, until, share = line.get("from"), line.get("to", date.max), line.get("share")
        if type(since) is not date or type(until) is not date or not isinstance(share, int | float):
            return None
        return cls(since, until, share)


def _accounts_of_two(data: Any) -> Iterator[Fault]:
    """A fault for each account that an earlier person, or none but a program, has."""
    seen: dict[tuple[str, str], str] = {}
    bots = data.get("bots") if isinstance(data, Mapping) else None
    for source, names in bots.items() if isinstance(bots, Mapping) else ():
        seen |= {(source, str(name).lower()): "the bots" for name in (names if isinstance(names, tuple) else ())}
    for path, person in entries(data, "people"):
        accounts = person.get("accounts")
        for source, account in accounts.items() if isinstance(accounts, Mapping) else ():
            owner = seen.setdefault((source, str(account).lower()), f"'{person.get('id')}'")
            if owner != f"'{person.get('id')}'":
                yield Fault((*path, "accounts", source), f"the account '{account}' of {source} is of {owner} already")


def with_bots(accounts: "ir.Table", people: People) -> "ir.Table":
    """The accounts, those that the people file calls bots as such."""
    import ibis

    rows = [{"source": source, "account": name} for source, names in people.bots.items() for name in names]
    if not rows:
        return accounts
    found = _called(accounts, as_table(rows, {"source": "string", "account": "string"})).select("ref").distinct()
    named = accounts.left_join(found.mutate(is_bot=True), "ref").drop("ref_right")
    return named.mutate(kind=ibis.ifelse(named.is_bot.fill_null(False), "bot", named.kind)).drop("is_bot")


def accounts_of(accounts: "ir.Table", people: People) -> "ir.Table":
    """ref and person: the accounts that the people file gives to somebody.

    It names an account by its id at the source, or by its name there, whose case does not count.
    """
    rows = [
        {"source": source, "account": account, "person": person.id}
        for person in people.people
        for source, account in person.accounts.items()
    ]
    named = as_table(rows, {"source": "string", "account": "string", "person": "string"})
    found = _called(accounts, named)
    return found.group_by("ref").agg(person=found.person.min())


def team_of_accounts(accounts: "ir.Table", people: People, day: date) -> "ir.Table":
    """ref and team: the team that each account is in on this day; accounts of nobody, and of no team, are left out."""
    rows = [{"person": person.id, "team": team} for person in people.people if (team := person.team_on(day))]
    teams = as_table(rows, {"person": "string", "team": "string"})
    return accounts_of(accounts, people).inner_join(teams, "person").select("ref", "team")


def _called(accounts: "ir.Table", named: "ir.Table") -> "ir.Table":
    """The accounts that the rows of `named` mean by source and account, with what else these rows say.

    Each is found by its id and by its name, in two joins: one that asks for either compares every pair of a source.
    """
    by_id = accounts.mutate(called=accounts.ref.re_replace("^[^:]*:[^:]*:", ""))
    by_name = accounts.mutate(called=accounts.name.lower())
    folded = named.mutate(account=named.account.lower())
    same = ["source", ("called", "account")]
    found = by_id.inner_join(named, same).union(by_name.inner_join(folded, same))
    return found.drop("called", "account").distinct()
