"""How old the work in progress was at the end of each week (metrics.md §1.8)."""

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from mappings.rows import as_table
from sync.reconcile.days import date_of, number_of
from sync.reconcile.figures import DAY_US
from sync.reconcile.periods import Period, micros
from sync.reconcile.weekly import has_rank

if TYPE_CHECKING:
    import ibis.expr.types as ir

PERCENT = 85


def weekly_ages(flow: "ir.Table", *, weeks: Sequence[Period]) -> dict[date, float]:
    """Monday → days that 85 % of the items in progress at the week's end were old at most; no week with too few.

    What is out of sight ages no more.
    """
    ranked = _ranked(_going(flow, weeks))
    rows = ranked.filter(has_rank(ranked, PERCENT)).order_by("week").to_pyarrow().to_pylist()
    return {date_of(row["week"]): row["us"] / DAY_US for row in rows}


def _going(flow: "ir.Table", weeks: Sequence[Period]) -> "ir.Table":
    """week, us: the age of each item at the end of each week in which it was in progress (S ≤ t < F)."""
    import ibis

    ends = as_table(
        ({"week": number_of(week.first_on), "end_us": micros(week.end_at)} for week in weeks),
        {"week": "int64", "end_us": "int64"},
    )
    far_us = ibis.literal(2**62, "int64")
    begun = flow.filter(flow.started_us.notnull()).select(
        "started_us", over_us=flow.finished_us.fill_null(far_us), lost_us=flow.lost_us.fill_null(far_us)
    )
    going = begun.inner_join(ends, [begun.started_us <= ends.end_us, begun.over_us > ends.end_us])
    return going.select("week", us=ibis.least(going.lost_us, going.end_us) - going.started_us)


def _ranked(ages: "ir.Table") -> "ir.Table":
    import ibis

    of = ibis.window(group_by="week")
    place = ibis.row_number().over(ibis.window(group_by="week", order_by="us")) + 1
    return ages.mutate(rank=place, n=ages.count().over(of))
