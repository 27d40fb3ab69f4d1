"""Cases of the reference as worlds of records, several of them in one."""

from datetime import date, timedelta
from fractions import Fraction
from functools import reduce
from operator import add

from hypothesis import strategies as st

from tests.sync.reconcile.effort.reference import DAYS, Act, Case, Held
from tests.sync.reconcile.effort.worlds import (
    SINCE,
    World,
    account,
    change,
    comment,
    commit,
    epic,
    item,
    person,
    pull,
    review,
    staffed,
    under,
    worklog,
)

PEOPLE = ("ada", "bo", "cy")
ITEMS: dict[str, str | None] = {"PAY-1": "PAY-9", "PAY-2": "PAY-9", "WEB-1": "WEB-9", "OPS-1": None, "OPS-2": None}

_days = st.integers(0, DAYS - 1)
_who, _item = st.sampled_from(PEOPLE), st.sampled_from(sorted(ITEMS))
_named = st.lists(st.sampled_from([*sorted(ITEMS), "PAY-9"]), min_size=1, max_size=3, unique=True).map(tuple)
_one = _item.map(lambda key: (key,))
_acts = st.one_of(
    st.tuples(_who, _days, st.just("worklog"), _one, st.integers(30, 600)),
    st.tuples(_who, _days, st.sampled_from(["code", "review"]), _named),
    st.tuples(_who, _days, st.just("coord"), _one),
).map(lambda told: Act(*told))
_held = st.builds(
    lambda who, key, day, hour, length: Held(who, key, day, hour, min(DAYS - 1, day + length)),
    _who,
    _item,
    _days,
    st.integers(0, 20),
    st.integers(0, DAYS),
)
cases = st.builds(
    Case,
    st.fixed_dictionaries({who: st.sampled_from([Fraction(1), Fraction(1, 2), Fraction(4, 5)]) for who in PEOPLE}),
    st.frozensets(st.tuples(_who, _days), max_size=6),
    st.just(ITEMS),
    st.lists(_acts, min_size=10, max_size=40).map(tuple),
    st.lists(_held, max_size=4, unique_by=lambda held: held.item).map(tuple),
)


def day_on(day: int) -> date:
    return SINCE + timedelta(days=day)


def at(day: int, hour: int, minute: int = 0) -> str:
    return f"{day_on(day)}T{hour:02}:{minute:02}Z"


def renamed(case: Case, mark: str) -> Case:
    """The same case with other people and other items, which begin with this letter."""
    return Case(
        {f"{mark}{who}": fte for who, fte in case.people.items()},
        frozenset((f"{mark}{who}", day) for who, day in case.off),
        {f"{mark}{key}": above and f"{mark}{above}" for key, above in case.epics.items()},
        tuple(
            act._replace(who=f"{mark}{act.who}", items=tuple(f"{mark}{key}" for key in act.items)) for act in case.acts
        ),
        tuple(held._replace(who=f"{mark}{held.who}", item=f"{mark}{held.item}") for held in case.held),
    )


def world(case: Case) -> World:
    """The records that a case would leave behind."""
    people = [_person(case, who, fte) for who, fte in case.people.items()]
    items = [_item_of(case, key, above) for key, above in case.epics.items()]
    epics = [epic(key) for key in sorted({above for above in case.epics.values() if above})]
    moves = [move for held in case.held for move in _moves(held)]
    done = [_done(act, number) for number, act in enumerate(case.acts)]
    return reduce(add, [staffed(*people), *epics, *items, *moves, *done])


def _person(case: Case, who: str, fte: Fraction) -> dict[str, object]:
    away = [day_on(day) for one, day in sorted(case.off) if one == who]
    return person(who, fte=float(fte), away=[{"from": day, "to": day} for day in away])


def _item_of(case: Case, key: str, above: str | None) -> World:
    held = next((held for held in case.held if held.item == key), None)
    ends_in = "T" if held is None else "A" if held.to_day == DAYS - 1 else "D"
    given = {"assignees": [account(held.who)]} if held else {}
    return item(key, status_id=ends_in, **given, **(under(above) if above else {}))


def _moves(held: Held) -> list[World]:
    begins = change("nobody", held.item, "status", "T", "A", at(held.from_day, held.hour), id="1")
    if held.to_day == DAYS - 1:
        return [begins]
    return [begins, change("nobody", held.item, "status", "A", "D", at(held.to_day + 1, 0), id="2")]


def _done(act: Act, number: int) -> World:
    when = at(act.day, act.hour)
    if act.kind == "worklog":
        return worklog(act.who, act.items[0], when, act.minutes, identity=f"jira:worklog:{act.who}{number}")
    if act.kind == "coord":
        return comment(act.who, act.items[0], when)
    proposed = f"acme/{act.who}#{number + 1}"
    opened = pull(proposed, *act.items, by="nobody")
    return opened + (commit if act.kind == "code" else review)(act.who, proposed, when)
