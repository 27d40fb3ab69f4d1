"""What stalls progress: what waits, by cause, objective and team, with the effort at stake."""

from datetime import date

import pytest

from sync.reconcile.obstacles import Obstacle, obstacles, together
from tests.builders import micros, ref_of, table
from tests.sync.reconcile.checks.given import facts

PULLS = {
    "ref": "string",
    "state": "string",
    "draft": "boolean",
    "by_bot": "boolean",
    "other_base": "boolean",
    **dict.fromkeys(("ready_us", "reviewed_us", "approved_us"), "int64"),
}
READY = micros("2026-11-09T08:00Z")  # a week before


@pytest.fixture(scope="module")
def told() -> tuple[Obstacle, ...]:
    keys = {"PAY-1": "web", "PAY-2": "web", "PAY-3": "web", "PAY-4": "web", "PAY-5": "web", "APP-1": "app"}
    begun = {"started": "2026-10-19T08:00Z"}
    known = facts(
        work_items=[{"key": key, "team": team} for key, team in keys.items()],
        pull_requests=[{"key": f"acme/shop#{number}"} for number in range(1, 7)],
        flow={
            "PAY-1": begun,
            "PAY-2": begun,
            "PAY-3": {**begun, "category": "waiting", "since": "2026-11-12T08:00Z"},
            "PAY-4": {**begun, "category": "waiting", "since": "2026-11-06T08:00Z"},
            "PAY-5": begun,
            "APP-1": begun,
        },
        tags={"PAY-4": "back", "PAY-5": "untagged"},
        blocked={"PAY-1": "2026-11-13T08:00Z"},
        stated_links=[
            {"item": "PAY-1", "id": "1", "kind": "blocked_by", "to": "PAY-2", "to_key": "PAY-2"},
            {"item": "PAY-2", "id": "2", "kind": "blocked_by", "to": "APP-1", "to_key": "APP-1"},
        ],
        links=[{"from": "acme/shop#1", "to": "PAY-5"}],
        effort=[
            {"item": "PAY-3", "team": "web", "on": date.fromisoformat("2026-11-12"), "days": 4},
            {"item": "PAY-5", "team": "web", "on": date.fromisoformat("2026-11-11"), "days": 6},
            {"item": "PAY-5", "team": "web", "on": date.fromisoformat("2026-10-01"), "days": 20},
        ],
    )
    return obstacles(known, table(PULLS, [_pull(number, **said) for number, said in SAID.items()]))


#: Waiting for a review, for its merge; and what waits for nobody: reviewed, a draft, a bot's, done.
SAID = {
    1: {},
    2: {"reviewed_us": READY + 1, "approved_us": READY + 1},
    3: {"reviewed_us": READY + 1},
    4: {"draft": True},
    5: {"by_bot": True},
    6: {"state": "merged"},
}


def _pull(number: int, **said: object) -> dict[str, object]:
    plain = {"state": "open", "draft": False, "by_bot": False, "other_base": False, "ready_us": READY}
    return {"ref": ref_of(f"acme/shop#{number}", kind="pull_request"), **plain, **said}


def test_every_cause_is_told_once_what_stakes_the_most_first(told: tuple[Obstacle, ...]) -> None:
    lines = [(each.cause, each.objective, each.team, each.items, each.effort_days) for each in told]
    assert lines == [
        ("review", "checkout", "web", 1, 6.0),  # of the item that it serves, in the last four weeks
        ("waiting", "checkout", "web", 1, 4.0),
        ("other_team", "checkout", "web", 1, 0.0),
        ("waiting", "back", "web", 1, 0.0),
        ("merge", "checkout", None, 1, 0.0),
        ("blocked", "checkout", "web", 1, 0.0),  # and waits for PAY-2, which is not told again
    ]


def test_it_says_since_when_and_what_waits_the_longest(told: tuple[Obstacle, ...]) -> None:
    ages = {each.cause: (each.oldest_days, each.longest) for each in told if each.objective == "checkout"}
    assert ages["blocked"] == (3.0, (ref_of("PAY-1"),))
    assert ages["waiting"] == (4.0, (ref_of("PAY-3"),))
    assert ages["review"] == (7.0, (ref_of("acme/shop#1", kind="pull_request"),))


def test_all_teams_together() -> None:
    one = Obstacle(
        cause="review", objective="a", team="x", items=2, oldest_days=3.0, effort_days=1.0, longest=("p", "q")
    )
    other = Obstacle(
        cause="review", objective="a", team="y", items=3, oldest_days=9.0, effort_days=4.0, longest=("r", "s", "t")
    )
    (both,) = together([one, other])
    assert (both.items, both.oldest_days, both.effort_days, both.team) == (5, 9.0, 5.0, None)
    assert both.longest == ("r", "s", "t")
