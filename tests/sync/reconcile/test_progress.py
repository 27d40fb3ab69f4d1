"""Progress of objectives and of their measures (metrics.md §6.1), and their lights (§5.2a)."""

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from mappings.strategy import Declaration, Measure, Objective, Reading
from sync.reconcile.backtest import judged
from sync.reconcile.forecast import Forecast, forecast
from sync.reconcile.light import light
from sync.reconcile.periods import Period
from sync.reconcile.progress import Progress, measured, progress
from sync.reconcile.scope_history import Entry, History, Standing
from sync.reconcile.thresholds import Thresholds
from tests.sync.reconcile.test_backtest import trial
from tests.sync.reconcile.weekly import history, monday, pairs

TODAY = date(2026, 11, 18)
CHECKOUT = Objective(id="checkout", name="Faster checkout")


def told(of: History, *, span: Period | None = None, objective: Objective = CHECKOUT) -> Progress:
    week = Period(text="", zone=ZoneInfo("UTC"), first_on=monday(1), until_on=monday(2))
    return progress(objective, of, mondays=[monday(1), monday(2)], period=span or week, today=monday(2))


def values(found: Progress) -> dict[str, tuple[float | None, str | None]]:
    return {figure.id: (figure.value, figure.reason) for figure in found.figures}


def test_scope_delivered_completion_and_growth() -> None:
    found = told(history([(1, 0), (2, 4)], scope=10))
    assert values(found) == {
        "scope": (14, None),
        "scope_delivered": (3, None),
        "completion": (3 / 14, None),
        "scope_growth": (0.4, None),
    }
    assert [(point.on, point.scope, point.delivered) for point in found.burn_up] == [
        (monday(1), 10, 1),
        (monday(2), 14, 3),
    ]


def test_what_is_discarded_after_it_was_added_was_removed() -> None:
    of = history([(1, 0), (2, 4)], scope=10)
    found = told(History(edges=of.edges, entries=(*of.entries, Entry("discarded", 2, 2, 9, 5))))
    assert values(found)["scope"] == (9, None)
    assert values(found)["scope_growth"] == (-0.1, None)


def test_completion_may_fall() -> None:
    of = history([(4, 0), (0, 12)], scope=4)
    assert [point.delivered / point.scope for point in told(of).burn_up] == [1, 0.25]


def test_nothing_in_scope_is_no_completion() -> None:
    found = values(told(history([(0, 0), (0, 0)])))
    assert found["completion"] == found["scope_growth"] == (None, "zero_denominator")
    assert found["scope"] == (0, None)


@pytest.mark.parametrize(
    ("said", "progress", "reason"),
    [
        ({"baseline": 2, "target": 4}, 0.25, None),
        ({"baseline": 4, "target": 2}, 0.75, None),  # a measure that should fall
        ({"baseline": 3, "target": 4}, -0.5, None),
        ({"baseline": 2, "target": 2.25}, 2.0, None),
        ({"baseline": 2, "target": 2}, None, "zero_denominator"),
        ({"baseline": 2}, None, "not_configured"),
        ({"baseline": 2, "target": 4, "readings": ()}, None, "no_data"),
        ({"baseline": 2, "target": 4, "readings": (Reading(on=date(2026, 12, 1), value=4),)}, None, "no_data"),
    ],
)
def test_a_measure_by_its_last_reading(said: dict[str, Any], progress: float | None, reason: str | None) -> None:
    read = (Reading(on=date(2026, 11, 1), value=2.1), Reading(on=date(2026, 11, 8), value=2.5))
    later = Reading(on=date(2026, 11, 19), value=9)
    line = measured(Measure(**({"id": "conversion", "readings": (*read, later)} | said)), today=TODAY)
    assert (line.progress, line.reason) == (progress, reason)


@pytest.mark.parametrize(
    ("cadence", "day", "age", "stale"),
    [("weekly", 4, 14, False), ("weekly", 3, 15, True), ("monthly", 3, 15, False), (None, 3, 15, False)],
)
def test_the_age_of_a_reading(cadence: Any, day: int, age: int, stale: bool) -> None:
    measure = Measure(id="conversion", cadence=cadence, readings=(Reading(on=date(2026, 11, day), value=1),))
    line = measured(measure, today=TODAY)
    assert (line.age_days, line.stale) == (age, stale)


def forecast_of(promised_on: date | None, *, sample: int = 12, naive: int = 1, scope: int = 10) -> Forecast:
    weeks = (pairs((0, 0), (2, 1), (3, 0), (5, 2)) * 3)[:sample]
    return forecast(
        Standing(scope=scope, delivered=0),
        weeks,
        today=TODAY,
        promised_on=promised_on,
        seed=1,
        back_test=judged([trial(7, naive=naive)]),
        thresholds=Thresholds(),
    )


@pytest.mark.parametrize(
    ("promised_on", "colour"),
    [
        (date(2027, 1, 13), "on"),  # eight weeks: 0.886
        (date(2027, 1, 6), "risk"),  # seven: 0.787
        (date(2026, 12, 30), "risk"),  # six: 0.632
        (date(2026, 12, 23), "off"),  # five: 0.422
        (date(2026, 11, 1), "off"),
    ],
)
def test_a_light_is_the_chance_of_the_promise(promised_on: date, colour: str) -> None:
    objective = Objective(id="checkout", name="C", promised_on=promised_on)
    shown = light(objective, forecast_of(promised_on), today=TODAY)
    assert (shown.computed, shown.reason) == (colour, None)


@pytest.mark.parametrize(
    ("objective", "promised", "told", "shown"),
    [
        ({}, False, {}, ("unknown", "no_promise")),
        ({}, True, {"sample": 5}, ("unknown", "small_n")),
        ({}, True, {"scope": 0}, ("unknown", "no_data")),
        ({}, True, {"naive": 7}, ("unknown", "no_skill")),
        ({"state": ({"paused": date(2026, 1, 1)},)}, True, {}, ("none", None)),
        ({"state": ({"closed": date(2026, 1, 1)},)}, True, {}, ("none", None)),
        ({"state": ({"current": date(2026, 1, 1)}, {"closed": date(2026, 12, 1)})}, True, {}, ("on", None)),
    ],
)
def test_where_there_is_no_light(
    objective: dict[str, Any], promised: bool, told: dict[str, Any], shown: tuple[str, str | None]
) -> None:
    promised_on = date(2027, 3, 31) if promised else None
    found = light(
        Objective(id="checkout", name="C", promised_on=promised_on, **objective),
        forecast_of(promised_on, **told),
        today=TODAY,
    )
    assert (found.computed, found.reason) == shown
    assert (found.chance is None) == (shown[0] in ("unknown", "none"))


def test_what_is_declared_stands_beside() -> None:
    declared = (
        Declaration(on=date(2026, 10, 1), status="at_risk"),
        Declaration(on=date(2026, 11, 13), status="on_track"),
        Declaration(on=date(2026, 11, 19), status="off_track"),
    )
    promised_on = date(2026, 12, 1)
    objective = Objective(id="checkout", name="C", promised_on=promised_on, declared=declared)
    shown = light(objective, forecast_of(promised_on), today=TODAY)
    assert (shown.declared, shown.declared_on) == ("on_track", date(2026, 11, 13))
    assert (shown.computed, shown.contradicts) == ("off", True)
