"""Exact chances, and the simulation that they are the oracle of (metrics.md §6.2–6.3)."""

import math
from collections.abc import Iterable, Sequence
from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sync.reconcile.convolution import finishing, totals, value_at
from sync.reconcile.simulation import simulated

SAMPLES = [0, 2, 3, 5]
GROWING = [0, -1, -3, -3]  #: what the pairs (0,0), (2,1), (3,0), (5,2) leave, but for the sign
FIXED = [-delivered for delivered in SAMPLES]


def chances(odds: Iterable[tuple[int, int]]) -> list[float]:
    return [done / total for done, total in odds]


def weeks_for(odds: Sequence[tuple[int, int]], percent: int) -> int:
    return next(week for week, (done, total) in enumerate(odds, start=1) if 100 * done >= percent * total)


def test_fixed_scope() -> None:
    told = [0, 0.0625, 0.296875, 0.570312, 0.774414, 0.894043, 0.954224, 0.981461]
    odds = list(finishing(10, FIXED, weeks=8))
    assert chances(odds) == pytest.approx(told, abs=5e-7)
    assert [weeks_for(odds, percent) for percent in (50, 85, 95)] == [4, 6, 7]


def test_growing_scope() -> None:
    told = [0.1875, 0.421875, 0.631836, 0.787109, 0.886475, 0.943367, 0.973256]
    odds = list(finishing(10, [0, -1, -3, -3], weeks=10))
    assert chances(odds)[3:] == pytest.approx(told, abs=5e-7)
    assert [weeks_for(odds, percent) for percent in (50, 85, 95)] == [6, 8, 10]


def test_the_simulation_of_the_specification() -> None:
    fixed = list(simulated(10, FIXED, weeks=520, seed=42, trials=10_000))
    assert [weeks_for(fixed, percent) for percent in (50, 85, 95)] == [4, 6, 7]
    assert fixed[3] == (5728, 10_000)
    growing = list(simulated(10, GROWING, weeks=520, seed=42, trials=10_000))
    assert [weeks_for(growing, percent) for percent in (50, 85, 95)] == [6, 8, 10]


@pytest.mark.parametrize("changes", [FIXED, GROWING, [2, -1, -4, 0, -2]])
def test_the_simulation_is_near_the_exact_chance_in_every_week(changes: list[int]) -> None:
    exact = chances(finishing(10, changes, weeks=30))
    for chance, tried in zip(exact, chances(simulated(10, changes, weeks=30, seed=1, trials=10_000)), strict=True):
        assert abs(chance - tried) <= 4 * math.sqrt(chance * (1 - chance) / 10_000)


@settings(max_examples=25)
@given(st.integers(1, 8), st.lists(st.integers(-4, 3), min_size=1, max_size=3), st.integers(1, 5))
def test_every_way_is_counted(remaining: int, changes: list[int], weeks: int) -> None:
    def is_done(way: tuple[int, ...]) -> bool:
        return any(remaining + sum(way[: week + 1]) <= 0 for week in range(len(way)))

    ways = list(product(changes, repeat=weeks))
    done, total = list(finishing(remaining, changes, weeks=weeks))[-1]
    assert Fraction(done, total) == Fraction(sum(map(is_done, ways)), len(ways))


def test_many_weeks_are_as_good_as_exact() -> None:
    """A walk by one either way comes from 1 to 0 in n = 2k + 1 weeks with the chance 1 - C(n, k + 1) / 2^n."""
    odds = list(finishing(1, [1, -1], weeks=501))
    for k in (0, 10, 250):
        weeks = 2 * k + 1
        assert odds[weeks - 1][0] / odds[weeks - 1][1] == pytest.approx(
            1 - math.comb(weeks, k + 1) / 2**weeks, rel=1e-12
        )


def test_what_never_shrinks_is_never_done() -> None:
    assert set(chances(finishing(3, [0, 1], weeks=9))) == {0}


def test_too_many_states_are_not_followed() -> None:
    wide = [-5_000, 4_990, 0, 17, -3]
    assert len(list(finishing(20_000, wide, weeks=520))) < 520


def test_how_many_in_four_weeks() -> None:
    *_, ways = totals(SAMPLES, weeks=4)
    assert sum(ways) == 4**4
    assert sum(ways[:6]) / 256 == pytest.approx(0.121094, abs=5e-7)
    assert sum(ways[:7]) / 256 == pytest.approx(0.160156, abs=5e-7)
    assert sum(ways[6:]) / 256 == pytest.approx(0.878906, abs=5e-7)
    assert (value_at(ways, percent=15), value_at(ways, percent=50)) == (6, 10)


@settings(max_examples=25)
@given(st.lists(st.integers(0, 6), min_size=1, max_size=3), st.integers(1, 5))
def test_every_total_is_counted(samples: list[int], weeks: int) -> None:
    *_, ways = totals(samples, weeks=weeks)
    added = [sum(way) for way in product(samples, repeat=weeks)]
    assert ways == [added.count(value) for value in range(max(added) + 1)]
