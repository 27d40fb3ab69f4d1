"""How far apart two distributions are (metrics.md §5.1)."""

import math
from collections.abc import Mapping


def tvd(p: Mapping[str, float], q: Mapping[str, float]) -> float:
    """Total variation distance: what part of the one would have to move to become the other. Both add up to 1."""
    return math.fsum(abs(p.get(name, 0.0) - q.get(name, 0.0)) for name in p.keys() | q.keys()) / 2
