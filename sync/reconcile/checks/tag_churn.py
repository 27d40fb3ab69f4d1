"""M36 tag churn: what an item is for was changed again and again, or after it was done.

Definition: a work item whose labels, components, versions, milestone or fields, as far as a rule reads them by single
values, led it from one objective to another three times (`churn_changes`), or once after it was delivered.
Severity: medium.
Evidence: how often, and when last.
Decision: what is it for, for good?
Suggested action: settle it by an override, and ask who changes it.
Against false alarms: what rules find by titles, parents or patterns has no history and is not counted; that a first
objective was named is no change; what fingerpost itself mirrors is none.
"""

from typing import TYPE_CHECKING

from mappings.marks import marks
from mappings.rows import as_table
from sync.reconcile.facts import Facts
from sync.reconcile.findings import Evidence, Finding
from sync.reconcile.manual import Option
from sync.reconcile.periods import instant
from sync.reconcile.rows import Row, rows_of

if TYPE_CHECKING:
    import ibis.expr.types as ir

KIND, SLUG = "M36", "tag-churn"
OPTIONS = (
    Option(says="Settle it by an override", cost="a line of mappings.yaml"),
    Option(says="Leave it as it is now", cost="past reports said otherwise"),
)
DEFAULT = "It counts for what it says last."
MARKS = {"field": "string", "value": "string", "objective": "string", "place": "int64"}


def ask(facts: Facts) -> list[Row]:
    told = [mark._asdict() for mark in marks(facts.mappings)]
    if not told:
        return []
    return rows_of(_churned(facts, as_table(told, MARKS)))


def _churned(facts: Facts, told: "ir.Table") -> "ir.Table":
    """The items that were led elsewhere too often or too late: with changes, late, last_us."""
    done = facts.flow.filter(facts.flow.outcome == "delivered").select("ref", "finished_us")
    turned = _turns(facts, told).left_join(done, "ref").drop("ref_right")
    summed = turned.group_by("ref").aggregate(
        changes=turned.count(),
        late=(turned.at_us > turned.finished_us).fill_null(False).sum(),
        last_us=turned.at_us.max(),
    )
    churned = (summed.changes >= facts.thresholds.churn_changes) | (summed.late > 0)
    return summed.filter(churned).order_by("ref")


def _turns(facts: Facts, told: "ir.Table") -> "ir.Table":
    """Each time that an item was led from one objective to another: ref, at_us."""
    import ibis

    sides = _sides(facts, told)
    both = sides.group_by("ref", "at_us").aggregate(
        left=sides.objective.argmin(sides.place, where=sides.side == "from"),
        entered=sides.objective.argmin(sides.place, where=sides.side == "to"),
    )
    entries = both.filter(both.entered.notnull() & (both.left.isnull() | (both.left != both.entered)))
    before = entries.entered.lag().over(ibis.window(group_by="ref", order_by="at_us"))
    entries = entries.mutate(before=ibis.coalesce(entries.left, before))
    return entries.filter(entries.before.notnull() & (entries.before != entries.entered)).select("ref", "at_us")


def _sides(facts: Facts, told: "ir.Table") -> "ir.Table":
    """The objectives that each change names before and after: ref, at_us, side, objective, place."""
    import ibis

    changes = facts.snapshot["changes"].filter(lambda change: ~change.own.fill_null(False))
    columns = ("at_us", "from_text", "to_text")
    by_name = changes.select("field", *columns, ref="item_ref")
    by_id = changes.select(*columns, ref="item_ref", field="field_id").select(by_name.columns)
    named = ibis.union(by_name, by_id).semi_join(told, "field")
    placed = named.join(facts.snapshot["work_items"].select("ref", "project"), "ref")
    return ibis.union(*(_named(placed, side, told) for side in ("from", "to")))


def _named(placed: "ir.Table", side: str, told: "ir.Table") -> "ir.Table":
    """One side of the changes. A tracker tells all labels as one text, other values come one by one."""
    import ibis

    text = placed[f"{side}_text"]
    is_list = (placed.field == "labels") & placed.project.notnull()
    values = placed.select("ref", "at_us", "field", value=ibis.ifelse(is_list, text.split(" "), ibis.array([text])))
    found = values.unnest("value").join(told, ["field", "value"])
    return found.select("ref", "at_us", "objective", "place", side=ibis.literal(side))


def finding(row: Row, facts: Facts) -> Finding:
    last_at = instant(row["last_us"])
    late = (Evidence(says="It was delivered before that", ref=row["ref"]),) if row["late"] else ()
    return facts.finding(
        KIND,
        SLUG,
        row,
        severity="medium",
        evidence=(
            Evidence(says=f"Led elsewhere {row['changes']:,} times, last", at=last_at, ref=row["ref"]),
            *late,
        ),
        place_to_fix="The item's labels, or an override in mappings.yaml",
        action="Settle it by an override, and ask who changes it",
        since=last_at,
    )
