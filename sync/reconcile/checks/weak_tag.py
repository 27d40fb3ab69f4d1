"""M07 weak tag: only weak evidence says what live work is for.

Definition: a live work item or pull request each of whose tags rests on an ancestor at least three steps away
(`weak_distance`), on a mere mention, or on a rule that takes all of a source or a type.
Severity: low; it widens the band of the coverage.
Evidence: what the tag rests on.
Decision: is it for that objective?
Suggested action: confirm it by a tag of its own, or correct it.
Against false alarms: one stronger piece of evidence, and it is silent; so is what nobody touched in 28 days, and what
was discarded, or closed without a merge: it is for nothing any more.
"""

from typing import TYPE_CHECKING

from sync.reconcile.facts import Facts
from sync.reconcile.findings import Evidence, Finding
from sync.reconcile.manual import Option
from sync.reconcile.periods import instant
from sync.reconcile.rows import Row, rows_of
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


def ask(facts: Facts) -> list[Row]:
    return rows_of(_live(facts))


def _live(facts: Facts) -> "ir.Table":
    """ref, why, distance, via_ref, touched_us, created_us."""
    import ibis

    told = weak(facts.tags, facts.links, facts.mappings, distance=facts.thresholds.weak_distance)
    told = told.join(facts.touched, "ref")
    items, pulls, flow = facts.snapshot["work_items"], facts.snapshot["pull_requests"], facts.flow
    items = items.select("ref", "created_us").anti_join(flow.filter(flow.outcome == "discarded"), "ref")
    pulls = pulls.filter(pulls.state != "closed").select("ref", "created_us")
    return told.join(ibis.union(items, pulls), "ref").order_by("ref")


def finding(row: Row, facts: Facts) -> Finding:
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
