"""Kaplan–Meier with left truncation: the lines of metrics.md §1.8, statsmodels, and laws."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.reconcile.stats import percentile
from sync.reconcile.survival import Curve, Observation, RiskSet, risk_sets


def curve(*told: tuple[int, int] | tuple[int, int, int]) -> Curve:
    """From (duration, event, entry)."""
    return Curve(risk_sets(Observation(duration, bool(event), *entry) for duration, event, *entry in told))


OPEN_ONES = curve((2, 1), (3, 1), (3, 0), (5, 1), (8, 1), (8, 0), (13, 1))
LATE_ONES = curve((4, 1, 0), (6, 1, 0), (6, 0, 0), (10, 1, 5), (12, 1, 7), (20, 0, 9))


def test_what_is_open_makes_the_curve_longer() -> None:
    assert [each.at for each in OPEN_ONES.risk_sets] == [2, 3, 5, 8, 13]
    assert OPEN_ONES.survival == pytest.approx([0.857143, 0.714286, 0.535714, 0.357143, 0], abs=5e-7)
    assert (OPEN_ONES.quantile(50), OPEN_ONES.quantile(85)) == (8, 13)
    assert curve((2, 1), (3, 1), (5, 1), (8, 1), (13, 1)).quantile(50) == 5


def test_nothing_is_at_risk_before_it_is_watched() -> None:
    assert [each.at_risk for each in LATE_ONES.risk_sets] == [3, 3, 3, 2]
    assert LATE_ONES.survival == pytest.approx([0.666667, 0.444444, 0.296296, 0.148148], abs=5e-7)
    assert LATE_ONES.quantile(50) == 6


def test_what_is_watched_from_a_duration_on_is_not_at_risk_at_it() -> None:
    assert risk_sets([Observation(5, True), Observation(9, True, 5)]) == [RiskSet(5, 1, 1), RiskSet(9, 1, 1)]


def test_the_chance_to_miss_a_limit() -> None:
    assert OPEN_ONES.miss(age=3, limit=8) == pytest.approx(0.5)
    assert (OPEN_ONES.miss(age=8, limit=8), OPEN_ONES.miss(age=9, limit=8)) == (1, 1)
    assert OPEN_ONES.miss(age=13, limit=20) is None
    assert OPEN_ONES.miss(age=0, limit=1) == 1


def test_a_curve_that_does_not_come_so_low_has_no_quantile() -> None:
    assert curve((2, 1), (9, 0), (9, 0)).quantile(50) is None
    assert curve((9, 0)).quantile(50) is None
    assert Curve(()).quantile(50) is None
    assert (Curve(()).beyond(1), Curve(()).small_from) == (1.0, None)


def test_few_at_risk_are_told_from_where_they_begin() -> None:
    assert OPEN_ONES.small_from == 5
    assert curve(*((n, 1) for n in range(1, 6))).small_from == 2


@pytest.mark.parametrize("percent", [15, 50, 85, 95])
def test_where_nothing_is_open_it_is_the_percentile(percent: int) -> None:
    for n in range(1, 150):
        assert curve(*((at, 1) for at in range(1, n + 1))).quantile(percent) == percentile(
            range(1, n + 1), percent=percent
        )


def test_a_tie_is_decided_in_integers() -> None:
    """Of 24 half are done with the 12th; in doubles a little more than half is left."""
    told = curve(*((at, 1) for at in range(1, 25)))
    assert told.survival[11] > 0.5
    assert told.quantile(50) == 12


@pytest.mark.filterwarnings("ignore")
def test_statsmodels_says_the_same() -> None:
    survfunc = pytest.importorskip("statsmodels.duration.survfunc", reason="needs statsmodels")
    rng = random.Random(7)
    durations = [rng.randrange(10, 4000) for _ in range(400)]
    entries = [rng.choice((0, rng.randrange(0, duration))) for duration in durations]
    events = [rng.random() < 0.8 for _ in durations]
    oracle = survfunc.SurvfuncRight(durations, events, entry=entries)
    ours = Curve(risk_sets(map(Observation, durations, events, entries)))
    assert [each.at for each in ours.risk_sets] == list(oracle.surv_times)
    assert [each.at_risk for each in ours.risk_sets] == list(oracle.n_risk)
    assert ours.survival == pytest.approx(list(oracle.surv_prob), rel=1e-9)


OBSERVATIONS = st.lists(
    st.tuples(st.integers(0, 20), st.integers(1, 20), st.booleans()).map(
        lambda told: Observation(duration=told[0] + told[1], is_event=told[2], entry=told[0])
    ),
    max_size=30,
)


@given(OBSERVATIONS, st.randoms(use_true_random=False))
def test_order_does_not_matter_and_the_curve_never_rises(observations: list[Observation], rng: random.Random) -> None:
    shuffled = rng.sample(observations, len(observations))
    told = Curve(risk_sets(observations))
    assert risk_sets(shuffled) == told.risk_sets
    assert told.survival == sorted(told.survival, reverse=True)
    assert all(0 < each.events <= each.at_risk for each in told.risk_sets)
