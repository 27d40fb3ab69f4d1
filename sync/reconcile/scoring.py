"""How good a forecast was, once the outcome is known (metrics.md §6.4). The smaller, the better."""

import math
from collections.abc import Mapping, Sequence


def pinball(outcome: float, forecast: float, *, percent: int) -> float:
    """The loss of a percentile: what comes out above weighs `percent`, what comes out below the rest to 100."""
    return max(percent * (outcome - forecast), (percent - 100) * (outcome - forecast)) / 100


def brier(chances: Sequence[float], outcomes: Sequence[bool]) -> float:
    """The mean squared difference of chances and what happened."""
    pairs = zip(chances, outcomes, strict=True)
    return math.fsum((chance - outcome) ** 2 for chance, outcome in pairs) / len(chances)


def crps(weights: Mapping[int, int], outcome: float) -> float:
    """The continuous ranked probability score of a distribution, told as value → weight.

    In the unit of the values: how far off the whole distribution was.
    """
    total = sum(weights.values())
    off = sum(weight * abs(value - outcome) for value, weight in weights.items()) / total
    below, spread, before = 0, 0, 0  # the sum over pairs |a − b| runs up in the order of the values
    for value, weight in sorted(weights.items()):
        spread += weight * (value * below - before)
        below, before = below + weight, before + weight * value
    return off - spread / (total * total)


def skill(loss: float, naive: float) -> float | None:
    """How much less is lost than by the naive forecast: 1 is perfect, 0 no better. None where that was never off."""
    return 1 - loss / naive if naive else None
