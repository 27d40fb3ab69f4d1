"""Forecasts of an objective (metrics.md §6.2–6.3)."""

import math
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sync.reconcile.backtest import BackTest, judged
from sync.reconcile.convolution import finishing, most_likely
from sync.reconcile.forecast import Bounds, Forecast, When, chances, forecast
from sync.reconcile.scope_history import Standing, Weekly
from sync.reconcile.thresholds import Thresholds
from tests.sync.reconcile.weekly import pairs

TODAY = date(2026, 11, 18)
TEN = Standing(scope=14, delivered=4)
#: The samples of the specification, as often as six weeks ask for: the same chances.
FIXED = pairs((0, 0), (2, 0), (3, 0), (5, 0)) * 3
GROWING = pairs((0, 0), (2, 1), (3, 0), (5, 2)) * 3
UNTRIED: BackTest = judged(())


def told(sample: list[Weekly], standing: Standing = TEN, **said: Any) -> Forecast:
    asked = {"today": TODAY, "promised_on": None, "seed": 42, "back_test": UNTRIED, "thresholds": Thresholds()}
    return forecast(standing, sample, **(asked | said))


def weeks(when: When) -> tuple[int | None, int | None]:
    return when.p50_weeks, when.p85_weeks


def test_the_examples_of_the_specification() -> None:
    assert weeks(told(FIXED).fixed) == (4, 6)
    growing = told(GROWING)
    assert (weeks(growing.growing), weeks(growing.fixed)) == ((6, 8), (4, 6))
    assert (growing.p15, growing.p50) == (6, 10)
    assert (growing.remaining, growing.weeks, growing.delivered) == (10, 12, 30)


def test_dates_are_weeks_from_today() -> None:
    growing = told(GROWING).growing
    assert (growing.p50_on, growing.p85_on) == (date(2026, 12, 30), date(2027, 1, 13))


@pytest.mark.parametrize(
    ("promised_on", "chance"),
    [
        (date(2026, 12, 16), 0.1875),  # four weeks
        (date(2026, 12, 22), 0.1875),  # four weeks and six days
        (date(2026, 12, 23), 0.421875),  # five
        (date(2026, 11, 24), 0.0),  # less than one
        (date(2026, 11, 1), 0.0),  # gone by
    ],
)
def test_the_chance_of_a_promise(promised_on: date, chance: float) -> None:
    assert told(GROWING, promised_on=promised_on).chance == chance


def test_a_promise_beyond_the_percentiles_has_a_chance_too() -> None:
    chance = told(GROWING, promised_on=date(2027, 5, 5)).chance
    assert chance is not None
    assert 0.999 < chance < 1


def test_a_promise_beyond_the_cap_has_that_of_the_cap() -> None:
    assert told(pairs((1, 1)) * 5 + pairs((2, 1), (1, 2)), promised_on=date(2099, 1, 1)).chance is not None


@pytest.mark.parametrize(
    ("sample", "reason"),
    [
        ([], "small_n"),
        (FIXED[:5], "small_n"),  # five weeks
        (pairs((1, 0)) * 4 + pairs((0, 0)) * 8, "small_n"),  # four delivered
        (pairs((0, 0)) * 12, "small_n"),  # none delivered
        (pairs((1, 0)) * 5 + pairs((0, 0)), None),  # six weeks, five delivered
    ],
)
def test_of_too_little_nothing_is_said(sample: list[Weekly], reason: str | None) -> None:
    found = told(sample, promised_on=date(2026, 12, 16))
    assert found.reason == reason
    assert (found.growing.p50_on is None, found.chance is None, found.p50 is None) == (reason is not None,) * 3


def test_what_is_done_is_done() -> None:
    found = told(FIXED, Standing(scope=8, delivered=8), promised_on=date(2026, 11, 1))
    assert (found.reason, found.growing.reason, found.chance) == ("done", "done", 1.0)
    assert found.p50 == 10


def test_an_objective_without_items_has_no_forecast() -> None:
    assert told(FIXED, Standing(scope=0, delivered=0)).reason == "no_data"


def test_scope_that_grows_as_fast_as_it_is_delivered_does_not_converge() -> None:
    found = told(pairs((3, 3), (2, 3), (4, 3)) * 4, Standing(scope=500, delivered=0), promised_on=date(2027, 11, 18))
    assert (weeks(found.growing), found.growing.reason) == ((None, None), "does_not_converge")
    assert found.fixed.reason is None
    assert found.chance == 0


def test_what_is_reached_by_half_of_the_ways_has_a_middle_and_no_more() -> None:
    found = told(pairs((2, 1), (1, 2)) * 6, Standing(scope=15, delivered=0))
    assert found.growing.p50_weeks is not None
    assert (found.growing.p85_weeks, found.growing.reason) == (None, "does_not_converge")


def test_how_much_a_forecast_needs_and_how_far_it_looks_is_configuration() -> None:
    few = pairs((0, 0), (2, 0), (3, 0), (5, 0))
    assert told(few).reason == "small_n"
    assert weeks(told(few, thresholds=Thresholds(least_forecast_weeks=4)).fixed) == (4, 6)
    assert told(FIXED, thresholds=Thresholds(least_forecast_items=31)).reason == "small_n"
    slow, far = pairs((1, 0), *[(0, 0)] * 5) * 2, Standing(scope=12, delivered=0)
    patient, hasty = (Thresholds(least_forecast_items=2, forecast_cap_weeks=cap) for cap in (520, 80))
    assert weeks(told(slow, far, thresholds=patient).fixed) == (70, 92)  # as the negative binomial distribution says
    assert weeks(told(slow, far, thresholds=hasty).fixed) == (70, None)


def test_the_fan_widens_week_by_week() -> None:
    fan = told(GROWING).fan
    assert [point.on for point in fan[:2]] == [date(2026, 11, 25), date(2026, 12, 2)]
    assert (fan[3].p15, fan[3].p50) == (6, 10)
    assert all(point.p15 <= point.p50 <= point.p85 for point in fan)


def test_where_states_are_too_many_they_are_tried() -> None:
    wide = [-4_000, 3_100, -17, -1_900, 1_003, -301]
    odds, method = chances(30_000, wide, promised=0, bounds=Bounds(weeks=520, trials=10_000, seed=42))
    assert method == "simulated"
    assert odds[-1][1] == 10_000


@settings(max_examples=20)
@given(st.integers(1, 12), st.lists(st.integers(-3, 3), min_size=1, max_size=5), st.integers(1, 30))
def test_no_chance_is_above_its_bound(remaining: int, changes: list[int], weeks: int) -> None:
    *_, (done, total) = finishing(remaining, changes, weeks=weeks)
    assert done / total <= most_likely(remaining, changes, weeks=weeks) + 1e-12


@given(st.integers(1, 30), st.lists(st.integers(0, 4), min_size=6, max_size=12).filter(lambda told: sum(told) > 4))
@settings(max_examples=20)
def test_more_to_do_is_never_done_earlier(remaining: int, delivered: list[int]) -> None:
    less, more = (
        told(pairs(*((each, 0) for each in delivered)), Standing(scope=items, delivered=0)).fixed
        for items in (remaining, remaining + 1)
    )
    assert (less.p85_weeks or math.inf) <= (more.p85_weeks or math.inf)
    assert (less.p50_weeks or math.inf) <= (less.p85_weeks or math.inf)
