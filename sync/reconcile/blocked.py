"""When an item was blocked: flagged, or in a status that is mapped as blocked (metrics.md §1.3)."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ibis.expr.types as ir


def blocks(items: "ir.Table", changes: "ir.Table", stays: "ir.Table", *, as_of_us: int) -> "ir.Table":
    """Disjoint stretches in which an item was blocked: item, start_us, end_us."""
    in_status = stays.filter(stays.blocked).select("item", "start_us", "end_us")
    return _united(in_status.union(_flagged(items, changes, as_of_us=as_of_us)))


def _flagged(items: "ir.Table", changes: "ir.Table", *, as_of_us: int) -> "ir.Table":
    """Stretches with a flag. A flag set at creation is in no changelog but in what the first change replaced."""
    import ibis

    raised = changes.filter(changes.field == "flagged")
    raised = raised.select("item_ref", "id", "index", "at_us", "from_id", "from_text", "to_id", "to_text")
    told = raised.join(items.select("item", "ref", "created_us"), raised.item_ref == items.ref)
    in_order = ibis.window(group_by="item", order_by=["at_us", told.id.length(), "id", "index"])
    told = told.mutate(
        is_set=_says_something(told.to_id, told.to_text),
        was_set=_says_something(told.from_id, told.from_text),
        until_us=told.at_us.lead().over(in_order).fill_null(as_of_us),
        is_first=told.at_us.lag().over(in_order).isnull(),
    )
    at_creation = told.filter(told.is_first & told.was_set).select("item", start_us="created_us", end_us="at_us")
    later = told.filter(told.is_set).select("item", start_us="at_us", end_us="until_us")
    throughout = items.filter(items.flagged & items.has_history).select("item", "created_us")
    throughout = throughout.anti_join(told, "item")
    throughout = throughout.select("item", start_us="created_us", end_us=ibis.literal(as_of_us, "int64"))
    return ibis.union(at_creation, later, throughout)


def _says_something(identity: "ir.StringValue", text: "ir.StringValue") -> "ir.BooleanValue":
    import ibis

    return ibis.coalesce(text, identity, "") != ""


def _united(stretches: "ir.Table") -> "ir.Table":
    """Overlapping stretches of an item as one: a new one begins where nothing before it reaches."""
    import ibis

    order = ["start_us", "end_us"]
    before = ibis.window(group_by="item", order_by=order, preceding=(None, 1))
    reached = stretches.mutate(reached_us=stretches.end_us.max().over(before))
    is_new = reached.reached_us.isnull() | (reached.start_us > reached.reached_us)
    reached = reached.mutate(begun=ibis.ifelse(is_new, 1, 0))
    counted = reached.mutate(number=reached.begun.sum().over(ibis.cumulative_window(group_by="item", order_by=order)))
    united = counted.group_by(["item", "number"]).aggregate(
        start_us=counted.start_us.min(), end_us=counted.end_us.max()
    )
    return united.drop("number")
