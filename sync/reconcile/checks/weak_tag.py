"""M07 weak tag: only weak evidence says what live work is for.

Definition: a live work item or pull request each of whose tags rests on an ancestor at least three steps away
(`weak_distance`), on a mere mention, or on a rule that takes all of a source or a type.
Severity: low; it widens the band of the coverage.
Evidence: what the tag rests on.
Decision: is it for that objective?
Suggested action: confirm it by a tag of its own, or correct it.
Against false alarms: one stronger piece of evidence, and it is silent; so is what nobody touched in 28 days.
"""

from typing import TYPE_CHECKING, Any

from sync.reconcile.facts import Facts
from sync.reconcile.findings import Evidence, Finding
from sync.reconcile.manual import Option
from sync.reconcile.periods import instant
from sync.reconcile.strength import weak

if TYPE_CHECKING:
    import ibis.expr.types as ir

KIND, SLUG = "M07", "weak-tag"
OPTIONS = (
    Option(says="Confirm it by a label, a parent or an override", cost="one field, a minute"),
    Option(says="Correct it", cost="one field, a minute"),
)
DEFAULT = "It counts for the upper end of the coverage alone."
SAYS = {
    "mention": "Only mentions a work item of this objective",
    "distance": "Inherited from an ancestor {} steps away",
    "catch_all": "Taken by a rule that takes everything of its kind",
}


def find(facts: Facts) -> list[Finding]:
    return [_finding(row, facts) for row in _live(facts).to_pyarrow().to_pylist()]


def _live(facts: Facts) -> "ir.Table":
    """ref, why, distance, and what it is called."""
    import ibis

    told = weak(facts.tags, facts.links, facts.mappings, distance=facts.thresholds.weak_distance)
    told = told.join(facts.touched, "ref")
    items, pulls = facts.snapshot["work_items"], facts.snapshot["pull_requests"]
    columns = ("ref", "key", "url", "title", "repository", "created_us")
    records = ibis.union(items.select(*columns, project="project"), pulls.select(*columns, project=ibis.null("string")))
    known = told.join(records, "ref").left_join(facts.relations.item_teams, "ref").drop("ref_right")
    return facts.with_objective(known).order_by("ref")


def _finding(row: dict[str, Any], facts: Facts) -> Finding:
    touched_at = instant(row["touched_us"])
    return facts.finding(
        KIND,
        SLUG,
        row,
        severity="low",
        evidence=(
            Evidence(says=SAYS[row["why"]].format(row["distance"]), ref=row["via_ref"]),
            Evidence(says="Last touched", at=touched_at, ref=row["ref"]),
        ),
        place_to_fix="The item's labels or parent, or mappings.yaml",
        action="Confirm the objective by a tag of its own, or correct it",
        since=None if row["created_us"] is None else instant(row["created_us"]),
    )
