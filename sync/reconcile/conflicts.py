"""Which pairs of records are tagged to objectives that contradict each other."""

from typing import TYPE_CHECKING

from mappings.rows import as_table
from mappings.strategy import Strategy
from sync.reconcile.objectives import lineage

if TYPE_CHECKING:
    import ibis.expr.types as ir

DIRECT = ("override", "rule")  #: origins of a tag that the record has by itself


def direct(tags: "ir.Table") -> "ir.Table":
    """ref, objective: the tags that records have by themselves."""
    return tags.filter((tags.outcome == "tagged") & tags.origin.isin(DIRECT)).select("ref", "objective")


def tagged(tags: "ir.Table") -> "ir.Table":
    """ref, objective: every tag."""
    return tags.filter(tags.outcome == "tagged").select("ref", "objective")


def conflicts(pairs: "ir.Table", tags: "ir.Table", other_tags: "ir.Table", *, strategy: Strategy) -> "ir.Table":
    """The pairs (ref, other) of which both have tags and no two of these agree: with objective and other_objective.

    Two objectives agree where one lies below the other, or they are one. Of several the first by name is told.
    """
    theirs = other_tags.select(other="ref", other_objective="objective")
    both = pairs.join(tags, "ref").join(theirs, "other")
    kin = as_table(
        [{"objective": one, "other_objective": other, "agrees": 1} for one, other in _agreeing(strategy)],
        {"objective": "string", "other_objective": "string", "agrees": "int64"},
    )
    judged = both.left_join(kin, ["objective", "other_objective"])
    told = judged.group_by("ref", "other").aggregate(
        objective=judged.objective.min(),
        other_objective=judged.other_objective.min(),
        agreeing=judged.agrees.sum().fill_null(0),
    )
    return told.filter(told.agreeing == 0).drop("agreeing")


def _agreeing(strategy: Strategy) -> list[tuple[str, str]]:
    above = [(below, each) for below, line in lineage(strategy).items() for each in line]
    return sorted({*above, *((each, below) for below, each in above)})
