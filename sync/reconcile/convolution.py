"""Exact chances of what weeks add up to, if each is as likely to be like any week of a sample (metrics.md §6.2–6.3).

Distributions are whole numbers of ways, packed into one integer with a slot for each value (Kronecker's substitution),
so that one addition of integers adds a week to all of them.
"""

import math
from collections import Counter
from collections.abc import Iterator, Sequence

SLOT = 80  #: bits of a slot where weeks are many
SPARE = 16  #: lowest bits that are dropped when a slot is full: what is left tells 17 digits, closer than any tie
MOST_STEPS = 20_000_000  #: additions of slots, from which on a simulation takes less time


def totals(samples: Sequence[int], *, weeks: int) -> Iterator[list[int]]:
    """For each number of weeks from 1 on: value → the ways to add up to it, of len(samples) ** weeks in all."""
    slot = (len(samples) ** weeks).bit_length() // 8 + 1  # bytes
    week = sum(count << 8 * slot * value for value, count in Counter(samples).items())
    packed = 1
    for _ in range(weeks):
        packed *= week
        yield _unpacked(packed, slot=slot)


def _unpacked(packed: int, *, slot: int) -> list[int]:
    raw = packed.to_bytes((packed.bit_length() + 7) // 8, "little")
    return [int.from_bytes(raw[start : start + slot], "little") for start in range(0, len(raw), slot)]


def value_at(ways: Sequence[int], *, percent: int) -> int:
    """The smallest value that at least this percentage of all ways do not exceed, compared as whole numbers (§0.8)."""
    total, reached = sum(ways), 0
    for value, count in enumerate(ways):
        reached += count
        if 100 * reached >= percent * total:
            return value
    raise ValueError("no ways at all")


def finishing(remaining: int, changes: Sequence[int], *, weeks: int) -> Iterator[tuple[int, int]]:
    """Week by week: in how many ways nothing remains by then, and of how many.

    Each week changes what remains by one of `changes`, less being negative; once nothing remains it is done. Ends
    after so many weeks, or where the states have become too many to follow.
    """
    steps, drop = Counter(changes), max(0, -min(changes))
    state, done, total, spent = 1 << SLOT * (remaining - 1), 0, 1, 0  # the lowest slot: one item remains
    for week in range(1, weeks + 1):
        if (total * len(changes)).bit_length() > SLOT:
            state, done, total = _coarser(state), done >> SPARE, total >> SPARE
        spent += len(steps) * (state.bit_length() // SLOT + 1)
        if spent > MOST_STEPS:
            return
        moved = sum(count * state << SLOT * (change + drop) for change, count in steps.items())
        total *= len(changes)
        done = done * len(changes) + _sum(moved & _slots(drop))
        state = _within(moved >> SLOT * drop, drop * (weeks - week))  # what is beyond can never be done in time
        yield done, total


def most_likely(remaining: int, changes: Sequence[int], *, weeks: int) -> float:
    """A bound that the chance to be done within so many weeks does not exceed (Freedman 1975, theorem 1.6)."""
    mean = sum(changes) / len(changes)
    needed = min(remaining, remaining + weeks * mean)
    if needed <= 0:
        return 1.0
    variance = math.fsum((change - mean) ** 2 for change in changes) / len(changes)
    spread = weeks * variance + (mean - min(changes)) * needed / 3
    return math.exp(-(needed**2) / (2 * spread)) if spread else 0.0


def _coarser(state: int) -> int:
    """Every slot without its lowest bits."""
    size = SLOT // 8
    kept = ((1 << SLOT - SPARE) - 1).to_bytes(size, "little")
    return (state >> SPARE) & int.from_bytes(kept * (state.bit_length() // SLOT + 1), "little")


def _within(state: int, slots: int) -> int:
    return state & _slots(slots) if state.bit_length() > SLOT * slots else state


def _slots(count: int) -> int:
    """A mask of so many slots."""
    return (1 << SLOT * count) - 1


def _sum(packed: int) -> int:
    return sum(_unpacked(packed, slot=SLOT // 8))
