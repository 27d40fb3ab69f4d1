"""What the forecasts of the past were worth (metrics.md §6.4)."""

import math
from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from typing import Literal, TypeAlias

from msgspec import Struct

from sync.reconcile.convolution import finishing, totals, value_at
from sync.reconcile.scope_history import History, Weekly
from sync.reconcile.scoring import brier, crps, pinball, skill
from sync.reconcile.stats import wilson
from sync.reconcile.thresholds import Thresholds

Calibration: TypeAlias = Literal["unverified", "over-confident", "conservative", "calibrated"]

ORIGINS = 13
SMALLEST_VERIFIED = 10
NOMINAL, CONSERVATIVE = 0.85, 0.95
LOW, MIDDLE = 15, 50  #: percentiles of how many


class Trial(Struct, frozen=True, kw_only=True):
    """One forecast of the past, made from what was known then, and what came of it."""

    on: date  #: the Monday on which it would have been made
    p15: int
    p50: int
    naive: int  #: as many as in the weeks before
    outcome: int  #: what was delivered in the weeks after
    crps: float  #: how far off the whole distribution was, in items
    chance: float | None  #: that the objective would be done by then; None where nothing remained
    done: bool | None  #: whether it was


class BackTest(Struct, frozen=True, kw_only=True):
    trials: tuple[Trial, ...]  #: the latest first
    covered: int  #: with an outcome of at least p15
    coverage: float | None
    low: float | None  #: of its 90 % interval
    high: float | None
    verdict: Calibration
    loss: float | None  #: mean pinball loss of p15 and p50
    naive_loss: float | None
    skill: float | None  #: 1 - loss / naive loss
    crps: float | None
    brier: float | None  #: of the chances to be done

    @property
    def has_no_skill(self) -> bool:
        """The forecasts were off, and no less than to expect as many as last time."""
        return bool(self.loss and self.naive_loss is not None and self.loss >= self.naive_loss)


def is_enough(sample: Sequence[Weekly], thresholds: Thresholds) -> bool:
    """Whether there is enough to draw from (§6.2)."""
    delivered = sum(week.delivered for week in sample)
    return len(sample) >= thresholds.least_forecast_weeks and delivered >= thresholds.least_forecast_items


def back_test(
    history: History, *, until: date, sampled: Callable[[date], Sequence[date]], thresholds: Thresholds
) -> BackTest:
    """The forecasts over the horizon that would have been made up to a Monday, against what came of them.

    `sampled` gives the Mondays that bound the weeks that a forecast made on a Monday draws from.
    """
    return judged(tuple(_trials(history, until=until, sampled=sampled, thresholds=thresholds)))


def _trials(
    history: History, *, until: date, sampled: Callable[[date], Sequence[date]], thresholds: Thresholds
) -> Iterator[Trial]:
    horizon = thresholds.horizon_weeks
    for number in range(1, ORIGINS + 1):
        on = until - timedelta(weeks=horizon * number)
        sample = history.weeks(sampled(on), known_at=history.edge(on)) if sampled(on) else []
        if is_enough(sample, thresholds) and len(sample) >= horizon:
            yield _trial(history, sample, on=on, horizon=horizon)


def _trial(history: History, sample: Sequence[Weekly], *, on: date, horizon: int) -> Trial:
    """The outcome is as it was known at its end: a delivery taken back by then is none, one taken back later is."""
    end = on + timedelta(weeks=horizon)
    origin, close = history.edge(on), history.edge(end)
    *_, ways = totals([week.delivered for week in sample], weeks=horizon)
    (came,) = history.weeks([on, end], known_at=close)
    remaining = history.at(origin).remaining
    chance = _chance(remaining, [week.change for week in sample], weeks=horizon) if remaining else None
    return Trial(
        on=on,
        p15=value_at(ways, percent=LOW),
        p50=value_at(ways, percent=MIDDLE),
        naive=sum(week.delivered for week in sample[-horizon:]),
        outcome=came.delivered,
        crps=crps(dict(enumerate(ways)), came.delivered),
        chance=chance,
        done=None if chance is None else not history.at(close).remaining,
    )


def _chance(remaining: int, changes: Sequence[int], *, weeks: int) -> float:
    *_, (done, total) = finishing(remaining, changes, weeks=weeks)
    return done / total


def judged(trials: Sequence[Trial]) -> BackTest:
    """The verdict on forecasts whose outcomes are known."""
    covered, n = sum(trial.outcome >= trial.p15 for trial in trials), len(trials)
    low, high = wilson(covered, n)
    loss = _mean([_loss(trial, trial.p15, trial.p50) for trial in trials])
    naive = _mean([_loss(trial, trial.naive, trial.naive) for trial in trials])
    dated = [(trial.chance, trial.done) for trial in trials if trial.chance is not None and trial.done is not None]
    return BackTest(
        trials=tuple(trials),
        covered=covered,
        coverage=covered / n if n else None,
        low=low,
        high=high,
        verdict=verdict(covered, n),
        loss=loss,
        naive_loss=naive,
        skill=None if loss is None or naive is None else skill(loss, naive),
        crps=_mean([trial.crps for trial in trials]),
        brier=brier(*zip(*dated, strict=True)) if dated else None,
    )


def verdict(covered: int, n: int) -> Calibration:
    """Whether 85 % were as likely as that; with counts somewhat more is expected, because of ties (§6.4)."""
    low, high = wilson(covered, n)
    if n < SMALLEST_VERIFIED or low is None or high is None:
        return "unverified"
    if high < NOMINAL:
        return "over-confident"
    return "conservative" if low > CONSERVATIVE else "calibrated"


def _loss(trial: Trial, low: int, middle: int) -> float:
    return (pinball(trial.outcome, low, percent=LOW) + pinball(trial.outcome, middle, percent=MIDDLE)) / 2


def _mean(values: Sequence[float]) -> float | None:
    return math.fsum(values) / len(values) if values else None
