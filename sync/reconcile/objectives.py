"""Which items stand behind which objective, and with what weight."""

from typing import TYPE_CHECKING

from mappings.rows import as_table
from mappings.strategy import Strategy

if TYPE_CHECKING:
    import ibis.expr.types as ir

ALL = "all"  #: the scope of all work
WEIGHT = "decimal(38, 12)"  #: adds up to the same on every run, as doubles do not


def lineage(strategy: Strategy) -> dict[str, tuple[str, ...]]:
    """Each objective, and those above it: a parent's figures are its own and its children's (metrics.md §5)."""
    parents = {objective.id: objective.parent for objective in strategy.objectives}
    lines: dict[str, tuple[str, ...]] = {}
    for start in parents:
        line, at = [start], parents[start]
        while at in parents and at not in line:
            line.append(at)
            at = parents[at]
        lines[start] = tuple(line)
    return lines


def members(flow: "ir.Table", tags: "ir.Table", strategy: Strategy) -> "ir.Table":
    """Whom each scope counts, by how much: ref, scope, weight (a decimal). `all` counts every item of the flow as 1."""
    import ibis

    one = ibis.literal(1).cast(WEIGHT)
    return flow.select("ref", scope=ibis.literal(ALL), weight=one).union(rolled_up(tags, strategy))


def rolled_up(tags: "ir.Table", strategy: Strategy, *, kind: str = "work_item") -> "ir.Table":
    """The weight of each tagged record of a kind in its objectives and in those above them: ref, scope, weight."""

    pairs = [{"objective": below, "scope": scope} for below, line in lineage(strategy).items() for scope in line]
    scopes = as_table(pairs, {"objective": "string", "scope": "string"})
    tagged = tags.filter((tags.kind == kind) & (tags.outcome == "tagged")).join(scopes, "objective")
    tagged = tagged.mutate(share=tagged.weight.cast(WEIGHT))
    summed = tagged.group_by(["ref", "scope"]).aggregate(weight=tagged.share.sum())
    return summed.select("ref", "scope", weight=summed.weight.cast(WEIGHT))
