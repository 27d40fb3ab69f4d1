"""M24 coding while todo: code is being written for an item that nobody has begun.

Definition: a counted work item of a tracker that is to do, while a pull request that closes or implements it is open,
and was opened or committed to since the item came there, one working day ago or longer.
Severity: low.
Evidence: the pull request's last activity, and since when the item waits.
Decision: has it begun?
Suggested action: move the item to where the work is.
Against false alarms: code from before the item was put back is silent, so is a closed pull request, and one of which
nothing says when it was opened or committed to; bots are silent, and a mention is no link.
"""

from typing import TYPE_CHECKING

from sync.reconcile.facts import Facts
from sync.reconcile.findings import Evidence, Finding
from sync.reconcile.firsts import first_of_each
from sync.reconcile.manual import Option
from sync.reconcile.periods import instant
from sync.reconcile.rows import Row, rows_of

if TYPE_CHECKING:
    import ibis.expr.types as ir

KIND, SLUG = "M24", "coding-while-todo"
OPTIONS = (
    Option(says="Move the item to active", cost="a minute"),
    Option(says="Put the code aside", cost="the branch grows old"),
)
DEFAULT = "Its cycle time begins too late, and the work in progress looks smaller than it is."


def ask(facts: Facts) -> list[Row]:
    return rows_of(_coded(facts))


def _coded(facts: Facts) -> "ir.Table":
    import ibis

    served, commits = facts.relations.served, facts.snapshot["commits"]
    written = commits.group_by(pull_ref="item_ref").aggregate(committed_us=commits.committed_us.max())
    coded = served.filter(served.state == "open").left_join(written, "pull_ref").drop("pull_ref_right")
    coded = coded.mutate(coded_us=ibis.greatest(coded.opened_us, coded.committed_us))
    standing = facts.relations.standing
    todo = standing.filter(standing.is_counted & (standing.category == "todo")).select("ref", "since_us")
    pairs = todo.join(coded.select("ref", "coded_us", other_ref="pull_ref"), "ref")
    grace_us = facts.working_days_ago(facts.thresholds.contradiction_grace_days)
    begun = pairs.filter((pairs.coded_us <= grace_us) & (pairs.coded_us >= pairs.since_us.fill_null(0)))
    return first_of_each(begun, "ref", ibis.desc("coded_us"), "other_ref").order_by("ref")


def finding(row: Row, facts: Facts) -> Finding:
    coded_at = instant(row["coded_us"])
    since = instant(row["since_us"]) if row["since_us"] else None
    return facts.finding(
        KIND,
        SLUG,
        row,
        severity="low",
        evidence=(
            Evidence(says=f"Last code: {row['other_key']}", at=coded_at, ref=row["other_ref"]),
            Evidence(says="To do" + (" since" if since else ""), at=since, ref=row["ref"]),
        ),
        place_to_fix="The item's status",
        action="Move the item to where the work is",
        since=coded_at,
        counterpart=(row["other_ref"], row["other_key"]),
    )
