"""Days on which people were presumably away: five working days in a row without any signal (metrics.md §4.2)."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ibis.expr.types as ir


def absences(days: "ir.Table", *, signalled: "ir.Table", least: int) -> "ir.Table":
    """person, day: the days with capacity in runs of at least so many of them without a row in `signalled`."""
    import ibis

    working = days.filter(days.capacity > 0).select("person", "day")
    marked = working.left_join(signalled.select("person", "day").distinct().mutate(is_seen=1), ["person", "day"])
    marked = marked.select("person", "day", seen=marked.is_seen.fill_null(0))
    before = ibis.cumulative_window(group_by="person", order_by="day")
    runs = marked.mutate(run=marked.seen.sum().over(before)).filter(marked.seen == 0)
    long = runs.mutate(length=runs.count().over(ibis.window(group_by=["person", "run"])))
    return long.filter(long.length >= least).select("person", "day")
