"""Sums over resampled people: one resample for every score of a population (metrics.md §0.10)."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from sync.reconcile.alignment.scores import Sums
from sync.reconcile.stats import Interval, percentile, resamples

WIDTH = 12  #: bytes that hold any sum of units


def replicates(clusters: Sequence[Sequence[Sums]], *, seed: int, count: int) -> list[Sums]:
    """What all sums come to in each resample of the clusters.

    A cluster's sums stand side by side in one long integer, so that one addition adds up all of them.
    """
    names = sorted({name for cluster in clusters for told in cluster for name in told})
    packed = [_packed(_added(cluster), names) for cluster in clusters]
    if not packed:
        return []
    return [_unpacked(sum(pick(packed)), names) for pick in resamples(len(packed), seed=seed, replicates=count)]


def interval(told: Sequence[Sums], statistic: Callable[[Sums], float | None]) -> Interval[float]:
    """The 5th and 95th percentile of a statistic over replicates; those where it is None are left out."""
    results = sorted(result for each in told if (result := statistic(each)) is not None)
    if not results:
        return None, None
    return percentile(results, percent=5), percentile(results, percent=95)


def _added(cluster: Sequence[Sums]) -> Mapping[str, int]:
    total: Counter[str] = Counter()
    for told in cluster:
        total.update(told)
    return total


def _packed(told: Mapping[str, int], names: Sequence[str]) -> int:
    return int.from_bytes(b"".join(told.get(name, 0).to_bytes(WIDTH, "little") for name in names), "little")


def _unpacked(packed: int, names: Sequence[str]) -> Sums:
    raw = packed.to_bytes(WIDTH * len(names) + 1, "little")
    return {name: int.from_bytes(raw[at * WIDTH : (at + 1) * WIDTH], "little") for at, name in enumerate(names)}
