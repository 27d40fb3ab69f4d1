"""Further axes beside the objective: what kind of work an item is, whose budget it is on, or whatever else is asked."""

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING

from mappings.people import People
from mappings.rows import as_table
from mappings.rules import Kind, Mappings
from mappings.subjects import subjects_of

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
    subjects = subjects_of(tables, conditions, links=links, people=people, day=day)
    told = [
        _on_axis(subjects.seen, axis, kinds, subjects.first_match([kind.when for kind in kinds]))
        for axis, kinds in mappings.breakdowns.items()
    ]
    return ibis.union(as_table([], BREAKDOWNS), *told).order_by("axis", "kind", "ref")


def _on_axis(seen: "ir.Table", axis: str, kinds: tuple[Kind, ...], matched: "ir.Table") -> "ir.Table":
    import ibis

    values = as_table(
        [{"match": place, "value": kind.id} for place, kind in enumerate(kinds)], {"match": "int64", "value": "string"}
    )
    placed = seen.inner_join(matched, "ref").left_join(values, "match")
    return placed.select("ref", "kind", axis=ibis.literal(axis), value="value")
