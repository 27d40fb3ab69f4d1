"""Percentiles of groups in tables, by the one definition: an observed value (metrics.md §0.8)."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from mappings.rows import as_table
from sync.reconcile.periods import Period, micros

if TYPE_CHECKING:
    import ibis.expr.types as ir

SPANS = {"number": "int64", "from_us": "int64", "until_us": "int64"}


def ranked(rows: "ir.Table", *, by: Sequence[str], values: Sequence[str], percent: int) -> "ir.Table":
    """The columns `by`, n (the rows of the group), and of each value the percentile and n_<name>, how many it is of.

    Nulls are no part of a sample; of none there is no percentile.
    """
    import ibis

    group = ibis.window(group_by=list(by))
    counts = {f"n_{name}": rows[name].count().over(group) for name in values}
    places = {
        f"place_{name}": ibis.row_number().over(ibis.window(group_by=list(by), order_by=name)) + 1 for name in values
    }
    placed = rows.select(*by, *values, **counts, **places)
    found = {
        name: placed[name].max(where=placed[f"place_{name}"] == (placed[f"n_{name}"] * percent + 99) // 100)
        for name in values
    }
    sizes = {f"n_{name}": placed[f"n_{name}"].max() for name in values}
    return placed.group_by(list(by)).aggregate(n=placed.count(), **found, **sizes).order_by(list(by))


def in_periods(rows: "ir.Table", periods: Sequence[Period], *, at: str) -> "ir.Table":
    """The rows whose instant `at` lies in one of these, with its number among them."""
    told = (
        {"number": number, "from_us": micros(each.start_at), "until_us": micros(each.end_at)}
        for number, each in enumerate(periods)
    )
    spans = as_table(told, SPANS)
    return rows.join(spans, (rows[at] >= spans.from_us) & (rows[at] < spans.until_us)).drop("from_us", "until_us")
