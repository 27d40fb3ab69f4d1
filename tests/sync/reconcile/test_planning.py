"""Planning accuracy of sprints and quarters (metrics.md §5.2a)."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from sync.reconcile.facts import Facts
from sync.reconcile.planning import PlanningLine, planning
from tests.builders import micros, ref_of, table
from tests.sync.reconcile.checks.given import facts

SPRINT = {
    "ref": "jira:sprint:7",
    "source": "jira",
    "id": "7",
    "name": "Sprint 7",
    "board": "jira:board:1",
    "start_us": "2026-11-01T09:00Z",
    "end_us": "2026-11-15T09:00Z",
    "activated_us": "2026-11-02T09:00Z",  # a day late
    "completed_us": "2026-11-13T09:00Z",
}
MEMBERS = {"ref": "string", "scope": "string", "since_us": "int64", "is_dated": "boolean"}
PLANNED = """
objectives:
  - {id: checkout, name: Faster checkout, plan: [{from: 2026-01-01, share: 0.4}]}
  - {id: later, name: Later, plan: [{from: 2026-08-01, share: 0.2}]}
"""
BORN = "2026-06-01T09:00Z"
NEVER: dict[str, Any] = {}


def came(at: str) -> dict[str, Any]:
    return {"finished": at, "outcome": "delivered"}


def given_up(at: str) -> dict[str, Any]:
    return {"finished": at, "outcome": "discarded"}


def moved(before: str, after: str, at: str) -> dict[str, Any]:
    return {"field": "sprints", "from_id": before, "to_id": after, "at_us": at}


#: Key → sprints now, what changed them, how it ended, points.
SPRINTED: dict[str, tuple[list[str], list[dict[str, Any]], dict[str, Any], float | None]] = {
    "PAY-1": (["7"], [], came("2026-11-05T09:00Z"), 3),  # there from its creation
    "PAY-2": (["6", "7"], [moved("6", "6, 7", "2026-11-02T09:30Z")], came("2026-11-13T08:59Z"), 5),  # within the hour
    "PAY-3": (["7"], [moved("", "7", "2026-11-01T09:00Z")], NEVER, 8),  # stayed open
    "PAY-4": (["8"], [moved("7", "8", "2026-11-13T08:59:30Z")], NEVER, 2),  # moved on by closing the sprint
    "PAY-5": ([], [moved("7", "", "2026-11-06T09:00Z")], NEVER, 2),  # taken out
    "PAY-6": (["7"], [], given_up("2026-11-06T09:00Z"), 1),  # given up
    "PAY-7": ([], [moved("7", "", "2026-11-06T09:00Z")], came("2026-11-07T09:00Z"), 1),  # out, and delivered
    "PAY-8": (["7"], [moved("", "7", "2026-11-02T10:01Z")], came("2026-11-05T09:00Z"), 1),  # added later
    "PAY-9": (["7"], [moved("", "7", "2026-11-06T09:00Z")], NEVER, 1),  # added later
    "PAY-10": ([], [moved("", "7", "2026-11-06T09:00Z"), moved("7", "", "2026-11-07T09:00Z")], NEVER, 1),  # came, went
    "PAY-11": (["7"], [], came("2026-10-30T09:00Z"), 1),  # done before
    "PAY-12": (["7"], [], came("2026-11-13T09:00Z"), 1),  # done as it ended
    "PAY-13": (["8"], [], came("2026-11-05T09:00Z"), 1),  # in another one
}


def world(*, without_points: Sequence[str] = (), **sprint: Any) -> Facts:
    items = [
        {"key": key, "sprints": now, "created_us": BORN, "points": None if key in without_points else points}
        for key, (now, _, _, points) in SPRINTED.items()
    ]
    changes = [
        {"item": key, "id": str(98 + number), "index": 0, **row}
        for key, (_, rows, _, _) in SPRINTED.items()
        for number, row in enumerate(rows)
    ]
    flow = {key: end for key, (_, _, end, _) in SPRINTED.items()}
    tags = dict.fromkeys(SPRINTED, "untagged")
    return facts(work_items=items, changes=changes, flow=flow, sprints=[SPRINT | sprint], tags=tags)


def sprint_lines(**said: Any) -> tuple[PlanningLine, ...]:
    return planning(world(**said), table(MEMBERS, []))


@pytest.fixture(scope="module")
def sprint() -> PlanningLine:
    (line,) = sprint_lines()
    return line


def values(line: PlanningLine) -> dict[str, float | None]:
    return {figure.id: figure.value for figure in line.figures}


def test_a_sprint_by_its_real_start_and_end(sprint: PlanningLine) -> None:
    """Committed 1 to 7 and 12; of them 1, 2 and 7 came; 8 and 9 were added; 5 and 6 were removed."""
    assert (sprint.kind, sprint.name, sprint.scope, sprint.committed) == ("sprint", "Sprint 7", "jira:board:1", 8)
    assert values(sprint) == {
        "planning_accuracy": 3 / 8,
        "planning_added": 2 / 8,
        "planning_removed": 2 / 8,
        "planning_accuracy_points": 9 / 23,
    }
    assert [[ref_of(f"PAY-{n}") for n in numbers] for numbers in ([1, 2, 7], [8, 9], [5, 6], [1, 2, 7])] == [
        list(figure.items) for figure in sprint.figures
    ]
    assert [figure.n for figure in sprint.figures] == [8] * 4
    assert [figure.low is None for figure in sprint.figures] == [False, True, False, True]  # added may be any number


def test_points_are_told_where_most_have_them() -> None:
    """Of eight committed ones six have points."""
    (line,) = sprint_lines(without_points=["PAY-3", "PAY-4"])
    assert (line.figures[-1].value, line.figures[-1].reason) == (None, "no_data")


def test_a_sprint_that_is_not_over_is_no_sprint_yet() -> None:
    assert sprint_lines(completed_us=None, end_us="2026-11-17T09:00Z") == ()


def test_points_are_those_of_the_start() -> None:
    items = [{"key": f"PAY-{n}", "sprints": ["7"], "created_us": BORN, "points": 100.0} for n in range(5)]
    early = {"field": "points", "from_text": "1", "to_text": "2", "at_us": "2026-11-01T09:00Z"}
    late = {"field": "points", "from_text": "2", "to_text": "100", "at_us": "2026-11-05T09:00Z"}
    changes = [
        {"item": f"PAY-{n}", "id": str(9 + m), "index": 0, **row}
        for n in range(5)
        for m, row in enumerate([early, late])
    ]
    changes += [{"item": "PAY-4", "id": "11", "index": 0, **late, "from_text": "100", "to_text": "7"}]
    known = facts(work_items=items, changes=changes, sprints=[SPRINT], flow={"PAY-4": came("2026-11-05T09:00Z")})
    (line,) = planning(known, table(MEMBERS, []))
    assert values(line)["planning_accuracy_points"] == 2 / 10


def test_a_quarter_is_planned_for_objectives_with_a_plan_at_its_start() -> None:
    since = {
        "PAY-1": BORN,
        "PAY-2": BORN,
        "PAY-3": BORN,
        "PAY-4": BORN,
        "PAY-5": "2026-06-30T22:30Z",
        "PAY-6": "2026-08-01T09:00Z",
    }
    flow = {
        "PAY-1": came("2026-09-30T21:59Z"),
        "PAY-2": came("2026-09-30T22:00Z"),
        "PAY-3": given_up("2026-08-01T09:00Z"),
    }
    members = [
        {"ref": ref_of(key), "scope": scope, "since_us": micros(at), "is_dated": True}
        for key, at in since.items()
        for scope in ("checkout", "later")
    ]
    known = facts(work_items=[{"key": key} for key in since], flow=flow, strategy=PLANNED)
    lines = planning(known, table(MEMBERS, members))
    third = next(line for line in lines if line.id == "2026-Q3")
    assert [(line.id, line.scope) for line in lines] == [("2026-Q3", "checkout"), ("2026-Q2", "checkout")]
    assert third.committed == 5  # the fifth came within the first hour, local time
    assert values(third) == {
        "planning_accuracy": 1 / 5,
        "planning_added": 1 / 5,
        "planning_removed": 1 / 5,
        "planning_accuracy_points": None,
    }


def test_of_few_nothing_is_said() -> None:
    known = facts(work_items=[{"key": "PAY-1", "sprints": ["7"], "created_us": BORN}], sprints=[SPRINT])
    (line,) = planning(known, table(MEMBERS, []))
    assert (line.committed, line.figures[0].value, line.figures[0].reason) == (1, None, "small_n")


def test_nothing_planned_is_nothing_to_tell() -> None:
    assert planning(facts(work_items=[{"key": "PAY-1"}]), table(MEMBERS, [])) == ()


def test_postgresql_and_duckdb_agree(postgres: Any, sprint: PlanningLine) -> None:
    known = world()
    there = {
        name: postgres.create_table(f"plan_{name}", known.snapshot[name].to_pyarrow(), temp=True)
        for name in ("work_items", "changes", "sprints")
    }
    flowed = postgres.create_table("plan_flow", known.flow.to_pyarrow(), temp=True)
    members = postgres.create_table("plan_members", table(MEMBERS, []).to_pyarrow(), temp=True)
    known = replace(known, snapshot=replace(known.snapshot, tables=there), flowed=replace(known.flowed, items=flowed))
    assert planning(known, members) == (sprint,)
