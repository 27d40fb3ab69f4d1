"""How long work takes when what is not finished counts too: Kaplan–Meier with left truncation (metrics.md §1.8)."""

import math
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from operator import attrgetter
from typing import NamedTuple

SMALLEST_RISK_SET = 5  #: below it a curve says little
DOUBT = 1e-9  #: far above what doubles lose over millions of factors; nearer to a bound than this, integers decide


class Observation(NamedTuple):
    """One that was watched from `entry` on, all in one unit, until it ended, or was still going at `duration`."""

    duration: int
    is_event: bool
    entry: int = 0


class RiskSet(NamedTuple):
    """How many were watched just before something ended at `at`, and how many ended there."""

    at: int
    at_risk: int
    events: int


def risk_sets(observations: Iterable[Observation]) -> list[RiskSet]:
    """Ascending by the duration at which something ended; at risk are those with entry < duration ≤ theirs."""
    watched = list(observations)
    entries, durations = sorted(each.entry for each in watched), sorted(each.duration for each in watched)
    events = Counter(each.duration for each in watched if each.is_event)
    return [
        RiskSet(at=at, at_risk=bisect_left(entries, at) - bisect_left(durations, at), events=count)
        for at, count in sorted(events.items())
    ]


@dataclass(frozen=True)
class Curve:
    """The share that takes longer than each duration, by the product limit of Kaplan and Meier (1958)."""

    risk_sets: Sequence[RiskSet]  #: ascending

    @cached_property
    def survival(self) -> list[float]:
        """The share that takes longer than each of the durations at which something ended."""
        return list(accumulate((1 - events / at_risk for _, at_risk, events in self.risk_sets), lambda s, x: s * x))

    @cached_property
    def small_from(self) -> int | None:
        """The first duration at which too few were at risk; from it on nothing is to be reported."""
        return next((at for at, at_risk, _ in self.risk_sets if at_risk < SMALLEST_RISK_SET), None)

    def beyond(self, duration: int) -> float:
        """The share that takes longer than this."""
        place = bisect_right(self.risk_sets, duration, key=attrgetter("at"))
        return self.survival[place - 1] if place else 1.0

    def quantile(self, percent: int) -> int | None:
        """The shortest duration that this percentage does not exceed; None where the curve does not come so low.

        Decided in integers where doubles could not: half of 24 is reached at the 12th (§0.8).
        """
        bound = (100 - percent) / 100
        place = bisect_left(self.survival, -bound * (1 + DOUBT), key=lambda share: -share)
        while place < len(self.survival) and not self._has_come_to(percent, place):
            place += 1
        return self.risk_sets[place].at if place < len(self.survival) else None

    def miss(self, *, age: int, limit: int) -> float | None:
        """The chance that what is so old and not finished takes longer than the limit; None beyond the curve."""
        if age >= limit:
            return 1.0
        left = self.beyond(age)
        return self.beyond(limit) / left if left else None

    def _has_come_to(self, percent: int, place: int) -> bool:
        """Whether at most 100 − `percent` in 100 take longer than the duration at this place."""
        bound = (100 - percent) / 100
        if abs(self.survival[place] - bound) > bound * DOUBT:
            return self.survival[place] < bound
        stayed = Counter(at_risk - events for _, at_risk, events in self.risk_sets[: place + 1])
        watched = Counter(at_risk for _, at_risk, _ in self.risk_sets[: place + 1])
        return 100 * _product(stayed - watched) <= (100 - percent) * _product(watched - stayed)


def _product(factors: Counter[int]) -> int:
    return math.prod(factors.elements())
