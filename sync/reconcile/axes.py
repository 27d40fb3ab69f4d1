"""How many records stand where on each further axis of the mappings."""

from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    import ibis.expr.types as ir


class AxisLine(Struct, frozen=True, kw_only=True):
    """One value of an axis; every record stands in one line of each axis."""

    axis: str
    value: str | None  #: None for those that nothing on the axis takes
    work_items: int
    pull_requests: int


def axis_lines(placed: "ir.Table") -> tuple[AxisLine, ...]:
    """The lines of each axis by their name, those that nothing takes last; `placed` as `BREAKDOWNS` describes."""
    counted = placed.group_by("axis", "value").agg(
        work_items=placed.count(where=placed.kind == "work_item"),
        pull_requests=placed.count(where=placed.kind == "pull_request"),
    )
    rows = counted.to_pyarrow().to_pylist()
    return tuple(
        AxisLine(**row) for row in sorted(rows, key=lambda row: (row["axis"], row["value"] is None, row["value"] or ""))
    )
