"""M34 scope surge: an objective has grown by a fifth or more since it was committed to.

Definition: a current objective with a plan or a promise, to which more than a fifth (`surge_share`) of what was in its
scope when the last complete month began was added in that month.
Severity: medium; high where it grew by half.
Evidence: the scope before, what was added, and some of it.
Decision: is it still the same promise?
Suggested action: accept it on the record, with a new date, or take it out again.
Against false alarms: items are counted from five on, on both sides; where an item was given up below the same parent in
that month, what was added there is a split of it; what became current in that month is still being planned.
"""

from typing import TYPE_CHECKING

from mappings.strategy import Objective
from sync.reconcile.facts import Facts
from sync.reconcile.findings import Evidence, Finding
from sync.reconcile.manual import Option
from sync.reconcile.periods import micros, start_of
from sync.reconcile.rows import Row, rows_of
from sync.reconcile.stats import SMALLEST_DENOMINATOR

if TYPE_CHECKING:
    import ibis.expr.types as ir

KIND, SLUG = "M34", "scope-surge"
OPTIONS = (
    Option(
        says="Accept it on the record, with a new date", cost="a line of strategy.yaml; whoever counts on it is told"
    ),
    Option(says="Take it out again", cost="whoever asked for it waits"),
    Option(says="Take out something else", cost="a part of what was promised"),
)
DEFAULT = "The promise stays, and what it takes has grown."
GRAVE = 0.5
MOST_NAMED = 3


def ask(facts: Facts) -> list[Row]:
    asked = [each for each in facts.strategy.objectives if _is_committed(each, facts)]
    before = {each.id: _before(each, facts) for each in asked}
    asked = [each for each in asked if before[each.id] >= SMALLEST_DENOMINATOR]
    added, most = _added(facts) if asked else {}, facts.thresholds.surge_share
    return [
        facts.subject_of(objective) | {"before": before[objective.id], "added": count, "refs": refs}
        for objective in asked
        for count, refs in (added.get(objective.id, (0, [])),)
        if count >= SMALLEST_DENOMINATOR and count > most * before[objective.id]
    ]


def _is_committed(objective: Objective, facts: Facts) -> bool:
    """Whether it was current when the month began, and something was said of what it is to get or when it is due."""
    first_on, _ = facts.prospects.month
    is_said = objective.promised_on is not None or bool(objective.share_on(first_on))
    return is_said and {objective.state_on(first_on), objective.state_on(facts.today)} == {"current"}


def _before(objective: Objective, facts: Facts) -> int:
    """Items in scope when the month began."""
    history = facts.prospects.history(objective)
    return history.at(history.edge(facts.prospects.month[0])).scope


def _added(facts: Facts) -> dict[str, tuple[int, list[str]]]:
    """Objective → how many items came into its scope in the month and are no splits, and the first few of them."""
    rows = rows_of(_joined(facts))
    found: dict[str, tuple[int, list[str]]] = {}
    for row in rows:
        count, refs = found.get(row["scope"], (row["added"], []))
        found[row["scope"]] = count, [*refs, row["ref"]]
    return found


def _joined(facts: Facts) -> "ir.Table":
    """scope, added (how many), ref: the first few that came into each scope."""
    import ibis

    since_us, until_us = (micros(start_of(day, zone=facts.zone)) for day in facts.prospects.month)
    flow, items = facts.flow.select("ref", "outcome", "finished_us"), facts.snapshot["work_items"]
    known = facts.serving.join(flow, "ref").join(items.select("ref", "parent_ref"), "ref")
    is_given_up = (known.outcome == "discarded").fill_null(False)
    ended = known.filter(is_given_up & (known.finished_us >= since_us) & (known.finished_us < until_us))
    split = ended.filter(ended.parent_ref.notnull()).select("scope", "parent_ref").distinct()
    came = known.filter(~is_given_up & (known.since_us >= since_us) & (known.since_us < until_us))
    new = came.anti_join(split, ["scope", "parent_ref"])
    told = new.mutate(
        added=new.count().over(ibis.window(group_by="scope")),
        place=ibis.row_number().over(ibis.window(group_by="scope", order_by=["since_us", "ref"])),
    )
    return told.filter(told.place < MOST_NAMED).select("scope", "added", "ref", "place").order_by("scope", "place")


def finding(row: Row, facts: Facts) -> Finding:
    began_at = start_of(facts.prospects.month[0], zone=facts.zone)
    names = facts.names(row["refs"])
    growth = row["added"] / row["before"]
    return facts.finding(
        KIND,
        SLUG,
        row,
        severity="high" if growth >= GRAVE else "medium",
        evidence=(
            Evidence(
                says=f"{row['added']:,} items came to {row['before']:,}, {growth:.0%} more, in the month from",
                at=began_at,
            ),
            *(Evidence(says=f"Among them {names[ref]['key']}", ref=ref) for ref in row["refs"] if ref in names),
        ),
        place_to_fix="`promised_on` in strategy.yaml, or the objective's scope",
        action="Accept it on the record, with a new date, or take it out again",
        since=began_at,
    )
