"""Small statistics, each by one definition (metrics.md §0.8–0.11). Nothing here rounds."""

import hashlib
import math
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import MIN_EMIN, Decimal, localcontext
from functools import lru_cache
from itertools import islice
from operator import itemgetter
from typing import Any, NamedTuple, TypeAlias, TypeVar

T = TypeVar("T")
Interval: TypeAlias = tuple[T | None, T | None]

CONFIDENCE = 0.90  #: of every interval (§0.9)
TAIL = Decimal("0.05")  #: what it leaves on each side
Z_90 = 1.6448536269514722  #: the normal quantile that leaves it
MOST_CLUSTERS = 500
SMALLEST_DENOMINATOR = 5
SMALLEST_SAMPLE = {50: 5, 85: 7, 95: 20}  #: by percent; among fewer the percentile would have to be an extreme (§0.11)


class Resampling(NamedTuple):
    """What all scopes of a population resample alike (§0.10)."""

    clusters: Sequence[Sequence[str]]  #: of ids
    seed: int
    replicates: int


def rank(n: int, *, percent: int) -> int:
    """The 1-based rank of a percentile among n: the inverse of the empirical distribution, in integers (§0.8)."""
    return max(1, -(-percent * n // 100))


def percentile(ordered: Sequence[T], *, percent: int) -> T:
    """An observed value such that this percentage of the sample is at or below it. `ordered` ascends."""
    return ordered[rank(len(ordered), percent=percent) - 1]


def percentile_interval(ordered: Sequence[T], *, percent: int) -> Interval[T]:
    """The exact 90 % interval of a percentile by order statistics; None on a side that the sample leaves unbounded."""
    low, high = interval_ranks(len(ordered), percent=percent)
    return None if low is None else ordered[low - 1], None if high is None else ordered[high - 1]


@lru_cache(maxsize=4096)
def interval_ranks(n: int, *, percent: int) -> Interval[int]:
    """The largest rank r with P(B ≤ r−1) ≤ α/2 and the smallest with P(B ≥ r) ≤ α/2, B ~ Bin(n, percent/100) (§0.9).

    The probabilities are decimals of 100 digits: exact for small n, and far closer than any tie for large n, where
    floats would decide a rank by their last bits.
    """
    low: int | None = None
    with localcontext(prec=100, Emin=MIN_EMIN):
        chance, miss = Decimal(percent) / 100, Decimal(100 - percent) / 100
        at, below = miss**n, Decimal(0)  # P(B = r−1), P(B ≤ r−1)
        for r in range(1, n + 1):
            below += at
            if below <= TAIL:
                low = r
            if 1 - below <= TAIL:
                return low, r
            at = at * chance * (n - r + 1) / (miss * r)
    return low, None


def wilson(hits: float, n: int) -> Interval[float]:
    """The 90 % score interval of a proportion (Wilson 1927); unbounded when n is 0.

    What counts in parts counts so among the hits; parts vary less than whole ones, so that it is then rather too wide.
    """
    if n == 0:
        return None, None
    centre = (hits + Z_90**2 / 2) / (n + Z_90**2)
    half = Z_90 * math.sqrt(hits * (n - hits) / n + Z_90**2 / 4) / (n + Z_90**2)
    return (centre - half if hits else 0.0), (centre + half if hits < n else 1.0)


def seed(*parts: str) -> int:
    """The seed that belongs to a metric, a scope, an instant and a configuration, in that order (§0.10)."""
    return _first_8_bytes("|".join(parts))


def draws(n: int, *, rng: random.Random) -> Iterator[int]:
    """Endless indices below n. Of `random.Random` only `random()` is the same in every version of Python (§0.10)."""
    while True:
        yield int(rng.random() * n)


def clusters(values: Mapping[str, T]) -> list[list[T]]:
    """What is resampled: the values one by one in order of their ids, or, when many, gathered by hash (§0.10)."""
    if len(values) <= MOST_CLUSTERS:
        return [[values[name]] for name in sorted(values)]
    gathered: dict[int, list[T]] = {}
    for name in sorted(values):
        gathered.setdefault(_first_8_bytes(name) % MOST_CLUSTERS, []).append(values[name])
    return [gathered[number] for number in sorted(gathered)]


def bootstrap_interval(
    sample: Sequence[T], statistic: Callable[[Sequence[T]], float | None], *, seed: int, replicates: int
) -> Interval[float]:
    """The 5th and 95th percentile of the statistic over seeded resamples; those where it is None are left out."""
    picks = resamples(len(sample), seed=seed, replicates=replicates) if sample else ()
    results = sorted(result for pick in picks if (result := statistic(pick(sample))) is not None)
    if not results:
        return None, None
    return percentile(results, percent=5), percentile(results, percent=95)


@lru_cache(maxsize=4)
def resamples(n: int, *, seed: int, replicates: int) -> tuple[Callable[[Sequence[Any]], Sequence[Any]], ...]:
    """One function a replicate that picks it from a sample of n: the same for every scope of a population (§0.10)."""
    indices = draws(n, rng=random.Random(seed))  # noqa: S311 - reproducible, not secret
    if n == 1:
        return (tuple,) * replicates  # itemgetter of one index would give no sequence
    return tuple(itemgetter(*islice(indices, n)) for _ in range(replicates))


def _first_8_bytes(text: str) -> int:
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")
