"""The map at a day: states of objectives, ranks, and the version in force."""

from datetime import date

import pytest

from mappings.load import load_mappings, load_strategy
from mappings.problems import Problems
from mappings.strategy import in_force

STRATEGY = load_strategy(
    """
objectives:
  - {id: b, name: B, state: [{current: 2026-01-01}, {paused: 2026-03-01}, {current: 2026-04-01}, {closed: 2026-07-01}]}
  - {id: a, name: A}
""",
    "strategy.yaml",
)


@pytest.mark.parametrize(
    ("day", "state"),
    [
        ("2025-12-31", "planned"),
        ("2026-01-01", "current"),
        ("2026-02-28", "current"),
        ("2026-03-01", "paused"),
        ("2026-04-01", "current"),
        ("2026-07-01", "closed"),
        ("2030-01-01", "closed"),
    ],
)
def test_a_state_lasts_from_its_day_until_the_next(day, state):
    assert STRATEGY.objectives[0].state_on(date.fromisoformat(day)) == state


def test_an_objective_without_dates_is_current():
    assert STRATEGY.objectives[1].state_on(date(1999, 1, 1)) == "current"


def test_rank_is_the_order_of_the_file():
    assert STRATEGY.rank == {"b": 1, "a": 2}


def test_the_version_in_force_is_the_latest_that_has_begun():
    first, second = (
        load_strategy(f"{{from: {day}, objectives: [{{id: a, name: A}}]}}", "s") for day in ("2026-01-01", "2026-07-01")
    )
    undated = load_mappings("{}", "m")
    dated = load_mappings("from: 2026-02-01", "m")
    assert in_force([second, first], date(2026, 6, 30)) is first
    assert in_force([second, first], date(2026, 7, 1)) is second
    assert in_force([second, first], date(2025, 12, 31)) is None
    assert in_force([undated, dated], date(2026, 1, 31)) is undated
    assert in_force([undated, dated], date(2026, 2, 1)) is dated


def test_a_share_lasts_until_the_next():
    plan = "[{from: 2026-01-01, share: 0.4}, {from: 2026-07-01, share: 0.2}]"
    (objective,) = load_strategy(f"objectives: [{{id: a, name: A, plan: {plan}}}]", "s").objectives
    shares = {day: objective.share_on(date.fromisoformat(day)) for day in ("2025-12-31", "2026-06-30", "2026-07-01")}
    assert shares == {"2025-12-31": None, "2026-06-30": 0.4, "2026-07-01": 0.2}


MEASURED = """
objectives:
  - id: checkout
    name: Faster checkout
    measures: [{id: conversion, readings: conversion.csv}]
  - {id: trust, name: Trust, state: [{current: 2026-02-01}, {closed: 2026-01-01}]}
"""


def said(text: str, **beside: str) -> list[str]:
    with pytest.raises(Problems) as found:
        load_strategy(text, "strategy.yaml", beside=lambda name: beside[name.removesuffix(".csv")])
    return list(map(str, found.value.problems))


def test_readings_stand_in_the_file_or_in_a_csv_file_beside_it():
    good = MEASURED.replace(", state: [{current: 2026-02-01}, {closed: 2026-01-01}]", "")
    text = "\ufeffon,value\n2026-01-01,2.1\n\n2026-02-01, 2.4\n"
    beside = load_strategy(good, "s", beside={"conversion.csv": text}.__getitem__)
    inline = "[{on: 2026-01-01, value: 2.1}, {on: 2026-02-01, value: 2.4}]"
    assert beside.objectives == load_strategy(good.replace("conversion.csv", inline), "s").objectives


def test_mistakes_in_a_csv_file_are_told_by_line_and_column_with_those_of_the_strategy():
    assert said(
        MEASURED, conversion="on,value\n2026-02-30,1\n2026-03-01,many\n2026-03-02\n2026-04-01,1\n2026-04-01,2"
    ) == [
        "conversion.csv:2:1: should be a date such as 2026-12-31, not '2026-02-30'",
        "conversion.csv:3:12: should be a number, not 'many'",
        "conversion.csv:4:1: should have two values, a day and a number, not 1",
        "conversion.csv:6:1: the readings should stand in the order of their days, each once",
        "strategy.yaml:6:37: the states should stand in the order of their days, each day once",
    ]


def test_a_csv_file_has_a_header():
    assert said(MEASURED, conversion="2026-01-01;2,1")[0] == (
        "conversion.csv:1:1: the first line should be 'on,value'; "
        "a day such as 2026-11-01, a comma, and a number with a point"
    )


def test_readings_that_are_no_number_are_refused():
    assert said(MEASURED, conversion="on,value\n2026-01-01,nan")[0].endswith("should be a finite number")


def test_what_is_dated_stands_in_order():
    declared = "[{on: 2026-02-01, status: at_risk}, {on: 2026-01-01, status: on_track}]"
    readings = "[{on: 2026-02-01, value: 1}, {on: 2026-02-01, value: 2}]"
    measure = f"{{id: m, readings: {readings}}}"
    text = f"objectives: [{{id: a, name: A, declared: {declared}, measures: [{measure}]}}]"
    assert [each.partition(": ")[2] for each in said(text)] == [
        "the declarations should stand in the order of their days, each day once",
        "the readings should stand in the order of their days, each day once",
    ]
