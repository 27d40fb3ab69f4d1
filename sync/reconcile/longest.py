"""Which items of a scope took the longest: what a percentile of many names of those that it is of."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ibis.expr.types as ir

MOST_BEHIND = 50  #: items that are named behind a figure


def place_by(items: "ir.Table", duration: str, *, of: Sequence[str]) -> "ir.IntegerValue":
    """The place of each among those with which it shares these columns: the longest duration first, then by ref."""
    import ibis

    order = [items[duration].desc(), items.ref]
    return ibis.row_number().over(ibis.window(group_by=of, order_by=order))


def longest(items: "ir.Table") -> "ir.ArrayColumn":
    """Refs of the first `MOST_BEHIND` by their `place`, the longest first; null of a group that has none of them."""
    return items.ref.collect(where=items.place < MOST_BEHIND, order_by="place")
