"""What the fields of a work item held: told from what they hold at minute 100, and what changed at minute 50."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from connectors.records import Change, Status
from sync.store.apply import apply
from sync.store.database import connect
from sync.store.load import snapshot
from tests.sync.store.batches import at, batch, change, history, item

OPEN = Status(ref="jira:status:1", source="jira", id="1", name="Open", category="todo", project=None)
DONE = Status(ref="jira:status:5", source="jira", id="5", name="Done", category="done", project=None)
CLOSED = Status(ref="jira:status:6", source="jira", id="6", name="Closed", category="done", project=None)

Told = dict[str, Any]


@dataclass(frozen=True)
class Case:
    name: str
    column: str
    changes: tuple[Told, ...]
    now: Told
    held: dict[int, Any]  #: by minute
    complete: bool = True


def case(name: str, column: str, *changes: Told, now: Any, held: dict[int, Any], **rest: Any) -> Case:
    """`now` is what the column holds, or all fields by name."""
    return Case(name, column, changes, now if isinstance(now, dict) else {column: now}, held, **rest)


FINISHED = {"field": "status", "from_id": "1", "from_text": "Open", "to_id": "5", "to_text": "Done"}
IS_DONE = {"status_id": "5", "status": "Done", "status_category": "done"}
IS_CLOSED = {"status_id": "6", "status": "Closed", "status_category": "done"}

CASES = [
    case("a status", "status", FINISHED, now=IS_DONE, held={49: "Open", 50: "Done", 70: "Done"}),
    case("its id", "status_id", FINISHED, now=IS_DONE, held={49: "1", 50: "5"}),
    case("its category", "status_category", FINISHED, now=IS_DONE, held={49: "todo", 50: "done"}),
    case(
        "the category of a status that its source forgot",
        "status_category",
        FINISHED | {"from_id": "4"},
        now=IS_DONE,
        held={49: None, 50: "done"},
    ),
    case("a changelog that was not read whole", "status", FINISHED, now=IS_DONE, held={49: "Done"}, complete=False),
    case(
        "a move that the changelog lacks, dated later by the source",
        "status",
        FINISHED,
        now=IS_CLOSED | {"status_changed_at": at(90)},
        held={49: "Open", 70: "Done", 100: "Closed"},
    ),
    case(
        "a move that the changelog lacks, dated earlier by the source",
        "status",
        FINISHED,
        now=IS_CLOSED | {"status_changed_at": at(60)},
        held={49: "Open", 70: "Closed"},
    ),
    case(
        "a field that changed without a word, at the last update",
        "priority",
        {"field": "priority", "from_text": "Low", "to_text": "High"},
        now="Low",
        held={49: "Low", 70: "High", 100: "Low"},
    ),
    case(
        "two changes of one instant, in the order of their numbers",
        "title",
        {"id": "1000", "field": "title", "from_text": "b", "to_text": "c"},
        {"id": "999", "field": "title", "from_text": "a", "to_text": "b"},
        now="c",
        held={49: "a", 50: "c"},
    ),
    case("points", "points", {"field": "points", "from_text": "3", "to_text": "5"}, now=5.0, held={49: 3.0, 50: 5.0}),
    case("no points", "points", {"field": "points", "to_text": "5"}, now=5.0, held={49: None, 50: 5.0}),
    case("a flag set", "flagged", {"field": "flagged", "to_text": "Impediment"}, now=True, held={49: False, 50: True}),
    case(
        "a flag taken off",
        "flagged",
        {"field": "flagged", "from_text": "Impediment", "to_text": ""},
        now=False,
        held={49: True, 50: False},
    ),
    case("a key", "key", {"field": "key", "from_text": "OPS-3", "to_text": "PAY-3"}, now="PAY-3", held={49: "OPS-3"}),
    case(
        "a project", "project", {"field": "project", "from_text": "OPS", "to_text": "PAY"}, now="PAY", held={49: "OPS"}
    ),
    case(
        "a parent",
        "parent_ref",
        {"field": "parent", "to_id": "jira:issue:0"},
        now="jira:issue:0",
        held={49: None, 50: "jira:issue:0"},
    ),
    case(
        "a parent told by its key alone",
        "parent_ref",
        {"field": "parent", "from_text": "PARENT-1"},
        now=None,
        held={49: "jira:issue:0", 50: None},
    ),
    case(
        "labels told as whole lists",
        "labels",
        {"field": "labels", "from_text": "cart", "to_text": "cart new"},
        now=("cart", "new"),
        held={49: ["cart"], 50: ["cart", "new"]},
    ),
    case(
        "the first labels, told as whole lists",
        "labels",
        {"field": "labels", "from_text": "", "to_text": "cart new"},
        now=("cart", "new"),
        held={49: [], 50: ["cart", "new"]},
    ),
    case(
        "a label put on",
        "labels",
        {"field": "labels", "to_text": "good first issue"},
        now=("cart", "good first issue"),
        held={49: ["cart"], 50: ["cart", "good first issue"]},
    ),
    case(
        "a label taken off",
        "labels",
        {"field": "labels", "from_text": "good first issue"},
        now=("cart",),
        held={49: ["cart", "good first issue"], 50: ["cart"]},
    ),
    case(
        "a label taken off and put on again at once",
        "labels",
        {"id": "1", "field": "labels", "from_text": "a"},
        {"id": "2", "field": "labels", "to_text": "a"},
        now=("a",),
        held={49: ["a"], 50: ["a"]},
    ),
    case(
        "sprints",
        "sprints",
        {"field": "sprints", "from_id": "1, 2", "to_id": "2, 3"},
        now=("2", "3"),
        held={49: ["1", "2"], 50: ["2", "3"]},
    ),
    case(
        "a component taken off",
        "components",
        {"field": "components", "from_text": "C++"},
        now=("Python",),
        held={49: ["C++", "Python"], 50: ["Python"]},
    ),
    case("a version", "fix_versions", {"field": "fix_versions", "to_text": "7 LTS"}, now=("7 LTS",), held={49: []}),
    case(
        "an assignee who handed over",
        "assignees",
        {"field": "assignees", "from_id": "jira:account:a", "to_id": "jira:account:b"},
        now=("jira:account:b",),
        held={49: ["jira:account:a"], 50: ["jira:account:b"]},
    ),
    case(
        "a word of the source's own",
        "title",
        {"field": "Rank", "from_text": "1", "to_text": "2"},
        now="x",
        held={49: "x"},
    ),
]
QUESTIONS = [(number, minute) for number, one in enumerate(CASES, 1) for minute in one.held]


@pytest.fixture(scope="module")
def held_at(tmp_path_factory: pytest.TempPathFactory) -> Callable[[int], dict[str, dict[str, Any]]]:
    """Every case's item, by ref, as known at a minute."""
    store = connect(f"sqlite:///{tmp_path_factory.mktemp('replay')}/facts.db")
    parent = item(0, key="PARENT-1")
    items = [item(number, updated=100, **one.now) for number, one in enumerate(CASES, 1)]
    histories = [
        history(number, *_changes(number, one), version=100, complete=one.complete)
        for number, one in enumerate(CASES, 1)
    ]
    apply(store, batch(parent, *items, OPEN, DONE, CLOSED, children=histories, read=120))
    known = {
        minute: {row["ref"]: row for row in snapshot(store, at(minute))["work_items"].to_pyarrow().to_pylist()}
        for minute in sorted({minute for _, minute in QUESTIONS})
    }
    return known.__getitem__


@pytest.mark.parametrize(
    ("number", "minute"), QUESTIONS, ids=[f"{CASES[number - 1].name}, at {minute}" for number, minute in QUESTIONS]
)
def test_a_field_held(held_at: Callable[[int], dict[str, dict[str, Any]]], number: int, minute: int) -> None:
    one = CASES[number - 1]
    assert held_at(minute)[f"jira:issue:{number}"][one.column] == one.held[minute]


def _changes(number: int, one: Case) -> list[Change]:
    return [change(number, told.get("id", "9"), minute=50, **_without_id(told)) for told in one.changes]


def _without_id(told: Told) -> Told:
    return {name: value for name, value in told.items() if name != "id"}
