"""A slow reading of metrics.md §4.2–4.4, person by person and day by day, in exact fractions."""

from collections import defaultdict
from collections.abc import Iterable
from fractions import Fraction
from typing import NamedTuple

from sync.reconcile.effort.split import Weights

DAYS = 21  #: three weeks from a Monday on
WEIGHTS = Weights()


class Act(NamedTuple):
    """Something that somebody did on a day; code and reviews may name several items at once."""

    who: str
    day: int
    kind: str  #: worklog, code, review, coord
    items: tuple[str, ...]
    minutes: int = 0
    hour: int = 10


class Held(NamedTuple):
    """An item that is assigned to somebody and active from an hour of a day to the end of another day."""

    who: str
    item: str
    from_day: int
    hour: int
    to_day: int


class Case(NamedTuple):
    people: dict[str, Fraction]  #: with what part of full time each works
    off: frozenset[tuple[str, int]]  #: days off
    epics: dict[str, str | None]  #: item → the epic above it
    acts: tuple[Act, ...]
    held: tuple[Held, ...]


class Day(NamedTuple):
    """What one person's working day comes to."""

    capacity: Fraction
    shares: dict[str, Fraction]

    @property
    def unseen(self) -> Fraction:
        return self.capacity - sum(self.shares.values())


def reckoned(case: Case) -> dict[tuple[str, int], Day]:
    """Every day with capacity that is not presumed absence."""
    working = {who: [day for day in range(DAYS) if day % 7 < 5 and (who, day) not in case.off] for who in case.people}
    acts = list(_carried(case.acts, working))
    present = _presence(case, acts, working)
    told: dict[tuple[str, int], Day] = {}
    for who, fte in case.people.items():
        signalled = {act.day for act in acts if act.who == who} | {day for one, day, _ in present if one == who}
        for day in _attended(working[who], signalled):
            mine = [act for act in acts if (act.who, act.day) == (who, day)]
            held = {item: part for (one, on, item), part in present.items() if (one, on) == (who, day)}
            told[who, day] = Day(fte, split_day(fte, mine, held, case.epics))
    return told


def _carried(acts: Iterable[Act], working: dict[str, list[int]]) -> Iterable[Act]:
    for act in acts:
        day = next((day for day in working[act.who] if day >= act.day), None)
        if day is not None:
            yield act._replace(day=day)


def _presence(case: Case, acts: list[Act], working: dict[str, list[int]]) -> dict[tuple[str, int, str], Fraction]:
    signs = defaultdict(set)
    for act in acts:
        if act.kind != "worklog":
            for item in named(act.items, case.epics):
                signs[item].add(act.day)
    present: dict[tuple[str, int, str], Fraction] = {}
    for held in case.held:
        for day in working[held.who]:
            start = max(9, held.hour) if day == held.from_day else 9
            part = Fraction(max(0, 17 - start), 8) if held.from_day <= day <= held.to_day else Fraction(0)
            last = max((sign for sign in signs[held.item] | {held.from_day} if sign <= day), default=None)
            if part and last is not None and sum(last < each <= day for each in working[held.who]) <= 10:
                present[held.who, day, held.item] = part
    return present


def _attended(working: list[int], signalled: set[int]) -> list[int]:
    """Without the runs of five and more days without a signal."""
    runs: list[list[int]] = [[]]
    for day in working:
        if day in signalled:
            runs.append([])
        else:
            runs[-1].append(day)
    away = {day for run in runs if len(run) >= 5 for day in run}
    return [day for day in working if day not in away]


def named(items: tuple[str, ...], epics: dict[str, str | None]) -> tuple[str, ...]:
    """Without those that are above another that is named."""
    above = {epics.get(item) for item in items}
    return tuple(item for item in items if item not in above)


def split_day(
    capacity: Fraction, acts: list[Act], held: dict[str, Fraction], epics: dict[str, str | None]
) -> dict[str, Fraction]:
    shares: dict[str, Fraction] = defaultdict(Fraction)
    minutes = sum(act.minutes for act in acts if act.kind == "worklog")
    for act in acts:
        if act.kind == "worklog" and act.minutes:
            alpha = min(Fraction(1), Fraction(minutes) / (480 * capacity))
            shares[act.items[0]] += capacity * alpha * act.minutes / minutes
    rest = capacity - sum(shares.values())
    parts: dict[tuple[str, str], Fraction] = {}
    for act in acts:
        if act.kind != "worklog":
            items = named(act.items, epics)
            part = Fraction(1, len({root(item, epics) for item in items}))
            for item in items:
                parts[item, act.kind] = max(part, parts.get((item, act.kind), Fraction(0)))
    parts = parts or {(item, "present"): part for item, part in held.items()}
    weight = {key: getattr(WEIGHTS, key[1]) * part for key, part in parts.items()}
    of_item: dict[str, Fraction] = defaultdict(Fraction)
    heaviest: dict[tuple[str, str], Fraction] = defaultdict(Fraction)
    for (item, kind), each in weight.items():
        of_item[item] += each
        heaviest[root(item, epics), kind] = max(heaviest[root(item, epics), kind], each)
    of_root: dict[str, Fraction] = defaultdict(Fraction)
    for (name, _), each in heaviest.items():
        of_root[name] += each
    for item, own in of_item.items():
        siblings = sum(each for other, each in of_item.items() if root(other, epics) == root(item, epics))
        shares[item] += rest * of_root[root(item, epics)] / sum(of_root.values()) * own / siblings
    return {item: share for item, share in shares.items() if share}


def root(item: str, epics: dict[str, str | None]) -> str:
    return epics.get(item) or item
