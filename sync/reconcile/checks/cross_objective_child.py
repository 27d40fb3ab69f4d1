"""M31 cross objective child: a child is tagged by itself to another objective than its parent.

Definition: a counted work item touched in the last 28 days whose tag, by a rule or an override of its own, has no
objective in common with what its parent is tagged to.
Severity: medium.
Evidence: both objectives.
Decision: is it a part of its parent?
Suggested action: give it another parent, correct its tag, or split it by weight.
Against false alarms: an objective and one below it agree; an exempt child, or an untagged parent, contradicts nothing;
what a rule guesses from a title, a text, a branch or a path was said by nobody; a sub-task is a part of its story,
whatever its labels say.
"""

from typing import TYPE_CHECKING

from sync.reconcile.conflicts import conflicts, direct, tagged
from sync.reconcile.facts import Facts
from sync.reconcile.findings import Evidence, Finding
from sync.reconcile.manual import Option
from sync.reconcile.rows import Row, rows_of

if TYPE_CHECKING:
    import ibis.expr.types as ir

KIND, SLUG = "M31", "cross-objective-child"
OPTIONS = (
    Option(says="Give it another parent", cost="one field, a minute"),
    Option(says="Correct its tag", cost="one field, a minute"),
    Option(says="Split it by weight", cost="a rule with weights"),
)
DEFAULT = "Its effort counts for its own objective, its parent's progress for another."


def ask(facts: Facts) -> list[Row]:
    return rows_of(_apart(facts))


def _apart(facts: Facts) -> "ir.Table":
    items = facts.snapshot["work_items"]
    below = items.filter(items.parent_ref.notnull()).select("ref", other="parent_ref")
    pairs = below.semi_join(facts.flow, "ref").semi_join(facts.touched, "ref")
    apart = conflicts(pairs, direct(facts.tags, facts.mappings), tagged(facts.tags), strategy=facts.strategy)
    return apart.rename(said="objective", other_ref="other").order_by("ref")


def finding(row: Row, facts: Facts) -> Finding:
    return facts.finding(
        KIND,
        SLUG,
        row,
        severity="medium",
        evidence=(
            Evidence(says=f"Tagged to {row['said']}", ref=row["ref"]),
            Evidence(says=f"Its parent {row['other_key']} is tagged to {row['other_objective']}", ref=row["other_ref"]),
        ),
        place_to_fix="The item's parent or tag",
        action="Give it another parent, correct its tag, or split it by weight",
        since=None,
        counterpart=(row["other_ref"], row["other_key"]),
    )
