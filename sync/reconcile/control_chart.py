"""Process behaviour charts: which weeks are no mere noise (metrics.md §7.1)."""

from datetime import date

from msgspec import Struct


class Limits(Struct, frozen=True, kw_only=True):
    """Natural limits, from a baseline of complete points."""

    version: int  #: 1 for the first baseline, one more after each shift that was recognised
    first_on: date  #: of the baseline
    n: int  #: points in the baseline
    centre: float
    low: float | None  #: None where all points of the baseline are equal
    high: float | None
    range_limit: float | None


class ChartPoint(Struct, frozen=True, kw_only=True):
    starts_on: date  #: Monday
    value: float | None
    version: int | None  #: of the limits that it is judged by; None before there are any
    signals: tuple[str, ...] = ()  #: R1 beyond a limit, R2 eight on one side, R3 three of four near a limit (a hint)


class ControlChart(Struct, frozen=True, kw_only=True):
    id: str  #: of the figure: throughput, cycle_time_p50, wip
    scope: str
    title: str
    unit: str
    points: tuple[ChartPoint, ...]  #: the latest last
    limits: tuple[Limits, ...]  #: by version
    reason: str | None = None  #: why there are no limits
