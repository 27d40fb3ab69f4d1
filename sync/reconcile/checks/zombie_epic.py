"""M35 zombie epic: a large piece of work is called under way, and no part of it moves.

Definition: a tagged work item that holds others (an epic, an issue with sub-issues) and is active or waiting, with
open children of which none was created, changed its status or came in for 30 days (`zombie_days`), and which did not
move itself.
Severity: medium.
Evidence: since when it is under way, how many children are open, and the last of their moves.
Decision: does it go on?
Suggested action: start the next part, put it back, or close it.
Against false alarms: a story with sub-tasks is no epic; one whose children are all done is another finding (M30);
while any source is behind, nobody knows.
"""

from typing import TYPE_CHECKING

from sync.reconcile.facts import Facts
from sync.reconcile.findings import Evidence, Finding
from sync.reconcile.manual import Option
from sync.reconcile.periods import instant
from sync.reconcile.rows import Row, rows_of

if TYPE_CHECKING:
    import ibis.expr.types as ir

KIND, SLUG = "M35", "zombie-epic"
OPTIONS = (
    Option(says="Start its next part", cost="effort that something else has now"),
    Option(says="Put it back to do", cost="a minute; what was begun lies idle"),
    Option(says="Close it", cost="its open parts go with it"),
)
DEFAULT = "It looks like progress on its objective, and is none."


def ask(facts: Facts) -> list[Row]:
    return rows_of(_still(facts))


def _still(facts: Facts) -> "ir.Table":
    """Epics under way of which no part moves: with began_us, open, moved_us."""
    standing, changes, items = facts.relations.standing, facts.snapshot["changes"], facts.snapshot["work_items"]
    tagged = facts.tags.filter(facts.tags.outcome == "tagged")
    under_way = standing.filter(~standing.is_counted & standing.category.isin(["active", "waiting"]))
    epics = under_way.select("ref", began_us="since_us").semi_join(tagged, "ref")
    moves = changes.filter(changes.field.isin(["status", "parent"]))
    moved = moves.group_by(ref="item_ref").aggregate(at_us=moves.at_us.max())
    below = standing.filter(standing.parent_ref.notnull()).select("ref", "parent_ref", "category")
    below = below.join(items.select("ref", "created_us"), "ref").left_join(moved, "ref").drop("ref_right")
    children = below.group_by(ref="parent_ref").aggregate(
        open=(below.category != "done").sum(),
        created_us=below.created_us.max(),
        at_us=below.at_us.max().fill_null(0),
    )
    long_ago_us = facts.days_ago(facts.thresholds.zombie_days)
    told = epics.join(children.filter(children.open > 0), "ref")
    told = told.mutate(moved_us=(told.at_us > told.created_us).ifelse(told.at_us, told.created_us))
    told = told.filter((told.moved_us <= long_ago_us) & (told.began_us.fill_null(0) <= long_ago_us))
    return told.drop("at_us", "created_us").order_by("ref")


def finding(row: Row, facts: Facts) -> Finding:
    began_at, moved_at = instant(row["began_us"]) if row["began_us"] else None, instant(row["moved_us"])
    return facts.finding(
        KIND,
        SLUG,
        row,
        severity="medium",
        evidence=(
            Evidence(says="Under way" + (" since" if began_at else ""), at=began_at, ref=row["ref"]),
            Evidence(says=f"{row['open']:,} children are open; the last move of any", at=moved_at),
        ),
        place_to_fix="The epic's status",
        action="Start the next part, put it back, or close it",
        since=moved_at,
        of_silence=True,
    )
