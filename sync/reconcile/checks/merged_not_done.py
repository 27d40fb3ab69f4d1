"""M23 merged not done: all of its code is in, and the work item is still open.

Definition: a counted work item that is not done although every pull request that closes or implements it is merged or
closed, at least one merged, the last of them five days ago or longer (`merged_days`).
Severity: medium.
Evidence: the last merge, and since when the item stands where it stands.
Decision: what remains to be done?
Suggested action: move the item on, or say in it what remains.
Against false alarms: whoever moved the item after the last merge has said what remains (a release gate, a second
part); of an item without history, any later update counts as such, and one that is to do may have been put back. A
merge that serves other items too is not meant for this one alone; an item with open children waits for them; what was
spoken of in the last five days is silent.
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

KIND, SLUG = "M23", "merged-not-done"
OPTIONS = (
    Option(says="Move it to done", cost="a minute"),
    Option(says="Say in it what remains", cost="a minute, and it is silent for five days"),
    Option(says="Cut the link", cost="a line of mappings.yaml; it stays cut"),
)
DAY_US = 86_400_000_000
DEFAULT = "It stays work in progress and grows older."


def ask(facts: Facts) -> list[Row]:
    return rows_of(_merged(facts))


def _merged(facts: Facts) -> "ir.Table":
    """Open items whose code is in: with since_us, merged_us, and the last pull request."""
    import ibis

    long_ago_us, relations = facts.days_ago(facts.thresholds.merged_days), facts.relations
    served, standing, signs = relations.served, relations.standing, relations.signs
    going = served.filter(served.state == "open").select("ref")
    merged = served.filter(served.merged_us.notnull() & served.alone).anti_join(going, "ref")
    last = first_of_each(merged, "ref", ibis.desc("merged_us"), "pull_ref")
    last = last.filter(last.merged_us <= long_ago_us).select("ref", "merged_us", other_ref="pull_ref")
    unfinished = standing.filter(standing.category != "done")
    items = unfinished.filter(unfinished.is_counted).select("ref", "category", "since_us").join(last, "ref")
    updated = facts.snapshot["work_items"].select("ref", "updated_us")
    items = items.join(updated, "ref")
    is_told = items.since_us.notnull() | (items.category != "todo")
    stood_us = ibis.coalesce(items.since_us, items.updated_us - DAY_US)
    still = items.filter(is_told & (stood_us <= items.merged_us)).drop("updated_us")
    spoken = signs.filter(signs.sign_us > long_ago_us)
    waiting = unfinished.select(ref="parent_ref")
    return still.anti_join(waiting, "ref").anti_join(spoken, "ref").order_by("ref")


def finding(row: Row, facts: Facts) -> Finding:
    merged_at = instant(row["merged_us"])
    since = None if row["since_us"] is None else instant(row["since_us"])
    return facts.finding(
        KIND,
        SLUG,
        row,
        severity="medium",
        evidence=(
            Evidence(says=f"Last merge: {row['other_key']}", at=merged_at, ref=row["other_ref"]),
            Evidence(says=f"Still {row['category']}" + (", since" if since else ""), at=since, ref=row["ref"]),
        ),
        place_to_fix="The item's status",
        action="Move the item on, or say in it what remains",
        since=merged_at,
        counterpart=(row["other_ref"], row["other_key"]),
    )
