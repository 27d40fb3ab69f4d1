"""Tests by shuffling labels: reproducible, for statistics that no table knows (metrics.md §0.10, §7.2)."""

import random
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain
from typing import TypeAlias, TypeVar

from sync.reconcile.divergence import tvd

T = TypeVar("T")
Effort: TypeAlias = Mapping[str, int]  #: by bucket, in whole units: sums of them are the same in any order
Labelled: TypeAlias = tuple[bool, Effort]  #: whether a week belongs to the later period, and its effort


def shuffled(values: Sequence[T], *, rng: random.Random) -> list[T]:
    """The values in random order, by Fisher and Yates from the end."""
    order = list(values)
    for i in range(len(order) - 1, 0, -1):
        j = int(rng.random() * (i + 1))
        order[i], order[j] = order[j], order[i]
    return order


def permutation_p(
    x: Sequence[T],
    y: Sequence[T],
    statistic: Callable[[Sequence[T], Sequence[T]], float],
    *,
    seed: int,
    shuffles: int,
) -> float:
    """Chance of a statistic at least as great as observed, if it did not matter which sample a value is in."""
    rng, pooled, n = random.Random(seed), [*x, *y], len(x)  # noqa: S311 - reproducible, not secret
    observed = statistic(x, y)
    orders = (shuffled(pooled, rng=rng) for _ in range(shuffles))
    return _p(sum(statistic(order[:n], order[n:]) >= observed for order in orders), shuffles)


def allocation_p(clusters: Sequence[Sequence[Labelled]], *, seed: int, shuffles: int) -> float:
    """Chance of two periods' shares at least as far apart as observed, if each cluster's weeks were in either period.

    `clusters` are what is independent of each other, in order: the weeks of one person, or of several together. Labels
    are shuffled within each.
    """
    rng = random.Random(seed)  # noqa: S311 - reproducible, not secret
    labels = [[is_later for is_later, _ in weeks] for weeks in clusters]
    efforts = [effort for weeks in clusters for _, effort in weeks]
    total: Counter[str] = Counter()
    for effort in efforts:
        total.update(effort)
    observed = _distance(chain.from_iterable(labels), efforts, total)
    draws = (chain.from_iterable([shuffled(own, rng=rng) for own in labels]) for _ in range(shuffles))
    return _p(sum(_distance(drawn, efforts, total) >= observed for drawn in draws), shuffles)


def allocation_distance(clusters: Sequence[Sequence[Labelled]]) -> float:
    """What part of the effort would have to move for the later period to be like the earlier one."""
    sums: tuple[Counter[str], Counter[str]] = (Counter(), Counter())
    for is_later, effort in chain.from_iterable(clusters):
        sums[is_later].update(effort)
    return _apart(*sums)


def _p(as_great: int, shuffles: int) -> float:
    return (1 + as_great) / (shuffles + 1)


def _distance(labels: Iterable[bool], efforts: Sequence[Effort], total: Effort) -> float:
    later = dict.fromkeys(total, 0)
    for is_later, effort in zip(labels, efforts, strict=True):
        if is_later:
            for bucket, units in effort.items():
                later[bucket] += units
    return _apart({bucket: units - later[bucket] for bucket, units in total.items()}, later)


def _apart(before: Effort, after: Effort) -> float:
    """The distance of their shares; 0 where one of them is empty."""
    sums = [sum(each.values()) for each in (before, after)]
    if not all(sums):
        return 0.0
    shares = [
        {name: units / whole for name, units in each.items()} for each, whole in zip((before, after), sums, strict=True)
    ]
    return tvd(*shares)
