"""Work in progress by its age, and the chance that it takes longer than expected (metrics.md §1.8)."""

from bisect import bisect_right
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sync.reconcile.days import DAY_US
from sync.reconcile.expectation import Sample
from sync.reconcile.flow_view import AgeingItem
from sync.reconcile.periods import micros
from sync.reconcile.survival import Curve

if TYPE_CHECKING:
    import ibis.expr.types as ir


def ageing(
    flow: "ir.Table",
    runs: "ir.Table",
    *,
    at: datetime,
    most: int,
    sample: Sample,
    expected_days: float | None,
    curve: Curve,
) -> tuple[AgeingItem, ...]:
    """The oldest items in progress at an instant, the oldest first. What is out of sight ages no more."""
    rows = _oldest(flow, runs, at_us=micros(at), most=most).to_pyarrow().to_pylist()
    return tuple(_item(row, sample=sample, expected_days=expected_days, curve=curve) for row in rows)


def _oldest(flow: "ir.Table", runs: "ir.Table", *, at_us: int, most: int) -> "ir.Table":
    import ibis

    going = flow.filter(flow.started_us <= at_us, flow.finished_us.isnull() | (flow.finished_us > at_us))
    seen_us = ibis.least(going.lost_us.fill_null(at_us), at_us)
    oldest = going.select("ref", age_us=seen_us - going.started_us).order_by(ibis.desc("age_us"), "ref").limit(most)
    # The last run ends at as_of, and whoever asks for that very instant asks for the last run.
    here = runs.filter(runs.start_us <= at_us, (runs.end_us > at_us) | runs.is_last)
    return oldest.join(here.select("ref", "category"), "ref").order_by(ibis.desc("age_us"), "ref")


def _item(row: dict[str, Any], *, sample: Sample, expected_days: float | None, curve: Curve) -> AgeingItem:
    age_us = row["age_us"]
    limit_us = None if expected_days is None else round(expected_days * DAY_US)
    return AgeingItem(
        ref=row["ref"],
        category=row["category"],
        parked=row["category"] == "todo",
        age_days=age_us / DAY_US,
        percentile=_percentile(sample, age_us),
        miss=None if limit_us is None else curve.miss(age=age_us, limit=limit_us),
    )


def _percentile(sample: Sample, age_us: int) -> int | None:
    """Of the items in the sample, the whole percentage that was finished in no more days than this one is old."""
    if not sample.days:
        return None
    return 100 * bisect_right(sample.days, age_us // DAY_US) // len(sample.days)
