"""How an item's time from start to finish was spent (metrics.md §1.5)."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ibis.expr.types as ir

PARTS = ("active_us", "queued_us", "blocked_us", "returned_us", "done_gap_us")
KINDS = {"in_active_us": "active", "queued_us": "waiting", "returned_us": "todo", "done_gap_us": "done"}


def spent(runs: "ir.Table", blocks: "ir.Table", instants: "ir.Table") -> "ir.Table":
    """The parts of each finished item's cycle time, in microseconds; an item that was never under way has no row.

    active_us: active and not blocked; queued_us: in a status called waiting; blocked_us: blocked while active;
    returned_us: back in todo; done_gap_us: done, before it was opened again. They add up to the cycle time.
    """
    # Start and finish are starts of runs: each run lies wholly within or without.
    within = runs.join(instants.select("item", "began_us", "finished_us"), "item")
    within = within.filter((within.start_us >= within.began_us) & (within.start_us < within.finished_us))
    length_us = within.end_us - within.start_us
    whole = within.group_by("item").aggregate(
        **{name: length_us.sum(where=within.category == category).fill_null(0) for name, category in KINDS.items()}
    )
    blocked = _blocked(within.filter(within.category == "active"), blocks)
    told = whole.left_join(blocked, "item")
    blocked_us = told.blocked_us.fill_null(0)
    return told.select(
        "item",
        "queued_us",
        "returned_us",
        "done_gap_us",
        active_us=told.in_active_us - blocked_us,
        blocked_us=blocked_us,
    )


def _blocked(active: "ir.Table", blocks: "ir.Table") -> "ir.Table":
    """How long each item was blocked while active; only then does blocked count (§1.3)."""
    import ibis

    met = active.join(blocks.rename(from_us="start_us", until_us="end_us"), "item")
    met = met.filter((met.from_us < met.end_us) & (met.until_us > met.start_us))
    overlap_us = ibis.least(met.end_us, met.until_us) - ibis.greatest(met.start_us, met.from_us)
    return met.group_by("item").aggregate(blocked_us=overlap_us.sum())
