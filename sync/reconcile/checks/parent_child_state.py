"""M30 parent child state: a parent and its children disagree on whether it is done.

Definition: a work item that has been done for a working day with children that are not; or one that holds others
(an epic, an issue with sub-issues) and is open although its last child was finished five days ago or longer
(`finished_days`).
Severity: medium.
Evidence: how many children are open, or that all are finished, and since when the parent stands where it stands.
Decision: is it done?
Suggested action: close the parent, or give the open children another.
Against false alarms: a story waits for more than its sub-tasks, so that it may be open without them; a parent of which
somebody spoke in the last five days is silent; so is one whose children are all discarded while it is to do.
"""

from typing import TYPE_CHECKING

from sync.reconcile.facts import Facts
from sync.reconcile.findings import Evidence, Finding
from sync.reconcile.manual import Option
from sync.reconcile.periods import instant
from sync.reconcile.rows import Row, rows_of

if TYPE_CHECKING:
    import ibis.expr.types as ir

KIND, SLUG = "M30", "parent-child-state"
OPTIONS = (
    Option(says="Close the parent", cost="a minute"),
    Option(says="Give the open children another parent, or close them", cost="a minute each"),
    Option(says="Open the parent again", cost="a promise that was kept is open again"),
)
DEFAULT = "The progress of what lies above stays wrong."


def ask(facts: Facts) -> list[Row]:
    return rows_of(_disagreeing(facts))


def _disagreeing(facts: Facts) -> "ir.Table":
    """Parents that their children contradict: with parent_us, open, children, finished_us."""
    standing, signs = facts.relations.standing, facts.relations.signs
    below = standing.filter(standing.parent_ref.notnull())
    children = below.group_by(ref="parent_ref").aggregate(
        open=(below.category != "done").sum(),
        children=below.count(),
        delivered=(below.outcome != "discarded").fill_null(True).sum(),
        finished_us=below.since_us.max(),
    )
    pairs = standing.rename(parent_us="since_us").drop("parent_ref").join(children, "ref")
    grace_us = facts.working_days_ago(facts.thresholds.contradiction_grace_days)
    left = pairs.filter((pairs.category == "done") & (pairs.open > 0) & (pairs.parent_us <= grace_us))
    long_ago_us = facts.days_ago(facts.thresholds.finished_days)
    empty = pairs.filter((pairs.category != "done") & (pairs.open == 0) & ~pairs.is_counted)
    empty = empty.filter((empty.finished_us <= long_ago_us) & ((empty.delivered > 0) | (empty.category != "todo")))
    empty = empty.anti_join(signs.filter(signs.sign_us > long_ago_us), "ref")
    columns = ("ref", "category", "parent_us", "open", "children", "finished_us")
    return left.select(*columns).union(empty.select(*columns)).order_by("ref")


def finding(row: Row, facts: Facts) -> Finding:
    parent_at = instant(row["parent_us"]) if row["parent_us"] else None
    finished_at = None if row["open"] else instant(row["finished_us"])
    state = f"{row['category']} since" if parent_at else row["category"]
    return facts.finding(
        KIND,
        SLUG,
        row,
        severity="medium",
        evidence=(
            Evidence(says=f"It is {state}", at=parent_at, ref=row["ref"]),
            Evidence(says=f"{row['open']:,} of its {row['children']:,} children are not done")
            if row["open"]
            else Evidence(says=f"All of its {row['children']:,} children are finished; the last", at=finished_at),
        ),
        place_to_fix="The parent's status, or the children's parent",
        action="Close the parent, or give the open children another",
        since=finished_at or parent_at,
    )
