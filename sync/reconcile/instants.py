"""When each item was started and finished, read from its runs (metrics.md §1.4)."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ibis.expr.types as ir

UNDER_WAY = ("active", "waiting")


def instants(runs: "ir.Table", *, restarting: "ir.Table | None") -> "ir.Table":
    """One row an item: category (at the end), began_us, last_active_us, finished_us, first_finished_us,
    first_reopened_us, reopens.

    `began_us` is the start of the first run under way; of the items in `restarting` (item), of the first after the
    last return to todo. `last_active_us` is the start of the last active run.
    """
    runs = runs.mutate(is_start=runs.category.isin(UNDER_WAY) if restarting is None else _starts(runs, restarting))
    is_done = runs.category == "done"
    return runs.group_by("item").aggregate(
        category=runs.category.max(where=runs.is_last),
        began_us=runs.start_us.min(where=runs.is_start),
        last_active_us=runs.start_us.max(where=runs.category == "active"),
        finished_us=runs.start_us.max(where=is_done & runs.is_last),
        first_finished_us=runs.start_us.min(where=is_done),
        first_reopened_us=runs.end_us.min(where=is_done & ~runs.is_last),
        reopens=runs.count(where=is_done & ~runs.is_last),
    )


def _starts(runs: "ir.Table", restarting: "ir.Table") -> "ir.BooleanValue":
    """Under way, and where an item's clock starts anew, not before its last run in todo."""
    return runs.category.isin(UNDER_WAY) & (~runs.item.isin(restarting.item) | _restarts(runs))


def _restarts(runs: "ir.Table") -> "ir.BooleanValue":
    """Under way, and not before the last run in todo."""
    import ibis

    todo_us = ibis.ifelse(runs.category == "todo", runs.start_us, None).max()
    returned_us = todo_us.over(ibis.window(group_by="item"))
    return runs.category.isin(UNDER_WAY) & (returned_us.isnull() | (runs.start_us > returned_us))
