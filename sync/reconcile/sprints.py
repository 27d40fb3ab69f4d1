"""Which items were in a sprint when it began and when it ended, replayed from their history (metrics.md §5.2a)."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ibis.expr.types as ir

#: A change tells all sprints before and after it, by their ids; ids are numbers as texts, 999 before 1000.
ORDER = ("at_us", "length", "id", "index")


def sprint_members(sprints: "ir.Table", items: "ir.Table", changes: "ir.Table") -> "ir.Table":
    """plan, ref, at_start, at_end: every item that was in one of the sprints at either instant.

    `sprints`: plan, source, id, from_us, until_us; what happened at `from_us` is in, at `until_us` it is not.
    """
    import ibis

    told = _told(sprints, items, changes)
    now = _now(sprints, items)
    both = now.outer_join(told, ["plan", "ref"])
    plan, ref = ibis.coalesce(both.plan, both.plan_right), ibis.coalesce(both.ref, both.ref_right)
    both = both.select(
        plan=plan,
        ref=ref,
        at_start=both.told_at_start.coalesce(both.from_start, False),
        at_end=both.told_at_end.coalesce(both.from_end, False),
    )
    return both.filter(both.at_start | both.at_end)


def _now(sprints: "ir.Table", items: "ir.Table") -> "ir.Table":
    """What the items say now; without a change of it, it has been so since they were created."""
    listed = items.select("ref", "source", "created_us", id=items.sprints.unnest())
    met = listed.join(sprints, ["source", "id"])
    return met.select(
        "plan", "ref", from_start=met.created_us <= met.from_us, from_end=met.created_us < met.until_us
    ).distinct()


def _told(sprints: "ir.Table", items: "ir.Table", changes: "ir.Table") -> "ir.Table":
    """What the changes say: the last one before the instant, else the first after it."""
    import ibis

    moved = changes.filter(changes.field == "sprints").mutate(length=changes.id.length())
    placed = moved.join(items.select("source", item_ref="ref"), "item_ref")
    before, after = (_side(placed, side) for side in ("from_id", "to_id"))
    each = before.mutate(was=True, stays=False).union(after.mutate(was=False, stays=True))
    each = each.group_by("item_ref", "source", "element", *ORDER).aggregate(was=each.was.any(), stays=each.stays.any())
    met = each.join(sprints, [each.source == sprints.source, each.element == sprints.id], rname="sprint_{name}")
    in_order = ibis.window(group_by=["plan", "item_ref"], order_by=ORDER)
    met = met.mutate(place=ibis.row_number().over(in_order))

    def held(is_before: "ir.BooleanValue") -> "ir.BooleanValue":
        last = met.stays.argmax(met.place, where=is_before)
        return ibis.coalesce(last, met.was.argmin(met.place, where=~is_before))

    return met.group_by("plan", ref="item_ref").aggregate(
        told_at_start=held(met.at_us <= met.from_us), told_at_end=held(met.at_us < met.until_us)
    )


def _side(placed: "ir.Table", side: str) -> "ir.Table":
    ids = placed.filter(placed[side].notnull())
    rows = ids.select("item_ref", "source", *ORDER, element=ids[side].split(",").unnest())
    stripped = rows.mutate(element=rows.element.strip())
    return stripped.filter(stripped.element != "")
