"""Who the accounts belong to, as far as the people file and the sources tell, and whom nobody knows."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

import msgspec
from sqlalchemy import Engine

from mappings.identities import Account, Suggestion, identities, suggested
from mappings.people import People, with_bots
from sync.reconcile.periods import instant, micros
from sync.snapshot import Snapshot
from sync.store.load import snapshot

if TYPE_CHECKING:
    from datetime import datetime

    import ibis.expr.types as ir

RECENT_DAYS = 28
#: Table → its columns that tell who did something, and when.
DEEDS = {
    "work_items": ("author", "created_us"),
    "changes": ("author", "at_us"),
    "comments": ("author", "created_us"),
    "worklogs": ("author", "started_us"),
    "pull_requests": ("author", "created_us"),
    "reviews": ("author", "submitted_us"),
    "commits": ("author", "committed_us"),
}


@dataclass(frozen=True, kw_only=True)
class Known:
    """A person of the people file, the teams of the day, and the accounts that are theirs."""

    person: str
    teams: tuple[str, ...]
    accounts: tuple[Account, ...]


@dataclass(frozen=True, kw_only=True)
class Unknown:
    """An account that was active lately and is nobody's in the people file."""

    account: Account
    last_on: date  #: in UTC


@dataclass(frozen=True, kw_only=True)
class Roster:
    """`unknown` has first those whose naming clears most; it says nothing of what anybody did (metrics.md §10)."""

    known: tuple[Known, ...]
    suggested: tuple[Suggestion, ...]
    unknown: tuple[Unknown, ...]
    days: int = RECENT_DAYS  #: how far back `unknown` looks


def roster(engine: Engine, *, people: People, as_of: "datetime", day: date) -> Roster:
    """Who is known at `as_of`; the teams are those of the day."""
    facts = snapshot(engine, as_of)
    accounts = with_bots(facts["accounts"], people)
    found = identities(accounts, people)
    teams = {person.id: tuple(sorted(person.teams_on(day))) for person in people.people}
    known = tuple(
        Known(person=name, teams=held, accounts=tuple(account for account in found if account.person == name))
        for name, held in teams.items()
    )
    nobodys = {account.ref: account for account in found if account.person not in teams}
    return Roster(known=known, suggested=suggested(found, people), unknown=tuple(_active(facts, nobodys)))


def _active(facts: Snapshot, accounts: dict[str, Account]) -> list[Unknown]:
    since_us = micros(facts.as_of - timedelta(days=RECENT_DAYS))
    deeds = _deeds(facts)
    recent = deeds.filter(deeds.at_us >= since_us)
    days = recent.group_by("author").agg(days=(recent.at_us // 86_400_000_000).nunique(), last_us=recent.at_us.max())
    rows = days.order_by(days.days.desc(), "author").to_pyarrow().to_pylist()
    return [
        Unknown(account=accounts[row["author"]], last_on=instant(row["last_us"]).date())
        for row in rows
        if row["author"] in accounts
    ]


def _deeds(facts: Snapshot) -> "ir.Table":
    """author, at_us."""
    import ibis

    told = [facts[name].select(author=author, at_us=at_us) for name, (author, at_us) in DEEDS.items()]
    return ibis.union(*told)


def as_text(roster: Roster) -> str:
    return "\n".join(_lines(roster))


def as_json(roster: Roster) -> str:
    return msgspec.json.format(msgspec.json.encode(roster, order="deterministic"), indent=2).decode()


def _lines(roster: Roster) -> list[str]:
    lines = [f"{len(roster.known):,} people in the people file"]
    for known in roster.known:
        lines.append(f"  {known.person} ({', '.join(known.teams) or 'no team'})")
        lines += [f"    {_told(account)}, {account.basis}" for account in known.accounts]
        lines += [] if known.accounts else ["    none of the accounts that the sources show"]
    lines.append(f"{len(roster.suggested):,} to confirm: put the account into the people file if it is theirs")
    lines += [f"  {each.person}: {_told(each.account)}, for {each.because}" for each in roster.suggested]
    lines.append(
        f"{len(roster.unknown):,} active in the last {roster.days} days and nobody's; name the first ones first"
    )
    lines += [f"  {_told(each.account)}, last on {each.last_on}" for each in roster.unknown]
    return lines


def _told(account: Account) -> str:
    return f"{account.source}: {account.name} ({account.ref.split(':', 2)[-1]})"
