"""Status timelines: which status an item was in, from when until when (metrics.md §1.2).

Tables here speak of an `item` by the number that stands for its ref in one reckoning. `at_us`, `start_us`, `end_us`
and the like are UTC epoch microseconds; stays are half-open.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ibis.expr.types as ir

CHANGED = ("id", "index", "at_us", "author", "from_id", "from_text", "to_id", "to_text")


def moves(items: "ir.Table", changes: "ir.Table", statuses: "ir.Table") -> "ir.Table":
    """Each change of status: item, created_us, current_id, author, at_us, from_id, to_id, and
    earlier_id, until_us, is_lost.

    `earlier_id` is where the move before it led, null for the first. `until_us` is when the stay that it began ended,
    null while that lasts. `is_lost` says that the item is now elsewhere than this last move led: it went there at
    `until_us`. A move dated before the item's creation, as imports bring them, counts from the creation on.
    """
    import ibis

    moved = changes.filter(changes.field == "status").select("item_ref", *CHANGED)
    changes = _named(moved, items, statuses)
    items = items.select("item", "ref", "created_us", "status_id", "status_changed_us", "updated_us")
    told = changes.join(items, changes.item_ref == items.ref).select(
        "item",
        "created_us",
        "author",
        "id",
        "index",
        told_us=changes.at_us,
        at_us=ibis.greatest(changes.at_us, items.created_us),
        from_id=_status(changes.from_id, changes.from_text),
        to_id=_status(changes.to_id, changes.to_text),
        current_id=ibis.coalesce(items.status_id, ""),
        current_us=ibis.ifelse(items.status_changed_us > changes.at_us, items.status_changed_us, items.updated_us),
    )
    # Ids that are numbers ascend as numbers when the shorter ones come first.
    in_order = ibis.window(group_by="item", order_by=["told_us", told.id.length(), "id", "index"])
    told = told.mutate(earlier_id=told.to_id.lag().over(in_order), next_us=told.at_us.lead().over(in_order))
    is_lost = told.next_us.isnull() & (told.to_id != told.current_id)
    until_us = ibis.ifelse(is_lost, ibis.greatest(told.at_us, told.current_us), told.next_us)
    return told.mutate(is_lost=is_lost, until_us=until_us).drop("id", "index", "told_us", "current_us", "next_us")


def _named(changes: "ir.Table", items: "ir.Table", statuses: "ir.Table") -> "ir.Table":
    """The changes with the id of a status that is told by its name alone, where but one status of the item's project
    has that name (mikebowler/jirametrics#56)."""
    placed = changes.join(items.select("ref", "source", "project"), changes.item_ref == items.ref)
    for side in ("from", "to"):
        identity, text = f"{side}_id", f"{side}_text"
        wanted = placed.filter(placed[identity].isnull()).select("source", "project", name=text).distinct()
        known = wanted.join(statuses.select("source", "id", "name", of="project"), ["source", "name"])
        known = known.filter(known.of.isnull() | (known.of == known.project))
        one = known.group_by(["source", "project", "name"]).aggregate(n=known.id.nunique(), found=known.id.min())
        one = one.filter(one.n == 1).select("source", "project", "name", "found")
        placed = placed.left_join(one, ["source", "project", placed[text] == one.name])
        placed = placed.mutate(**{identity: placed[identity].coalesce(placed.found)})
        placed = placed.select(*changes.columns, "source", "project")
    return placed.select(*changes.columns)


def _status(identity: "ir.StringValue", text: "ir.StringValue") -> "ir.StringValue":
    """The status id, or its name where the source leaves the id out (mikebowler/jirametrics#56)."""
    import ibis

    return ibis.coalesce(identity, text, "")


def stays(items: "ir.Table", moves: "ir.Table", *, as_of_us: int) -> "ir.Table":
    """Each stay in one status: item, start_us, end_us, status_id, is_first, is_last; of no length only where the last.

    The first stay begins at creation and the last one ends at `as_of_us`. Items without history have none.
    """
    import ibis

    still = items.filter(items.has_history).select("item", "created_us", "status_id").anti_join(moves, "item")
    first = moves.filter(moves.earlier_id.isnull())
    lost = moves.filter(moves.is_lost)
    now_us = ibis.literal(as_of_us, "int64")
    told = ibis.union(
        _stay(still, still.created_us, now_us, still.status_id, is_first=True, is_last=True),
        _stay(first, first.created_us, first.at_us, first.from_id, is_first=True),
        _stay(moves, moves.at_us, moves.until_us.fill_null(as_of_us), moves.to_id, is_last=moves.until_us.isnull()),
        _stay(lost, lost.until_us, now_us, lost.current_id, is_last=True),
    )
    return told.filter((told.start_us < told.end_us) | told.is_last)


def _stay(
    table: "ir.Table",
    start_us: "ir.Value",
    end_us: "ir.Value",
    status_id: "ir.Value",
    *,
    is_first: bool = False,
    is_last: "ir.Value | bool" = False,
) -> "ir.Table":
    return table.select(
        "item", start_us=start_us, end_us=end_us, status_id=status_id, is_first=is_first, is_last=is_last
    )
