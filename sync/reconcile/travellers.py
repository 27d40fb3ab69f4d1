"""Whom it touches when something moves on the map: teams, open items, what is in flight and the effort in it."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from math import fsum
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from mappings.people import People, team_of_accounts
from sync.reconcile.facts import Facts
from sync.reconcile.severities import Stake, stakes

if TYPE_CHECKING:
    import ibis.expr.types as ir


class InFlight(Struct, frozen=True, kw_only=True):
    """A work item that was started, is not finished, and was touched lately."""

    ref: str
    key: str
    title: str
    url: str | None


class Travellers(Struct, frozen=True, kw_only=True):
    """Those on the way to one objective, or to what lies below it."""

    objective: str  #: `sync.reconcile.objectives.ALL` stands for all work
    teams: tuple[str, ...]  #: that items name, and that their assignees are in
    open_items: int
    in_flight: tuple[InFlight, ...]  #: by key
    effort_days: float = 0.0  #: whole person-days that went into those in flight in the last 28 days (`touched_days`)


def travellers(
    facts: Facts, members: "ir.Table", *, scopes: Collection[str], people: People
) -> Mapping[str, Travellers]:
    """By scope, whom it touches. `members` has ref and scope."""
    rows = _open(facts, members, scopes).to_pyarrow().to_pylist()
    teams = _teams(facts, people)
    by_scope: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        by_scope[row["scope"]].append(row)
    flying = {row["ref"] for row in rows if row["flies"]}
    held = stakes(facts.effort, flying, today=facts.today, days=facts.thresholds.touched_days) if flying else {}
    return {scope: _of_scope(scope, by_scope[scope], teams, held) for scope in scopes}


def _of_scope(
    scope: str, rows: list[dict[str, Any]], teams: Mapping[str, set[str]], held: Mapping[str, Stake]
) -> Travellers:
    flying = [row for row in rows if row["flies"]]
    return Travellers(
        objective=scope,
        teams=tuple(sorted(set().union(*(teams.get(row["ref"], set()) for row in rows)))),
        open_items=len(rows),
        in_flight=tuple(InFlight(**{name: row[name] for name in InFlight.__struct_fields__}) for row in flying),
        effort_days=float(round(fsum(held[row["ref"]].days for row in flying if row["ref"] in held))),
    )


def _open(facts: Facts, members: "ir.Table", scopes: Collection[str]) -> "ir.Table":
    """The open items of these scopes: scope, flies, and what they are called."""
    going = facts.flow.filter(facts.flow.finished_us.isnull()).select("ref", "started_us")
    known = going.inner_join(members.select("ref", "scope").distinct(), "ref")
    known = known.filter(known.scope.isin(sorted(scopes)))
    known = known.inner_join(facts.snapshot["work_items"].select("ref", "key", "title", "url"), "ref")
    known = known.left_join(facts.touched, "ref").drop("ref_right")
    flies = known.started_us.notnull() & known.touched_us.notnull()
    return (
        known.mutate(flies=flies).select("scope", "ref", "key", "title", "url", "flies").order_by("scope", "key", "ref")
    )


def _teams(facts: Facts, people: People) -> Mapping[str, set[str]]:
    """By work item, the teams that it names and that its assignees are in."""
    items = facts.snapshot["work_items"]
    of_accounts = team_of_accounts(facts.snapshot["accounts"], people, facts.today)
    given = items.select("ref", account="assignees").unnest("account")
    assigned = given.inner_join(of_accounts.select("team", account="ref"), "account").select("ref", "team")
    named = items.filter(items.team.notnull()).select("ref", "team")
    teams: dict[str, set[str]] = defaultdict(set)
    for row in assigned.union(named, distinct=True).to_pyarrow().to_pylist():
        teams[row["ref"]].add(row["team"])
    return teams
