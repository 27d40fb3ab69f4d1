"""M01 untagged work: nothing says which objective a work item serves.

Definition: a counted work item that is neither tagged nor exempt, that somebody began, into which, or into a sub-task
of which, effort went in the last 28 days, and that is older than the grace of two working days.
Severity: medium.
Evidence: when it was created, and when it was last worked on.
Decision: what is it for, or is it for nothing?
Suggested action: tag it, add a rule that takes it, or exempt it with a reason.
Against false alarms: begun is what was active, has code that serves it or time that was logged on it; and what was
finished in a tracker's project, if not within the grace. A report, a wish or a question that people only talk about is
no work yet, and to close an issue of a repository may end no more than talk. New items have their grace, and what was
discarded needs no objective any more. Of an item whose history was not read its last update tells, in the place of
effort. Where no rule knows the whole project or repository, that is the finding (M02), and its untagged items are only
counted; likewise below the top of a tree that leads nowhere (M05).
"""

from datetime import datetime
from typing import TYPE_CHECKING

from sync.reconcile.days import DAY_US, date_of
from sync.reconcile.facts import Facts
from sync.reconcile.findings import Evidence, Finding
from sync.reconcile.manual import Option
from sync.reconcile.periods import instant, start_of
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


def ask(facts: Facts) -> list[Row]:
    return rows_of(_untagged(facts))


def _untagged(facts: Facts) -> "ir.Table":
    grace_us = facts.working_days_ago(facts.thresholds.grace_days)
    untagged = facts.tags.filter((facts.tags.kind == "work_item") & (facts.tags.outcome == "untagged"))
    kept = facts.flow.filter((facts.flow.outcome != "discarded").fill_null(True))
    items = facts.snapshot["work_items"].semi_join(untagged, "ref").semi_join(kept, "ref")
    live = _worked_on(items.filter(items.created_us <= grace_us), facts).semi_join(_begun(facts), "ref")
    return live.left_join(facts.relations.roots, "ref").drop("ref_right").order_by("ref")


def _worked_on(items: "ir.Table", facts: Facts) -> "ir.Table":
    """Those with effort of late: ref, created_us, worked_day, touched_us.

    What has no history may have been worked on when it was touched; it has no day of work.
    """
    told = items.select("ref", "created_us", "has_history").left_join(_worked(facts), "ref").drop("ref_right")
    told = told.left_join(facts.touched, "ref").drop("ref_right")
    is_updated = ~told.has_history.fill_null(False) & told.touched_us.notnull()
    return told.filter(told.worked_day.notnull() | is_updated).drop("has_history")


def _worked(facts: Facts) -> "ir.Table":
    """The last day of late with effort on each item, or on a sub-task of it: ref, worked_day."""
    import ibis

    items = facts.snapshot["work_items"]
    parts = items.filter(items.level < 0).select("parent_ref", part="ref")
    lately = facts.effort.filter(facts.effort.day >= facts.until_day - facts.thresholds.touched_days)
    spent = lately.filter(lately.effort > 0).left_join(parts, [("ref", "part")])
    return spent.group_by(ref=ibis.coalesce(spent.parent_ref, spent.ref)).aggregate(worked_day=spent.day.max())


def _begun(facts: Facts) -> "ir.Table":
    """What somebody began: ref."""
    import ibis

    flow, grace_us = facts.flow, facts.thresholds.grace_days * DAY_US
    items, served = facts.snapshot["work_items"], facts.relations.served
    was_active = flow.category.isin(["active", "waiting"]) | (flow.started_us < flow.finished_us)
    tracked = flow.semi_join(items.filter(items.project.notnull()), "ref")
    finished = tracked.filter(tracked.finished_us - tracked.created_us > grace_us)
    logged = facts.snapshot["worklogs"].select(ref="item_ref")
    return ibis.union(flow.filter(was_active).select("ref"), finished.select("ref"), served.select("ref"), logged)


def finding(row: Row, facts: Facts) -> Finding:
    created_at = instant(row["created_us"])
    return facts.finding(
        KIND,
        SLUG,
        row,
        severity="medium",
        evidence=(
            Evidence(says="Created; no rule, parent or link says what for", at=created_at, ref=row["ref"]),
            Evidence(says="Last worked on", at=_worked_at(row, facts), ref=row["ref"]),
        ),
        place_to_fix="The item's parent, labels or components, or mappings.yaml",
        action="Tag it, add a rule that takes it, or exempt it with a reason",
        since=created_at,
    )


def _worked_at(row: Row, facts: Facts) -> datetime:
    day = row["worked_day"]
    return instant(row["touched_us"]) if day is None else start_of(date_of(day), zone=facts.zone)
