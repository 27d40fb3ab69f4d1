"""Flow by example: every line of metrics.md §1.5, and the rules of §1.1–1.4 one by one."""

from typing import Any

import pytest

from sync.reconcile.thresholds import Thresholds
from tests.builders import micros as at
from tests.sync.reconcile.flows import change, days, flow_of, told

CREATED = "2024-03-01T09:00Z"
AS_OF = "2024-04-01T00:00Z"


def march(*moves: str) -> list[str]:
    """`A 04 09:00` as a move of March 2024."""
    return [f"{status} 2024-03-{day}T{time}Z" for status, day, time in (move.split() for move in moves)]


F1 = told("PAY-1", *march("A 04 09:00", "W 06 09:00", "A 07 09:00", "D 08 09:00"), created=CREATED)
F1[1].extend(
    [
        change("PAY-1", "flagged", None, "Impediment", at="2024-03-04T21:00Z", number=90),
        change("PAY-1", "flagged", "Impediment", "", at="2024-03-05T09:00Z", number=91),
    ]
)
F2 = told("PAY-2", *march("A 05 09:00", "D 06 09:00", "A 07 09:00", "D 11 09:00"), created=CREATED)
F3 = told("PAY-3", *march("A 04 09:00", "T 05 09:00", "A 12 09:00", "D 14 09:00"), created=CREATED)
F4 = told("PAY-4", *march("D 06 09:00"), created=CREATED)
F5 = told("PAY-5", *march("A 20 12:00", "D 25 12:00", "A 28 00:00"), created=CREATED)
F6 = told("PAY-6", *march("A 04 09:00", "D 05 09:00", "A 05 09:02", "D 06 09:00"), created=CREATED)
F7 = told("PAY-7", *march("A 02 09:00", "D 03 09:00", "T 04 09:00"), created=CREATED)


@pytest.fixture(scope="module")
def examples() -> dict[str, dict[str, Any]]:
    return flow_of(F1, F2, F3, F4, F5, F6, F7, as_of=AS_OF)


@pytest.mark.parametrize(
    ("key", "started", "finished", "lead", "cycle", "active", "queued", "blocked", "returned", "gap", "reopens"),
    [
        ("PAY-1", "04T09:00", "08T09:00", 7, 4, 2.5, 1, 0.5, 0, 0, 0),
        ("PAY-2", "05T09:00", "11T09:00", 10, 6, 5, 0, 0, 0, 1, 1),
        ("PAY-3", "04T09:00", "14T09:00", 13, 10, 3, 0, 0, 7, 0, 0),
        ("PAY-4", "06T09:00", "06T09:00", 5, 0, 0, 0, 0, 0, 0, 0),
        ("PAY-6", "04T09:00", "06T09:00", 5, 2, 2, 0, 0, 0, 0, 0),
    ],
)
def test_finished_items(
    examples: dict[str, dict[str, Any]],
    key: str,
    started: str,
    finished: str,
    lead: float,
    cycle: float,
    active: float,
    queued: float,
    blocked: float,
    returned: float,
    gap: float,
    reopens: int,
) -> None:
    row = examples[key]
    assert (row["started_us"], row["finished_us"]) == (at(f"2024-03-{started}Z"), at(f"2024-03-{finished}Z"))
    assert (days(row["lead_us"]), days(row["cycle_us"])) == (lead, cycle)
    parts = ("active_us", "queued_us", "blocked_us", "returned_us", "done_gap_us")
    assert [days(row[part]) for part in parts] == [active, queued, blocked, returned, gap]
    assert days(row["waiting_us"]) == queued + blocked + returned
    assert row["reopens"] == reopens


@pytest.mark.parametrize(("key", "started", "age"), [("PAY-5", "20T12:00", 11.5), ("PAY-7", "02T09:00", 29.625)])
def test_items_opened_again_are_not_finished(
    examples: dict[str, dict[str, Any]], key: str, started: str, age: float
) -> None:
    row = examples[key]
    assert row["started_us"] == at(f"2024-03-{started}Z")
    assert days(at(AS_OF) - row["started_us"]) == age
    assert [row[name] for name in ("finished_us", "lead_us", "cycle_us", "active_us", "outcome")] == [None] * 5
    assert row["reopens"] == 1


def test_what_is_open_says_where_it_stands(examples: dict[str, dict[str, Any]]) -> None:
    assert (examples["PAY-5"]["category"], examples["PAY-7"]["category"]) == ("active", "todo")
    assert examples["PAY-5"]["last_active_us"] == at("2024-03-28T00:00Z")


def test_an_item_that_was_never_active_says_so(examples: dict[str, dict[str, Any]]) -> None:
    assert [key for key, row in examples.items() if "no_active" in row["flags"]] == ["PAY-4"]


def test_the_clock_may_start_anew_on_return() -> None:
    row = flow_of(F3, as_of=AS_OF, thresholds=Thresholds(restart_on_return=True))["PAY-3"]
    assert (row["started_us"], days(row["cycle_us"])) == (at("2024-03-12T09:00Z"), 2)
    assert days(row["active_us"]) == 2


def flow_of_one(item: tuple[dict[str, Any], list[dict[str, Any]]], **more: Any) -> dict[str, Any]:
    (row,) = flow_of(item, as_of=AS_OF, **more).values()
    return row


def test_resolved_then_closed_was_finished_when_resolved() -> None:
    row = flow_of_one(told("PAY-1", *march("A 04 09:00", "D 05 09:00", "D 06 09:00"), created=CREATED))
    assert row["finished_us"] == at("2024-03-05T09:00Z")


def test_history_is_read_by_instant_then_id_as_a_number_then_index() -> None:
    item, changes = told("PAY-1", *march("A 04 09:00", "W 04 09:00", "D 04 09:00"), created=CREATED)
    for row, identity in zip(changes, ["9", "10", "11"], strict=True):
        row["id"] = identity
    row = flow_of_one((item, changes[::-1]))
    assert row["finished_us"] == at("2024-03-04T09:00Z")
    assert row["flags"] == ["no_active", "no_resolution"]


def test_a_move_from_elsewhere_is_believed_and_flagged() -> None:
    item, changes = told("PAY-1", *march("A 04 09:00", "D 06 09:00"), created=CREATED)
    changes[1] |= {"from_id": "W", "from_text": "W"}
    row = flow_of_one((item, changes))
    assert row["flags"] == ["no_resolution", "chain_break"]
    assert days(row["active_us"]) == 2


@pytest.mark.parametrize(
    ("settled", "finished"),
    [
        ("2024-03-07T09:00Z", "2024-03-07T09:00Z"),
        ("2024-03-03T09:00Z", "2024-03-09T09:00Z"),
        (None, "2024-03-09T09:00Z"),
    ],
)
def test_an_item_that_is_elsewhere_than_its_history_led_went_there(settled: str | None, finished: str) -> None:
    item, changes = told("PAY-1", *march("A 04 09:00"), created=CREATED)
    item |= {"status_id": "D", "status_changed_us": settled, "updated_us": "2024-03-09T09:00Z"}
    row = flow_of_one((item, changes))
    assert row["finished_us"] == at(finished)
    assert row["flags"] == ["no_resolution", "tail_mismatch"]


def test_a_stay_of_no_length_is_as_if_it_had_not_been() -> None:
    row = flow_of_one(told("PAY-1", *march("A 04 09:00", "D 05 09:00", "A 05 09:00", "D 06 09:00"), created=CREATED))
    assert (row["first_finished_us"], row["reopens"]) == (at("2024-03-06T09:00Z"), 0)


def test_a_change_at_as_of_counts() -> None:
    row = flow_of(told("PAY-1", *march("A 04 09:00", "D 05 09:00"), created=CREATED), as_of="2024-03-05T09:00Z")
    assert row["PAY-1"]["finished_us"] == at("2024-03-05T09:00Z")


def test_a_history_from_before_the_creation_counts_from_it() -> None:
    item, changes = told("PAY-1", "A 2024-02-01T09:00Z", *march("D 05 09:00"), created=CREATED)
    assert flow_of_one((item, changes))["started_us"] == at(CREATED)


def test_without_history_creation_and_resolution_are_all_there_is() -> None:
    item, _ = told("PAY-1", created=CREATED, status_id="D", resolved_us="2024-03-09T09:00Z", has_history=False)
    row = flow_of_one((item, []))
    assert (row["finished_us"], row["outcome"], days(row["lead_us"])) == (at("2024-03-09T09:00Z"), "delivered", 8)
    assert [row[name] for name in ("started_us", "committed_us", "cycle_us", "flow_us", "active_us")] == [None] * 5
    assert row["flags"] == ["no_history", "no_resolution"]


def test_without_history_a_resolution_does_not_finish_what_is_not_done() -> None:
    item, _ = told("PAY-1", created=CREATED, status_id="A", resolved_us="2024-03-09T09:00Z", has_history=False)
    row = flow_of_one((item | {"resolution": "Fixed"}, []))
    assert (row["finished_us"], row["category"]) == (None, "active")
    assert row["flags"] == ["no_history", "resolved_not_done"]


@pytest.mark.parametrize(
    ("resolution", "outcome"),
    [
        ("Fixed", "delivered"),
        ("Won't Do", "discarded"),
        ("WON’T FIX", "discarded"),
        ("Duplicate", "discarded"),
        ("not_planned", "discarded"),
        (None, "delivered"),
    ],
)
def test_the_outcome_is_read_from_the_resolution(resolution: str | None, outcome: str) -> None:
    item, changes = told("PAY-1", *march("A 04 09:00", "D 05 09:00"), created=CREATED, resolution=resolution)
    row = flow_of_one((item, changes))
    assert row["outcome"] == outcome
    assert row["flags"] == ([] if resolution else ["no_resolution"])


def test_a_status_that_nobody_mapped_is_todo_and_flagged() -> None:
    row = flow_of_one(told("PAY-1", *march("A 04 09:00", "Limbo 05 09:00"), created=CREATED))
    assert (row["category"], row["flags"]) == ("todo", ["unmapped"])


def test_an_old_project_reads_its_own_statuses() -> None:
    item, changes = told("PAY-1", *march("Doing 04 09:00", "A 10 09:00", "D 12 09:00"), created=CREATED)
    moved = change("PAY-1", "key", "LAB-7", "PAY-1", at="2024-03-10T09:00Z", number=50)
    mapped = {
        "LAB": {"T": "todo", "Doing": "waiting"},
        "PAY": {"T": "todo", "A": "active", "D": "done", "Doing": "done"},
    }
    row = flow_of_one((item, [*changes, moved]), workflows=mapped)
    assert (days(row["queued_us"]), days(row["active_us"])) == (6, 2)
    assert row["flags"] == ["no_resolution"]


def test_commitment_begins_the_flow_time() -> None:
    item = told("PAY-1", *march("S 02 09:00", "A 04 09:00", "D 05 09:00"), created=CREATED)
    row = flow_of_one(item, commitment="S")
    assert (row["committed_us"], days(row["flow_us"])) == (at("2024-03-02T09:00Z"), 3)
    assert flow_of_one(item)["committed_us"] == at("2024-03-04T09:00Z")


def test_what_never_came_to_commitment_has_no_flow_time() -> None:
    row = flow_of_one(told("PAY-1", *march("A 04 09:00", "D 05 09:00"), created=CREATED), commitment="S")
    assert (row["committed_us"], row["flow_us"]) == (None, None)
    assert row["flags"] == ["no_commitment", "no_resolution"]


def flag(before: str, after: str, *, when: str, number: int) -> dict[str, Any]:
    return change("PAY-1", "flagged", before, after, at=f"2024-03-{when}Z", number=number)


@pytest.mark.parametrize(
    ("flags", "flagged", "blocked"),
    [
        pytest.param([], True, 4, id="set at creation and never touched"),
        pytest.param([flag("X", "", when="06T09:00", number=90)], False, 2, id="set at creation, cleared"),
        pytest.param([flag("", "X", when="05T09:00", number=90)], True, 3, id="never cleared"),
        pytest.param(
            [flag("", "X", when="02T09:00", number=90), flag("X", "", when="03T09:00", number=91)],
            False,
            0,
            id="before the work began",
        ),
        pytest.param(
            [flag("", "X", when="05T09:00", number=90), flag("X", "Y", when="06T09:00", number=91)],
            True,
            3,
            id="another flag beside the first",
        ),
    ],
)
def test_a_flag_blocks_active_time_only(flags: list[dict[str, Any]], flagged: bool, blocked: float) -> None:
    item, changes = told("PAY-1", *march("A 04 09:00", "D 08 09:00"), created=CREATED, flagged=flagged)
    row = flow_of_one((item, [*changes, *flags]))
    assert (days(row["blocked_us"]), days(row["active_us"])) == (blocked, 4 - blocked)


def test_a_flag_within_a_blocked_status_counts_once() -> None:
    item, changes = told("PAY-1", *march("A 04 09:00", "X 05 09:00", "A 07 09:00", "D 08 09:00"), created=CREATED)
    overlapping = [flag("", "F", when="06T09:00", number=90), flag("F", "", when="07T21:00", number=91)]
    row = flow_of_one((item, [*changes, *overlapping]))
    assert (days(row["blocked_us"]), days(row["active_us"])) == (2.5, 1.5)


def test_only_leaf_items_of_the_standard_level_are_counted() -> None:
    levels = {"PAY-1": 0, "PAY-2": -1, "PAY-3": 1, "PAY-4": None, "PAY-5": None}
    items = [told(key, created=CREATED, level=level) for key, level in levels.items()]
    items[4][0]["parent_ref"] = "jira:work_item:PAY-4"
    assert flow_of(*items, as_of=AS_OF).keys() == {"PAY-1", "PAY-5"}


def test_types_may_be_named() -> None:
    items = [told(f"PAY-{n}", created=CREATED, type=name) for n, name in enumerate(["Bug", "Wish"])]
    assert flow_of(*items, as_of=AS_OF, thresholds=Thresholds(item_types=("Bug",))).keys() == {"PAY-0"}


def swept(count: int, *, pause_s: int = 60) -> list[tuple[dict[str, Any], list[dict[str, Any]]]]:
    """Items that one author closes one after the other."""
    ends = [at("2024-03-20T09:00Z") + n * pause_s * 1_000_000 for n in range(count)]
    items = [told(f"PAY-{n}", *march("A 04 09:00", "D 20 09:00"), created=CREATED) for n in range(count)]
    for (_, changes), end_us in zip(items, ends, strict=True):
        changes[1] |= {"at_us": end_us, "author": "jira:account:robot"}
    return items


@pytest.mark.parametrize(("count", "pause_s", "bulk"), [(20, 60, 20), (19, 60, 0), (20, 61, 0), (40, 0, 40)])
def test_closing_many_items_in_one_sweep_is_seen(count: int, pause_s: int, bulk: int) -> None:
    rows = flow_of(*swept(count, pause_s=pause_s), as_of=AS_OF)
    assert sum("bulk_closed" in row["flags"] for row in rows.values()) == bulk


def test_a_sweep_is_of_one_author() -> None:
    items = swept(20)
    items[10][1][1]["author"] = "jira:account:somebody"
    rows = flow_of(*items, as_of=AS_OF)
    assert not any("bulk_closed" in row["flags"] for row in rows.values())


def issue(*changes: dict[str, Any], state: str = "open", **fields: Any) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    key, category = "acme/shop#1", "done" if state == "closed" else "todo"
    return {"key": key, "created_us": CREATED, "status": state, "status_category": category, **fields}, list(changes)


def state(before: str, after: str, *, when: str, number: int) -> dict[str, Any]:
    return change("acme/shop#1", "state", before, after, at=f"2024-03-{when}Z", number=number)


def assigned(before: str | None, after: str | None, *, when: str) -> dict[str, Any]:
    return change("acme/shop#1", "assignees", before, after, at=f"2024-03-{when}Z", number=1)


CLOSED = state("open", "closed", when="08T09:00", number=8)


@pytest.mark.parametrize(
    ("item", "started", "finished"),
    [
        pytest.param(issue(), None, None, id="nobody took it up"),
        pytest.param(issue(assigned(None, "dev", when="04T09:00")), "04T09:00", None, id="assigned"),
        pytest.param(issue(assignees=["github:account:dev"]), "01T09:00", None, id="assigned at creation"),
        pytest.param(
            issue(assigned("dev", None, when="04T09:00")), "01T09:00", None, id="assigned at creation, given back later"
        ),
        pytest.param(
            issue(assigned(None, "dev", when="04T09:00"), CLOSED, state="closed"), "04T09:00", "08T09:00", id="closed"
        ),
        pytest.param(issue(CLOSED, state="closed"), "08T09:00", "08T09:00", id="closed out of the blue"),
        pytest.param(
            issue(CLOSED, state("closed", "open", when="09T09:00", number=9)), "09T09:00", None, id="opened again"
        ),
    ],
)
def test_an_issue_of_a_repository_tells_by_its_state(
    item: tuple[dict[str, Any], list[dict[str, Any]]], started: str | None, finished: str | None
) -> None:
    row = flow_of_one(item)
    expected = [stated and at(f"2024-03-{stated}Z") for stated in (started, finished)]
    assert [row["started_us"], row["finished_us"]] == expected


def test_a_linked_pull_request_takes_an_issue_up() -> None:
    opened = {"key": "acme/shop#2", "created_us": "2024-03-05T09:00Z"}
    serving = {
        "item_ref": "github:pull_request:acme/shop#2",
        "to_ref": "github:work_item:acme/shop#1",
        "class": "closes",
    }
    row = flow_of_one(issue(CLOSED, state="closed"), pull_requests=[opened], links=[serving])
    assert days(row["cycle_us"]) == 3
    mention = serving | {"class": "mentions"}
    assert flow_of_one(issue(), pull_requests=[opened], links=[mention])["started_us"] is None
