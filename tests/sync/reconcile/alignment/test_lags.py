"""How long effort takes to follow the map (metrics.md §5.2)."""

import pytest

from sync.reconcile.alignment.lags import pick_up_lag, shift_lag

BEFORE = [4.0] * 20
AFTER = [3.5, 3, 2, 1.5, 0.5, 0.1, 0.2, 0.1, 0, 0.2, 0.1]


def lag(baseline: list[float], after: list[float]) -> tuple[int, bool, float, float] | None:
    return shift_lag(baseline, after, quiet_days=5, ratio=0.05)


def test_the_lag_of_the_example() -> None:
    found = lag(BEFORE, AFTER)
    assert found is not None
    assert (found.working_days, found.censored) == (5, False)
    assert (found.before, found.tail) == pytest.approx((10.5, 11.2))


def test_a_day_at_the_threshold_itself_is_quiet() -> None:
    assert lag([2.0] * 10, [0.1 + 1e-10] * 5) == pytest.approx((0, False, 0, 0.5))
    assert lag([2.0] * 10, [0.1 + 1e-8] * 5) == pytest.approx((5, True, 0.5, 0.5))


def test_a_lag_that_goes_on_is_at_least_the_days_before_the_quiet_ones() -> None:
    assert lag(BEFORE, [3, 3, 0, 0, 0, 0]) == (2, True, 6, 6)
    assert lag(BEFORE, [3, 0, 3]) == (3, True, 6, 6)
    assert lag(BEFORE, []) == (0, True, 0, 0)


def test_a_pause_shorter_than_five_days_ends_nothing() -> None:
    assert lag(BEFORE, [3, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0]) == (6, False, 4, 4)


@pytest.mark.parametrize("baseline", [[0.0] * 20, [4.0] * 9, []])
def test_without_a_baseline_there_is_no_lag(baseline: list[float]) -> None:
    assert lag(baseline, AFTER) is None


def test_the_day_that_brings_enough_together_is_counted() -> None:
    assert pick_up_lag([1, 1, 2, 1, 4], enough=5) == (4, False, 5, 9)
    assert pick_up_lag([1, 1, 2], enough=5) == (3, True, 4, 4)
    assert pick_up_lag([], enough=5) == (0, True, 0, 0)
