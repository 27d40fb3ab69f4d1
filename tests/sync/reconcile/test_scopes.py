"""Figures of a period, for all work and for each objective (metrics.md §1.6, §1.8, §0.7, §0.11)."""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from mappings.strategy import Objective, Strategy
from mappings.tag import TAGS
from sync.reconcile.delivery import typical_efficiency
from sync.reconcile.figures import Figure
from sync.reconcile.periods import Period, period
from sync.reconcile.scopes import Scopes
from sync.reconcile.stats import wilson
from tests.builders import micros, table
from tests.sync.reconcile.flows import DAY_US, FLOW

STRATEGY = Strategy(
    objectives=(
        Objective(id="growth", name="Growth"),
        Objective(id="checkout", name="Faster checkout", parent="growth"),
        Objective(id="search", name="Better search"),
    )
)
WEEK = period("2026-W46", zone=ZoneInfo("UTC"))
AS_OF = datetime(2026, 11, 20, tzinfo=UTC)
MONDAY = micros("2026-11-09T00:00Z")
SAMPLE = [1, 2, 2, 3, 4, 5, 6, 8, 9, 11, 14, 21]  #: days; metrics.md EX 0.8


def done(number: int, *, cycle: float = 1, lead: float = 30, at_us: int = MONDAY, **said: Any) -> dict[str, Any]:
    """A delivered item; durations in days."""
    spent = {"cycle_us": int(cycle * DAY_US), "flow_us": int(cycle * DAY_US), "lead_us": int(lead * DAY_US)}
    begun = {"started_us": at_us - spent["cycle_us"], "created_us": at_us - spent["lead_us"], "finished_us": at_us}
    parts = {"active_us": spent["cycle_us"], "waiting_us": 0, "flags": []}
    return {"ref": ref(number), "category": "done", "outcome": "delivered", **spent, **begun, **parts, **said}


def open_item(number: int, *, age: float, **said: Any) -> dict[str, Any]:
    """An item in progress, of this age in days at the end of the week."""
    started_us = micros(WEEK.end_at) - int(age * DAY_US)
    begun = {"created_us": started_us, "started_us": started_us}
    return {"ref": ref(number), "category": "active", **begun, "flags": [], **said}


def ref(number: int) -> str:
    return f"jira:work_item:{number:03}"


def tagged(number: int, objective: str, weight: float = 1.0, origin: str = "rule") -> dict[str, Any]:
    said = {"objective": objective, "weight": weight, "origin": origin}
    return {"ref": ref(number), "kind": "work_item", "outcome": "tagged", **said}


def scopes(
    *flow: dict[str, Any], tags: Iterable[dict[str, Any]] = (), span: Period = WEEK, as_of: datetime = AS_OF
) -> Scopes:
    tables = {"flow": table(FLOW, list(flow)), "tags": table(TAGS, list(tags))}
    return Scopes(**tables, strategy=STRATEGY, period=span, as_of=as_of)


def figures(told: Scopes, scope: str = "all") -> dict[str, Figure]:
    return {figure.id: figure for figure in told.figures(config_version="v1", replicates=2000) if figure.scope == scope}


def test_a_finish_belongs_to_the_period_that_it_lies_in() -> None:
    week_us = 7 * DAY_US
    instants = [MONDAY - 1, MONDAY, MONDAY + week_us - 1, MONDAY + week_us]
    figure = figures(scopes(*(done(n, at_us=at_us) for n, at_us in enumerate(instants))))["throughput"]
    assert (figure.value, figure.unit, figure.items) == (2, "items", (ref(1), ref(2)))


def test_discards_and_bulk_closes_stand_beside_the_throughput() -> None:
    rows = [done(n) for n in range(6)]
    rows += [
        done(6, outcome="discarded"),
        done(7, flags=["bulk_closed"]),
        done(8, outcome="discarded", flags=["bulk_closed"]),
    ]
    told = figures(scopes(*rows))
    assert [told[name].value for name in ("throughput", "discarded", "bulk_closed")] == [6, 1, 2]
    assert told["throughput"].excluded == {"bulk_closed": 2}
    share = told["abandonment"]
    assert (share.value, share.n, share.items) == (1 / 7, 7, (ref(6),))
    assert (share.low, share.high) == wilson(1, 7)


def test_percentiles_with_their_interval() -> None:
    told = figures(scopes(*(done(n, cycle=days) for n, days in enumerate(SAMPLE))))
    p50, p85, p95 = (told[f"cycle_time_p{percent}"] for percent in (50, 85, 95))
    assert (p50.value, p50.low, p50.high, p50.n, p50.unit) == (5, 2, 11, 12, "days")
    assert (p85.value, p85.low, p85.high) == (14, 8, None)
    assert (p95.value, p95.reason, p95.n) == (None, "small_n", 12)
    assert p95.items == tuple(ref(n) for n in range(12))


@pytest.mark.parametrize(
    ("n", "p50", "p85"), [(0, "no_data", "no_data"), (4, "small_n", "small_n"), (5, None, "small_n"), (7, None, None)]
)
def test_of_too_few_nothing_is_said(n: int, p50: str | None, p85: str | None) -> None:
    told = figures(scopes(*(done(number) for number in range(n)), done(900, at_us=MONDAY - 9 * DAY_US)))
    assert [told[f"lead_time_p{percent}"].reason for percent in (50, 85)] == [p50, p85]
    assert told["throughput"].value == n


def test_what_is_left_out_of_percentiles_is_counted() -> None:
    rows = [done(n) for n in range(5)]
    rows += [done(5, flags=["no_active"]), done(6, flags=["bulk_closed", "no_active"])]
    rows += [done(7, flags=["no_history"], cycle_us=None, flow_us=None, started_us=None)]
    rows += [done(8, flags=["no_commitment"], flow_us=None)]
    told = figures(scopes(*rows))
    measured = {
        name: (told[f"{name}_time_p50"].n, told[f"{name}_time_p50"].excluded) for name in ("lead", "cycle", "flow")
    }
    assert measured == {
        "lead": (7, {"bulk_closed": 1, "no_active": 1}),
        "cycle": (6, {"bulk_closed": 1, "no_active": 1, "no_history": 1}),
        "flow": (5, {"bulk_closed": 1, "no_active": 1, "no_commitment": 1, "no_history": 1}),
    }


def test_flow_efficiency_is_that_of_all_time_together() -> None:
    spent = [(2.5, 1.5), (5, 0), (3, 7)]  # F1, F2, F3 of the specification
    rows = [
        done(n, cycle=active + waiting, active_us=int(active * DAY_US), waiting_us=int(waiting * DAY_US))
        for n, (active, waiting) in enumerate([*spent, (0, 0), (0, 0)])
    ]
    figure = figures(scopes(*rows))["flow_efficiency"]
    assert figure.value == pytest.approx(0.552632, abs=5e-7)
    assert figure.low is not None
    assert figure.high is not None
    assert 0.3 <= figure.low <= figure.value <= figure.high <= 1
    assert figures(scopes(*rows))["flow_efficiency"] == figure
    assert figures(scopes(*rows[:3]))["flow_efficiency"].reason == "small_n"
    assert figures(scopes(*(done(n, cycle=0) for n in range(5))))["flow_efficiency"].reason == "zero_denominator"


def test_the_typical_efficiency_is_that_of_the_median_item() -> None:
    """F1, F2, F3 of the specification twice, and what was neither active nor waiting."""
    spent = [(2.5, 1.5), (5, 0), (3, 7)] * 2 + [(0, 0)]
    rows = [
        done(n, active_us=int(active * DAY_US), waiting_us=int(waiting * DAY_US))
        for n, (active, waiting) in enumerate(spent)
    ]
    told = typical_efficiency("all", scopes(*rows).done["all"])
    assert (told.value, told.n, told.excluded) == (0.625, 6, {"neither": 1})
    few = typical_efficiency("all", scopes(*rows[:3]).done["all"])
    assert (few.value, few.reason) == (None, "small_n")


def test_cycle_time_in_whole_days() -> None:
    """From the Monday on which they finish back: what is finished at the moment it started took a day."""
    told = figures(
        scopes(*(done(n, cycle=days) for n, days in enumerate(SAMPLE)), done(20, cycle=0, flags=["no_active"]))
    )
    p50 = told["cycle_days_p50"]
    assert (p50.value, p50.low, p50.high, p50.n, p50.unit) == (6, 3, 12, 12, "days")
    assert p50.excluded == {"no_active": 1}
    assert p50.items == told["cycle_time_p50"].items


def test_an_objective_counts_by_weight_and_measures_by_item() -> None:
    rows = [done(n, cycle=n + 1) for n in range(6)]
    tags = [tagged(n, "checkout", 0.7) for n in range(5)] + [tagged(n, "search", 0.3) for n in range(5)]
    told = scopes(*rows, tags=[*tags, {"ref": ref(5), "kind": "work_item", "outcome": "untagged"}])
    counts = {scope: figures(told, scope)["throughput"].value for scope in ("all", "growth", "checkout", "search")}
    assert counts == {"all": 6, "growth": 3.5, "checkout": 3.5, "search": 1.5}
    assert [figures(told, scope)["cycle_time_p50"].value for scope in ("all", "checkout", "search")] == [3, 3, 3]


def test_a_parent_has_its_own_items_and_its_childrens() -> None:
    told = scopes(done(1), done(2), tags=[tagged(1, "checkout"), tagged(2, "growth", 0.5), tagged(2, "checkout", 0.5)])
    assert [figures(told, scope)["throughput"].value for scope in ("growth", "checkout", "search")] == [2, 1.5, 0]
    assert figures(told, "growth")["throughput"].items == (ref(1), ref(2))


def test_wip_and_its_age() -> None:
    rows = [open_item(n, age=days) for n, days in enumerate([1, 2, 3, 4, 5, 6, 70])]
    rows += [done(7, cycle=30, at_us=MONDAY + 8 * DAY_US), done(8), open_item(9, age=-1)]
    told = figures(scopes(*rows, tags=[tagged(6, "search", 0.5)]))
    assert (told["wip"].value, told["age_p50"].value, told["age_p85"].value) == (8, 4, 29)
    assert figures(scopes(*rows, tags=[tagged(6, "search", 0.5)]), "search")["wip"].value == 0.5


def test_what_is_out_of_sight_ages_no_more() -> None:
    """It is in progress still, as old as it was when it was last seen."""
    seen_us = micros(WEEK.end_at) - 10 * DAY_US
    rows = [open_item(n, age=14, lost_us=seen_us) for n in range(5)]
    told = figures(scopes(*rows))
    assert (told["wip"].value, told["age_p50"].value) == (5, 4)


def test_wip_of_items_without_history_is_not_zero_but_unknown() -> None:
    untold = [open_item(n, age=3, started_us=None, flags=["no_history"]) for n in range(3)]
    wip = figures(scopes(*untold))["wip"]
    assert (wip.value, wip.reason, wip.excluded) == (None, "no_data", {"no_history": 3})
    mixed = figures(scopes(*untold, open_item(9, age=1)))["wip"]
    assert (mixed.value, mixed.excluded) == (1, {"no_history": 3})
    resting = open_item(1, age=3, started_us=None, category="todo", flags=["no_history"])
    assert figures(scopes(resting))["wip"].value == 0


def test_coverage_is_a_band() -> None:
    tags = [tagged(0, "search"), tagged(1, "search", 0.5, "override"), tagged(2, "search", 1.0, "inherited")]
    tags += [tagged(3, "checkout", 0.5, "linked"), tagged(3, "search", 0.5, "linked")]
    tags += [{"ref": ref(4), "kind": "work_item", "outcome": "exempt", "origin": "exemption"}]
    tags += [{"ref": ref(n), "kind": "work_item", "outcome": "untagged"} for n in (5, 6, 7)]
    figure = figures(scopes(*(done(n) for n in range(8)), tags=tags))["coverage"]
    assert (figure.low, figure.value, figure.high, figure.n) == (2.5 / 8, 4.5 / 8, 4.5 / 8, 8)
    assert figures(scopes(done(1)))["coverage"].reason == "small_n"


def test_a_period_before_the_records_is_not_a_period_of_nothing() -> None:
    early = period("2025-W46", zone=ZoneInfo("UTC"))
    told = figures(scopes(done(1), span=early))
    assert (told["throughput"].value, told["throughput"].reason) == (None, "no_data")


def test_a_partial_period_ends_with_what_is_known() -> None:
    rows = [done(1, at_us=MONDAY), done(2, at_us=MONDAY + 4 * DAY_US)]
    as_of = datetime(2026, 11, 11, tzinfo=UTC)
    assert figures(scopes(*rows, as_of=as_of))["throughput"].items == (ref(1),)


def test_weeks_of_nothing_are_zero_and_weeks_before_the_records_are_not() -> None:
    rows = [done(1, at_us=MONDAY - 14 * DAY_US, lead=6), done(2, lead=2), done(3, lead=2, flags=["bulk_closed"])]
    rows += [done(4, lead=2, outcome="discarded")]
    weeks = scopes(*rows, tags=[tagged(2, "checkout", 0.25)]).weeks(5)
    assert weeks["all"][-1].starts_on == date(2026, 11, 9)
    assert {scope: [week.value for week in told] for scope, told in weeks.items()} == {
        "all": [None, 0, 1, 0, 1],
        "growth": [None, 0, 0, 0, 0.25],
        "checkout": [None, 0, 0, 0, 0.25],
        "search": [None, 0, 0, 0, 0],
    }
