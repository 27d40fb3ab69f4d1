"""Items and points finished: printed beside effort, and in its place where effort is hidden (metrics.md §4.1)."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from sync.reconcile.effort.buckets import in_buckets
from sync.reconcile.effort.population import stated
from sync.reconcile.effort.roster import UNIT

if TYPE_CHECKING:
    import ibis.expr.types as ir

MOST_WITHOUT_POINTS = 0.2
MILLI = 1_000  #: points are added up in thousandths


class Delivered(NamedTuple):
    """What was delivered to one bucket while it was in one state."""

    bucket: str | None
    state: str
    is_own: bool
    items: int  #: in units
    points: int  #: in thousandths of a point, in millionths


@dataclass(frozen=True, kw_only=True)
class Models:
    """The delivered items of a period."""

    lines: tuple[Delivered, ...]
    items: int
    without_points: int

    def share_of_items(self, names: frozenset[str]) -> float | None:
        return (
            sum(line.items for line in self.lines if line.bucket in names) / UNIT / self.items if self.items else None
        )

    def share_of_points(self, names: frozenset[str]) -> float | None:
        """None where more than a fifth of the items have no points."""
        total = sum(line.points for line in self.lines)
        if not total or self.without_points > MOST_WITHOUT_POINTS * self.items:
            return None
        return sum(line.points for line in self.lines if line.bucket in names) / total

    def share_of_state(self, *states: str) -> float | None:
        return (
            sum(line.items for line in self.lines if line.state in states) / UNIT / self.items if self.items else None
        )


def models(delivered: "ir.Table", buckets: "ir.Table", states: "ir.Table") -> Models:
    """`delivered`: ref, kind, day and points of what was delivered in the period, closed in bulk or not."""
    import ibis

    whole = delivered.mutate(
        items=ibis.literal(UNIT, "int64"),
        points=(delivered.points.fill_null(0) * MILLI + 0.5).floor().cast("int64") * 1_000_000,
        is_bare=ibis.ifelse(delivered.points.isnull(), 1, 0),
    ).cache()
    told = stated(in_buckets(whole, buckets, efforts=("items", "points")), states)
    lines = told.group_by("bucket", "state", "is_own").agg(items=told.items.sum(), points=told.points.sum())
    lines = lines.mutate(**{name: lines[name].cast("decimal(38, 0)") for name in ("items", "points")})
    rows = lines.select(*Delivered._fields).order_by("bucket", "state", "is_own").to_pyarrow().to_pylist()
    counted = whole.aggregate(items=whole.count(), bare=whole.is_bare.sum().fill_null(0)).to_pyarrow().to_pylist()[0]
    return Models(
        lines=tuple(Delivered(**{**row, "items": int(row["items"]), "points": int(row["points"])}) for row in rows),
        items=counted["items"],
        without_points=int(counted["bare"]),
    )
