"""What two complete months say of effort, whatever the period of a report (metrics.md §5.2, §10.2)."""

from dataclasses import replace
from datetime import date, timedelta
from functools import reduce
from operator import add
from zoneinfo import ZoneInfo

import pytest

from mappings.links import LINKS
from mappings.people import People
from mappings.rows import as_table
from mappings.strategy import Strategy
from mappings.tag import TAGS
from sync.reconcile.alignment.monthly import Monthly
from sync.reconcile.alignment.reckoning import Reckoning
from sync.reconcile.alignment.unplanned_weeks import unplanned_weeks
from sync.reconcile.facts import Facts
from sync.reconcile.periods import period
from sync.reconcile.reconciliation import judged
from sync.reconcile.thresholds import Thresholds
from tests.builders import ref_of, table
from tests.sync.reconcile.effort.worlds import World, comment, facts, item, person, read, staffed
from tests.sync.reconcile.flows import WORKFLOW, categories

AS_OF = "2024-05-10T08:00Z"  # a Friday
MARCH, MAY = date(2024, 3, 1), date(2024, 5, 1)
TAGGED = {"PAY-1": "checkout", "WEB-1": "search", "OPS-1": "steady"}
#: Who works on what; what di does on Fridays is told apart, and OPS-2 is a bug of April.
DOES = {"ada": "PAY-1", "bo": "PAY-1", "cy": "PAY-1", "di": "OPS-1", "ed": "OPS-1", "fay": "OPS-2"}
STRATEGY = Strategy.model_validate(
    read(
        {
            "objectives": [
                {"id": "checkout", "name": "Checkout", "plan": [{"from": date(2024, 1, 1), "share": 0.2}]},
                {"id": "search", "name": "Search", "plan": [{"from": date(2024, 1, 1), "share": 0.45}]},
                {
                    "id": "quiet",
                    "name": "Quiet",
                    "state": [{"current": date(2024, 4, 15)}],
                    "plan": [{"from": date(2024, 1, 1), "share": 0.1}],
                },
                {"id": "unplanned", "name": "Nothing is planned for it"},
                {"id": "new", "name": "New", "state": [{"current": date(2024, 5, 8)}]},
                {"id": "steady", "name": "Steady", "class": "sanctioned"},
            ]
        }
    )
)


def company() -> World:
    days = [MARCH + timedelta(days=number) for number in range((MAY - MARCH).days)]
    said = [comment(name, _does(name, day), f"{day}T10:00Z") for name in DOES for day in days if day.weekday() < 5]
    bug = item("OPS-2", type="Bug", created_us="2024-04-01T08:00Z")
    items = [*(item(key) for key in TAGGED), bug]
    crew = staffed(*(person(name) for name in DOES))
    return reduce(add, [crew, *items, *said])


def _does(name: str, day: date) -> str:
    if (name, day.weekday()) == ("di", 4):
        return "WEB-1"
    return "OPS-1" if name == "fay" and day.month == 3 else DOES[name]


@pytest.fixture(scope="module")
def known() -> Facts:
    world = company()
    tag = {"kind": "work_item", "outcome": "tagged", "weight": 1.0, "origin": "rule", "rule": "some", "distance": 0}
    return judged(
        facts(world, as_of=AS_OF),
        tags=as_table([{"ref": ref_of(key), "objective": name, **tag} for key, name in TAGGED.items()], TAGS),
        links=table(LINKS, world.links),
        categories=categories(dict.fromkeys(("PAY", "WEB", "OPS"), WORKFLOW)),
        strategy=STRATEGY,
        zone=ZoneInfo("UTC"),
        thresholds=Thresholds(),
        people=People.model_validate(read(world.people)),
    )


@pytest.fixture(scope="module")
def told(known: Facts) -> Monthly:
    return known.monthly


def test_one_gets_too_little_and_one_too_much_in_both(told: Monthly) -> None:
    assert told.first_on == date(2024, 4, 1)
    assert [each.objective for each in told.starved] == ["search"]
    assert [each.objective for each in told.overfed] == ["checkout"]
    april, march = told.starved[0].shares
    assert (april.value, march.value) == pytest.approx((4 / 132, 5 / 126))  # Fridays of 22 and 21 working days
    assert april.high is not None
    assert april.value < april.high < 0.45 / 4
    near = told.overfed[0].shares[0]
    assert near.value == pytest.approx(0.5)
    assert near.low is not None
    assert near.low < 0.5


def test_what_it_lacks_or_has_too_much_is_told_in_days(told: Monthly) -> None:
    assert told.starved[0].off_days == pytest.approx(0.45 * 132 - 4)
    assert told.overfed[0].off_days == pytest.approx(66 - 0.2 * 132)


def test_what_should_have_effort_and_has_none_is_silent_since_it_is_current(told: Monthly) -> None:
    assert told.silent == {"quiet": 19}  # working days since the middle of April; search has had some nine days ago


def test_the_effort_is_far_from_its_plan(told: Monthly) -> None:
    assert told.drifted is not None
    assert told.drifted.drift.value == pytest.approx(sum(abs(each.difference) for each in told.drifted.movers) / 2)
    assert told.drifted.days == pytest.approx(132)


def test_a_team_that_may_be_shown(told: Monthly) -> None:
    (team,) = told.teams
    assert team.team == "crew"
    assert team.objectives == pytest.approx({"checkout": 66 / 70, "search": 4 / 70})
    assert team.unplanned.value == pytest.approx(22 / 132)
    assert (team.unplanned_days, team.unplanned_refs) == (pytest.approx(22), (ref_of("OPS-2"),))


def test_what_nobody_planned_counts_in_the_week_in_which_it_came_up(known: Facts) -> None:
    of_april = Reckoning(facts=known, period=period("2024-04", zone=ZoneInfo("UTC")), config_version="")
    shares = {week.starts_on: week.share for week in unplanned_weeks(of_april)}
    assert shares[date(2024, 4, 1)] == pytest.approx(5 / 30)
    assert (shares[date(2024, 3, 25)], shares[date(2024, 4, 8)]) == (0, 0)
    assert max(shares) == date(2024, 4, 22)


def test_of_fewer_people_than_may_be_shown_nothing_is_told(known: Facts) -> None:
    few = replace(known, thresholds=Thresholds(least_group=7))
    vars(few)["ledger"] = known.ledger  # reckoned already
    assert few.monthly == Monthly(first_on=date(2024, 4, 1), hidden="suppressed_privacy")
