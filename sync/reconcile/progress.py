"""How far each objective is: its scope, what of it is delivered, and its measures (metrics.md §6.1)."""

from collections.abc import Sequence
from datetime import date

from msgspec import Struct
from msgspec.structs import replace

from mappings.strategy import Measure, Objective
from sync.reconcile.figures import Figure
from sync.reconcile.periods import Period
from sync.reconcile.scope_history import History, Standing

#: Days from one reading to the next, at most.
CADENCE = {"daily": 1, "weekly": 7, "monthly": 31, "quarterly": 92, "yearly": 366}
STALE = 2  #: cadences without a reading


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
    current: float | None = None  #: the last reading
    read_on: date | None = None
    age_days: int | None = None  #: of the last reading
    stale: bool = False  #: it is older than twice the cadence
    progress: float | None = None  #: part of the way from baseline to target; below 0 and above 1 as it comes
    reason: str | None = None  #: why there is no progress


class Progress(Struct, frozen=True, kw_only=True):
    """Items are counted whole: one that serves two objectives is in the scope of both."""

    figures: tuple[Figure, ...]  #: scope, scope_delivered, completion, scope_growth (of the period)
    burn_up: tuple[BurnPoint, ...]  #: week by week, the latest last
    undated: int  #: items whose history does not say since when they serve it: in scope from their creation on
    measures: tuple[MeasureLine, ...]


def progress(
    objective: Objective, history: History, *, mondays: Sequence[date], period: Period, today: date
) -> Progress:
    """Where the objective stands; its burn-up at these Mondays."""
    before = history.at(history.edge(period.first_on))
    after = history.at(history.edge(period.until_on)) if period.until_on <= today else history.at(history.now)
    standings = [(monday, history.at(history.edge(monday))) for monday in mondays]
    return Progress(
        figures=_figures(objective.id, history.at(history.now), before=before, after=after),
        burn_up=tuple(BurnPoint(on=on, scope=at.scope, delivered=at.delivered) for on, at in standings),
        undated=history.assumed,
        measures=tuple(measured(measure, today=today) for measure in objective.measures),
    )


def _figures(scope: str, now: Standing, *, before: Standing, after: Standing) -> tuple[Figure, ...]:
    in_scope = Figure(id="scope", scope=scope, title="In scope", unit="items", value=now.scope, n=now.scope)
    delivered = replace(in_scope, id="scope_delivered", title="Of it delivered", value=now.delivered)
    return (
        in_scope,
        delivered,
        _ratio(now.delivered, now.scope, Figure(id="completion", scope=scope, title="Completion", unit="ratio")),
        _ratio(
            after.scope - before.scope,
            before.scope,
            Figure(id="scope_growth", scope=scope, title="Growth of scope", unit="ratio"),
        ),
    )


def _ratio(part: int, whole: int, blank: Figure) -> Figure:
    if not whole:
        return replace(blank, n=whole, reason="zero_denominator")
    return replace(blank, value=part / whole, n=whole)


def is_stale(measure: Measure, *, since: date, today: date) -> bool:
    """Whether twice its cadence went by since it was read, or could have been for the first time."""
    return measure.cadence is not None and (today - since).days > STALE * CADENCE[measure.cadence]


def measured(measure: Measure, *, today: date) -> MeasureLine:
    """The measure by its last reading up to today."""
    line = MeasureLine(
        id=measure.id,
        name=measure.name or measure.id,
        unit=measure.unit,
        baseline=measure.baseline,
        target=measure.target,
    )
    last = measure.last_reading(today)
    if last is None:
        return replace(line, reason="no_data")
    stale = is_stale(measure, since=last.on, today=today)
    line = replace(line, current=last.value, read_on=last.on, age_days=(today - last.on).days, stale=stale)
    if measure.baseline is None or measure.target is None:
        return replace(line, reason="not_configured")
    if measure.target == measure.baseline:
        return replace(line, reason="zero_denominator")
    return replace(line, progress=(last.value - measure.baseline) / (measure.target - measure.baseline))
