"""Process behaviour charts: which weeks are no mere noise (metrics.md §7.1)."""

import math
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import pairwise
from typing import Literal, NamedTuple, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from sync.reconcile.series import Week

Scale: TypeAlias = Literal["count", "share", "time"]
Series: TypeAlias = Sequence[float | None]

TO_LIMIT, TO_RANGE_LIMIT = 2.660, 3.268  #: mean moving ranges; Shewhart's constants for single values
RUN = 8  #: points on one side of the centre: 0.0078 by chance
NEAR, WINDOW = 3, 4
SHORTEST_S = 1.0  #: what took no time at all has no logarithm
DAY_S = 86_400.0


class Baseline(NamedTuple):
    """From how many points limits are drawn."""

    points: int
    least: int  #: below which there are none


class Limits(Struct, frozen=True, kw_only=True):
    """Natural limits, from a baseline of complete points."""

    version: int  #: 1 for the first baseline, one more after each shift that was recognised
    first_on: date  #: of the baseline
    n: int  #: points in the baseline
    centre: float
    low: float | None  #: None where all points of the baseline are equal
    high: float | None
    range_limit: float | None  #: between one week and the next: a difference, of times a factor


class ChartPoint(Struct, frozen=True, kw_only=True):
    starts_on: date  #: Monday
    value: float | None
    version: int | None = None  #: of the limits that it is judged by; None before there are any
    signals: tuple[str, ...] = ()  #: R1 beyond a limit, R2 eight on one side, R3 three of four near a limit (a hint)


class ControlChart(Struct, frozen=True, kw_only=True):
    id: str  #: of the figure: throughput, cycle_time_p50, wip
    scope: str
    title: str
    unit: str  #: items, days, ratio
    points: tuple[ChartPoint, ...]  #: the latest last
    limits: tuple[Limits, ...] = ()  #: by version
    reason: str | None = None  #: why there are no limits


def charted(
    blank: ControlChart, weeks: Sequence[Week], *, scale: Scale, shown: int, baseline: Baseline
) -> ControlChart:
    """`blank` with the last so many of these weeks, judged by limits from the first ones on.

    `weeks` reach back to the first record, so that the limits stay where they are from report to report. Times, in
    days, are judged by their logarithm.
    """
    values = [_scaled(week.value, scale) for week in weeks]
    points = [ChartPoint(starts_on=week.starts_on, value=week.value) for week in weeks]
    limits: list[Limits] = []
    for start, drawn in _baselines(values, baseline):
        signals = _signals(values, start, drawn, scale)
        points[start:] = [
            replace(point, version=len(limits) + 1, signals=signals.get(place, ()))
            for place, point in enumerate(points[start:], start=start)
        ]
        limits.append(_told(drawn, scale, version=len(limits) + 1, first_on=weeks[start].starts_on))
    return replace(blank, points=tuple(points[-shown:]), limits=tuple(limits), reason=None if limits else "small_n")


class _Drawn(Struct, frozen=True, kw_only=True):
    """A baseline's centre and mean moving range, on the scale of the chart."""

    n: int
    centre: float
    moving: float

    @property
    def reach(self) -> float:
        return TO_LIMIT * self.moving


def _baselines(values: Series, baseline: Baseline) -> Iterator[tuple[int, _Drawn]]:
    """Where each baseline begins, and what it gives: the first, and after each shift that has points enough."""
    start: int | None = next((place for place, value in enumerate(values) if value is not None), None)
    while start is not None and (drawn := _drawn(values[start:], baseline)):
        yield start, drawn
        start = next((run for run in _shifts(values, start, drawn.centre) if run > start), None)


def _drawn(values: Series, baseline: Baseline) -> _Drawn | None:
    """What the first points give; None of fewer than a baseline needs. A gap breaks the moving range."""
    known = [place for place, value in enumerate(values) if value is not None][: baseline.points]
    if len(known) < baseline.least:
        return None
    drawn_from = values[: known[-1] + 1]
    points = [value for value in drawn_from if value is not None]
    ranges = [abs(b - a) for a, b in pairwise(drawn_from) if a is not None and b is not None]
    moving = math.fsum(ranges) / len(ranges) if ranges else 0.0
    return _Drawn(n=len(points), centre=math.fsum(points) / len(points), moving=moving)


def _shifts(values: Series, start: int, centre: float) -> Iterator[int]:
    """Where each run of eight or more on one side of the centre begins."""
    for first, until in _runs(values, start, centre):
        if until - first >= RUN:
            yield first


def _runs(values: Series, start: int, centre: float) -> Iterator[tuple[int, int]]:
    """Half-open stretches of adjacent points strictly on one side of the centre."""
    first, side = start, 0
    for place in range(start, len(values) + 1):
        now = _side(values[place], centre) if place < len(values) else 0
        if now != side:
            if side:
                yield first, place
            first, side = place, now


def _side(value: float | None, centre: float) -> int:
    return 0 if value is None else (value > centre) - (value < centre)


def _signals(values: Series, start: int, drawn: _Drawn, scale: Scale) -> dict[int, tuple[str, ...]]:
    """Place → the rules that its point meets, by these limits."""
    low, high = _limits(drawn, scale)
    met: dict[int, tuple[str, ...]] = {}
    shifted = {
        place
        for first, until in _runs(values, start, drawn.centre)
        if until - first >= RUN
        for place in range(first, until)
    }
    near = _near(values, start, drawn.centre, low, high) if drawn.moving else set()
    for place, value in enumerate(values[start:], start=start):
        if value is None:
            continue
        is_out = bool(drawn.moving) and not low <= value <= high
        held = {"R1": is_out, "R2": place in shifted, "R3": place in near}
        met[place] = tuple(rule for rule, holds in held.items() if holds)
    return met


def _near(values: Series, start: int, centre: float, low: float, high: float) -> set[int]:
    """The points of every four in a row of which three lie nearer to one limit than to the centre."""
    sides = [_near_side(value, centre, low, high) for value in values[start:]]
    found: set[int] = set()
    for first in range(len(sides) - WINDOW + 1):
        window = range(first, first + WINDOW)
        if any(values[start + place] is None for place in window):
            continue
        for side in (-1, 1):
            hits = [start + place for place in window if sides[place] == side]
            found.update(hits if len(hits) >= NEAR else ())
    return found


def _near_side(value: float | None, centre: float, low: float, high: float) -> int:
    if value is None:
        return 0
    return (high - value < value - centre) - (value - low < centre - value)


def _limits(drawn: _Drawn, scale: Scale) -> tuple[float, float]:
    """Both, on the scale of the chart, no further than values can go."""
    low, high = drawn.centre - drawn.reach, drawn.centre + drawn.reach
    if scale == "time":
        return low, high
    return max(0.0, low), min(1.0, high) if scale == "share" else high


def _scaled(value: float | None, scale: Scale) -> float | None:
    if value is None or scale != "time":
        return value
    return math.log(max(SHORTEST_S, value * DAY_S))


def _told(drawn: _Drawn, scale: Scale, *, version: int, first_on: date) -> Limits:
    """The limits in the unit of the figure."""

    def unscaled(value: float) -> float:
        return math.exp(value) / DAY_S if scale == "time" else value

    low, high = _limits(drawn, scale)
    wide = TO_RANGE_LIMIT * drawn.moving
    return Limits(
        version=version,
        first_on=first_on,
        n=drawn.n,
        centre=unscaled(drawn.centre),
        low=unscaled(low) if drawn.moving else None,
        high=unscaled(high) if drawn.moving else None,
        range_limit=(math.exp(wide) if scale == "time" else wide) if drawn.moving else None,
    )
