"""M21 closed unequally: one side says that it was delivered, the other that it was thrown away.

Definition: a delivered work item whose pull requests were all closed without a merge; a discarded one whose pull
request was merged; or two work items that are the same work, one delivered and one discarded.
Severity: high.
Evidence: both states, each with its time.
Decision: was it delivered?
Suggested action: agree on the outcome, and set it on both sides.
Against false alarms: a mention is no link, and bots are silent; a draft, or what is called one, was only tried; one
merged or still open pull request, one that nothing says when it was closed, a merge that only speaks of the item, or a
link to another item that was delivered, and the delivered one is silent, as is one from before the first merge that is
read. A merge that serves other items too contradicts nothing; a duplicate was discarded because something else delivers
it; the grace of one working day.
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

KIND, SLUG = "M21", "closed-unequally"
OPTIONS = (
    Option(says="It was delivered: link what delivered it, or correct the resolution", cost="a minute"),
    Option(says="It was not: discard the item", cost="the throughput is one less"),
)
APART = ("blocks", "blocked_by", "mentions", "mentioned_by")  #: links that say nothing of who delivers
DEFAULT = "It counts as the tracker says."


def ask(facts: Facts) -> list[Row]:
    mirrored = rows_of(_by_mirror(facts)) if facts.relations.has_mirrors else []
    return sorted([*rows_of(_by_code(facts)), *mirrored], key=lambda row: (row["ref"], row["other_ref"]))


def _by_code(facts: Facts) -> "ir.Table":
    """Finished items whose code ended otherwise, each with the last pull request that did."""
    import ibis

    served = facts.relations.served
    going = served.filter(served.state == "open").select("ref")
    ended = served.filter(served.state != "open").mutate(ended_us=ibis.coalesce(served.merged_us, served.closed_us))
    order = (ibis.desc(ended.state), ibis.desc("ended_us"), "pull_ref")  # a merged one before all that were closed
    last = first_of_each(ended, "ref", *order).select(
        *("ref", "alone", "trial", "begun_us"), other_ref="pull_ref", other_outcome="state", other_us="ended_us"
    )
    pairs = _finished(facts).join(last.filter(last.other_us.notnull()), "ref")
    thrown = pairs.filter((pairs.outcome == "delivered") & (pairs.other_outcome == "closed") & ~pairs.trial)
    thrown = _without_another_way(thrown.anti_join(going, "ref"), facts)
    merged = pairs.filter((pairs.outcome == "discarded") & (pairs.other_outcome == "merged") & pairs.alone)
    return ibis.union(*(each.drop("alone", "trial", "begun_us") for each in (thrown, merged)))


def _without_another_way(thrown: "ir.Table", facts: Facts) -> "ir.Table":
    """Those that nothing else can have delivered, as far as one sees: no merge that speaks of the item, no delivered
    item that it is linked to, and no code from before what is read."""
    pulls, items, links = facts.snapshot["pull_requests"], facts.snapshot["work_items"], facts.snapshot["stated_links"]
    merged = pulls.filter(pulls.merged_us.notnull()).select(item_ref="ref")
    spoken = facts.links.semi_join(merged, "item_ref").select(ref="to_ref")
    delivered = (
        facts.flow.filter(facts.flow.outcome == "delivered").select("ref").join(items.select("ref", "key"), "ref")
    )
    stated = links.filter(~links.kind.isin(APART))
    by_ref = stated.select("item_ref", ref="to_ref").semi_join(delivered, "ref")
    by_key = stated.select("item_ref", key="to_key").semi_join(delivered, "key")
    linked = by_ref.select(ref="item_ref").union(by_key.select(ref="item_ref"))
    dated = thrown.join(items.select("ref", "created_us"), "ref")
    told = dated.filter(dated.created_us >= dated.begun_us).drop("created_us")
    return told.anti_join(spoken, "ref").anti_join(linked, "ref")


def _by_mirror(facts: Facts) -> "ir.Table":
    done = _finished(facts)
    pairs = facts.relations.mirrors.join(done, "ref").join(
        done.select(other="ref", other_outcome="outcome", other_us="finished_us"), "other"
    )
    return pairs.filter(pairs.outcome != pairs.other_outcome).rename(other_ref="other")


def _finished(facts: Facts) -> "ir.Table":
    """Work items that were finished a working day ago, and not as duplicates: ref, outcome, finished_us."""
    grace_us = facts.working_days_ago(facts.thresholds.contradiction_grace_days)
    done = facts.flow.filter(facts.flow.finished_us <= grace_us).select("ref", "outcome", "finished_us")
    items = facts.snapshot["work_items"]
    return done.anti_join(items.filter(items.resolution.lower().contains("duplicate")), "ref")


def finding(row: Row, facts: Facts) -> Finding:
    done_at = instant(row["finished_us"])
    other_at = None if row["other_us"] is None else instant(row["other_us"])
    how = "closed without a merge" if row["other_outcome"] == "closed" else row["other_outcome"]
    return facts.finding(
        KIND,
        SLUG,
        row,
        severity="high",
        evidence=(
            Evidence(says=row["outcome"].capitalize(), at=done_at, ref=row["ref"]),
            Evidence(says=f"{row['other_key']} was {how}", at=other_at, ref=row["other_ref"]),
        ),
        place_to_fix="The item's resolution, or its links",
        action="Agree on the outcome, and set it on both sides",
        since=max(done_at, other_at or done_at),
        counterpart=(row["other_ref"], row["other_key"]),
    )
