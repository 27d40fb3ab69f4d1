"""When an objective is done, and how much of it is delivered next (metrics.md §6.2–6.3)."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Literal, NamedTuple, TypeAlias

from msgspec import Struct

from sync.reconcile.backtest import BackTest, is_enough
from sync.reconcile.convolution import finishing, most_likely, totals, value_at
from sync.reconcile.scope_history import Standing, Weekly
from sync.reconcile.simulation import simulated
from sync.reconcile.thresholds import Thresholds

Method: TypeAlias = Literal["exact", "simulated"]
Odds: TypeAlias = Sequence[tuple[int, int]]  #: week by week from 1 on: ways to be done by then, of how many

FAN_WEEKS = 12
MIDDLE, SURE = 50, 85


class Bounds(NamedTuple):
    """How far ahead a forecast looks, and how often it tries where it cannot reckon exactly."""

    weeks: int
    trials: int
    seed: int


class When(Struct, frozen=True, kw_only=True):
    """On or before which day what remains is delivered. None where a percentile does not come within the cap."""

    p50_on: date | None = None
    p85_on: date | None = None
    p50_weeks: int | None = None
    p85_weeks: int | None = None
    method: Method = "exact"
    reason: str | None = None  #: why a date is missing: small_n, no_data, done, does_not_converge


class FanPoint(Struct, frozen=True, kw_only=True):
    """How many items more are delivered by the start of this day."""

    on: date
    p15: int  #: with a chance of 85 %, at least
    p50: int
    p85: int


class Forecast(Struct, frozen=True, kw_only=True):
    remaining: int  #: items in scope and not delivered
    weeks: int  #: samples that it draws from
    delivered: int  #: items in them
    growing: When  #: if scope goes on growing as it did: the one to believe
    fixed: When  #: if nothing were added any more
    horizon_weeks: int
    p15: int | None = None  #: delivered within the horizon: with a chance of 85 %, at least
    p50: int | None = None
    fan: tuple[FanPoint, ...] = ()  #: week by week
    promised_on: date | None = None
    chance: float | None = None  #: that all of it is delivered by the end of the promised day
    reason: str | None = None  #: why there is no forecast: small_n, no_data, done
    back_test: BackTest
    hidden: bool  #: it was no better than "as many as last time": show the run chart instead


def forecast(
    standing: Standing,
    sample: Sequence[Weekly],
    *,
    today: date,
    promised_on: date | None,
    seed: int,
    back_test: BackTest,
    thresholds: Thresholds,
) -> Forecast:
    """What to expect of an objective if its next weeks are like those of the sample."""
    is_told = is_enough(sample, thresholds)
    bounds = Bounds(thresholds.forecast_cap_weeks, thresholds.simulation_trials, seed)
    reason = _reason(standing, is_told)
    promised = min(max(0, (promised_on - today).days // 7), bounds.weeks) if promised_on else 0
    odds, growing = _when(standing, sample, reason, promised=promised, today=today, bounds=bounds)
    _, fixed = _when(standing, [_unchanged(week) for week in sample], reason, promised=0, today=today, bounds=bounds)
    fan = _fan([week.delivered for week in sample], today=today) if is_told else ()
    return Forecast(
        remaining=standing.remaining,
        weeks=len(sample),
        delivered=sum(week.delivered for week in sample),
        growing=growing,
        fixed=fixed,
        horizon_weeks=thresholds.horizon_weeks,
        p15=fan[thresholds.horizon_weeks - 1].p15 if fan else None,
        p50=fan[thresholds.horizon_weeks - 1].p50 if fan else None,
        fan=fan,
        promised_on=promised_on,
        chance=_chance(odds, reason, promised) if promised_on else None,
        reason=reason,
        back_test=back_test,
        hidden=back_test.has_no_skill,
    )


def _reason(standing: Standing, is_told: bool) -> str | None:
    if not standing.scope:
        return "no_data"
    if not standing.remaining:
        return "done"
    return None if is_told else "small_n"


def _unchanged(week: Weekly) -> Weekly:
    """The week as if nothing had been added in it."""
    return week._replace(added=0)


def _chance(odds: Odds, reason: str | None, promised: int) -> float | None:
    """That the promise is kept; what is done has kept it, and what is not done by the day has not."""
    if reason:
        return 1.0 if reason == "done" else None
    if not promised:
        return 0.0
    done, total = odds[promised - 1]
    return done / total


def _when(
    standing: Standing, sample: Sequence[Weekly], reason: str | None, *, promised: int, today: date, bounds: Bounds
) -> tuple[Odds, When]:
    """The chances week by week, as far as the promise and the percentiles ask for them, and the dates they give."""
    if reason:
        return (), When(reason=reason)
    odds, method = chances(standing.remaining, [week.change for week in sample], promised=promised, bounds=bounds)
    p50, p85 = (_week(odds, percent) for percent in (MIDDLE, SURE))
    return odds, When(
        p50_on=_after(today, p50),
        p85_on=_after(today, p85),
        p50_weeks=p50,
        p85_weeks=p85,
        method=method,
        reason=None if p85 else "does_not_converge",
    )


def chances(remaining: int, changes: Sequence[int], *, promised: int, bounds: Bounds) -> tuple[Odds, Method]:
    """The chances to be done by each week, to the 85th percentile or the cap, and at least to the promised week."""
    is_hopeless = most_likely(remaining, changes, weeks=bounds.weeks) < MIDDLE / 100
    weeks = promised if is_hopeless else bounds.weeks
    exact = _as_far_as_asked(finishing(remaining, changes, weeks=weeks), promised)
    if len(exact) >= weeks or _is_asked(exact, promised):
        return exact, "exact"
    tried = simulated(remaining, changes, weeks=weeks, seed=bounds.seed, trials=bounds.trials)
    return _as_far_as_asked(tried, promised), "simulated"


def _as_far_as_asked(odds: Iterable[tuple[int, int]], promised: int) -> Odds:
    told: list[tuple[int, int]] = []
    for week in odds:
        told.append(week)
        if _is_asked(told, promised):
            break
    return told


def _is_asked(odds: Odds, promised: int) -> bool:
    """Whether these chances tell all that is asked for."""
    return bool(odds) and len(odds) >= promised and _reaches(odds[-1], SURE)


def _week(odds: Odds, percent: int) -> int | None:
    return next((week for week, chance in enumerate(odds, start=1) if _reaches(chance, percent)), None)


def _reaches(chance: tuple[int, int], percent: int) -> bool:
    """Compared as whole numbers (§0.8)."""
    done, total = chance
    return 100 * done >= percent * total


def _after(today: date, weeks: int | None) -> date | None:
    return None if weeks is None else today + timedelta(weeks=weeks)


def _fan(delivered: Sequence[int], *, today: date) -> tuple[FanPoint, ...]:
    return tuple(
        FanPoint(
            on=today + timedelta(weeks=week),
            p15=value_at(ways, percent=100 - SURE),
            p50=value_at(ways, percent=MIDDLE),
            p85=value_at(ways, percent=SURE),
        )
        for week, ways in enumerate(totals(delivered, weeks=FAN_WEEKS), start=1)
    )
