"""Flow by example: every line of metrics.md §1.5, and the rules of §1.1–1.4 and §1.10 one by one."""

from typing import Any

import pytest

from sync.reconcile.thresholds import PlaceThresholds, Thresholds
from tests.builders import micros
from tests.sync.reconcile.flows import WORKFLOW, Row, Told, change, days, flow_of, told

CREATED = "2024-03-01T09:00Z"
AS_OF = "2024-04-01T00:00Z"
PARTS = ("active_us", "queued_us", "blocked_us", "returned_us", "done_gap_us")


def march(moment: str) -> str:
    """`04 09:00` in March 2024."""
    day, time = moment.split()
    return f"2024-03-{day}T{time}Z"


def history(*moves: str, **fields: Any) -> Told:
    """Moves such as `A 04 09:00`, in March 2024."""
    return told(*(f"{move[0]} {march(move[2:])}" for move in moves), created=CREATED, **fields)


def flag(before: str, after: str, at: str, *, identity: str = "91") -> Row:
    return change("flagged", before, after, march(at), identity=identity)


def instant(us: int | None) -> str | None:
    """As `march` reads it."""
    return next((f"{day:02} {hour:02}:00" for day in range(1, 32) for hour in range(24) if us == at(day, hour)), None)


def at(day: int, hour: int) -> int:
    return micros(f"2024-03-{day:02}T{hour:02}:00Z")


EXAMPLES = {
    "F1": history("A 04 09:00", "W 06 09:00", "A 07 09:00", "D 08 09:00").also(
        flag("", "F", "04 21:00"), flag("F", "", "05 09:00", identity="92")
    ),
    "F2": history("A 05 09:00", "D 06 09:00", "A 07 09:00", "D 11 09:00"),
    "F3": history("A 04 09:00", "T 05 09:00", "A 12 09:00", "D 14 09:00"),
    "F4": history("D 06 09:00"),
    "F5": history("A 20 12:00", "D 25 12:00", "A 28 00:00"),
    "F6": history("A 04 09:00", "D 05 09:00", "A 05 09:02", "D 06 09:00"),
    "F7": history("A 02 09:00", "D 03 09:00", "T 04 09:00"),
}


@pytest.fixture(scope="module")
def examples() -> dict[str, Row]:
    rows = flow_of({f"PAY-{name}": told for name, told in EXAMPLES.items()}, as_of=AS_OF)
    return {key.removeprefix("PAY-"): row for key, row in rows.items()}


@pytest.mark.parametrize(
    ("name", "started", "finished", "lead", "cycle", "parts", "reopens"),
    [
        ("F1", "04 09:00", "08 09:00", 7, 4, [2.5, 1, 0.5, 0, 0], 0),
        ("F2", "05 09:00", "11 09:00", 10, 6, [5, 0, 0, 0, 1], 1),
        ("F3", "04 09:00", "14 09:00", 13, 10, [3, 0, 0, 7, 0], 0),
        ("F4", "06 09:00", "06 09:00", 5, 0, [0, 0, 0, 0, 0], 0),
        ("F5", "20 12:00", None, None, None, [None] * 5, 1),
        ("F6", "04 09:00", "06 09:00", 5, 2, [2, 0, 0, 0, 0], 0),
        ("F7", "02 09:00", None, None, None, [None] * 5, 1),
    ],
)
def test_the_examples_of_the_specification(
    examples: dict[str, Row],
    name: str,
    started: str,
    finished: str | None,
    lead: float | None,
    cycle: float | None,
    parts: list[float | None],
    reopens: int,
) -> None:
    """F2, F3, F5 and F7 were done and moved back. # DeloitteDigitalUK/jira-agile-metrics#6, fivetran/dbt_jira#129"""
    row = examples[name]
    assert row["started_us"] == micros(march(started))
    assert row["finished_us"] == (finished and micros(march(finished)))
    assert (days(row["lead_us"]), days(row["cycle_us"])) == (lead, cycle)
    assert [days(row[part]) for part in PARTS] == parts
    assert row["reopens"] == reopens


def test_what_is_open_says_where_it_stands_and_how_old_it_is(examples: dict[str, Row]) -> None:
    ages = {name: days(micros(AS_OF) - examples[name]["started_us"]) for name in ("F5", "F7")}
    assert ages == {"F5": 11.5, "F7": 29.625}
    assert (examples["F5"]["category"], examples["F7"]["category"]) == ("active", "todo")
    assert examples["F5"]["last_active_us"] == micros(march("28 00:00"))
    assert examples["F5"]["outcome"] is None


def test_the_clock_may_start_anew_on_return() -> None:
    rows = flow_of({"PAY-3": EXAMPLES["F3"]}, as_of=AS_OF, thresholds=Thresholds(restart_on_return=True))
    row = rows["PAY-3"]
    assert (row["started_us"], days(row["cycle_us"])) == (micros(march("12 09:00")), 2)
    assert days(row["active_us"]) == 2


def test_a_project_and_a_team_may_have_rules_of_their_own() -> None:
    """LAB counts tasks alone, and its clock starts anew; the team gives up what it drops, whatever the project says."""
    places = (
        PlaceThresholds(project="LAB", item_types=("Task",), restart_on_return=True, discarded=("void",)),
        PlaceThresholds(team="payments", discarded=("dropped",)),
    )
    returned = EXAMPLES["F3"].but(type="Task")
    items = {
        "PAY-1": returned.but(resolution="Void"),
        "LAB-1": returned.but(resolution="Void"),
        "LAB-2": returned.but(resolution="Void", team="payments"),
        "LAB-3": returned.but(type="Story"),
        "PAY-2": returned.but(type="Story", resolution="Dropped", team="payments"),
    }
    rows = flow_of(items, as_of=AS_OF, thresholds=Thresholds(places=places))
    assert {key: (days(row["cycle_us"]), row["outcome"]) for key, row in rows.items()} == {
        "PAY-1": (10, "delivered"),
        "LAB-1": (2, "discarded"),
        "LAB-2": (2, "delivered"),
        "PAY-2": (10, "discarded"),
    }
    lab = PlaceThresholds(project="LAB", restart_on_return=False, flow_types={"debt": ("Task",)})
    rows = flow_of(items, as_of=AS_OF, thresholds=Thresholds(restart_on_return=True, places=(lab,)))
    told = {key: (days(row["cycle_us"]), row["flow_type"]) for key, row in rows.items()}
    assert (told["PAY-1"], told["PAY-2"], told["LAB-1"]) == ((2, "other"), (2, "feature"), (10, "debt"))


WORKED = history("A 04 09:00", "D 05 09:00", resolution="Fixed")
SAME_INSTANT = history("A 04 09:00", "W 04 09:00", "D 04 09:00", resolution="Fixed")
UNREAD = history(status_id="D", resolution="Fixed", resolved_us="2024-03-09T09:00Z", has_history=False)
LOST = history("A 04 09:00", resolution="Fixed", status_id="D", updated_us="2024-03-09T09:00Z")
ACTIVE = history("A 04 09:00", "D 08 09:00", resolution="Fixed")


def renumbered(told: Told, *ids: str) -> Told:
    return Told(told.item, [row | {"id": identity} for row, identity in zip(told.changes, ids, strict=True)][::-1])


#: name: what is told, and what its row says; instants as `march` reads them, the rest in days
CASES: dict[str, tuple[Told, dict[str, Any]]] = {
    "resolved, then closed: finished when resolved": (
        history("A 04 09:00", "D 05 09:00", "D 06 09:00", resolution="Fixed"),
        {"finished": "05 09:00", "flags": []},
    ),
    "changes of one instant go by their id, as a number": (
        renumbered(SAME_INSTANT, "9", "10", "11"),
        {"started": "04 09:00", "finished": "04 09:00", "flags": ["no_active"]},
    ),
    "a move from elsewhere is believed and flagged": (
        Told(WORKED.item, [WORKED.changes[0], WORKED.changes[1] | {"from_id": "W"}]),
        {"active": 1, "flags": ["chain_break"]},
    ),
    "now elsewhere than its history led: went there when its category changed": (
        LOST.but(status_changed_us="2024-03-07T09:00Z"),
        {"finished": "07 09:00", "active": 3, "flags": ["tail_mismatch"]},
    ),
    "the category changed before the last move: went there when it was updated": (
        LOST.but(status_changed_us="2024-03-03T09:00Z"),
        {"finished": "09 09:00", "flags": ["tail_mismatch"]},
    ),
    "the source does not say when: likewise": (LOST, {"finished": "09 09:00", "flags": ["tail_mismatch"]}),
    "a stay of no length never was": (
        history("A 04 09:00", "D 05 09:00", "A 05 09:00", "D 06 09:00"),
        {"finished": "06 09:00", "gap": 0, "reopens": 0},
    ),
    "a history from before the creation counts from it": (
        Told(WORKED.item, [WORKED.changes[0] | {"at_us": "2024-02-01T09:00Z"}, WORKED.changes[1]]),
        {"started": "01 09:00", "cycle": 4},
    ),
    "no history: creation and resolution are all there is": (
        UNREAD,
        {"finished": "09 09:00", "lead": 8, "outcome": "delivered", "flags": ["no_history"]}
        | dict.fromkeys(("started", "cycle", "flow", "active", "committed")),
    ),
    "no history, resolved, but not done": (
        UNREAD.but(status_id="A"),
        {"finished": None, "outcome": None, "category": "active", "flags": ["no_history", "resolved_not_done"]},
    ),
    "no history and no date": (UNREAD.but(resolved_us=None), {"finished": None, "category": "done"}),
    "still in its first status": (history(), {"started": None, "category": "todo", "flags": []}),
    "fixed": (WORKED, {"outcome": "delivered", "flags": []}),
    "won't do": (WORKED.but(resolution="Won't Do"), {"outcome": "discarded"}),
    "won't fix, otherwise typed": (WORKED.but(resolution="WON’T FIX"), {"outcome": "discarded"}),
    "not planned": (WORKED.but(resolution="not_planned"), {"outcome": "discarded"}),
    "no resolution": (WORKED.but(resolution=None), {"outcome": "delivered", "flags": ["no_resolution"]}),
    "a status that nobody mapped is todo": (
        history("A 04 09:00", "? 05 09:00"),
        {"category": "todo", "finished": None, "flags": ["unmapped"]},
    ),
    "flagged since creation, and never touched": (ACTIVE.but(flagged=True), {"blocked": 4, "active": 0}),
    "flagged at creation, cleared": (ACTIVE.also(flag("F", "", "06 09:00")), {"blocked": 2, "active": 2}),
    "flagged and never cleared": (ACTIVE.also(flag("", "F", "05 09:00")), {"blocked": 3, "active": 1}),
    "flagged before the work began": (
        ACTIVE.also(flag("", "F", "02 09:00"), flag("F", "", "03 09:00", identity="92")),
        {"blocked": 0, "active": 4},
    ),
    "one flag after another": (
        ACTIVE.also(flag("", "F", "05 09:00"), flag("F", "G", "06 09:00", identity="92")),
        {"blocked": 3, "active": 1},
    ),
    "a flag counts nothing while waiting": (
        history("A 04 09:00", "W 05 09:00", "D 08 09:00").also(flag("", "F", "04 21:00")),
        {"blocked": 0.5, "active": 0.5, "queued": 3},
    ),
    "a flag within a blocked status counts once": (
        history("A 04 09:00", "X 05 09:00", "A 07 09:00", "D 08 09:00").also(
            flag("", "F", "06 09:00"), flag("F", "", "07 21:00", identity="92")
        ),
        {"blocked": 2.5, "active": 1.5},
    ),
    "committed when started, where no status commits": (WORKED, {"committed": "04 09:00", "flow": 1}),
}
DURATIONS = {"lead", "cycle", "flow", "active", "queued", "blocked", "returned"}


def told_by(row: Row, name: str) -> Any:
    if name in DURATIONS:
        return days(row[f"{name}_us"])
    if name == "gap":
        return days(row["done_gap_us"])
    return instant(row[f"{name}_us"]) if f"{name}_us" in row else row[name]


@pytest.fixture(scope="module")
def cases() -> dict[str, Row]:
    rows = flow_of({f"PAY-{n}": told for n, (told, _) in enumerate(CASES.values())}, as_of=AS_OF)
    return {name: rows[f"PAY-{n}"] for n, name in enumerate(CASES)}


@pytest.mark.parametrize("name", CASES)
def test_one_item(cases: dict[str, Row], name: str) -> None:
    _, expected = CASES[name]
    assert {said: told_by(cases[name], said) for said in expected} == expected


def test_a_change_at_as_of_counts() -> None:
    row = flow_of({"PAY-1": WORKED}, as_of="2024-03-05T09:00Z")["PAY-1"]
    assert row["finished_us"] == micros("2024-03-05T09:00Z")


def test_an_old_project_reads_its_own_statuses() -> None:
    moved = change("key", "LAB-7", "PAY-1", march("10 09:00"), identity="50")
    item = history("B 04 09:00", "A 10 09:00", "D 12 09:00").also(moved)
    workflows = {"LAB": {"T": "todo", "B": "waiting"}, "PAY": {"T": "todo", "A": "active", "B": "done", "D": "done"}}
    row = flow_of({"PAY-1": item}, as_of=AS_OF, workflows=workflows)["PAY-1"]
    assert (days(row["queued_us"]), days(row["active_us"])) == (6, 2)


def test_commitment_begins_the_flow_time() -> None:
    kept = history("S 02 09:00", "A 04 09:00", "D 05 09:00")
    rows = flow_of({"PAY-1": kept, "PAY-2": WORKED, "PAY-3": history()}, as_of=AS_OF, commitment="S")
    assert (instant(rows["PAY-1"]["committed_us"]), days(rows["PAY-1"]["flow_us"])) == ("02 09:00", 3)
    assert (rows["PAY-2"]["committed_us"], rows["PAY-2"]["flow_us"]) == (None, None)
    assert [rows[key]["flags"] for key in ("PAY-2", "PAY-3")] == [["no_commitment"], []]


def test_a_commitment_status_that_nothing_ever_entered_is_one_nonetheless() -> None:
    workflow = {name: category for name, category in WORKFLOW.items() if name != "S"}
    row = flow_of({"PAY-1": WORKED}, as_of=AS_OF, commitment="S", workflows={"PAY": workflow})["PAY-1"]
    assert (row["committed_us"], row["flow_us"], row["flags"]) == (None, None, ["no_commitment"])


def test_only_leaf_items_of_the_standard_level_are_counted() -> None:
    levels = {"PAY-1": 0, "PAY-2": -1, "PAY-3": 1, "PAY-4": None}
    items = {key: history(level=level) for key, level in levels.items()}
    items["PAY-5"] = history(level=None, parent_ref="jira:work_item:PAY-4")
    assert flow_of(items, as_of=AS_OF).keys() == {"PAY-1", "PAY-5"}


def test_the_counted_types_may_be_named() -> None:
    items = {"PAY-1": history(type="Bug"), "PAY-2": history(type="Wish")}
    assert flow_of(items, as_of=AS_OF, thresholds=Thresholds(item_types=("Bug",))).keys() == {"PAY-1"}


def sweep(project: str, count: int, *, pause_s: int, authors: tuple[str, ...] = ("robot",)) -> dict[str, Told]:
    """Items that are closed one after the other."""
    first_us = micros(march("20 09:00"))
    ends = [first_us + n * pause_s * 1_000_000 for n in range(count)]
    begun = WORKED.changes[0]
    return {
        f"{project}-{n}": Told(
            WORKED.item, [begun, change("status", "A", "D", end_us) | {"author": authors[n % len(authors)]}]
        )
        for n, end_us in enumerate(ends)
    }


def test_closing_many_items_in_one_sweep_is_seen() -> None:
    sweeps = {
        "JUST": sweep("JUST", 20, pause_s=60),
        "FEW": sweep("FEW", 19, pause_s=60, authors=("b",)),
        "SLOW": sweep("SLOW", 20, pause_s=61, authors=("c",)),
        "ATONCE": sweep("ATONCE", 40, pause_s=0, authors=("d",)),
        "TWO": sweep("TWO", 38, pause_s=10, authors=("e", "f")),
    }
    rows = flow_of({key: told for items in sweeps.values() for key, told in items.items()}, as_of=AS_OF)
    bulk = [key.split("-")[0] for key, row in rows.items() if "bulk_closed" in row["flags"]]
    assert {project: bulk.count(project) for project in sweeps} == {
        "JUST": 20,
        "FEW": 0,
        "SLOW": 0,
        "ATONCE": 40,
        "TWO": 0,
    }


def issue(*changes: Row, state: str = "open", **fields: Any) -> Told:
    category = "done" if state == "closed" else "todo"
    return Told(
        {"created_us": CREATED, "status_id": state, "status": state, "status_category": category, **fields},
        list(changes),
    )


def assigned(before: str | None, after: str | None, moment: str) -> Row:
    return change("assignees", before, after, march(moment))


CLOSED = change("status", "open", "closed", march("08 09:00"))
REOPENED = change("status", "closed", "open", march("09 09:00"))
OPENED = {"key": "acme/shop#90", "created_us": march("05 09:00")}
SERVES = {"item_ref": "github:pull_request:acme/shop#90", "class": "closes"}

#: name: what is told, when it was started, and finished
ISSUES = {
    "nobody took it up": (issue(), None, None),
    "assigned": (issue(assigned(None, "dev", "04 09:00")), "04 09:00", None),
    "assigned at creation": (issue(assignees=["github:account:dev"]), "01 09:00", None),
    "assigned at creation, given back": (issue(assigned("dev", None, "04 09:00")), "01 09:00", None),
    "assigned, closed": (issue(assigned(None, "dev", "04 09:00"), CLOSED, state="closed"), "04 09:00", "08 09:00"),
    "assigned after it was closed": (
        issue(assigned(None, "dev", "09 09:00"), CLOSED, state="closed"),
        "08 09:00",
        "08 09:00",
    ),
    "closed out of the blue": (issue(CLOSED, state="closed"), "08 09:00", "08 09:00"),
    "opened again": (issue(CLOSED, REOPENED), "09 09:00", None),
    "closed by a pull request": (issue(CLOSED, state="closed"), "05 09:00", "08 09:00"),
    "only mentioned by it": (issue(CLOSED, state="closed"), "08 09:00", "08 09:00"),
}


@pytest.fixture(scope="module")
def issues() -> dict[str, Row]:
    keys = {name: f"acme/shop#{n}" for n, name in enumerate(ISSUES)}
    serves = SERVES | {"to_ref": f"github:work_item:{keys['closed by a pull request']}"}
    mentions = SERVES | {"to_ref": f"github:work_item:{keys['only mentioned by it']}", "class": "mentions"}
    told = {keys[name]: told for name, (told, *_) in ISSUES.items()}
    rows = flow_of(told, as_of=AS_OF, pull_requests=[OPENED], links=[serves, mentions])
    return {name: rows[key] for name, key in keys.items()}


@pytest.mark.parametrize("name", ISSUES)
def test_an_issue_of_a_repository_tells_by_its_state(issues: dict[str, Row], name: str) -> None:
    _, started, finished = ISSUES[name]
    assert (instant(issues[name]["started_us"]), instant(issues[name]["finished_us"])) == (started, finished)


def test_every_status_of_the_workflow_is_in_some_case() -> None:
    told = [item for item, _ in CASES.values()] + list(EXAMPLES.values())
    assert {row["to_id"] for item in told for row in item.changes if row["field"] == "status"} >= {*WORKFLOW} - {"S"}
