"""Bulk edits: many items given the same value in one sweep (metrics.md §1.10)."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ibis.expr.types as ir


def bulk_closed(moves: "ir.Table", instants: "ir.Table", *, items: int, gap_s: int) -> "ir.Table":
    """The items that were finished by a sweep: item, is_bulk."""
    closing = moves.join(instants.select("item", at_us="finished_us"), ["item", "at_us"])
    closes = moves.semi_join(closing, "to_id")
    swept = sweeps(closes, items=items, gap_s=gap_s)
    return closing.semi_join(swept, ["item", "at_us"]).select("item").distinct().mutate(is_bulk=True)


def sweeps(moves: "ir.Table", *, items: int, gap_s: int) -> "ir.Table":
    """The moves that belong to a sweep over at least so many items with no longer pause between two: item, at_us.

    A sweep is one author's, into one status; what others did in between does not matter.
    """
    import ibis

    signed = _crowded(
        moves.select("item", "at_us", "to_id", author=moves.author.fill_null("")), items=items, gap_s=gap_s
    )
    in_order = {"group_by": ["author", "to_id"], "order_by": ["at_us", "item"]}
    pause_us = signed.at_us - signed.at_us.lag().over(ibis.window(**in_order))
    begun = signed.mutate(begun=ibis.ifelse(pause_us <= gap_s * 1_000_000, 0, 1))
    numbered = begun.mutate(sweep=begun.begun.sum().over(ibis.cumulative_window(**in_order)))
    one = ["author", "to_id", "sweep"]
    wide = numbered.group_by(one).aggregate(width=numbered.item.nunique()).filter(lambda sweep: sweep.width >= items)
    return numbered.semi_join(wide, one).select("item", "at_us")


def _crowded(moves: "ir.Table", *, items: int, gap_s: int) -> "ir.Table":
    """The moves of an author into a status that may have been a sweep: they are few, and sorting all is dear.

    So many moves without a longer pause take less than `items` pauses, and so lie in two neighbouring stretches of that
    length at most: one of them holds half of these.
    """
    told = moves.mutate(stretch=moves.at_us // (items * max(1, gap_s) * 1_000_000))
    counted = told.group_by("author", "to_id", "stretch").aggregate(many=told.count())
    return told.semi_join(counted.filter(counted.many * 2 >= items), ["author", "to_id"]).drop("stretch")
