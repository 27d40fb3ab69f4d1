"""Two samples compared by the order of their values (metrics.md §7.2, §4.1)."""

import math
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Sequence

from msgspec import Struct

from sync.reconcile.stats import rank

LARGEST_EXACT = 20  #: in either sample; beyond it, and with ties, the normal approximation is used


class RankTest(Struct, frozen=True, kw_only=True):
    """Mann and Whitney's test of x against y, two-sided."""

    u: float  #: pairs in which x is greater, and half of those that are equal
    p: float
    effect: float  #: chance that y is greater than x, equal ones counted half


def mann_whitney(x: Sequence[float], y: Sequence[float]) -> RankTest:
    """Whether one of two samples, neither of them empty, tends to be greater."""
    ordered = sorted(y)
    doubled = sum(bisect_left(ordered, value) + bisect_right(ordered, value) for value in x)
    ties = [count for count in Counter((*x, *y)).values() if count > 1]
    is_exact = not ties and max(len(x), len(y)) <= LARGEST_EXACT
    p = _exact_p(doubled // 2, len(x), len(y)) if is_exact else _normal_p(doubled / 2, len(x), len(y), ties)
    return RankTest(u=doubled / 2, p=p, effect=1 - doubled / (2 * len(x) * len(y)))


def _exact_p(u: int, n: int, m: int) -> float:
    """Twice the smaller tail, at most 1."""
    ways = _ways(n, m)
    tail = min(sum(ways[: u + 1]), sum(ways[u:]))
    return min(1.0, 2 * tail / sum(ways))


def _ways(n: int, m: int) -> list[int]:
    """U → the number of orders of n and m values that have it: coefficients of Gauss's binomial."""
    ways = [1] + [0] * (n * m)
    for i in range(1, n + 1):
        for u in reversed(range(m + i, n * m + 1)):  # times 1 − q^(m+i)
            ways[u] -= ways[u - m - i]
        for u in range(i, n * m + 1):  # by 1 − q^i
            ways[u] += ways[u - i]
    return ways


def _normal_p(u: float, n: int, m: int, ties: Sequence[int]) -> float:
    """Of the normal approximation, corrected for ties and for continuity."""
    total = n + m
    tied = sum(count**3 - count for count in ties) / (total * (total - 1))
    deviation = math.sqrt(n * m / 12 * (total + 1 - tied))
    if not deviation:
        return 1.0
    z = (abs(u - n * m / 2) - 0.5) / deviation
    return min(1.0, math.erfc(z / math.sqrt(2)))


def hodges_lehmann(x: Sequence[int], y: Sequence[int]) -> int:
    """The shift from x to y: the lower median of all differences y − x.

    Found by bisection: the smallest number that enough differences do not exceed is one of them.
    """
    x, y = sorted(x), sorted(y)
    wanted = rank(len(x) * len(y), percent=50)
    low, high = y[0] - x[-1], y[-1] - x[0]
    while low < high:
        middle = (low + high) // 2
        if _differences_up_to(middle, x, y) >= wanted:
            high = middle
        else:
            low = middle + 1
    return low


def _differences_up_to(most: int, x: Sequence[int], y: Sequence[int]) -> int:
    """How many differences y − x are at most this; both ascend."""
    counted = reached = 0
    for value in x:
        while reached < len(y) and y[reached] - value <= most:
            reached += 1
        counted += reached
    return counted


def spearman(x: Sequence[float], y: Sequence[float]) -> float | None:
    """The correlation of the ranks of paired values; None where all values of one side are equal."""
    a, b = _centred_ranks(x), _centred_ranks(y)
    spread = math.sqrt(math.fsum(i * i for i in a) * math.fsum(j * j for j in b))
    return math.fsum(i * j for i, j in zip(a, b, strict=True)) / spread if spread else None


def _centred_ranks(values: Sequence[float]) -> list[float]:
    """Ranks less their mean; equal values share the mean of theirs."""
    ordered = sorted(values)
    return [(bisect_left(ordered, value) + bisect_right(ordered, value) - len(ordered)) / 2 for value in values]
