"""How far the evidence behind a tag can be trusted."""

from typing import TYPE_CHECKING

from mappings.conditions import Condition
from mappings.rules import Mappings
from mappings.tag import STRENGTH

if TYPE_CHECKING:
    import ibis.expr.types as ir

BROAD = frozenset({"source", "type", "level"})  #: what a rule asks that takes everything of a kind


def weak(tags: "ir.Table", links: "ir.Table", mappings: Mappings, *, distance: int) -> "ir.Table":
    """The tagged records whose every tag is weak: ref, why (mention, distance, catch_all), distance, via_ref."""
    import ibis

    tagged = tags.filter(tags.outcome == "tagged").left_join(_mentioning(links), "ref").drop("ref_right")
    is_mention = (tagged.origin == "linked") & tagged.mentions.fill_null(False)
    is_far = tagged.origin.isin(["inherited", "linked"]) & (tagged.distance >= distance)
    is_broad = tagged.rule.isin(catch_alls(mappings))
    why = ibis.cases((is_mention, "mention"), (is_far, "distance"), (is_broad, "catch_all"))
    judged = tagged.mutate(why=why)
    summed = judged.group_by("ref").aggregate(
        strong=judged.why.isnull().sum(),
        why=judged.why.min(),
        distance=judged.distance.max(),
        via_ref=judged.via_ref.min(),
    )
    return summed.filter(summed.strong == 0).drop("strong")


def catch_alls(mappings: Mappings) -> list[str]:
    """The rules that ask for nothing but a source, a type or a level."""
    return [rule.id for rule in mappings.rules if _is_broad(rule.when)]


def _is_broad(when: Condition) -> bool:
    asked = {name for part in when.parts() for name, _ in part.tests()}
    return asked <= BROAD and not any(True for part in when.parts() for _ in part.relatives())


def _mentioning(links: "ir.Table") -> "ir.Table":
    """The pull requests that do no more than mention a work item: ref, mentions."""
    resolved = links.filter(links.outcome == "resolved")
    strength = resolved["class"].cases(*STRENGTH.items(), else_=None)
    best = resolved.group_by(ref="item_ref").aggregate(best=strength.min())
    return best.filter(best.best == STRENGTH["mentions"]).select("ref", mentions=best.best.notnull())
