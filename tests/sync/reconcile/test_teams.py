"""Each team's own part of the map."""

from typing import Any

import pytest

from sync.reconcile.rule_lines import rule_lines
from sync.reconcile.teams import TeamView, teams
from tests.builders import ref_of
from tests.sync.reconcile.checks.given import facts

PEOPLE = """
teams: [{id: payments}, {id: web}, {id: idle}]
people: [{id: w, teams: [{web: 2026-01-01}], accounts: {jira: w}}]
"""
MAPPINGS = """
rules:
  - {id: carts, when: {labels: cart}, objective: checkout}
  - {id: never, when: {labels: never}, objective: back, from: 2026-11-10}
exempt: [{id: duty, when: {labels: duty}, reason: Duty}]
"""


def given(**changes: Any) -> dict[str, Any]:
    """Payments has two items under way and two to begin, web has one by its assignee, and another that is done."""
    items = [
        *({"key": f"PAY-{number}", "team": "payments", "status": "Open"} for number in (1, 2, 3, 4)),
        {"key": "WEB-1", "assignees": ["jira:account:w"]},
        {"key": "WEB-2", "team": "web"},
    ]
    begun = {
        "PAY-1": {"started": "2026-11-06T08:00Z"},
        "PAY-2": {"started": "2026-11-02T08:00Z"},
        "WEB-2": {"finished": "2026-11-03T08:00Z"},
    }
    plain = {
        "people": PEOPLE,
        "mappings": MAPPINGS,
        "accounts": [{"ref": "jira:account:w"}],
        "work_items": items,
        "flow": begun,
        "tags": {
            "PAY-1": {"objective": "checkout", "rule": "carts"},
            "PAY-2": {"objective": "checkout", "rule": "carts", "distance": 1},
            "PAY-3": "untagged",
            "PAY-4": {"objective": "back", "origin": "override", "rule": None},
        },
    }
    return plain | changes


def found(**changes: Any) -> dict[str, TeamView]:
    return {team.id: team for team in teams(facts(**given(**changes)))}


@pytest.fixture(scope="module")
def plain() -> dict[str, TeamView]:
    return found()


def test_teams_are_those_of_the_people_file_and_those_that_own_an_objective(plain):
    assert list(plain) == ["idle", "payments", "web"]
    assert plain["payments"].owns == ("checkout",)
    assert plain["web"].owns == ("paused", "closed")


def test_what_is_under_way_comes_by_its_age_and_what_is_next_by_rank(plain):
    payments = plain["payments"]
    assert [(item.key, item.days) for item in payments.underway] == [("PAY-2", 14.0), ("PAY-1", 10.0)]
    assert [(item.key, item.objective) for item in payments.next] == [("PAY-4", "back"), ("PAY-3", None)]


def test_open_items_alone_say_what_a_team_serves_and_with_whom(plain):
    payments, web = plain["payments"], plain["web"]
    assert (payments.serves, payments.open_items) == ({"checkout": 2, "back": 1}, 4)
    assert (web.serves, web.open_items) == ({"checkout": 1}, 1)
    assert payments.shared == {"checkout": ("web",), "back": ()}


def test_rules_that_take_its_open_items_are_counted(plain):
    assert [(use.rule, use.items) for use in plain["payments"].rules] == [("carts", 2)]


def test_a_team_without_items_is_still_told_of(plain):
    idle = plain["idle"]
    assert (idle.open_items, idle.next, idle.underway, idle.rules) == (0, (), (), ())


@pytest.mark.parametrize(
    "link",
    [
        {"item": "PAY-1", "kind": "blocked_by", "to_ref": ref_of("WEB-1"), "to_key": "WEB-1"},
        {"item": "WEB-1", "kind": "blocks", "to_ref": ref_of("PAY-1"), "to_key": "PAY-1"},
    ],
    ids=["said by who waits", "said by who holds up"],
)
def test_both_sides_see_who_waits_for_whom(link):
    told = found(stated_links=[dict(link)], blocked={"PAY-1": "2026-11-12T08:00Z"})
    (wait,) = told["payments"].waits
    assert (wait.waiting_key, wait.blocking_key, wait.blocking_team) == ("PAY-1", "WEB-1", "web")
    assert told["web"].holds_up == (wait,)
    assert told["web"].waits == ()
    assert [item.blocked for item in told["payments"].underway] == [False, True]


@pytest.mark.parametrize("other", ["WEB-2", "PAY-2"], ids=["done", "of the same team"])
def test_what_holds_nobody_else_up_is_no_wait(other):
    link = {"item": "PAY-1", "kind": "blocked_by", "to_ref": ref_of(other), "to_key": other}
    assert found(stated_links=[link])["payments"].waits == ()


def test_without_teams_nothing_is_asked():
    assert teams(facts(strategy="objectives: [{id: checkout, name: Checkout}]", work_items=[{"key": "PAY-1"}])) == ()


def test_every_rule_is_accounted_for_with_what_it_takes_itself_and_passes_on():
    known = facts(**given())
    lines = {line.id: line for line in rule_lines(known.mappings, known.tags)}
    assert list(lines) == ["duty", "carts", "never"]
    assert (lines["carts"].own, lines["carts"].passed_on, lines["carts"].serves) == (1, 1, ("checkout",))
    assert (lines["never"].own, str(lines["never"].from_on)) == (0, "2026-11-10")
    assert lines["duty"].kind == "exemption"
