"""What moved on the map between two strategies."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as some

from mappings.load import load_strategy
from mappings.strategy_diff import Dated, strategy_diff

DAY = date(2026, 7, 1)
MAP = """
vision: Every shop sells more
objectives:
  - {id: growth, name: Growth, owner: storefront}
  - id: checkout
    name: Checkout
    parent: growth
    state: [{current: 2026-01-01}, {closed: 2026-12-31}]
    plan: [{from: 2026-01-01, share: 0.4}, {from: 2026-10-01, share: 0.2}]
    promised_on: 2026-12-15
    measures: [{id: conversion, unit: "%", baseline: 2, target: 3, readings: [{on: 2026-02-01, value: 2.5}]}]
  - {id: steady, name: Steady, class: sanctioned}
"""


def said(after: str, *, before: str = MAP, days: tuple[date, date] = (DAY, DAY)) -> list[str]:
    old, new = load_strategy(before, "a"), load_strategy(after, "b")
    return [shift.says for shift in strategy_diff(Dated(old, days[0]), Dated(new, days[1]))]


@pytest.mark.parametrize(
    ("edit", "says"),
    [
        (("sells more", "thrives"), "The vision is now “Every shop thrives”; it was “Every shop sells more”."),
        (("name: Checkout", "name: Paying"), "Paying (checkout): the name is now Paying; it was Checkout."),
        (("    parent: growth\n", ""), "Checkout (checkout): what it lies below is gone; it was growth."),
        (("storefront", "web"), "Growth (growth): the owner is now web; it was storefront."),
        (("sanctioned", "strategic"), "Steady (steady): the class is now strategic; it was sanctioned."),
        (
            ("{closed: 2026-12-31}", "{paused: 2026-06-01}"),
            "Checkout (checkout): the state is now paused; it was current, closed from 2026-12-31.",
        ),
        (
            ("share: 0.2", "share: 0.3"),
            "Checkout (checkout): the planned share of effort is now 40 %, 30 % from 2026-10-01; "
            "it was 40 %, 20 % from 2026-10-01.",
        ),
        (
            ("2026-12-15", "2027-01-31"),
            "Checkout (checkout): the promised date is now 2027-01-31; it was 2026-12-15.",
        ),
        (
            ("target: 3", "target: 4, due_on: 2026-12-31"),
            "Checkout (checkout): the measure conversion is now target 4, due on 2026-12-31; it was target 3.",
        ),
        (
            ("id: steady, name: Steady", "id: calm, name: Calm"),
            "Steady (steady) is no longer on the map; what was tagged to it has no objective.",
        ),
    ],
)
def test_each_thing_that_moves_is_one_sentence(edit, says):
    assert says in said(MAP.replace(*edit))
    assert len(said(MAP.replace(*edit))) == (2 if "calm" in edit[1] else 1)


def test_what_is_new_says_where_it_stands():
    added = MAP + "  - {id: search, name: Search, parent: growth}\n"
    assert said(added) == ["Search (search) is new on the map, rank 4, below growth, current."]


def test_only_what_moved_in_rank_is_told_and_not_what_made_room():
    lines = MAP.splitlines(keepends=True)
    first = "".join([*lines[:3], lines[-1], *lines[3:-1]])
    assert said(first) == ["Steady (steady) now comes first: rank 1, it was 3."]


def test_a_day_moves_the_map_without_an_edit():
    assert said(MAP, days=(DAY, date(2027, 1, 1))) == [
        "Checkout (checkout): the state is now closed; it was current, closed from 2026-12-31.",
        "Checkout (checkout): the planned share of effort is now 20 %; it was 40 %, 20 % from 2026-10-01.",
    ]


def test_readings_are_no_move_of_the_map():
    assert said(MAP.replace("value: 2.5", "value: 2.6")) == []


OBJECTIVES = some.lists(
    some.fixed_dictionaries(
        {
            "id": some.sampled_from("abcd"),
            "owner": some.sampled_from(["web", "data"]),
            "class": some.sampled_from(["strategic", "sanctioned"]),
            "state": some.sampled_from(["[]", "[{paused: 2026-01-01}]"]),
        }
    ),
    min_size=1,
    unique_by=lambda each: each["id"],
)


def written(objectives: list[dict[str, str]]) -> str:
    lines = [f"  - {{name: X, {', '.join(f'{key}: {value}' for key, value in each.items())}}}\n" for each in objectives]
    return "objectives:\n" + "".join(lines)


@given(objectives=OBJECTIVES)
def test_a_strategy_does_not_differ_from_itself(objectives):
    assert said(written(objectives), before=written(objectives)) == []


@given(before=OBJECTIVES, after=OBJECTIVES)
def test_strategies_that_differ_say_so(before, after):
    assert bool(said(written(after), before=written(before))) is (before != after)
