"""What each work item and pull request is for, and why."""

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING

from mappings.ancestry import ancestors
from mappings.links import names
from mappings.people import People
from mappings.rows import as_table
from mappings.rules import Mappings
from mappings.strategy import Strategy
from mappings.subjects import subjects_of
from mappings.verdicts import Verdicts, verdicts_on

if TYPE_CHECKING:
    import ibis.expr.types as ir

#: Column → type of `tags`. `objective` and `weight` are null unless tagged; the rest is null unless tagged or exempt.
TAGS = {
    "ref": "string",
    "kind": "string",  # work_item, pull_request
    "outcome": "string",  # tagged, exempt, untagged, unknown
    "objective": "string",
    "weight": "float64",
    "origin": "string",  # override, exemption, rule, inherited, linked
    "rule": "string",  # id of the rule or exemption; null for an override
    "clause": "string",  # the part of it that held
    "via_ref": "string",  # the ancestor or linked item that it comes from
    "distance": "int64",  # steps to the item that has it of its own: 0 for itself
}
STRENGTH = {"closes": 1, "implements": 2, "mentions": 3}
UNITS = 10**12  #: a weight of 1; weights are added up as integers, so that every run adds up to the same


def tag(
    tables: Mapping[str, "ir.Table"],
    *,
    links: "ir.Table",
    strategy: Strategy,
    mappings: Mappings,
    day: date,
    people: People | None = None,
) -> "ir.Table":
    """One row for each ref and objective, as `TAGS` describes, and one for each ref that has none.

    What decides is the override, else an exemption, else the item's own rule, else the nearest ancestor that has one
    of these, else the linked items; an exemption reaches children and pull requests in the same way. Of links the
    best class alone counts: its items share the weight equally. Those exempt take no share; if all are, so is the ref.
    A ref is unknown if it is linked to nothing but projects that are not read.
    """
    import ibis

    verdicts = verdicts_on(mappings, day)
    subjects = subjects_of(tables, mappings.conditions(), links=links, people=people, day=day)
    seen = subjects.seen
    called = ibis.union(names(tables).select("name", "to_ref"), subjects.pulls.select(name="key", to_ref="ref"))
    own = _own(subjects.first_match(verdicts.conditions), verdicts, called).cache()
    given = ibis.union(own, _inherited(tables["work_items"], own)).cache()
    through = _linked(links, given, verdicts, mappings.links.at_most)
    direct, shared = _weighed(given, verdicts, strategy), _shared(_weighed(through, verdicts, strategy))
    columns = ("ref", "outcome", "objective", "weight", "verdict", "through", "via_ref", "distance")
    explained = _explained(ibis.union(direct.select(*columns), shared.select(*columns)), seen, verdicts)
    return ibis.union(explained, _undecided(seen, explained, links)).order_by("kind", "ref", "objective")


def _own(matched: "ir.Table", verdicts: Verdicts, called: "ir.Table") -> "ir.Table":
    """ref, verdict, through, via_ref, distance: of those that an override, an exemption or a rule takes."""
    import ibis

    rows = [{"name": name, "override": number} for name, number in verdicts.overrides.items()]
    named = as_table(rows, {"name": "string", "override": "int64"}).inner_join(called, "name")
    overridden = named.group_by(ref="to_ref").agg(override=named.override.max())
    decided = matched.left_join(overridden, "ref")
    taken = decided.select("ref", verdict=ibis.coalesce(decided.override, decided.match))
    nowhere = {"through": ibis.null("string"), "via_ref": ibis.null("string"), "distance": ibis.literal(0, "int64")}
    return taken.filter(taken.verdict.notnull()).mutate(**nowhere)


def _inherited(items: "ir.Table", own: "ir.Table") -> "ir.Table":
    """The same columns, of work items without a verdict of their own: that of the nearest ancestor which has one."""
    import ibis

    chain = ancestors(items).anti_join(own, "ref")
    above = chain.inner_join(own.select("verdict", ancestor="ref"), "ancestor")
    nearest = above.group_by("ref").agg(
        verdict=above.verdict.argmin(above.distance),
        via_ref=above.ancestor.argmin(above.distance),
        distance=above.distance.min(),
    )
    return nearest.select("ref", "verdict", through=ibis.literal("inherited"), via_ref="via_ref", distance="distance")


def _linked(links: "ir.Table", given: "ir.Table", verdicts: Verdicts, at_most: int) -> "ir.Table":
    """The same columns and `sharers`, of refs without a verdict so far: one row for each linked item that has one."""
    import ibis

    best = best_links(links, at_most).anti_join(given, "ref")
    reached = best.left_join(given.select("verdict", "distance", via_ref="ref"), "via_ref")
    is_exempt = (reached.verdict < verdicts.exempt).fill_null(False)
    reached = reached.mutate(is_exempt=is_exempt)
    sharers = ibis.ifelse(reached.is_exempt, 0, 1).sum().over(ibis.window(group_by="ref"))
    reached = reached.mutate(sharers=sharers.cast("int64"))
    counts = reached.verdict.notnull() & (~reached.is_exempt | (reached.sharers == 0))
    return reached.filter(counts).select(
        "ref",
        "verdict",
        through=ibis.literal("linked"),
        via_ref="via_ref",
        distance=reached.distance + 1,
        sharers=ibis.greatest(reached.sharers, 1),
    )


def best_links(links: "ir.Table", at_most: int) -> "ir.Table":
    """ref and via_ref: the items that each pull request has its best class of link to; no mentions by a release."""
    import ibis

    resolved = links.filter(links.outcome == "resolved")
    strength = resolved["class"].cases(*STRENGTH.items(), else_=None)
    pairs = resolved.select(ref="item_ref", via_ref="to_ref", strength=strength).distinct()
    per_ref = ibis.window(group_by="ref")
    pairs = pairs.mutate(best=pairs.strength.min().over(per_ref))
    pairs = pairs.filter(pairs.strength == pairs.best)
    pairs = pairs.mutate(named=pairs.count().over(per_ref))
    is_release = (pairs.best == STRENGTH["mentions"]) & (pairs.named > at_most)
    return pairs.filter(~is_release).select("ref", "via_ref")


def _weighed(decided: "ir.Table", verdicts: Verdicts, strategy: Strategy) -> "ir.Table":
    """`decided`, one row for each objective that the strategy has, with its weight; of the exempt one row without."""
    import ibis

    rows = decided.left_join(verdicts.weights(strategy.rank), "verdict").drop("verdict_right")
    rows = rows.mutate(outcome=ibis.ifelse(rows.verdict < verdicts.exempt, "exempt", "tagged"))
    return rows.filter(rows.objective.notnull() | (rows.outcome == "exempt"))


def _shared(rows: "ir.Table") -> "ir.Table":
    """The rows of linked items that say the same of one ref as one row, its origin the first of these items."""
    units = (rows.weight * UNITS).round().cast("int64").sum()
    return rows.group_by("ref", "outcome", "objective").agg(
        weight=units.cast("float64") / (rows.sharers.max() * UNITS),
        **{name: rows[name].argmin(rows.via_ref) for name in ("verdict", "through", "distance")},
        via_ref=rows.via_ref.min(),
    )


def _explained(rows: "ir.Table", seen: "ir.Table", verdicts: Verdicts) -> "ir.Table":
    """The rows as `TAGS` describes them, with the rule and the clause behind each."""
    import ibis

    told = rows.inner_join(seen, "ref").left_join(verdicts.table(), "verdict")
    return told.mutate(origin=ibis.coalesce(told.through, told.origin)).select(*TAGS)


def _undecided(seen: "ir.Table", explained: "ir.Table", links: "ir.Table") -> "ir.Table":
    """A row for each ref that nothing decides, as `TAGS` describes it."""
    import ibis

    resolved = links.filter(links.outcome == "resolved").select(ref="item_ref")
    unread = links.filter(links.outcome == "unread_project").select(ref="item_ref").anti_join(resolved, "ref")
    rest = seen.anti_join(explained, "ref")
    rest = rest.left_join(unread.distinct().mutate(outcome=ibis.literal("unknown")), "ref")
    rest = rest.mutate(outcome=rest.outcome.fill_null("untagged"))
    nothing = {name: ibis.null(kind) for name, kind in TAGS.items() if name not in rest.columns}
    return rest.mutate(**nothing).select(*TAGS)
