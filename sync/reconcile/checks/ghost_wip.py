"""M25 ghost wip: it is called active, and nothing shows that anybody works on it.

Definition: a work item in an active status for seven days or longer (`ghost_days`), without a sign of life in them: no
transition, no other change by a person, no comment, no worklog, and on no pull request that serves it a commit, a
review, a comment, an opening or an end.
Severity: medium.
Evidence: since when it is active, and its last sign of life.
Decision: does anybody work on it?
Suggested action: unblock it, put it back, or drop it.
Against false alarms: whatever moved its time of last update counts as a sign; work that is flagged, or in a status
mapped as blocked or waiting, says itself that it stands still; an issue of a repository that nobody is assigned to and
no open pull request serves is not called active by anybody; while any source is behind, nobody knows.
"""

from typing import TYPE_CHECKING

from sync.reconcile.facts import Facts
from sync.reconcile.findings import Evidence, Finding
from sync.reconcile.manual import Option
from sync.reconcile.periods import instant, micros
from sync.reconcile.rows import Row, rows_of

if TYPE_CHECKING:
    import ibis.expr.types as ir

KIND, SLUG = "M25", "ghost-wip"
OPTIONS = (
    Option(says="Put it back to do", cost="a minute; what was begun lies idle"),
    Option(says="Flag what blocks it", cost="a minute"),
    Option(says="Drop it", cost="what was done so far"),
)
DEFAULT = "It stays work in progress and grows older."


def ask(facts: Facts) -> list[Row]:
    return rows_of(_silent(facts))


def _silent(facts: Facts) -> "ir.Table":
    """Active items without a sign of life: with since_us and sign_us, which is null where it is long ago."""
    since_us, blocks = facts.days_ago(facts.thresholds.ghost_days), facts.flowed.blocks
    standing, signs = facts.relations.standing, facts.relations.signs
    blocked = blocks.filter(blocks.end_us >= micros(facts.as_of))
    active = standing.filter(standing.is_counted & (standing.category == "active") & (standing.since_us <= since_us))
    active = active.select("ref", "since_us").anti_join(blocked, "ref").anti_join(_unclaimed(facts), "ref")
    known = active.left_join(signs, "ref").drop("ref_right")
    return known.filter(known.sign_us.isnull() | (known.sign_us <= since_us)).order_by("ref")


def _unclaimed(facts: Facts) -> "ir.Table":
    """Issues of repositories that only have been active: nobody is assigned now, no pull request under way."""
    items, served = facts.snapshot["work_items"], facts.relations.served
    free = items.filter(items.repository.notnull() & (items.assignees.length() == 0)).select("ref")
    return free.anti_join(served.filter(served.state == "open"), "ref")


def finding(row: Row, facts: Facts) -> Finding:
    active_at = instant(row["since_us"])
    sign_at = instant(row["sign_us"]) if row["sign_us"] else None
    return facts.finding(
        KIND,
        SLUG,
        row,
        severity="medium",
        evidence=(
            Evidence(says="Active since", at=active_at, ref=row["ref"]),
            Evidence(
                says="Last sign of life" if sign_at else "No sign of life for a quarter", at=sign_at, ref=row["ref"]
            ),
        ),
        place_to_fix="The item's status",
        action="Unblock it, put it back, or drop it",
        since=sign_at or active_at,
        of_silence=True,
    )
