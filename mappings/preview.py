"""What an edit of the map would move: the difference between two tables of tags."""

from typing import TYPE_CHECKING

from mappings.tag import UNITS

if TYPE_CHECKING:
    import ibis.expr.types as ir

#: Column → type of `moves`.
MOVES = {
    "ref": "string",
    "kind": "string",  # work_item, pull_request
    "before": "string",  # as `standings` says it
    "after": "string",
    "change": "string",  # moved; or what it has newly become: tagged, exempt, untagged, unknown
}


def standings(tags: "ir.Table") -> "ir.Table":
    """One row for each ref: ref, kind, outcome, and standing, which is all of its tag in words.

    `checkout`, `checkout 0.7 + growth 0.3`, `exempt: on-call`, `untagged`, `unknown`.
    """
    import ibis

    share = (tags.weight * UNITS).round().cast("int64").cast("decimal(38, 12)") / UNITS
    weight = ibis.ifelse(tags.weight == 1, "", ibis.literal(" ") + share.cast("float64").cast("string"))
    said = ibis.cases(
        (tags.outcome == "tagged", tags.objective + weight),
        (tags.outcome == "exempt", ibis.literal("exempt: ") + tags.rule),
        else_=tags.outcome,
    )
    told = tags.mutate(said=said)
    return told.group_by("ref", "kind", "outcome").agg(
        standing=told.said.group_concat(sep=" + ", order_by=told.objective.asc())
    )


def moves(before: "ir.Table", after: "ir.Table") -> "ir.Table":
    """One row, as `MOVES` describes it, for each ref whose tag is another in `after`; both are tables of `TAGS`.

    Why it has its tag is not looked at: another rule that says the same moves nothing.
    """
    import ibis

    differing = _differing(before, after)
    old = standings(before.semi_join(differing, "ref")).select("ref", "kind", before="standing", was="outcome")
    new = standings(after.semi_join(differing, "ref")).select("ref", after="standing", becomes="outcome")
    pairs = old.inner_join(new, "ref")
    moved = pairs.filter(pairs.before != pairs.after)
    change = ibis.ifelse(moved.was == moved.becomes, "moved", moved.becomes)
    return moved.mutate(change=change).select(*MOVES).order_by("kind", "ref")


def _differing(before: "ir.Table", after: "ir.Table") -> "ir.Table":
    """The refs of which anything that a standing tells may have changed: to tell all standings would take longest."""
    told = ("ref", "kind", "outcome", "objective", "weight", "rule")
    old, new = before.select(*told), after.select(*told)
    return old.difference(new).union(new.difference(old)).select("ref").distinct()
