"""Delivered items week by week (metrics.md §1.6)."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import TYPE_CHECKING

from msgspec import Struct

from mappings.rows import as_table
from sync.reconcile.periods import Period, micros

if TYPE_CHECKING:
    import ibis.expr.types as ir


class Week(Struct, frozen=True, kw_only=True):
    starts_on: date  #: Monday
    value: float | None  #: None before the first record: of that time nothing is known


def throughput(
    flow: "ir.Table", members: "ir.Table", *, scopes: Iterable[str], weeks: Sequence[Period], first_us: int | None
) -> dict[str, tuple[Week, ...]]:
    """Scope → what was delivered in each of these weeks, by weight; what was closed in bulk is left out.

    `first_us` is when the records begin.
    """
    delivered = _delivered(flow, members, weeks)
    is_known = [first_us is not None and micros(week.end_at) > first_us for week in weeks]
    return {
        scope: tuple(
            Week(starts_on=week.first_on, value=delivered.get((scope, number), 0.0) if known else None)
            for number, (week, known) in enumerate(zip(weeks, is_known, strict=True))
        )
        for scope in scopes
    }


def _delivered(flow: "ir.Table", members: "ir.Table", weeks: Sequence[Period]) -> dict[tuple[str, int], float]:
    """Scope and number of the week → the weight delivered in it."""

    rows = [
        {"number": number, "from_us": micros(week.start_at), "until_us": micros(week.end_at)}
        for number, week in enumerate(weeks)
    ]
    spans = as_table(rows, {"number": "int64", "from_us": "int64", "until_us": "int64"})
    done = flow.filter((flow.outcome == "delivered") & ~flow.flags.contains("bulk_closed")).select("ref", "finished_us")
    dated = done.join(spans, (done.finished_us >= spans.from_us) & (done.finished_us < spans.until_us))
    placed = dated.select("ref", "number").join(members, "ref")
    summed = placed.group_by(["scope", "number"]).aggregate(weight=placed.weight.sum().cast("float64"))
    return {(row["scope"], row["number"]): row["weight"] for row in summed.to_pyarrow().to_pylist()}
