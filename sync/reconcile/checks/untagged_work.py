"""M01 untagged work: nothing says which objective a work item serves.

Definition: a counted work item that is neither tagged nor exempt, was touched in the last 28 days, and is older than
the grace of two working days.
Severity: medium.
Evidence: when it was created, and when it was last touched.
Decision: what is it for, or is it for nothing?
Suggested action: tag it, add a rule that takes it, or exempt it with a reason.
Against false alarms: new items have their grace, and what was discarded needs no objective any more, nor does what was
closed within the grace and nothing shows that anybody began it, neither a status nor code. Where no rule knows the
whole project or repository, that is the finding (M02), and its untagged items are only counted; likewise below the top
of a tree that leads nowhere (M05).
"""

from typing import TYPE_CHECKING

from sync.reconcile.facts import Facts
from sync.reconcile.findings import Evidence, Finding
from sync.reconcile.manual import Option
from sync.reconcile.periods import instant
from sync.reconcile.rows import Row, rows_of

if TYPE_CHECKING:
    import ibis.expr.types as ir

KIND, SLUG = "M01", "untagged-work"
OPTIONS = (
    Option(says="Tag it or its parent", cost="one field, a minute"),
    Option(says="Add a rule that takes it and its like", cost="a line of mappings.yaml"),
    Option(says="Exempt it with a reason", cost="its effort counts as sanctioned, not as strategic"),
    Option(says="Stop it", cost="what was done so far"),
)
DEFAULT = "It stays untagged, and the coverage stays lower by it."
DAY_US = 86_400_000_000


def ask(facts: Facts) -> list[Row]:
    return rows_of(_untagged(facts))


def _untagged(facts: Facts) -> "ir.Table":
    grace_us = facts.working_days_ago(facts.thresholds.grace_days)
    untagged = facts.tags.filter((facts.tags.kind == "work_item") & (facts.tags.outcome == "untagged"))
    kept = facts.flow.filter((facts.flow.outcome != "discarded").fill_null(True))
    items = facts.snapshot["work_items"].semi_join(untagged, "ref").semi_join(kept, "ref")
    live = items.filter(items.created_us <= grace_us).join(facts.touched, "ref").anti_join(_not_begun(facts), "ref")
    rooted = live.select("ref", "created_us", "touched_us").left_join(facts.relations.roots, "ref").drop("ref_right")
    return rooted.order_by("ref")


def _not_begun(facts: Facts) -> "ir.Table":
    """What was closed within the grace of its creation, and nothing shows that anybody began it."""
    flow, grace_us = facts.flow, facts.thresholds.grace_days * DAY_US
    is_brief = flow.finished_us - flow.created_us <= grace_us
    has_begun = (flow.started_us < flow.finished_us).fill_null(False)
    return flow.filter(is_brief & ~has_begun).anti_join(facts.relations.served, "ref")


def finding(row: Row, facts: Facts) -> Finding:
    created_at, touched_at = instant(row["created_us"]), instant(row["touched_us"])
    return facts.finding(
        KIND,
        SLUG,
        row,
        severity="medium",
        evidence=(
            Evidence(says="Created; no rule, parent or link says what for", at=created_at, ref=row["ref"]),
            Evidence(says="Last touched", at=touched_at, ref=row["ref"]),
        ),
        place_to_fix="The item's parent, labels or components, or mappings.yaml",
        action="Tag it, add a rule that takes it, or exempt it with a reason",
        since=created_at,
    )
