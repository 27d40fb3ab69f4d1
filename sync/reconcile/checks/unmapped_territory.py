"""M02 unmapped territory: a project or repository in which nothing is on the map.

Definition: a tracker's project or a repository with at least five work items or pull requests touched in the last 28
days, of which, and of all it ever had, none is tagged or exempt: no rule knows it.
Severity: high.
Evidence: how many were touched, and since when it is known.
Decision: does this place belong on the map?
Suggested action: add a rule for it, or leave it out of what is read.
Against false alarms: one tagged or exempt item, by whatever rule, parent or link, and it counts as mapped.
"""

from typing import TYPE_CHECKING

from sync.reconcile.facts import Facts
from sync.reconcile.findings import Evidence, Finding
from sync.reconcile.manual import Option
from sync.reconcile.periods import instant
from sync.reconcile.rows import Row, rows_of

if TYPE_CHECKING:
    import ibis.expr.types as ir

KIND, SLUG = "M02", "unmapped-territory"
OPTIONS = (
    Option(says="Add a rule for it", cost="a line of mappings.yaml"),
    Option(says="Exempt it with a reason", cost="its effort counts as sanctioned"),
    Option(says="Leave it out of what is read", cost="nobody sees it any more"),
)
DEFAULT = "Everything in it stays untagged."


def ask(facts: Facts) -> list[Row]:
    return [row | _subject(row) for row in rows_of(_unmapped(facts))]


def _unmapped(facts: Facts) -> "ir.Table":
    """source, territory, touched, untagged, first_us, last_us, and ref, name and url where it is known by them."""
    records = _records(facts).left_join(facts.touched, "ref").drop("ref_right")
    judged = records.join(facts.tags.select("ref", "outcome").distinct(), "ref")
    is_untagged = judged.outcome == "untagged"
    lands = judged.group_by(["source", "territory"]).aggregate(
        mapped=judged.count(where=judged.outcome.isin(["tagged", "exempt"])),
        untagged=judged.count(where=is_untagged),
        touched=judged.count(where=is_untagged & judged.touched_us.notnull()),
        first_us=judged.created_us.min(),
        last_us=judged.touched_us.max(),
    )
    unmapped = lands.filter((lands.mapped == 0) & (lands.touched >= facts.thresholds.unmapped_items))
    known = unmapped.left_join(_names(facts), ["source", "territory"])
    return known.drop("source_right", "territory_right").order_by(["source", "territory"])


def _records(facts: Facts) -> "ir.Table":
    """Every work item and pull request in its territory."""
    import ibis

    items, pulls = facts.snapshot["work_items"], facts.snapshot["pull_requests"]
    return ibis.union(
        items.select("ref", "source", "created_us", territory=ibis.coalesce(items.project, items.repository)),
        pulls.select("ref", "source", "created_us", territory="repository"),
    )


def _names(facts: Facts) -> "ir.Table":
    projects, repositories = facts.snapshot["projects"], facts.snapshot["repositories"]
    return projects.select("source", "ref", "name", "url", territory="key").union(
        repositories.select("source", "ref", "name", "url", territory=repositories.name)
    )


def _subject(row: Row) -> Row:
    place = row["territory"]
    ref = row["ref"] or f"{row['source']}:territory:{place}"
    return {"ref": ref, "key": place, "title": row["name"] or place, "project": place}


def finding(row: Row, facts: Facts) -> Finding:
    first_at = None if row["first_us"] is None else instant(row["first_us"])
    return facts.finding(
        KIND,
        SLUG,
        row,
        severity="high",
        evidence=(
            Evidence(says=f"{row['untagged']:,} untagged, and none tagged or exempt; the first", at=first_at),
            Evidence(says=f"{row['touched']:,} of them touched lately; the last", at=instant(row["last_us"])),
        ),
        place_to_fix="mappings.yaml, or the scope in fingerpost.yaml",
        action="Add a rule for it, or leave it out of what is read",
        since=first_at,
    )
