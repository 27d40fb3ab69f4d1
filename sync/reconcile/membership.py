"""Since when each item serves the objectives that it is tagged to (metrics.md §6.1).

A tag says what an item is for now. What put it there is often in the item's history: the label that the rule asks for,
the parent that the tag is inherited from. Where it is, the item serves the objective since then, else since its
creation. What has left an objective is not seen.
"""

from typing import TYPE_CHECKING

from mappings.rows import as_table
from mappings.strategy import Strategy
from sync.reconcile.objectives import lineage

if TYPE_CHECKING:
    import ibis.expr.types as ir

#: Fields whose changes tell on which day a rule began to hold.
TOLD_BY = ("labels", "components", "fix_versions", "milestone", "type", "project", "team")
DATED = ("rule", "inherited")  #: origins of tags that history can tell of; a link or an override has none


def membership(flow: "ir.Table", tags: "ir.Table", changes: "ir.Table", strategy: Strategy) -> "ir.Table":
    """ref, scope, since_us, is_dated: each counted item in its objectives and in those above them, once in each."""
    import ibis

    told = tags.filter(tags.outcome == "tagged").select("ref", "kind", "objective", "origin", "clause", "via_ref")
    put_in = _put_in(told, changes).cache()
    items = told.filter(told.kind == "work_item")
    own = items.left_join(put_in, ["ref", "objective"]).drop("ref_right", "objective_right")
    above = put_in.select("objective", via_ref="ref", above_us="at_us")
    both = own.left_join(above, ["via_ref", "objective"]).drop("via_ref_right", "objective_right")
    both = both.left_join(_adopted(changes), "ref").drop("ref_right")
    is_inherited = both.origin == "inherited"
    moved_us = ibis.ifelse(is_inherited, ibis.greatest(both.above_us, both.adopted_us), both.at_us)
    dated = both.select("ref", "objective", moved_us=moved_us, is_dated=both.origin.isin(DATED))
    return _rolled_up(_of_items(dated, flow), strategy)


def _put_in(told: "ir.Table", changes: "ir.Table") -> "ir.Table":
    """ref, objective, at_us: when a change last put in what the clause of the rule names."""
    import ibis

    clauses = told.filter(told.origin == "rule").select("clause").distinct()
    clauses = clauses.select("clause", parts=_parted(clauses.clause)).cache()
    ruled = told.filter(told.origin == "rule").select("ref", "objective", "clause").join(clauses, "clause")
    named = changes.filter(changes.field.isin(TOLD_BY) & changes.to_text.notnull())
    is_whole = (named.field == "labels") & named.from_text.notnull()
    elements = ibis.ifelse(is_whole, named.to_text.split(" "), ibis.array([named.to_text]))
    added = named.select("at_us", "from_text", ref="item_ref", element=elements.unnest()).join(ruled, "ref")
    was_there = _within(added.from_text.fill_null(""), added.element, " ")
    new = added.filter(~was_there & _within(added.parts, added.element, "|"))
    return new.group_by("ref", "objective").aggregate(at_us=new.at_us.max())


def _parted(clause: "ir.StringValue") -> "ir.StringValue":
    """`labels: [checkout, cart]` as labels|checkout|cart."""
    return clause.re_replace(r"[\[\]{}:,]\s*", "|").replace(" |", "|")


def _within(text: "ir.StringValue", element: "ir.StringValue", mark: str) -> "ir.BooleanValue":
    import ibis

    bound = ibis.literal(mark)
    return (bound + text + bound).contains(bound + element + bound)


def _adopted(changes: "ir.Table") -> "ir.Table":
    """ref, adopted_us: when an item last came under a parent."""
    import ibis

    moved = changes.filter((changes.field == "parent") & ibis.coalesce(changes.to_id, changes.to_text).notnull())
    return moved.group_by(ref="item_ref").aggregate(adopted_us=moved.at_us.max())


def _of_items(dated: "ir.Table", flow: "ir.Table") -> "ir.Table":
    """The tags of counted items, none before the item was created, and none dated that has no history."""
    import ibis

    items = flow.select("ref", "created_us", is_told=~flow.flags.contains("no_history"))
    both = dated.join(items, "ref")
    return both.select(
        "ref",
        "objective",
        since_us=ibis.greatest(both.created_us, both.moved_us),
        is_dated=both.is_dated & both.is_told,
    )


def _rolled_up(dated: "ir.Table", strategy: Strategy) -> "ir.Table":

    pairs = [{"objective": below, "scope": scope} for below, line in lineage(strategy).items() for scope in line]
    scopes = as_table(pairs, {"objective": "string", "scope": "string"})
    placed = dated.join(scopes, "objective")
    return placed.group_by("ref", "scope").aggregate(since_us=placed.since_us.min(), is_dated=placed.is_dated.all())
