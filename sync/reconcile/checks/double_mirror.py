"""M29 double mirror: two live items say that they are the same work as a third.

Definition: two or more open work items that state the same item of another source as the same work.
Severity: medium.
Evidence: both items, and the one that they claim.
Decision: which of them stands for it?
Suggested action: merge the two, or cut one of the links.
Against false alarms: a mere mention claims nothing; an item that is done claims nothing any more.
"""

from typing import TYPE_CHECKING

from sync.reconcile.facts import Facts
from sync.reconcile.findings import Evidence, Finding
from sync.reconcile.firsts import first_of_each
from sync.reconcile.manual import Option
from sync.reconcile.rows import Row, rows_of

if TYPE_CHECKING:
    import ibis.expr.types as ir

KIND, SLUG = "M29", "double-mirror"
OPTIONS = (
    Option(says="Merge the two", cost="a few minutes"),
    Option(says="Cut one of the links", cost="a minute"),
)
DEFAULT = "One piece of work is counted twice."


def ask(facts: Facts) -> list[Row]:
    return rows_of(_doubles(facts)) if facts.relations.has_mirrors else []


def _doubles(facts: Facts) -> "ir.Table":
    """Each open item but the first by key that claims the same other: with first_ref, first_key, other_ref."""
    standing, items = facts.relations.standing, facts.snapshot["work_items"]
    going = items.semi_join(standing.filter(standing.category != "done"), "ref").select("ref", "key")
    claims = facts.relations.mirrors.join(going, "ref")
    first = first_of_each(claims, "other", "key", "ref").select("other", first_ref="ref", first_key="key")
    pairs = claims.drop("key").join(first, "other")
    return pairs.filter(pairs.ref != pairs.first_ref).rename(other_ref="other").order_by(["ref", "other_ref"])


def finding(row: Row, facts: Facts) -> Finding:
    return facts.finding(
        KIND,
        SLUG,
        row,
        severity="medium",
        evidence=(
            Evidence(says=f"Claims to be {row['other_key']}", ref=row["ref"]),
            Evidence(says=f"So does {row['first_key']}", ref=row["first_ref"]),
        ),
        place_to_fix="The links of the two",
        action="Merge the two, or cut one of the links",
        since=None,
        counterpart=(row["other_ref"], row["other_key"]),
    )
