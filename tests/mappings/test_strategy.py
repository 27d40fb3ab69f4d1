"""The map at a day: states of objectives, ranks, and the version in force."""

from datetime import date

import pytest

from mappings.load import load_mappings, load_strategy
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
