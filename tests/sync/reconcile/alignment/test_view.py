"""What a report shows of effort: a company of six in a week, and one too small to be shown (metrics.md §4–5, §10)."""

from datetime import date
from decimal import Decimal
from functools import reduce
from operator import add
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from mappings.audit import Precision
from mappings.links import LINKS
from mappings.people import People
from mappings.rows import as_table
from mappings.strategy import Strategy
from mappings.tag import TAGS
from sync.reconcile.alignment.reckoned import aligned
from sync.reconcile.alignment.view import AlignmentView, Spending
from sync.reconcile.facts import Facts
from sync.reconcile.figures import Figure
from sync.reconcile.periods import period
from sync.reconcile.reconciliation import judged
from sync.reconcile.thresholds import Thresholds
from tests.builders import ref_of, table
from tests.sync.reconcile.effort.worlds import (
    World,
    change,
    comment,
    facts,
    item,
    person,
    pull,
    read,
    staffed,
)
from tests.sync.reconcile.flows import WORKFLOW, categories

AS_OF = "2024-03-25T00:00Z"
ZONE = ZoneInfo("UTC")
WEEK = [f"2024-03-{day:02}" for day in range(18, 23)]
BEFORE = [f"2024-03-{day:02}" for day in range(11, 16)]
STRATEGY = Strategy.model_validate(
    read(
        {
            "objectives": [
                {"id": "growth", "name": "Growth"},
                {
                    "id": "checkout",
                    "name": "Checkout",
                    "parent": "growth",
                    "plan": [{"from": date(2024, 1, 1), "share": 0.5}],
                },
                {
                    "id": "wallets",
                    "name": "Wallets",
                    "state": [{"current": date(2024, 1, 1)}, {"closed": date(2024, 3, 20)}],
                    "plan": [{"from": date(2024, 1, 1), "share": 0.25}],
                },
                {"id": "search", "name": "Search", "plan": [{"from": date(2024, 1, 1), "share": 0.1}]},
                {"id": "later", "name": "Later", "state": [{"current": date(2024, 6, 1)}]},
                {"id": "steady", "name": "Steady", "class": "sanctioned"},
            ]
        }
    )
)
#: Item → the tags that it has: objective (or exemption) and weight, and where from.
TAGGED: dict[str, list[tuple[str, float, str]]] = {
    "PAY-1": [("checkout", 1.0, "rule")],
    "PAY-2": [("checkout", 0.75, "inherited")],  # a quarter is left to nothing
    "WAL-1": [("wallets", 1.0, "rule")],
    "LAT-1": [("later", 1.0, "rule")],
    "OPS-1": [("steady", 1.0, "rule")],
    "OPS-2": [("exempt:on-call", 1.0, "exemption")],
}
#: Who works on what, every day of the week.
DOES = {"ada": "PAY-1", "bo": "PAY-2", "cy": "WAL-1", "di": "OPS-1", "ed": "OPS-2", "fay": "MISC-1"}


def tags() -> Any:
    rows = [
        {
            "ref": ref_of(key),
            "kind": "work_item",
            "outcome": "exempt" if name.startswith("exempt:") else "tagged",
            "objective": None if name.startswith("exempt:") else name,
            "rule": name.removeprefix("exempt:"),
            "weight": None if name.startswith("exempt:") else weight,
            "origin": origin,
            "distance": 0,
        }
        for key, named in TAGGED.items()
        for name, weight, origin in named
    ]
    return as_table(rows, TAGS)


def company(who: list[str], *, teams: list[dict[str, Any]]) -> World:
    """Everybody comments on one item every day, and one of them opens a pull request that names none."""
    keys = sorted({*TAGGED, "MISC-1"})
    items = [item(key, points=None if key == "MISC-1" else 3.0) for key in keys]
    said = [comment(name, DOES[name], f"{day}T10:00Z") for name in who for day in (*BEFORE, *WEEK)]
    done = [change("nobody", "PAY-1", "status", "T", "D", "2024-03-21T10:00Z")]
    stray = pull("acme/shop#7", by="ada", at=f"{WEEK[4]}T11:00Z")
    early = comment("di", "LAT-1", f"{WEEK[4]}T11:00Z")
    people = [
        person(name, teams=[{teams[number % len(teams)]["id"]: date(2024, 1, 1)}]) for number, name in enumerate(who)
    ]
    known = reduce(add, [staffed(*people, teams=teams), *items, *said, *done, stray, early])
    for row in known.rows["work_items"]:
        row["status_id"] = "D" if row["key"] == "PAY-1" else "T"
    return known


def known(world: World) -> Facts:
    return judged(
        facts(world, as_of=AS_OF),
        tags=tags(),
        links=table(LINKS, world.links),
        categories=categories(dict.fromkeys(("PAY", "WAL", "LAT", "OPS", "MISC"), WORKFLOW)),
        strategy=STRATEGY,
        zone=ZONE,
        thresholds=Thresholds(),
        people=People.model_validate(read(world.people)),
    )


def view(world: World, *, precision: Precision | None = None) -> AlignmentView:
    return aligned(known(world), period("2024-W12", zone=ZONE), precision=precision, config_version="v1")


@pytest.fixture(scope="module")
def told() -> AlignmentView:
    teams = [{"id": "one", "day_rate": 600.0}]
    return view(company(sorted(DOES), teams=teams), precision=Precision("2024-W11", 18, 20))


@pytest.fixture(scope="module")
def small() -> AlignmentView:
    return view(company(sorted(DOES)[:4], teams=[{"id": "one", "day_rate": 600.0}]))


def figure(told: AlignmentView, name: str) -> Figure:
    return next(each for each in told.figures if each.id == name)


def spending(told: AlignmentView, name: str) -> Spending:
    return next(each for each in told.spending if each.id == name)


def test_everything_that_was_seen_stands_in_one_line_of_the_account(told: AlignmentView) -> None:
    account = told.account
    assert account is not None
    # Of Friday, ada gave 4/4 to the pull request and 1/4 … of five signs of weight, and di half to what has not begun.
    assert account.observed_days == pytest.approx(30)
    assert account.unobserved_days == 0
    parts = [account.current_days, account.sanctioned_days, *account.reasons.values()]
    assert sum(Decimal(str(round(part, 9))) for part in parts) == Decimal(30)
    assert account.reasons == pytest.approx(
        {"closed_objective": 3, "paused_objective": 0, "early": 0.5, "dark": 0.8, "untagged": 5 + 1.25}
    )
    assert account.tiers == pytest.approx({"worklog": 0, "signal": 1, "presence": 0, "none": 0})


def test_the_bands_begin_at_what_items_have_of_their_own_less_what_an_audit_found_wrong(told: AlignmentView) -> None:
    coverage, wins = figure(told, "effort_coverage"), figure(told, "strategic_yield")
    sure = 0.738337  # lower Wilson bound of 18 in 20
    assert coverage.value == coverage.high == pytest.approx((30 - 6.25 - 0.8) / 30)
    assert coverage.low == pytest.approx((30 - 6.25 - 0.8 - 3.75) / 30 * sure, abs=1e-6)
    assert wins.value == pytest.approx((4.2 + 3.75 + 2) / 30)
    assert wins.low == pytest.approx((4.2 + 2) / 30 * sure, abs=1e-6)


def test_scores_have_an_interval_over_people(told: AlignmentView) -> None:
    alignment = figure(told, "alignment")
    assert alignment.value == pytest.approx(9.95 / 13.45)
    assert alignment.low is not None
    assert alignment.high is not None
    assert alignment.low <= 9.95 / 13.45 <= alignment.high
    assert alignment.n == 6


def test_so_have_the_figures_of_a_team_and_what_nobody_planned(told: AlignmentView) -> None:
    (team,) = told.teams
    bounded = [each for each in (*team.figures, figure(told, "unplanned_share")) if each.value is not None]
    assert len(bounded) > 5
    assert all(each.low is not None and each.high is not None for each in bounded)
    assert all((each.low or 0) <= (each.value or 0) <= (each.high or 0) + 1e-12 for each in bounded)


def test_the_weeks_of_what_nobody_planned_end_with_the_period(told: AlignmentView, small: AlignmentView) -> None:
    before, last = told.unplanned_weeks[-2:]
    assert (before.starts_on, last.starts_on) == (date(2024, 3, 11), date(2024, 3, 18))
    assert last.share == figure(told, "unplanned_share").value
    assert small.unplanned_weeks == ()


def test_scores_name_the_items_that_took_the_most(told: AlignmentView) -> None:
    assert set(figure(told, "strategic_yield").items) == {ref_of("PAY-1"), ref_of("PAY-2"), ref_of("WAL-1")}
    assert set(figure(told, "alignment").items) - set(figure(told, "strategic_yield").items) == {ref_of("LAT-1")}
    assert {ref_of("MISC-1"), ref_of("OPS-2")} < set(figure(told, "drift").items)


def test_each_objective_beside_its_plan_and_a_parent_with_its_children(told: AlignmentView) -> None:
    assert [each.id for each in told.spending] == [
        *("growth", "checkout", "wallets", "search", "later", "steady"),
        "exempt:on-call",
    ]
    growth, wallets = spending(told, "growth"), spending(told, "wallets")
    assert growth.effort_days == pytest.approx(7.95)
    assert growth.share.value == spending(told, "checkout").share.value
    assert growth.planned == 0.5  # its child's
    assert spending(told, "checkout").attainment.value == pytest.approx(7.95 / 30 / 0.5)
    assert (wallets.effort_days, wallets.attainment.value) == pytest.approx((5, 2 / 30 / 0.25))
    assert spending(told, "steady").planned is None
    assert spending(told, "checkout").share.items == (ref_of("PAY-1"), ref_of("PAY-2"))


def test_who_is_silent_for_two_weeks_starves_and_who_is_closed_does_not(told: AlignmentView) -> None:
    assert {each.id: each.flags for each in told.spending if each.flags} == {"search": ("starved",)}


def test_headlines_stand_beside_the_plan_and_the_last_period(told: AlignmentView) -> None:
    wins, drift = told.beside["strategic_yield"], told.beside["drift"]
    assert wins.plan == pytest.approx(0.5 + 0.25 + 0.1)
    assert wins.last == pytest.approx((5 + 3.75 + 5) / 30)  # wallets was current then
    # Against 0.5, 0.25, 0.1 and 0.15 for the rest: 8.75, 5, 0 and 16.25 days of 30.
    assert drift.last == pytest.approx(16.25 / 30 - 0.15)
    assert (wins.average, drift.average, drift.plan) == (None, None, None)  # nothing was done in the weeks before


def test_nothing_stands_beside_the_headlines_of_a_group_that_is_too_small(small: AlignmentView) -> None:
    assert small.beside == {}


def test_movers_are_led_by_what_no_plan_names(told: AlignmentView) -> None:
    assert told.movers[0].id == "other"
    drift = figure(told, "drift").value
    assert drift == pytest.approx(sum(abs(mover.difference) for mover in told.movers) / 2)


def test_misaligned_work_stands_in_whole_days_the_most_first(told: AlignmentView) -> None:
    rows = [(row.ref.split(":", 2)[2], row.reason, row.effort_days) for row in told.misaligned]
    assert rows == [
        ("MISC-1", "untagged", 5),
        ("WAL-1", "closed_objective", 3),
        ("PAY-2", "untagged", 1),
        ("acme/shop#7", "dark", 1),
        ("LAT-1", "early", 0),
    ]


def test_effort_that_follows_no_change_of_the_map_is_a_lag_that_goes_on(told: AlignmentView) -> None:
    lag = spending(told, "wallets").shift_lag
    assert lag is not None
    assert (lag.since_on, lag.working_days, lag.censored) == (date(2024, 3, 20), 3, True)
    assert lag.effort_days == pytest.approx(3)


def test_items_and_points_stand_beside_effort(told: AlignmentView) -> None:
    assert spending(told, "checkout").by_items.reason == "small_n"
    assert spending(told, "checkout").by_items.n == 1


def test_work_has_a_price_where_every_team_has_a_rate(told: AlignmentView) -> None:
    assert spending(told, "growth").cost.value == pytest.approx(7.95 * 600)
    assert spending(told, "growth").priced == 1
    assert spending(told, "search").cost.reason == "no_data"


def test_attention_to_one_thing_at_a_time_is_one_root_and_no_switch(told: AlignmentView) -> None:
    fragmentation, switching = figure(told, "fragmentation"), figure(told, "switching")
    # Two Fridays are shared: one half and half, one four to one.
    spread = 28 + 2 + (5 / 4**0.8) ** 1
    assert fragmentation.value == pytest.approx(spread / 30)
    assert switching.value == pytest.approx((0.5 + 0.8) / 24)


def test_weeks_and_months_lead_up_to_the_report(told: AlignmentView) -> None:
    weeks, months = spending(told, "wallets").weeks, spending(told, "wallets").months
    assert [week.effort_days for week in weeks[-3:]] == pytest.approx([0, 5, 5])
    assert [week.starts_on for week in weeks[-2:]] == [date(2024, 3, 11), date(2024, 3, 18)]
    assert months[-1].starts_on == date(2024, 2, 1)
    assert weeks[-3].share is None


def test_the_team_that_is_the_whole_company_is_shown(told: AlignmentView) -> None:
    assert [each.team for each in told.teams] == ["one"]
    yields = next(each for each in told.teams[0].figures if each.id == "strategic_yield")
    assert yields.value == figure(told, "strategic_yield").value


def test_no_person_is_named(told: AlignmentView) -> None:
    words = str(told)
    assert not [name for name in DOES if f"'{name}'" in words or f":{name}" in words]


def test_of_four_people_no_effort_is_shown_and_items_stand_in(small: AlignmentView) -> None:
    assert (small.basis, small.reason) == ("items", "suppressed_privacy")
    assert (small.account, small.movers, small.misaligned, small.teams) == (None, (), (), ())
    by_effort = [each for each in small.figures if not each.id.startswith("item_")]
    assert {each.reason for each in by_effort} <= {"suppressed_privacy", "not_configured"}
    assert all(each.value is None and not each.items for each in by_effort)
    assert all(each.effort_days is None and each.cost.value is None for each in small.spending)
    assert not any(each.weeks or each.months or each.flags for each in small.spending)
    assert figure(small, "item_yield").n == 1
    assert any("stand in" in note for note in small.notes)
