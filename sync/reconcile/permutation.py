"""Tests by shuffling labels: reproducible, for statistics that no table knows (metrics.md §0.10, §7.2)."""

import random
from collections.abc import Callable, Mapping, Sequence
from operator import itemgetter
from typing import TypeAlias, TypeVar

from sync.reconcile.divergence import tvd

T = TypeVar("T")
Shares: TypeAlias = Mapping[str, float]
Labelled: TypeAlias = tuple[bool, Shares]  #: whether it belongs to the later period, and its effort by bucket

SHUFFLES = 4999


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
    shuffles: int = SHUFFLES,
) -> float:
    """Chance of a statistic at least as great as observed, if it did not matter which sample a value is in."""
    rng, pooled, n = random.Random(seed), [*x, *y], len(x)  # noqa: S311 - reproducible, not secret
    observed = statistic(x, y)
    orders = (shuffled(pooled, rng=rng) for _ in range(shuffles))
    return _p(sum(statistic(order[:n], order[n:]) >= observed for order in orders), shuffles)


def allocation_p(clusters: Mapping[str, Sequence[Labelled]], *, seed: int, shuffles: int = SHUFFLES) -> float:
    """Chance of two periods' shares at least as far apart as observed, if each cluster's weeks were in either period.

    `clusters` are what is independent of each other, by id: the weeks of one person, or of several together. Labels
    are shuffled within each, in the order of the ids.
    """
    rng = random.Random(seed)  # noqa: S311 - reproducible, not secret
    rows = [clusters[name] for name in sorted(clusters)]
    efforts = [list(map(itemgetter(1), weeks)) for weeks in rows]
    labels = [list(map(itemgetter(0), weeks)) for weeks in rows]
    observed = _distance(labels, efforts)
    draws = ([shuffled(own, rng=rng) for own in labels] for _ in range(shuffles))
    return _p(sum(_distance(drawn, efforts) >= observed for drawn in draws), shuffles)


def _p(as_great: int, shuffles: int) -> float:
    return (1 + as_great) / (shuffles + 1)


def _distance(labels: Sequence[Sequence[bool]], efforts: Sequence[Sequence[Shares]]) -> float:
    """How far apart the shares of the two periods are; 0 where one of them is empty."""
    sums: tuple[dict[str, float], dict[str, float]] = ({}, {})
    for own, weeks in zip(labels, efforts, strict=True):
        for is_later, week in zip(own, weeks, strict=True):
            into = sums[is_later]
            for bucket, effort in week.items():
                into[bucket] = into.get(bucket, 0.0) + effort
    before, after = (_normed(each) for each in sums)
    return tvd(before, after) if before and after else 0.0


def _normed(sums: Shares) -> dict[str, float]:
    total = sum(sums.values())
    return {bucket: effort / total for bucket, effort in sums.items()} if total else {}
