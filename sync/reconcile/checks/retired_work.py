"""M12 retired work: work went active on an objective that is paused or closed.

Definition: a work item tagged to an objective that has been paused or closed since a day, and went active on or after
that day. Discarded items are silent: they were stopped.
Severity: high.
Evidence: when it went active, and since when the objective is retired.
Decision: is the objective really over?
Suggested action: stop it, tag it to another objective, or extend the objective.
Against false alarms: what was under way before may go on for 14 days (`finish_window_days`). An item without history
never shows when it went active.
"""

from datetime import date
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

KIND, SLUG = "M12", "retired-work"
OPTIONS = (
    Option(says="Stop the work", cost="what was done so far"),
    Option(says="Tag it to another objective", cost="one field, and a reason"),
    Option(says="Extend the objective", cost="a line of strategy.yaml, on the record"),
)
DEFAULT = "It goes on, and counts as misaligned."
RETIRED = ("paused", "closed")


def ask(facts: Facts) -> list[Row]:
    return rows_of(_active_since(facts))


def retired_since(objective: Objective, day: date) -> date | None:
    """Since when an objective that is paused or closed on this day has been so, without a break; None of others."""
    since = None
    for state, on in objective.turns:
        if on <= day:
            since = (since or on) if state in RETIRED else None
    return since


def _active_since(facts: Facts) -> "ir.Table":
    retired = _retired(facts)
    served = facts.tags.filter(facts.tags.outcome == "tagged").join(retired, "objective")
    flowed = facts.flow.filter(facts.flow.outcome.isnull() | (facts.flow.outcome != "discarded"))
    worked = flowed.select("ref", "started_us", "last_active_us").join(served, "ref")
    window_us = facts.thresholds.finish_window_days * 86_400_000_000
    allowed_us = worked.retired_us + (worked.started_us < worked.retired_us).ifelse(window_us, 0)
    late = worked.filter(worked.last_active_us >= allowed_us)
    late = late.select("ref", "last_active_us", "retired_us", retired="objective")
    return late.order_by(["ref", "retired"])


def _retired(facts: Facts) -> "ir.Table":
    """objective, retired_us."""
    today = facts.today
    days = {objective.id: retired_since(objective, today) for objective in facts.strategy.objectives}
    rows = [
        {"objective": name, "retired_us": micros(start_of(day, zone=facts.zone))} for name, day in days.items() if day
    ]
    return as_table(rows, {"objective": "string", "retired_us": "int64"})


def finding(row: Row, facts: Facts) -> Finding:
    objective, active_at = row["retired"], instant(row["last_active_us"])
    return facts.finding(
        KIND,
        SLUG,
        row,
        severity="high",
        evidence=(
            Evidence(says=f"Objective {objective} was paused or closed", at=instant(row["retired_us"])),
            Evidence(says="Went active", at=active_at, ref=row["ref"]),
        ),
        place_to_fix="The item's tag, or strategy.yaml",
        action="Stop it, tag it to another objective, or extend the objective",
        since=active_at,
        against=objective,
    )
