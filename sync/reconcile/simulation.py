"""Chances by trying it many times, where states are too many for exact ones (metrics.md §6.2)."""

import random
from collections import Counter
from collections.abc import Iterator, Sequence

from sync.reconcile.stats import draws


def simulated(
    remaining: int, changes: Sequence[int], *, weeks: int, seed: int, trials: int
) -> Iterator[tuple[int, int]]:
    """Week by week: in how many trials nothing remains by then, and of how many; as `convolution.finishing`.

    One trial after the other, one draw a week (§0.10); a trial that is not done by the last week is done in none.
    """
    picks = draws(len(changes), rng=random.Random(seed))  # noqa: S311 - reproducible, not secret
    ends = Counter(_end(remaining, changes, picks, weeks) for _ in range(trials))
    done = 0
    for week in range(1, weeks + 1):
        done += ends[week]
        yield done, trials


def _end(remaining: int, changes: Sequence[int], picks: Iterator[int], weeks: int) -> int | None:
    """The week in which nothing remains any more."""
    for week in range(1, weeks + 1):
        remaining += changes[next(picks)]
        if remaining <= 0:
            return week
    return None
