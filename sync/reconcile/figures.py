"""A number and all that it takes to trust it: interval, sample, exclusions, items, or why it is not there."""

from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from sync.reconcile.stats import SMALLEST_DENOMINATOR, SMALLEST_SAMPLE, percentile, percentile_interval, wilson
from sync.reconcile.survival import Curve

HOUR_US = 3_600_000_000
DAY_US = 24 * HOUR_US
MICROSECONDS = {"hours": HOUR_US, "days": DAY_US}  #: in one of a unit of time


class Figure(Struct, frozen=True, kw_only=True):
    id: str
    scope: str  #: `all`, or the id of an objective
    title: str
    unit: str  #: items, days, hours, ratio, and whatever else is counted
    value: float | None = None
    low: float | None = None  #: of the 90 % interval; None where the data do not bound it
    high: float | None = None
    n: int | None = None  #: size of the sample, or the denominator
    reason: str | None = None  #: why there is no value (metrics.md §0.7)
    excluded: dict[str, int] = {}
    items: tuple[str, ...] = ()  #: refs of what it was reckoned from


def percentile_of(values: Sequence[float], *, percent: int, blank: Figure) -> Figure:
    """`blank` with that percentile; null of less than §0.11 asks for. Durations are given in microseconds."""
    named = replace(blank, id=f"{blank.id}_p{percent}", title=f"{blank.title} p{percent}", n=len(values))
    if len(values) < SMALLEST_SAMPLE[percent]:
        return replace(named, reason="small_n" if values else "no_data")
    ordered, one = sorted(values), MICROSECONDS.get(blank.unit, 1)
    low, high = percentile_interval(ordered, percent=percent)
    return replace(
        named,
        value=percentile(ordered, percent=percent) / one,
        low=None if low is None else low / one,
        high=None if high is None else high / one,
    )


def quantile_of(curve: Curve, *, percent: int, n: int, blank: Figure) -> Figure:
    """`blank` with that quantile of durations in microseconds, where those that have not ended count too (§1.8).

    Null from where on too few are at risk, and where so few have ended that the curve does not come down to it.
    """
    named = replace(blank, id=f"{blank.id}_p{percent}", title=f"{blank.title} p{percent}", n=n)
    found = curve.quantile(percent)
    if curve.small_from is not None and (found is None or found >= curve.small_from):
        return replace(named, reason="risk_set_small")
    if found is None:
        return replace(named, reason="immature" if n else "no_data")
    return replace(named, value=found / MICROSECONDS.get(blank.unit, 1))


def proportion_of(hits: int, n: int, *, blank: Figure) -> Figure:
    """`blank` with the share of hits and its Wilson interval; null of less than §0.11 asks for."""
    if n < SMALLEST_DENOMINATOR:
        return replace(blank, n=n, reason="small_n" if n else "zero_denominator")
    low, high = wilson(hits, n)
    return replace(blank, n=n, value=hits / n, low=low, high=high)
