"""Histories of an objective told week by week."""

from collections.abc import Sequence
from datetime import date, timedelta

from sync.reconcile.scope_history import Entry, History, Weekly

FIRST = date(2026, 1, 5)  #: a Monday


def history(weeks: Sequence[tuple[int, int]], *, scope: int = 0) -> History:
    """`scope` items from before the first week, and each week's (delivered, added); nothing is taken back."""
    edges = tuple(monday(number) for number in range(len(weeks) + 1))
    never = len(edges) + 1
    entries = [Entry("added", 0, 0, never, scope)]
    for number, (delivered, added) in enumerate(weeks, start=1):
        entries += [Entry("added", number, number, never, added), Entry("delivered", number, number, never, delivered)]
    return History(edges=edges, entries=tuple(entry for entry in entries if entry.items))


def monday(number: int) -> date:
    return FIRST + timedelta(weeks=number)


def pairs(*weeks: tuple[int, int]) -> list[Weekly]:
    return [Weekly(delivered=delivered, added=added) for delivered, added in weeks]
