"""The examples of metrics.md §0.8–0.11 and agreement with numpy, scipy and statsmodels."""

import random
from fractions import Fraction
from itertools import islice
from math import comb

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom
from statsmodels.stats.proportion import proportion_confint

from sync.reconcile import stats

SAMPLE = [1, 2, 2, 3, 4, 5, 6, 8, 9, 11, 14, 21]


@pytest.mark.parametrize(("percent", "value"), [(50, 5), (85, 14), (95, 21)])
def test_a_percentile_is_an_observed_value(percent: int, value: int) -> None:
    assert stats.percentile(SAMPLE, percent=percent) == value


@given(st.lists(st.integers(), min_size=1, max_size=400).map(sorted), st.integers(1, 99))
def test_a_percentile_is_numpys_inverted_cdf(sample: list[int], percent: int) -> None:
    ranks = range(1, len(sample) + 1)
    assert stats.percentile(ranks, percent=percent) == np.quantile(ranks, percent / 100, method="inverted_cdf")
    assert stats.percentile(sample, percent=percent) in sample


@pytest.mark.parametrize(
    ("n", "percent", "ranks"),
    [
        (10, 50, (2, 9)),
        (12, 50, (3, 10)),
        (12, 85, (8, None)),
        (18, 85, (13, None)),
        (19, 85, (13, 19)),
        (20, 50, (6, 15)),
        (20, 85, (14, 20)),
        (100, 85, (79, 92)),
    ],
)
def test_the_ranks_of_an_interval(n: int, percent: int, ranks: tuple[int, int | None]) -> None:
    assert stats.interval_ranks(n, percent=percent) == ranks


@pytest.mark.parametrize(("percent", "smallest"), [(50, 5), (85, 19), (95, 59)])
def test_an_upper_bound_needs_a_sample_of_this_size(percent: int, smallest: int) -> None:
    assert stats.interval_ranks(smallest - 1, percent=percent)[1] is None
    assert stats.interval_ranks(smallest, percent=percent)[1] == smallest


def test_the_interval_of_a_percentile() -> None:
    assert stats.percentile_interval(SAMPLE, percent=50) == (2, 11)
    assert stats.percentile_interval(SAMPLE, percent=85) == (8, None)
    assert stats.percentile_interval([], percent=50) == (None, None)


def exact_ranks(n: int, percent: int) -> tuple[int | None, int | None]:
    chance, tail = Fraction(percent, 100), Fraction(5, 100)
    mass = [comb(n, k) * chance**k * (1 - chance) ** (n - k) for k in range(n + 1)]
    low = [r for r in range(1, n + 1) if sum(mass[:r]) <= tail]
    high = [r for r in range(1, n + 1) if sum(mass[r:]) <= tail]
    return max(low, default=None), min(high, default=None)


@pytest.mark.parametrize("percent", [50, 85, 95])
def test_the_ranks_are_those_of_exact_rationals(percent: int) -> None:
    for n in [*range(1, 40), 59, 99, 160]:
        assert stats.interval_ranks(n, percent=percent) == exact_ranks(n, percent)


@pytest.mark.parametrize("percent", [50, 85, 95])
def test_the_ranks_of_large_samples_agree_with_scipy(percent: int) -> None:
    for n in (400, 5_000, 100_000):
        low, high = stats.interval_ranks(n, percent=percent)
        assert low is not None
        assert high is not None
        assert binom.cdf(low - 1, n, percent / 100) <= 0.05 < binom.cdf(low, n, percent / 100)
        assert binom.sf(high - 1, n, percent / 100) <= 0.05 < binom.sf(high - 2, n, percent / 100)


@pytest.mark.parametrize(
    ("hits", "n", "interval"), [(2, 9, (0.07649, 0.49636)), (17, 20, (0.67817, 0.93842)), (0, 12, (0, 0.18398))]
)
def test_the_interval_of_a_proportion(hits: int, n: int, interval: tuple[float, float]) -> None:
    assert stats.wilson(hits, n) == pytest.approx(interval, abs=5e-6)


@given(st.integers(1, 10_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_interval_of_a_proportion_agrees_with_statsmodels(case: tuple[int, int]) -> None:
    hits, n = case
    assert stats.wilson(hits, n) == pytest.approx(proportion_confint(hits, n, alpha=0.10, method="wilson"), abs=1e-12)


def test_a_proportion_of_nothing_is_unbounded() -> None:
    assert stats.wilson(0, 0) == (None, None)


def test_draws() -> None:
    assert list(islice(stats.draws(6, rng=random.Random(42)), 12)) == [3, 0, 1, 1, 4, 4, 5, 0, 2, 0, 1, 3]


def test_a_seed_is_a_hash_of_its_parts() -> None:
    number = stats.seed("OBJ-1", "2024-06-30T00:00:00Z", "v1")
    assert number == 629407040495595613
    assert list(islice(stats.draws(12, rng=random.Random(number)), 10)) == [6, 8, 8, 1, 11, 0, 0, 0, 5, 3]


def test_the_bootstrap_of_a_median() -> None:
    def median(sample: list[int]) -> int:
        return stats.percentile(sorted(sample), percent=50)

    assert stats.bootstrap_interval(SAMPLE, median, seed=42, replicates=2000) == (2, 9)


def test_the_bootstrap_of_nothing_is_unbounded() -> None:
    assert stats.bootstrap_interval([], len, seed=1, replicates=9) == (None, None)
    assert stats.bootstrap_interval([1], lambda _: None, seed=1, replicates=9) == (None, None)


def test_few_clusters_stand_alone_in_order_of_their_ids() -> None:
    assert stats.clusters({"b": 2, "a": 1}) == [[1], [2]]


@given(st.integers(501, 3000))
def test_many_clusters_are_gathered_and_none_is_lost(n: int) -> None:
    gathered = stats.clusters({f"jira:work_item:{number}": number for number in range(n)})
    assert len(gathered) <= 500
    assert sorted(number for cluster in gathered for number in cluster) == list(range(n))
