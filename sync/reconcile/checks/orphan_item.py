"""M05 orphan item: what an item hangs from is missing, or leads to no objective.

Definition: an open work item that needs a parent (a sub-task, or of a type in `parent_types`) and has none; an
untagged one whose parent is not among what is read; or a parent at the top of its tree that is untagged, above counted
items that are live and untagged for want of it.
Severity: medium; low where the parent is merely not read.
Evidence: what is missing, and of a tree how many items wait for it.
Decision: what is this a part of?
Suggested action: set the parent, or tag the top of the tree.
Against false alarms: the grace of two working days; a tree in which nothing is live is silent. The untagged items of
such a tree are only counted, for one tag at its top clears them all; and so is the tree, where no rule knows its whole
project (M02).
"""

from typing import TYPE_CHECKING

from sync.reconcile.facts import Facts
from sync.reconcile.findings import Evidence, Finding, Severity
from sync.reconcile.manual import Option
from sync.reconcile.periods import instant
from sync.reconcile.rows import Row, rows_of

if TYPE_CHECKING:
    import ibis.expr.types as ir

KIND, SLUG = "M05", "orphan-item"
OPTIONS = (
    Option(says="Set its parent, or tag the top of the tree", cost="one field, a minute"),
    Option(says="Exempt it with a reason", cost="its effort counts as sanctioned"),
    Option(says="Drop it", cost="what was done so far"),
)
DEFAULT = "Whatever lies below it stays untagged."
ORDER = ("ref", "created_us", "problem", "waiting")
SAYS: dict[str, tuple[Severity, str]] = {
    "none": ("medium", "Has no parent; created"),
    "unread": ("low", "Its parent is not among what is read; created"),
    "top": ("medium", "Leads to no objective; created"),
}


def ask(facts: Facts) -> list[Row]:
    return rows_of(_broken(facts).union(_tops(facts)).order_by(["ref", "problem"]))


def _broken(facts: Facts) -> "ir.Table":
    """Open items without a parent that they need, and untagged ones with a parent that nobody reads: with problem."""
    import ibis

    standing, items = facts.relations.standing, facts.snapshot["work_items"]
    old = items.filter(items.created_us <= facts.working_days_ago(facts.thresholds.grace_days))
    standing = standing.filter(standing.category != "done").select("ref")
    known = old.select("ref", "type", "level", "parent_ref", "created_us").semi_join(standing, "ref")
    needs = (known.level < 0) | known.type.isin(facts.thresholds.parent_types)
    alone = known.filter(known.parent_ref.isnull() & needs.fill_null(False))
    unread = known.filter(known.parent_ref.notnull()).anti_join(items, [("parent_ref", "ref")])
    unread = unread.semi_join(_untagged(facts), "ref")
    told = ibis.union(
        alone.select("ref", "created_us", problem=ibis.literal("none")),
        unread.select("ref", "created_us", problem=ibis.literal("unread")),
    )
    return told.mutate(waiting=ibis.literal(0, "int64")).select(*ORDER)


def _tops(facts: Facts) -> "ir.Table":
    """The untagged tops of trees with live, counted, untagged items below: with how many."""
    import ibis

    below = facts.relations.roots.semi_join(_untagged(facts), "ref").semi_join(facts.flow, "ref")
    live = below.semi_join(facts.touched, "ref")
    counted = live.group_by(ref="root_ref").aggregate(waiting=live.count())
    tops = counted.semi_join(_untagged(facts), "ref").anti_join(facts.flow, "ref")
    created = facts.snapshot["work_items"].select("ref", "created_us")
    told = tops.join(created, "ref")
    return told.select("ref", "created_us", "waiting", problem=ibis.literal("top")).select(*ORDER)


def _untagged(facts: Facts) -> "ir.Table":
    return facts.tags.filter((facts.tags.kind == "work_item") & (facts.tags.outcome == "untagged")).select("ref")


def finding(row: Row, facts: Facts) -> Finding:
    created_at, (severity, says) = instant(row["created_us"]), SAYS[row["problem"]]
    waiting = (Evidence(says=f"{row['waiting']:,} live items below it are untagged"),) if row["waiting"] else ()
    return facts.finding(
        KIND,
        SLUG,
        row,
        severity=severity,
        evidence=(Evidence(says=says, at=created_at, ref=row["ref"]), *waiting),
        place_to_fix="The item's parent, or the tag of the topmost one",
        action="Set the parent, or tag the top of the tree",
        since=created_at,
    )
