"""M13 premature work: work has begun on an objective that is still to come.

Definition: a work item that was started and not discarded, touched in the last 28 days, and tagged to an objective
that is planned on the day of the report.
Severity: low.
Evidence: when it went active, and from when on the objective is current, where that is known.
Decision: shall it begin early?
Suggested action: confirm the early start by the objective's date, or put the item back.
Against false alarms: an objective that has become current asks nothing any more; an objective without dates is always
current; an item without history never shows when it went active.
"""

from typing import TYPE_CHECKING

from mappings.rows import as_table
from mappings.strategy import Objective
from sync.reconcile.facts import Facts
from sync.reconcile.findings import Evidence, Finding
from sync.reconcile.manual import Option
from sync.reconcile.periods import instant, micros, start_of
from sync.reconcile.rows import Row, rows_of

if TYPE_CHECKING:
    import ibis.expr.types as ir

KIND, SLUG = "M13", "premature-work"
OPTIONS = (
    Option(says="Begin the objective early", cost="a line of strategy.yaml, and effort that the plan gave to others"),
    Option(says="Put the work back until then", cost="what was begun lies idle"),
    Option(says="Tag it to a current objective", cost="one field, and a reason"),
)
DEFAULT = "It goes on, and counts as early."


def ask(facts: Facts) -> list[Row]:
    planned = [each for each in facts.strategy.objectives if each.state_on(facts.today) == "planned"]
    return rows_of(_begun(planned, facts)) if planned else []


def _begun(planned: list[Objective], facts: Facts) -> "ir.Table":
    tagged = facts.tags.filter(facts.tags.outcome == "tagged").join(_starts(planned, facts), "objective")
    flowed = facts.flow.filter(facts.flow.outcome.isnull() | (facts.flow.outcome != "discarded"))
    begun = flowed.filter(flowed.last_active_us.notnull()).select("ref", "last_active_us")
    early = begun.semi_join(facts.touched, "ref").join(tagged.select("ref", "current_us", early="objective"), "ref")
    return early.order_by(["ref", "early"])


def _starts(planned: list[Objective], facts: Facts) -> "ir.Table":
    """objective, current_us: from when on each is current, where it says so."""
    rows = [{"objective": each.id, "current_us": _current_us(each, facts)} for each in planned]
    return as_table(rows, {"objective": "string", "current_us": "int64"})


def _current_us(objective: Objective, facts: Facts) -> int | None:
    days = (on for state, on in objective.turns if state == "current")
    first = next(days, None)
    return None if first is None else micros(start_of(first, zone=facts.zone))


def finding(row: Row, facts: Facts) -> Finding:
    active_at, until = instant(row["last_active_us"]), row["current_us"]
    return facts.finding(
        KIND,
        SLUG,
        row,
        severity="low",
        evidence=(
            Evidence(says="Went active", at=active_at, ref=row["ref"]),
            Evidence(says=f"Objective {row['early']} is planned; current from", at=instant(until))
            if until
            else Evidence(says=f"Objective {row['early']} is planned, and no day is set for it"),
        ),
        place_to_fix="The item's tag, or strategy.yaml",
        action="Confirm the early start by the objective's date, or put the item back",
        since=active_at,
        against=row["early"],
    )
