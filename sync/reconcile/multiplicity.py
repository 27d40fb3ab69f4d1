"""Many tests at once: how few of those that stand out may do so by chance (metrics.md §7.2)."""

from collections.abc import Sequence


def adjusted(p_values: Sequence[float]) -> list[float]:
    """The p-values of one family, adjusted by Benjamini and Hochberg (1995), in the order given.

    Of those that are then at most 0.10, one in ten at most is expected to be a false alarm.
    """
    n, least = len(p_values), 1.0
    result = [1.0] * n
    by_size = sorted(range(n), key=lambda place: p_values[place])
    for rank in range(n, 0, -1):
        place = by_size[rank - 1]
        least = min(least, p_values[place] * n / rank)
        result[place] = least
    return result
