"""Scores of forecasts (metrics.md §6.4), against scoringrules."""

import pytest
import scoringrules
from hypothesis import given, settings
from hypothesis import strategies as st

from sync.reconcile.scoring import brier, crps, pinball, skill


@pytest.mark.parametrize(("outcome", "loss"), [(7, 0.45), (12, 1.7), (10, 0)])
def test_the_loss_of_a_percentile(outcome: int, loss: float) -> None:
    assert pinball(outcome, 10, percent=85) == pytest.approx(loss)
    assert scoringrules.quantile_score(float(outcome), 10.0, 0.85) == pytest.approx(loss)


def test_the_score_of_chances() -> None:
    assert brier([0.9, 0.6, 0.3], [True, False, False]) == pytest.approx(0.153333, abs=5e-7)


def test_the_score_of_a_distribution() -> None:
    assert crps({3: 1, 4: 1, 6: 1, 9: 1}, 5) == 0.75


@settings(max_examples=25)
@given(st.lists(st.integers(0, 50), min_size=1, max_size=30), st.integers(0, 50))
def test_it_agrees_with_scoringrules(sample: list[int], outcome: int) -> None:
    weights = {value: sample.count(value) for value in sample}
    assert crps(weights, outcome) == pytest.approx(scoringrules.crps_ensemble(outcome, sample), abs=1e-9)


@pytest.mark.parametrize(("loss", "naive", "better"), [(1, 4, 0.75), (4, 4, 0), (6, 4, -0.5), (0, 4, 1), (1, 0, None)])
def test_skill_is_what_is_not_lost(loss: float, naive: float, better: float | None) -> None:
    assert skill(loss, naive) == better
