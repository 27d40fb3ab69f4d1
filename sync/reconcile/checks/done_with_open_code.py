"""M22 done with open code: a work item is done, and the code that was to do it is not in.

Definition: a finished work item with a pull request that closes or implements it and is open and no draft; or a
delivered one of which it was merged more than two days after the finish (`late_merge_days`).
Severity: high.
Evidence: when the item was done, and the pull request's opening or merge.
Decision: is it done?
Suggested action: open the item again, or close the pull request.
Against false alarms: a mention is no link; drafts, bots, and what is open without a day on which it was opened are
silent; an open pull request has the grace of one working day after the finish. What is merged after another one
delivered the item follows it up, and a late merge that serves other items too was meant for those; of an item from
before the first merge that is read nobody can tell. A sweep of merges in a repository (`bulk_items`, `bulk_gap_s`) is
history written anew or taken in, and dates none of them.
"""

from typing import TYPE_CHECKING

from sync.reconcile.bulk import sweeps
from sync.reconcile.facts import Facts
from sync.reconcile.findings import Evidence, Finding
from sync.reconcile.manual import Option
from sync.reconcile.periods import instant
from sync.reconcile.rows import Row, rows_of

if TYPE_CHECKING:
    import ibis.expr.types as ir

KIND, SLUG = "M22", "done-with-open-code"
OPTIONS = (
    Option(says="Close or merge the pull request", cost="a review, or a branch thrown away"),
    Option(says="Open the item again", cost="it counts as unfinished until then"),
)
DEFAULT = "It counts as delivered while its code is not in."
DAY_US = 86_400_000_000


def ask(facts: Facts) -> list[Row]:
    return rows_of(_contradictions(facts))


def _contradictions(facts: Facts) -> "ir.Table":
    """A finished item and a pull request that says otherwise, and since when."""
    import ibis

    grace_us = facts.working_days_ago(facts.thresholds.contradiction_grace_days)
    done = facts.flow.filter(facts.flow.finished_us.notnull()).select("ref", "created_us", "outcome", "finished_us")
    served = facts.relations.served
    pairs = done.join(served.filter(~served.draft), "ref")
    is_open = (pairs.state == "open") & pairs.opened_us.notnull() & (pairs.finished_us <= grace_us)
    late_us = pairs.finished_us + facts.thresholds.late_merge_days * DAY_US
    delivered = pairs.filter(pairs.merged_us <= late_us).select("ref").distinct().mutate(delivered=ibis.literal(True))
    is_meant = pairs.alone & (pairs.outcome == "delivered") & (pairs.created_us >= pairs.begun_us)
    is_late = is_meant & (pairs.merged_us > late_us)
    told = pairs.filter(is_open | is_late).anti_join(_swept(facts), "pull_ref")
    told = told.left_join(delivered, "ref").drop("ref_right")
    told = told.filter((told.state == "open") | told.delivered.isnull())
    columns = ("ref", "finished_us", "opened_us", "merged_us")
    return told.select(*columns, other_ref="pull_ref").order_by(["ref", "other_ref"])


def _swept(facts: Facts) -> "ir.Table":
    """The pull requests that were merged in a sweep: pull_ref."""
    import ibis

    pulls = facts.snapshot["pull_requests"]
    merges = pulls.filter(pulls.merged_us.notnull())
    merges = merges.select(item="ref", at_us="merged_us", to_id="repository", author=ibis.null("string"))
    items, gap_s = facts.thresholds.bulk_items, facts.thresholds.bulk_gap_s
    return sweeps(merges, items=items, gap_s=gap_s).select(pull_ref="item")


def finding(row: Row, facts: Facts) -> Finding:
    says, us = ("Merged", row["merged_us"]) if row["merged_us"] else ("Still open; opened", row["opened_us"])
    done_at, code_at = instant(row["finished_us"]), None if us is None else instant(us)
    return facts.finding(
        KIND,
        SLUG,
        row,
        severity="high",
        evidence=(
            Evidence(says="Done", at=done_at, ref=row["ref"]),
            Evidence(says=f"{says}: {row['other_key']}", at=code_at, ref=row["other_ref"]),
        ),
        place_to_fix="The work item's status, or the pull request",
        action="Open the item again, or close the pull request",
        since=max(done_at, code_at or done_at),
        counterpart=(row["other_ref"], row["other_key"]),
    )
