"""Merged pull requests week by week, and how long they took."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sync.reconcile.figures import HOUR_US
from sync.reconcile.periods import Period, micros
from sync.reconcile.pull_requests.view import PullRequestWeek
from sync.reconcile.ranked import in_periods, ranked
from sync.reconcile.stats import SMALLEST_SAMPLE

if TYPE_CHECKING:
    import ibis.expr.types as ir

TIMES = ("pickup_us", "review_us", "ready_to_merge_us")


def weekly(pulls: "ir.Table", *, weeks: Sequence[Period], first_us: int | None) -> tuple[PullRequestWeek, ...]:
    """One for each of these weeks; `first_us` is when the records begin."""
    found = _medians(pulls, weeks)
    return tuple(_week(found, number, week, first_us) for number, week in enumerate(weeks))


def _medians(pulls: "ir.Table", weeks: Sequence[Period]) -> dict[tuple[str, int], tuple[float, int]]:
    """By what it is of and the number of the week: p50, and how many it is of."""
    import ibis

    merged = in_periods(pulls.filter(pulls.merged_us.notnull()), weeks, at="merged_us")
    merged = merged.select(
        "number",
        "pickup_us",
        "review_us",
        ready_to_merge_us=merged.merged_us - merged.ready_us,
        merged=ibis.literal(0, "int64"),
    ).cache()
    told = ibis.union(
        *(merged.select("number", name=ibis.literal(name), value=merged[name]) for name in (*TIMES, "merged"))
    )
    rows = ranked(told, by=["name", "number"], value="value", percent=50).to_pyarrow().to_pylist()
    return {(row["name"], row["number"]): (row["value"], row["n"]) for row in rows}


def _week(
    found: dict[tuple[str, int], tuple[float, int]], number: int, week: Period, first_us: int | None
) -> PullRequestWeek:
    is_known = first_us is not None and first_us < micros(week.end_at)
    count = found.get(("merged", number), (0, 0))[1] if is_known else None
    return PullRequestWeek(
        starts_on=week.first_on,
        merged=count,
        pickup_hours=_hours(found.get(("pickup_us", number))),
        review_hours=_hours(found.get(("review_us", number))),
        ready_to_merge_hours=_hours(found.get(("ready_to_merge_us", number))),
    )


def _hours(found: tuple[float, int] | None) -> float | None:
    return found[0] / HOUR_US if found and found[1] >= SMALLEST_SAMPLE[50] else None
