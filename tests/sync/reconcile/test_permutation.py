"""Tests by shuffling (metrics.md §0.10, §7.2)."""

import random
from collections import Counter
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.reconcile.divergence import tvd
from sync.reconcile.permutation import allocation_distance, allocation_p, permutation_p, shuffled
from sync.reconcile.stats import percentile

X, Y = [3, 4, 5, 6, 8, 9], [5, 7, 9, 10, 12, 14]
STEADY = [(False, {"a": 1}), (True, {"a": 1}), (False, {"a": 1}), (True, {"a": 1})]
MOVED = [(False, {"a": 1}), (True, {"b": 1}), (False, {"a": 1}), (True, {"b": 1})]


def between_medians(x: list[int], y: list[int]) -> int:
    return abs(percentile(sorted(x), percent=50) - percentile(sorted(y), percent=50))


def test_the_example_of_the_specification() -> None:
    assert between_medians(X, Y) == 4
    assert permutation_p(X, Y, between_medians, seed=7, shuffles=4999) == (1 + 848) / 5000


def test_the_example_is_near_the_count_of_all_orders() -> None:
    pooled = [*X, *Y]
    splits = [({*taken}, {*range(12)} - {*taken}) for taken in combinations(range(12), 6)]
    far = sum(between_medians([pooled[i] for i in a], [pooled[i] for i in b]) >= 4 for a, b in splits)
    assert (far, len(splits)) == (164, 924)


@given(st.lists(st.integers()), st.integers())
def test_a_shuffle_loses_nothing_and_begins_afresh(values: list[int], seed: int) -> None:
    order = shuffled(values, rng=random.Random(seed))
    assert Counter(order) == Counter(values)
    assert shuffled(values, rng=random.Random(seed)) == order


def test_every_order_is_as_likely() -> None:
    rng = random.Random(1)
    seen = Counter(tuple(shuffled("abc", rng=rng)) for _ in range(3000))
    assert len(seen) == 6
    assert all(400 < count < 600 for count in seen.values())


def test_a_team_that_moved_together_stands_out() -> None:
    assert allocation_p([MOVED] * 8, seed=1, shuffles=199) == 1 / 200
    assert allocation_p([STEADY] * 8, seed=1, shuffles=199) == 1
    assert (allocation_distance([MOVED] * 8), allocation_distance([STEADY] * 8)) == (1, 0)


def test_weeks_of_one_person_never_pass_for_those_of_another() -> None:
    """Each keeps to one objective; who works when differs: within a person no label makes any difference."""
    people = [[(False, {"a": 1}), (False, {"a": 1})], [(True, {"b": 1}), (True, {"b": 1})]]
    assert allocation_p(people, seed=1, shuffles=99) == 1
    assert allocation_distance(people) == 1


def test_the_distance_is_of_shares_and_not_of_sums() -> None:
    assert allocation_distance([[(False, {"a": 3, "b": 1}), (True, {"a": 1, "b": 3})], [(True, {"a": 4, "b": 4})]]) == (
        pytest.approx(abs(3 / 4 - 5 / 12))
    )
    assert allocation_distance([[(True, {"a": 3})]]) == 0


@pytest.mark.parametrize(
    ("p", "q", "distance"),
    [
        ((0.5, 0.2, 0.1, 0.2), (0.4, 0.4, 0.2, 0), 0.3),
        ((30 / 70, 12 / 70, 8 / 70, 20 / 70), (0.5, 0.3, 0.2, 0), 0.285714),
        ((1, 0), (1, 0), 0),
        ((1, 0), (0, 1), 1),
    ],
)
def test_the_distance_of_two_distributions(p: tuple[float, ...], q: tuple[float, ...], distance: float) -> None:
    named = [{str(place): share for place, share in enumerate(each) if share} for each in (p, q)]
    assert tvd(*named) == pytest.approx(distance, abs=5e-7)
