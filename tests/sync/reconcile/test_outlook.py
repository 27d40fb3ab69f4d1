"""Outlooks of objectives, from facts to lights (metrics.md §6)."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from mappings.links import LINKS
from mappings.strategy import Objective, Strategy
from mappings.tag import TAGS
from sync.reconcile.facts import Facts
from sync.reconcile.flow import flow
from sync.reconcile.outlook import Outlook, Prospects, outlooks
from sync.reconcile.periods import period
from sync.reconcile.scope_history import Edges
from sync.reconcile.thresholds import Thresholds
from tests.builders import ref_of, table
from tests.sync.reconcile.checks.given import facts
from tests.sync.reconcile.flows import WORKFLOW, Told, categories, snapshot, told, written

BERLIN = ZoneInfo("Europe/Berlin")
AS_OF = datetime(2026, 11, 18, 8, tzinfo=UTC)  # a Wednesday
MONDAY = date(2026, 11, 16)
STRATEGY = Strategy(
    objectives=(
        Objective(id="checkout", name="C", promised_on=date(2026, 12, 9), state=({"current": date(2026, 1, 1)},)),
        Objective(id="search", name="S"),
    )
)
WEEK = period("2026-W46", zone=BERLIN)
BORN = "2026-08-03T00:00+02:00"  # the records begin with a Monday of Berlin, fifteen weeks before


def items() -> dict[str, Told]:
    """Two a week are delivered on its Tuesday, and six remain."""
    tuesdays = [date(2026, 8, 4) + timedelta(weeks=week) for week in range(15)]
    moves = [f"D {tuesday}T09:00Z" for tuesday in tuesdays for _ in range(2)]
    done = {f"PAY-{number}": told("A 2026-08-03T09:00Z", move, created=BORN) for number, move in enumerate(moves)}
    return done | {f"PAY-{number}": told(created=BORN) for number in range(30, 36)}


def known(world: dict[str, Told], *, as_of: datetime = AS_OF) -> Facts:
    work_items, changes = written(world)
    shot = snapshot(as_of=as_of.isoformat(), work_items=work_items, changes=changes)
    tag: dict[str, Any] = {"kind": "work_item", "outcome": "tagged", "objective": "checkout", "origin": "rule"}
    flowed = flow(
        shot,
        links=table(LINKS, []),
        status_categories=categories({"PAY": WORKFLOW}),
        thresholds=Thresholds(),
    )
    tags = table(TAGS, [{"ref": ref_of(key), "weight": 1.0, "clause": "", **tag} for key in world])
    bounds = (WEEK.first_on, WEEK.until_on)
    told = replace(facts(), snapshot=shot, flowed=flowed, tags=tags, strategy=STRATEGY, zone=BERLIN)
    return replace(told, scope_on=bounds, config_version="v1")


def looked(at: Facts) -> dict[str, Outlook]:
    return outlooks(at, WEEK)


@pytest.fixture(scope="module")
def world() -> Facts:
    return known(items())


@pytest.fixture(scope="module")
def found(world: Facts) -> dict[str, Outlook]:
    return looked(world)


def test_two_a_week_do_six_in_three(found: dict[str, Outlook]) -> None:
    outlook = found["checkout"]
    assert (outlook.forecast.remaining, outlook.forecast.weeks, outlook.forecast.delivered) == (6, 12, 24)
    assert outlook.forecast.growing.p85_on == date(2026, 12, 9)
    assert (outlook.forecast.chance, outlook.light.computed) == (1, "on")
    assert outlook.progress.figures[2].value == 30 / 36


def test_burn_up_runs_from_the_first_monday_to_the_last(found: dict[str, Outlook]) -> None:
    burn_up = found["checkout"].progress.burn_up
    assert [(point.on, point.delivered) for point in burn_up[:3]] == [
        (date(2026, 8, 3), 0),
        (date(2026, 8, 10), 2),
        (date(2026, 8, 17), 4),
    ]
    assert (burn_up[-1].on, burn_up[-1].delivered, burn_up[-1].scope) == (MONDAY, 30, 36)


def test_forecasts_of_the_past_were_possible_after_six_weeks(found: dict[str, Outlook]) -> None:
    trials = found["checkout"].forecast.back_test.trials
    assert [(trial.on, trial.outcome) for trial in trials] == [(date(2026, 10, 19), 8), (date(2026, 9, 21), 8)]


def test_an_objective_that_nothing_serves_has_nothing_to_look_at(found: dict[str, Outlook]) -> None:
    outlook = found["search"]
    assert (outlook.forecast.reason, outlook.light.computed, outlook.progress.undated) == ("no_data", "unknown", 0)


def test_no_record_is_no_outlook() -> None:
    assert outlooks(facts(), WEEK) == {}


@pytest.mark.parametrize(
    ("begun", "first"),
    [
        ("2026-08-03T00:00+02:00", date(2026, 8, 3)),
        ("2026-08-03T00:01+02:00", date(2026, 8, 10)),
        ("2026-08-09T23:59+02:00", date(2026, 8, 10)),
    ],
)
def test_the_first_week_is_the_first_whole_one(begun: str, first: date) -> None:
    one = facts(work_items=[{"key": "PAY-1", "created_us": begun}])
    assert replace(one, zone=BERLIN).prospects.first_monday == first


def test_edges_reach_back_to_the_first_back_test_and_to_the_period(world: Facts) -> None:
    span = period("2020-11", zone=BERLIN)
    edges = Prospects(facts=replace(world, scope_on=(span.first_on, span.until_on))).edges
    last_month, asked = (date(2026, 10, 1), date(2026, 11, 1)), (date(2020, 11, 1), date(2020, 12, 1))
    assert edges == Edges(mondays=edges.mondays, others=(*last_month, *asked))
    assert (edges.mondays[0], edges.mondays[-1]) == (MONDAY - timedelta(weeks=64), MONDAY)
    assert edges.days[:2] == asked
