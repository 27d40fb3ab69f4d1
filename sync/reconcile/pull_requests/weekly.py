"""Merged pull requests week by week, and how long they took."""

from collections.abc import Mapping, Sequence
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
    waited_us = pulls.merged_us - pulls.ready_us
    timed = pulls.select("merged_us", "pickup_us", "review_us", ready_to_merge_us=waited_us)
    merged = in_periods(timed.filter(timed.merged_us.notnull()), weeks, at="merged_us")
    rows = ranked(merged, by=["number"], values=TIMES, percent=50).to_pyarrow().to_pylist()
    found = {row["number"]: row for row in rows}
    return tuple(_week(found.get(number, {}), week, first_us) for number, week in enumerate(weeks))


def _week(row: Mapping[str, int], week: Period, first_us: int | None) -> PullRequestWeek:
    is_known = first_us is not None and first_us < micros(week.end_at)
    return PullRequestWeek(
        starts_on=week.first_on,
        merged=row.get("n", 0) if is_known else None,
        pickup_hours=_hours(row, "pickup_us"),
        review_hours=_hours(row, "review_us"),
        ready_to_merge_hours=_hours(row, "ready_to_merge_us"),
    )


def _hours(row: Mapping[str, int], name: str) -> float | None:
    return row[name] / HOUR_US if row.get(f"n_{name}", 0) >= SMALLEST_SAMPLE[50] else None
