"""Further axes beside the objective: what kind of work an item is, whose budget it is on, or whatever else is asked."""

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING

from mappings.conditions import OF_CODE, RELATIONS, attributes, relations
from mappings.match import first_match
from mappings.people import People
from mappings.rows import as_table
from mappings.rules import Kind, Mappings
from mappings.subjects import pull_request_subjects, related_items, work_item_subjects

if TYPE_CHECKING:
    import ibis.expr.types as ir

#: Column → type of `breakdowns`, one row for each ref and axis.
BREAKDOWNS = {
    "ref": "string",
    "kind": "string",  # work_item, pull_request
    "axis": "string",
    "value": "string",  # null where nothing on the axis takes it
}


def breakdowns(
    tables: Mapping[str, "ir.Table"],
    *,
    links: "ir.Table",
    mappings: Mappings,
    day: date,
    people: People | None = None,
) -> "ir.Table":
    """Where each work item and pull request stands on each axis of the mappings: the first value whose `when` holds."""
    import ibis

    conditions = [kind.when for kinds in mappings.breakdowns.values() for kind in kinds]
    asked = attributes(conditions)
    items = work_item_subjects(tables, asked, people=people, day=day)
    pulls = pull_request_subjects(tables, asked, people=people, day=day)
    related = {relation: related_items(tables, links, relation, items) for relation in relations(conditions)}
    told = [
        _on_axis(subjects, axis, kinds, first_match(subjects, [kind.when for kind in kinds], related, has=has))
        for axis, kinds in mappings.breakdowns.items()
        for subjects, has in ((items, RELATIONS), (pulls, OF_CODE))
    ]
    return ibis.union(as_table([], BREAKDOWNS), *told).order_by("axis", "kind", "ref")


def _on_axis(subjects: "ir.Table", axis: str, kinds: tuple[Kind, ...], matched: "ir.Table") -> "ir.Table":
    import ibis

    values = as_table(
        [{"match": place, "value": kind.id} for place, kind in enumerate(kinds)], {"match": "int64", "value": "string"}
    )
    placed = subjects.select("ref", "kind").inner_join(matched, "ref").left_join(values, "match")
    return placed.select("ref", "kind", axis=ibis.literal(axis), value="value")
