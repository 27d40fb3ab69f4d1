"""The worked examples of the split (metrics.md §4.4), and what a day comes to in every kind of case."""

from functools import reduce
from operator import add

import pytest

from tests.sync.reconcile.effort.worlds import (
    Shares,
    World,
    code,
    comment,
    epic,
    item,
    ledger,
    person,
    reviewed,
    shares,
    staffed,
    under,
    unseen,
    worklog,
)

DAY = "2024-03-05"
AT = f"{DAY}T10:00Z"
TREE = (
    epic("PAY-100")
    + item("PAY-1", **under("PAY-100"))
    + item("PAY-2", **under("PAY-100"))
    + epic("WEB-100")
    + item("WEB-1", **under("WEB-100"))
    + item("OPS-1")
)
A1, A2, B1, U1 = "PAY-1", "PAY-2", "WEB-1", "OPS-1"
#: Who did what on one day → what the day comes to: each person is a case of its own.
CASES: dict[str, tuple[World, dict[str, float]]] = {
    "tiers": (
        code("tiers", A1, AT) + reviewed("tiers", B1, AT) + comment("tiers", U1, AT),
        {A1: 4 / 7, B1: 2 / 7, U1: 1 / 7},
    ),
    "siblings": (
        code("siblings", A1, AT) + code("siblings", A2, AT) + code("siblings", B1, AT),
        {A1: 1 / 4, A2: 1 / 4, B1: 1 / 2},
    ),
    "one-each": (code("one-each", A1, AT) + code("one-each", B1, AT), {A1: 1 / 2, B1: 1 / 2}),
    "half": (code("half", A1, AT) + comment("half", A1, AT) + reviewed("half", B1, AT), {A1: 5 / 14, B1: 1 / 7}),
    "logged": (
        worklog("logged", A1, AT, 120)
        + worklog("logged", B1, AT, 60)
        + code("logged", A1, AT)
        + comment("logged", U1, AT),
        {A1: 3 / 4, B1: 1 / 8, U1: 1 / 8},
    ),
    "many": (
        reduce(add, (code("many", A1, f"{DAY}T10:{n:02}Z") for n in range(30))) + code("many", B1, AT),
        {A1: 1 / 2, B1: 1 / 2},
    ),
    "overtime": (
        worklog("overtime", A1, AT, 300) + worklog("overtime", B1, AT, 300) + code("overtime", U1, AT),
        {A1: 1 / 2, B1: 1 / 2},
    ),
    "alone": (worklog("alone", A1, AT, 120), {A1: 1 / 4}),
}


@pytest.fixture(scope="module")
def told() -> tuple[Shares, dict[tuple[str, str], float]]:
    people = [person(name, fte=0.5 if name == "half" else 1.0) for name in CASES]
    known = ledger(staffed(*people) + TREE + reduce(add, (world for world, _ in CASES.values())))
    return shares(known), unseen(known)


@pytest.mark.parametrize("name", CASES)
def test_a_day_is_split_as_the_examples_say(name: str, told: tuple[Shares, dict[tuple[str, str], float]]) -> None:
    spent = {key: effort for (who, day, key), effort in told[0].items() if (who, day) == (name, DAY)}
    assert spent == pytest.approx(CASES[name][1], abs=1e-9)


def test_what_entries_of_time_leave_of_a_day_without_other_signals_is_unobserved(
    told: tuple[Shares, dict[tuple[str, str], float]],
) -> None:
    assert told[1]["alone", DAY] == pytest.approx(3 / 4)
    assert ("overtime", DAY) not in told[1]
