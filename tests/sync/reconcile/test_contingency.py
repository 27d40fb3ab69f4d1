"""Exact tests of shares and counts, and their adjustment (metrics.md §7.2), against SciPy and statsmodels."""

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest, fisher_exact
from statsmodels.stats.multitest import multipletests

from sync.reconcile.contingency import binomial, fisher
from sync.reconcile.multiplicity import adjusted

COUNT = st.integers(0, 40)


def test_thirty_against_twenty_in_equal_time() -> None:
    assert binomial(30, 20, exposure=7, other_exposure=7) == pytest.approx(0.202639, abs=5e-7)


@settings(max_examples=25)
@given(COUNT, COUNT, st.integers(1, 31), st.integers(1, 31))
def test_counts_agree_with_scipy(count: int, other: int, days: int, other_days: int) -> None:
    assume(count + other)
    told = binomtest(count, count + other, days / (days + other_days)).pvalue
    assert binomial(count, other, exposure=days, other_exposure=other_days) == pytest.approx(told, rel=1e-9)


def test_nothing_twice_is_no_change() -> None:
    assert binomial(0, 0, exposure=7, other_exposure=7) == 1
    assert fisher(0, 12, 0, 9) == 1


@settings(max_examples=25)
@given(COUNT, COUNT, COUNT, COUNT)
def test_shares_agree_with_scipy(hits: int, misses: int, other_hits: int, other_misses: int) -> None:
    told = fisher_exact([[hits, misses], [other_hits, other_misses]]).pvalue
    assert fisher(hits, hits + misses, other_hits, other_hits + other_misses) == pytest.approx(told, rel=1e-9)


def test_counts_of_a_large_company_stay_exact() -> None:
    told = binomtest(10_000, 20_300, 30 / 61).pvalue
    assert binomial(10_000, 10_300, exposure=30, other_exposure=31) == pytest.approx(told, rel=1e-9)


def test_the_example_of_adjusting() -> None:
    p_values = [0.001, 0.02, 0.03, 0.2, 0.6]
    assert adjusted(p_values) == pytest.approx([0.005, 0.05, 0.05, 0.25, 0.6])
    assert [p <= 0.10 for p in adjusted(p_values)] == [True, True, True, False, False]


@settings(max_examples=25)
@given(st.lists(st.floats(0, 1), max_size=40))
def test_adjusting_agrees_with_statsmodels(p_values: list[float]) -> None:
    told = multipletests(p_values, alpha=0.10, method="fdr_bh")[1] if p_values else []
    assert adjusted(p_values) == pytest.approx(list(told), abs=1e-12)
