"""Tests by ranks (metrics.md §7.2), against SciPy."""

from itertools import product
from statistics import median_low

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import mannwhitneyu, spearmanr

from sync.reconcile.ranks import hodges_lehmann, mann_whitney, spearman

X, Y = [3, 4, 5, 6, 8, 9], [5, 7, 9, 10, 12, 14]
VALUES = st.lists(st.integers(0, 30), min_size=1, max_size=30)


def test_the_example_of_the_specification() -> None:
    test = mann_whitney(X, Y)
    assert test.u == 6
    assert test.p == pytest.approx(0.064610, abs=5e-7)
    assert test.effect == pytest.approx(0.833333, abs=5e-7)
    assert hodges_lehmann(X, Y) == 4


@settings(max_examples=25)
@given(VALUES, VALUES)
def test_it_agrees_with_scipy(x: list[int], y: list[int]) -> None:
    test = mann_whitney(x, y)
    is_exact = len({*x, *y}) == len(x) + len(y) and max(len(x), len(y)) <= 20
    if len({*x, *y}) == 1:
        assert test.p == 1
        return
    told = mannwhitneyu(x, y, method="exact" if is_exact else "asymptotic")
    assert (test.u, test.p) == (told.statistic, pytest.approx(told.pvalue, rel=1e-9))


@pytest.mark.parametrize("sizes", [(1, 1), (5, 7), (20, 20), (20, 21)])
def test_it_is_exact_up_to_twenty_on_either_side_without_ties(sizes: tuple[int, int]) -> None:
    n, m = sizes
    x, y = list(range(0, 3 * n, 3)), list(range(10, 10 + 2 * m, 2))
    y = [value + 0.5 for value in y]
    method = "exact" if max(sizes) <= 20 else "asymptotic"
    assert mann_whitney(x, y).p == pytest.approx(mannwhitneyu(x, y, method=method).pvalue, rel=1e-9)


@settings(max_examples=25)
@given(VALUES, VALUES)
def test_the_other_way_round_it_is_as_likely_and_points_the_other_way(x: list[int], y: list[int]) -> None:
    there, back = mann_whitney(x, y), mann_whitney(y, x)
    assert there.p == pytest.approx(back.p)
    assert there.effect == pytest.approx(1 - back.effect)


@settings(max_examples=25)
@given(VALUES, VALUES)
def test_the_shift_is_the_lower_median_of_all_differences(x: list[int], y: list[int]) -> None:
    assert hodges_lehmann(x, y) == median_low([b - a for a, b in product(x, y)])


@settings(max_examples=25)
@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=2, max_size=30))
def test_the_correlation_of_ranks_agrees_with_scipy(pairs: list[tuple[int, int]]) -> None:
    x, y = zip(*pairs, strict=True)
    if len(set(x)) == 1 or len(set(y)) == 1:
        assert spearman(x, y) is None
    else:
        assert spearman(x, y) == pytest.approx(spearmanr(x, y).statistic, abs=1e-12)
