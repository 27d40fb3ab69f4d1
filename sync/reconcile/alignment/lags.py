"""How long effort takes to follow the map (metrics.md §5.2). Series hold one value a working day."""

from collections.abc import Sequence
from typing import NamedTuple

SHORTEST_BASELINE = 10
ROUNDING = 1e-9


class Following(NamedTuple):
    working_days: int
    censored: bool  #: at least so many
    before: float  #: effort before it stopped, or before it had begun in earnest
    tail: float  #: all effort since


def shift_lag(baseline: Sequence[float], after: Sequence[float], *, quiet_days: int, ratio: float) -> Following | None:
    """Working days before the first run of quiet ones; None where there was too little to compare with.

    `baseline` are the days before the objective ceased to be current, `after` those from then on as far as it is
    known. A day is quiet with at most `ratio` of the mean of the baseline.
    """
    mean = sum(baseline) / len(baseline) if len(baseline) >= SHORTEST_BASELINE else 0.0
    if not mean:
        return None
    quiet = [effort <= ratio * mean + ROUNDING for effort in after]
    for start in range(len(quiet) - quiet_days + 1):
        if all(quiet[start : start + quiet_days]):
            return Following(start, censored=False, before=sum(after[:start]), tail=sum(after))
    loud = len(quiet) - next((place for place, each in enumerate(reversed(quiet)) if not each), len(quiet))
    return Following(loud, censored=True, before=sum(after[:loud]), tail=sum(after))


def pick_up_lag(after: Sequence[float], *, enough: float) -> Following:
    """Working days until so much effort has come together; the day that reaches it is counted."""
    total = 0.0
    for place, effort in enumerate(after, start=1):
        total += effort
        if total >= enough - ROUNDING:
            return Following(place, censored=False, before=total, tail=sum(after))
    return Following(len(after), censored=True, before=total, tail=total)
