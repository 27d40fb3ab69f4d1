"""M15 priority inversion: a team works on what ranks lower while something that ranks higher is ready and waits.

Definition: a work item of a team that has been committed to, and not begun, for more than ten working days
(`ready_days`), while the team spent a day or more of these on an item of a strategic objective that ranks lower. Of one
team and objective the item that waits the longest is told.
Severity: high.
Evidence: since when it is ready, what else is, and the lower item that took most of the team's effort meanwhile.
Decision: what comes first?
Suggested action: swap the two, or rank their objectives anew.
Against false alarms: ready is what has come into a status that the mapping file calls a commitment; what is blocked, or
waits for an open item, is not ready; the team is the one that the item names, or that of all its assignees; two
objectives of one branch are not ranked against each other. It is a question: not everybody can do everything.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from mappings.rows import as_table
from sync.reconcile.days import number_of
from sync.reconcile.facts import Facts
from sync.reconcile.findings import Evidence, Finding
from sync.reconcile.manual import Option
from sync.reconcile.objectives import lineage
from sync.reconcile.periods import day_of, instant, micros, working_days_before
from sync.reconcile.rows import Row, rows_of

if TYPE_CHECKING:
    import ibis.expr.types as ir

KIND, SLUG = "M15", "priority-inversion"
OPTIONS = (
    Option(says="Swap the two", cost="what is begun waits"),
    Option(says="Rank their objectives anew", cost="a line of strategy.yaml, on the record"),
    Option(says="Give it to another team", cost="it has to learn it first"),
)
DEFAULT = "What matters more goes on waiting."
LEAST_DAYS = 1.0  #: person-days on what ranks lower
OVER = {"objective": "string", "lower": "string"}


def ask(facts: Facts) -> list[Row]:
    """Nobody is asked how effort was spent where nothing waits."""
    ready = _ready(facts).cache()
    return rows_of(_inverted(ready, facts)) if ready.count().to_pyarrow().as_py() else []


def _ready(facts: Facts) -> "ir.Table":
    """The item of each team and objective that waits the longest: ref, ready_us, team, objective, others (as ready)."""
    import ibis

    flow, stuck = facts.flow, facts.flowed.blocks.filter(facts.flowed.blocks.end_us >= micros(facts.as_of))
    begun_us = facts.working_days_ago(facts.thresholds.ready_days)
    waiting = flow.filter((flow.category == "todo") & flow.started_us.isnull() & (flow.committed_us <= begun_us))
    free = waiting.anti_join(stuck, "ref").anti_join(
        facts.relations.waits, waiting.ref == facts.relations.waits.waiting
    )
    placed = facts.with_objective(free.select("ref", ready_us="committed_us").join(facts.relations.item_teams, "ref"))
    placed = placed.filter(placed.objective.isin(_current(facts)))
    each = ibis.window(group_by=["team", "objective"])
    told = placed.mutate(
        place=ibis.row_number().over(ibis.window(group_by=["team", "objective"], order_by=["ready_us", "ref"])),
        others=placed.count().over(each) - 1,
    )
    return told.filter(told.place == 0).drop("place")


def _inverted(ready: "ir.Table", facts: Facts) -> "ir.Table":
    """The ready ones, each with the item of lower rank that took the most of its team's effort: other_ref, effort."""
    import ibis

    effort = facts.effort
    since_on = day_of(working_days_before(facts.as_of, facts.thresholds.ready_days, zone=facts.zone), zone=facts.zone)
    lately = effort.filter((effort.day >= number_of(since_on)) & effort.team.notnull())
    spent = lately.group_by("ref", "team").aggregate(effort=lately.effort.sum())
    lower = facts.with_objective(spent.filter(spent.effort >= LEAST_DAYS))
    lower = lower.select("team", "effort", other_ref="ref", lower="objective")
    pairs = ready.join(lower, "team").semi_join(as_table(_over(facts), OVER), ["objective", "lower"])
    most = ibis.window(group_by="ref", order_by=[ibis.desc("effort"), "other_ref"])
    told = pairs.mutate(place=ibis.row_number().over(most), days=pairs.effort.cast("float64"))
    return told.filter(told.place == 0).drop("place", "effort").order_by("ref")


def _over(facts: Facts) -> list[dict[str, Any]]:
    """Each pair of current objectives of which the first ranks higher, and neither lies below the other."""
    return [{"objective": one, "lower": other} for one, other in _pairs(facts)]


def _pairs(facts: Facts) -> Iterator[tuple[str, str]]:
    named, lines = _current(facts), lineage(facts.strategy)
    for place, one in enumerate(named):
        yield from ((one, other) for other in named[place + 1 :] if one not in lines[other] and other not in lines[one])


def _current(facts: Facts) -> list[str]:
    """The strategic objectives that are current, in rank order."""
    every = facts.strategy.objectives
    return [each.id for each in every if each.class_ == "strategic" and each.state_on(facts.today) == "current"]


def finding(row: Row, facts: Facts) -> Finding:
    ready_at = instant(row["ready_us"])
    others = (Evidence(says=f"{row['others']:,} more of it wait as long"),) if row["others"] else ()
    took = f"{round(row['days']):,} person-days of the team went to {row['other_key']} of {row['lower']}"
    return facts.finding(
        KIND,
        SLUG,
        row,
        severity="high",
        evidence=(
            Evidence(says="Ready, and not begun, since", at=ready_at, ref=row["ref"]),
            Evidence(says=took, ref=row["other_ref"]),
            *others,
        ),
        place_to_fix="The plans of the team, or the order of strategy.yaml",
        action="Swap the two, or rank their objectives anew",
        since=ready_at,
        counterpart=(row["other_ref"], row["other_key"]),
        effort_days=row["days"],
    )
