"""Which pairs of records are tagged to objectives that contradict each other."""

from typing import TYPE_CHECKING

from mappings.conditions import attributes
from mappings.rows import as_table
from mappings.rules import Mappings
from mappings.strategy import Strategy
from sync.reconcile.objectives import lineage

if TYPE_CHECKING:
    import ibis.expr.types as ir

GUESSED = frozenset({"title", "body", "head", "base", "paths"})  #: what a rule reads that was not meant to say it


def direct(tags: "ir.Table", mappings: Mappings) -> "ir.Table":
    """ref, objective: what people said of records themselves, by an override or by what a rule reads in fields.

    What a rule guesses from words, branches or files was said by nobody.
    """
    guessing = [rule.id for rule in mappings.rules if attributes([rule.when]) & GUESSED]
    said = (tags.origin == "override") | ((tags.origin == "rule") & ~tags.rule.isin(guessing))
    return tags.filter((tags.outcome == "tagged") & said).select("ref", "objective")


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
