"""What each rule of the map takes: the account of the mapping file."""

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from mappings.rules import Exemption, Mappings, Rule

if TYPE_CHECKING:
    import ibis.expr.types as ir


class RuleLine(Struct, frozen=True, kw_only=True):
    """An exemption or a rule, in the order in which the first that holds wins."""

    id: str
    kind: Literal["exemption", "rule"]
    serves: tuple[str, ...]  #: objectives
    from_on: date | None
    own: int  #: records that it takes itself
    passed_on: int  #: records that have it from an ancestor or a linked item


def rule_lines(mappings: Mappings, tags: "ir.Table") -> tuple[RuleLine, ...]:
    told = tags.filter(tags.rule.notnull()).select("ref", "rule", "distance").distinct()
    counted = told.group_by("rule").aggregate(
        own=told.count(where=told.distance == 0), passed_on=told.count(where=told.distance > 0)
    )
    taken = {row.pop("rule"): row for row in counted.to_pyarrow().to_pylist()}
    entries: tuple[Exemption | Rule, ...] = (*mappings.exempt, *mappings.rules)
    return tuple(_line(entry, taken.get(entry.id, {"own": 0, "passed_on": 0})) for entry in entries)


def _line(entry: Exemption | Rule, taken: Mapping[str, int]) -> RuleLine:
    if isinstance(entry, Rule):
        return RuleLine(id=entry.id, kind="rule", serves=tuple(entry.weights), from_on=entry.from_on, **taken)
    return RuleLine(id=entry.id, kind="exemption", serves=(), from_on=entry.from_on, **taken)
