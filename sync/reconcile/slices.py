"""Slices of the work by team and type, as far as they may be shown (metrics.md §10.2)."""

from collections import defaultdict
from typing import TYPE_CHECKING

from mappings.people import People, accounts_of
from sync.reconcile.effort.privacy import shown
from sync.reconcile.objectives import ALL
from sync.reconcile.weekly import EVERY, SLICE

if TYPE_CHECKING:
    import ibis.expr.types as ir


def slices(flow: "ir.Table", teams: "ir.Table") -> "ir.Table":
    """The slices that each item is in: ref, team, type; all, its type's, its team's, and what is of both.

    `teams` has ref and team.
    """
    import ibis

    every = ibis.literal(EVERY)
    typed = flow.filter(flow.type.notnull()).select("ref", "type")
    both = teams.join(typed, "ref").select("ref", "team", "type")
    return ibis.union(
        flow.select("ref", team=every, type=every),
        typed.select("ref", team=every, type="type"),
        teams.semi_join(flow, "ref").select("ref", team="team", type=every),
        both,
    )


def allowed(
    told: "ir.Table", sliced: "ir.Table", members: "ir.Table", contributors: "ir.Table", *, least: int
) -> "ir.Table":
    """The rows of `told` but those of a team, or of a part of its work, that too few people stand behind.

    `contributors` has ref and person. A team shows beside the whole only where the rest is nobody or large enough too;
    a part of its work where so many people worked on it and nobody did more than half.
    """
    import ibis

    spent = sliced.filter(sliced.team != EVERY).join(members.select("ref", "scope"), "ref").join(contributors, "ref")
    spent = spent.group_by([*SLICE, "person"]).aggregate(items=spent.count()).cache()
    parts = spent.group_by(SLICE).aggregate(people=spent.count(), most=spent["items"].max(), every=spent["items"].sum())
    large = parts.filter(
        parts.people >= least, 2 * parts.most <= parts.every, parts.team.isin(_shown(spent, contributors, least=least))
    )
    return ibis.union(told.filter(told.team == EVERY), told.semi_join(large, SLICE)).order_by([*SLICE, "week"])


def contributors(work_items: "ir.Table", accounts: "ir.Table", people: People) -> "ir.Table":
    """Who was on each item, as far as the people file knows: ref, person."""
    given = work_items.select("ref", account="assignees").unnest("account")
    persons = accounts_of(accounts, people).select("person", account="ref")
    return given.join(persons, "account").select("ref", "person").distinct()


def _shown(spent: "ir.Table", contributors: "ir.Table", *, least: int) -> list[str]:
    everybody = sorted(contributors.select("person").distinct().person.to_pyarrow().to_pylist())
    number = {person: place for place, person in enumerate(everybody)}
    teams: dict[str, dict[int, int]] = defaultdict(dict)
    whole = spent.filter(spent.scope == ALL, spent.type == EVERY).select("team", "person", "items")
    for row in whole.to_pyarrow().to_pylist():
        teams[row["team"]][number[row["person"]]] = row["items"]
    return shown(teams, number.values(), least=least)
