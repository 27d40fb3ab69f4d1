"""Which work items are counted (metrics.md §1.1).

By default every type of the standard level, not only Story, Task, Bug and Spike: trackers name their types as they
like (Improvement, Wish, Test), and a list of names would silently lose most of the work of those that do.
"""

from collections.abc import Collection
from typing import TYPE_CHECKING

from sync.reconcile.places import by_place
from sync.reconcile.thresholds import Thresholds

if TYPE_CHECKING:
    import ibis.expr.types as ir

KEPT = (
    *("ref", "source", "project", "repository", "type", "team", "status_id"),
    *("created_us", "updated_us", "status_changed_us", "resolved_us", "resolution"),
)


def counted(work_items: "ir.Table", thresholds: Thresholds) -> "ir.Table":
    """The leaf items of the types that are counted, each with a number, `item`, that joins faster than its ref."""
    import ibis

    told = work_items.select(
        *KEPT,
        *("level", "parent_ref"),
        flagged=work_items.flagged.fill_null(False),
        is_assigned=work_items.assignees.length() > 0,
        has_history=work_items.has_history.fill_null(False),
    )
    leaves = _leaves(told, thresholds)
    item = ibis.row_number().over(ibis.window(order_by="ref"))
    return leaves.select(*KEPT, "flagged", "is_assigned", "has_history", item=item)


def _leaves(work_items: "ir.Table", thresholds: Thresholds) -> "ir.Table":
    """Standard items, neither sub-tasks nor containers; where the source has no levels, those without children."""
    import ibis

    def is_counted(types: Collection[str] | None) -> "ir.Value":
        return ibis.literal(True) if types is None else work_items.type.isin(sorted(types)).fill_null(False)

    of_type = work_items.filter(by_place(work_items, thresholds, "item_types", is_counted))
    parents = work_items.filter(work_items.parent_ref.notnull()).select(ref="parent_ref").distinct()
    levelled = of_type.filter(of_type.level == 0)
    return levelled.union(of_type.filter(of_type.level.isnull()).anti_join(parents, "ref"))
