"""M32 date inversion: a part is due after the whole.

Definition: an open work item that is due after its open parent, or after the day on which the objective that it is
tagged to is to be closed.
Severity: medium.
Evidence: both days.
Decision: which of the two days holds?
Suggested action: bring the part forward, or put the whole off.
Against false alarms: due on the same day is in time; what is done, and a parent that is done, is silent; an objective
that is closed already is another finding (M12).
"""

from typing import TYPE_CHECKING

from mappings.rows import as_table
from sync.reconcile.facts import Facts
from sync.reconcile.findings import Evidence, Finding
from sync.reconcile.manual import Option
from sync.reconcile.rows import Row, rows_of

if TYPE_CHECKING:
    import ibis.expr.types as ir

KIND, SLUG = "M32", "date-inversion"
OPTIONS = (
    Option(says="Bring the part forward", cost="something else waits"),
    Option(says="Put the whole off", cost="a new promise"),
    Option(says="Leave the part out", cost="less is delivered"),
)
DEFAULT = "The whole is late by the part."


def ask(facts: Facts) -> list[Row]:
    return rows_of(_late(facts))


def _late(facts: Facts) -> "ir.Table":
    """Open items due after what they are a part of: with due_on, whole_on, and other_ref or closing."""
    import ibis

    standing, items = facts.relations.standing, facts.snapshot["work_items"]
    going = items.semi_join(standing.filter(standing.category != "done"), "ref")
    dated = going.filter(going.due_on.notnull()).select("ref", "parent_ref", "due_on")
    parents = dated.select(other_ref="ref", whole_on="due_on")
    below = dated.join(parents, dated.parent_ref == parents.other_ref).select("ref", "due_on", "whole_on", "other_ref")
    tagged = (
        facts.tags.filter(facts.tags.outcome == "tagged").select("ref", "objective").join(_ends(facts), "objective")
    )
    served = dated.join(tagged, "ref").select("ref", "due_on", "whole_on", closing="objective")
    told = ibis.union(
        below.mutate(closing=ibis.null("string")),
        served.mutate(other_ref=ibis.null("string")).select(*below.columns, "closing"),
    )
    return told.filter(told.due_on > told.whole_on).order_by(["ref", "other_ref", "closing"])


def _ends(facts: Facts) -> "ir.Table":
    """The current objectives that are to be closed: objective, whole_on (the first day on which it is closed)."""
    closing = {
        each.id: [on for state, on in each.turns if state == "closed" and on > facts.today]
        for each in facts.strategy.objectives
    }
    rows = [{"objective": name, "whole_on": min(days).isoformat()} for name, days in closing.items() if days]
    return as_table(rows, {"objective": "string", "whole_on": "string"})


def finding(row: Row, facts: Facts) -> Finding:
    whole = f"Objective {row['closing']} closes" if row["closing"] else f"Its parent {row['other_key']} is due"
    return facts.finding(
        KIND,
        SLUG,
        row,
        severity="medium",
        evidence=(
            Evidence(says=f"Due on {row['due_on']}", ref=row["ref"]),
            Evidence(says=f"{whole} on {row['whole_on']}", ref=row["other_ref"]),
        ),
        place_to_fix="The due dates, or strategy.yaml",
        action="Bring the part forward, or put the whole off",
        since=None,
        against=row["closing"],
        counterpart=(row["other_ref"], row["other_key"]) if row["other_ref"] else None,
    )
