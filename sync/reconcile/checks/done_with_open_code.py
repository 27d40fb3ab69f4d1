"""M22 done with open code: a work item is done, and the code that was to do it is not in.

Definition: a finished work item with a pull request that closes or implements it and is open and no draft, or was
merged more than two days after the finish.
Severity: high.
Evidence: when the item was done, and the pull request's opening or merge.
Decision: is it done?
Suggested action: open the item again, or close the pull request.
Against false alarms: a mention is no link; drafts and bots are silent; an open pull request has the grace of one
working day after the finish.
"""

from typing import TYPE_CHECKING, Any

from sync.reconcile.balance import SERVES, bots
from sync.reconcile.facts import Facts
from sync.reconcile.findings import Evidence, Finding
from sync.reconcile.manual import Option
from sync.reconcile.periods import instant, micros, working_days_before

if TYPE_CHECKING:
    import ibis.expr.types as ir

KIND, SLUG = "M22", "done-with-open-code"
OPTIONS = (
    Option(says="Close or merge the pull request", cost="a review, or a branch thrown away"),
    Option(says="Open the item again", cost="it counts as unfinished until then"),
)
DEFAULT = "It counts as delivered while its code is not in."
DAY_US = 86_400_000_000


def find(facts: Facts) -> list[Finding]:
    return [_finding(row, facts) for row in _contradictions(facts).to_pyarrow().to_pylist()]


def _contradictions(facts: Facts) -> "ir.Table":
    """A finished item and a pull request that says otherwise, and since when."""
    grace_us = micros(working_days_before(facts.as_of, facts.thresholds.contradiction_grace_days, zone=facts.zone))
    pairs = _done(facts).join(_pulls(facts), "ref")
    is_open = (pairs.state == "open") & (pairs.finished_us <= grace_us)
    is_late = pairs.merged_us > pairs.finished_us + facts.thresholds.late_merge_days * DAY_US
    columns = ("ref", "key", "url", "title", "team", "project", "repository", "finished_us")
    told = pairs.filter(is_open | is_late).select(*columns, "pull_ref", "pull_key", "opened_us", "merged_us")
    return facts.with_objective(told).order_by(["ref", "pull_ref"])


def _done(facts: Facts) -> "ir.Table":
    done = facts.flow.filter(facts.flow.finished_us.notnull()).select("ref", "finished_us")
    return facts.snapshot["work_items"].join(done, "ref")


def _pulls(facts: Facts) -> "ir.Table":
    """The pull requests, no drafts and not by bots, that serve each work item: `ref` is the item's."""
    links, pulls = facts.links, facts.snapshot["pull_requests"]
    serving = links.filter(links["class"].isin(SERVES) & links.to_ref.notnull())
    ours = pulls.filter(~pulls.draft).anti_join(bots(facts.snapshot), [("author", "ref")])
    ours = ours.select("state", "merged_us", pull_ref="ref", pull_key="key", opened_us="created_us")
    return serving.select(ref="to_ref", pull_ref="item_ref").distinct().join(ours, "pull_ref")


def _finding(row: dict[str, Any], facts: Facts) -> Finding:
    says, us = ("Merged", row["merged_us"]) if row["merged_us"] else ("Still open; opened", row["opened_us"])
    done_at, code_at = instant(row["finished_us"]), None if us is None else instant(us)
    return facts.finding(
        KIND,
        SLUG,
        row,
        severity="high",
        evidence=(
            Evidence(says="Done", at=done_at, ref=row["ref"]),
            Evidence(says=f"{says}: {row['pull_key']}", at=code_at, ref=row["pull_ref"]),
        ),
        place_to_fix="The work item's status, or the pull request",
        action="Open the item again, or close the pull request",
        since=max(done_at, code_at or done_at),
        counterpart=(row["pull_ref"], row["pull_key"]),
    )
