"""How far each objective is: its scope, what of it is delivered, and its measures (metrics.md §6.1)."""

from datetime import date

from msgspec import Struct

from sync.reconcile.figures import Figure


class BurnPoint(Struct, frozen=True, kw_only=True):
    """What was in scope and what of it was delivered when this day began."""

    on: date
    scope: int
    delivered: int


class MeasureLine(Struct, frozen=True, kw_only=True):
    """One measure of an objective: from where, how far, where to."""

    id: str
    name: str
    unit: str | None
    baseline: float | None
    target: float | None
    current: float | None  #: the last reading
    read_on: date | None
    age_days: int | None  #: of the last reading
    stale: bool  #: it is older than twice the cadence
    progress: float | None  #: part of the way from baseline to target; below 0 and above 1 as it comes
    reason: str | None = None  #: why there is no progress


class Progress(Struct, frozen=True, kw_only=True):
    """Items are counted whole: one that serves two objectives is in the scope of both."""

    figures: tuple[Figure, ...]  #: scope, scope_delivered, completion, scope_growth (of the period)
    burn_up: tuple[BurnPoint, ...]  #: week by week, the latest last
    undated: int  #: items whose history does not say since when they serve it: in scope from their creation on
    measures: tuple[MeasureLine, ...]
