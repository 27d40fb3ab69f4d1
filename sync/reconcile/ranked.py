"""Percentiles of groups in tables, by the one definition: an observed value (metrics.md §0.8)."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from mappings.rows import as_table
from sync.reconcile.periods import Period, micros

if TYPE_CHECKING:
    import ibis.expr.types as ir

SPANS = {"number": "int64", "from_us": "int64", "until_us": "int64"}


def ranked(rows: "ir.Table", *, by: Sequence[str], value: str, percent: int) -> "ir.Table":
    """The columns `by`, the percentile under the name of `value`, and n; nulls are no part of a group."""
    import ibis

    known = rows.filter(rows[value].notnull()).select(*by, value)
    group = ibis.window(group_by=list(by))
    in_order = ibis.window(group_by=list(by), order_by=value)
    counted = known.mutate(n=known.count().over(group), place=ibis.row_number().over(in_order) + 1)
    rank = (counted.n * percent + 99) // 100
    return counted.filter(counted.place == rank).select(*by, value, "n").order_by(list(by))


def in_periods(rows: "ir.Table", periods: Sequence[Period], *, at: str) -> "ir.Table":
    """The rows whose instant `at` lies in one of these, with its number among them."""
    told = (
        {"number": number, "from_us": micros(each.start_at), "until_us": micros(each.end_at)}
        for number, each in enumerate(periods)
    )
    spans = as_table(told, SPANS)
    return rows.join(spans, (rows[at] >= spans.from_us) & (rows[at] < spans.until_us)).drop("from_us", "until_us")
