"""The ancestors of work items, and where their chain does not hold."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ibis.expr.types as ir

DEPTH = 2**3  #: ancestors looked at, the parent included; unrolled, so that every engine can do it


def ancestors(items: "ir.Table") -> "ir.Table":
    """One row for each ancestor of each work item: ref, ancestor, distance (1 for the parent), up to `DEPTH`.

    What is known of the nearest ones reaches twice as far each time.
    """
    chain, reach = _steps(items), 1
    while reach < DEPTH:
        highest = chain.filter(chain.distance == reach)
        above = chain.select(ancestor="ref", next="ancestor", more="distance")
        climbed = highest.inner_join(above, "ancestor")
        chain = chain.union(climbed.select("ref", ancestor="next", distance=climbed.distance + climbed.more))
        reach *= 2
    return chain


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

    steps = items.select("ref", ancestor="parent_ref", distance=ibis.literal(1, "int64"))
    return steps.filter(steps.ancestor.notnull())
