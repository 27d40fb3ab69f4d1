"""The ancestors of work items, and where their chain does not hold."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ibis.expr.types as ir

DEPTH = 8  #: ancestors looked at, the parent included; unrolled, so that every engine can do it


def ancestors(items: "ir.Table") -> "ir.Table":
    """One row for each ancestor of each work item: ref, ancestor, distance (1 for the parent), up to `DEPTH`."""
    import ibis

    steps = _steps(items)
    levels = [steps]
    for distance in range(2, DEPTH + 1):
        above = steps.select(ancestor="ref", next="ancestor")
        climbed = levels[-1].inner_join(above, "ancestor")
        levels.append(climbed.select("ref", ancestor="next", distance=ibis.literal(distance, "int64")))
    return ibis.union(*levels)


def chain_problems(items: "ir.Table") -> "ir.Table":
    """Each work item whose chain of parents does not hold, and how: ref, problem (cycle, too_deep, missing_parent)."""
    import ibis

    chain = ancestors(items)
    cycles = chain.filter(chain.ref == chain.ancestor).select("ref").distinct()
    highest = chain.filter(chain.distance == DEPTH).semi_join(_steps(items), chain.ancestor == _steps(items).ref)
    deep = highest.select("ref").anti_join(cycles, "ref")
    missing = _steps(items).anti_join(items, [("ancestor", "ref")]).select("ref")
    named = [
        refs.mutate(problem=ibis.literal(problem))
        for refs, problem in ((cycles, "cycle"), (deep, "too_deep"), (missing, "missing_parent"))
    ]
    return ibis.union(*named).order_by("ref", "problem")


def _steps(items: "ir.Table") -> "ir.Table":
    import ibis

    children = items.filter(items.parent_ref.notnull())
    return children.select("ref", ancestor="parent_ref", distance=ibis.literal(1, "int64"))
