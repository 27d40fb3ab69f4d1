"""Real GitHub issues with their timelines, checked by hand: each sum is written out (metrics.md §1.3–1.5).

Links to pull requests are left aside: what begins work here is an assignment, or that an issue is opened again.
"""

import gzip
import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.builders import micros
from tests.shared import shared
from tests.sync.reconcile.flows import Row, Told, change, flow_of

pytestmark = pytest.mark.real_data

REPOSITORY = "bitcoin-core/gui"
PARTS = ("active_us", "queued_us", "blocked_us", "returned_us", "done_gap_us")
MINUTE, HOUR, DAY = 60, 3_600, 86_400
#: What each event changes: field, before, after.
EVENTS = {
    "closed": ("status", "open", "closed"),
    "reopened": ("status", "closed", "open"),
    "assigned": ("assignees", None, "somebody"),
    "unassigned": ("assignees", "somebody", None),
}


def recorded() -> Iterator[dict[str, Any]]:
    with gzip.open(shared("data/bitcoin-core-github") / "gui-issues.jsonl.gz", "rt", encoding="utf-8") as file:
        yield from map(json.loads, file)


def told(issue: dict[str, Any], events: list[dict[str, Any]]) -> Told:
    state = issue["state"]
    status = {"status_id": state, "status": state, "status_category": "done" if state == "closed" else "todo"}
    instants = {"created_us": issue["created_at"], "updated_us": issue["updated_at"]}
    moved = [each for each in events if each["event"] in EVENTS]
    changes = [
        change(*EVENTS[each["event"]], each["created_at"], identity=f"{number:05}") for number, each in enumerate(moved)
    ]
    return Told({**status, **instants, "resolution": issue["state_reason"]}, changes)


@pytest.fixture(scope="module")
def rows() -> dict[int, Row]:
    """By number, of all issues of the repository."""
    items = {f"{REPOSITORY}#{each['issue']['number']}": told(each["issue"], each["events"]) for each in recorded()}
    found = flow_of(items, as_of="2026-08-22T00:00:00+00:00")
    return {int(key.partition("#")[2]): row for key, row in found.items()}


def seconds(row: Row, *names: str) -> list[int]:
    return [row[name] // 1_000_000 for name in names]


def test_one_that_was_taken_up_when_it_was_made(rows: dict[int, Row]) -> None:
    """Created and assigned 2026-08-04 15:38:45, closed 08-15 10:40:13."""
    row, active = rows[956], 10 * DAY + 19 * HOUR + 1 * MINUTE + 28
    assert seconds(row, *PARTS) == [active, 0, 0, 0, 0]
    assert seconds(row, "cycle_us", "lead_us") == [active, active]
    assert (row["reopens"], row["outcome"]) == (0, "delivered")


def test_one_that_was_closed_out_of_the_blue_began_when_it_was_opened_again(rows: dict[int, Row]) -> None:
    """Created 2020-06-18 18:17:43, closed 07-18 16:25:18, opened again 16:25:34, closed 2021-03-05 07:09:05.

    Sixteen seconds of being done lie between to do and active: they are not debounced.
    """
    row, active = rows[5], 229 * DAY + 14 * HOUR + 43 * MINUTE + 31
    assert seconds(row, *PARTS) == [active, 0, 0, 0, 0]
    assert seconds(row, "cycle_us", "lead_us") == [active, 259 * DAY + 12 * HOUR + 51 * MINUTE + 22]
    assert row["reopens"] == 1


def test_one_that_was_opened_again_twice(rows: dict[int, Row]) -> None:
    """Closed 2021-01-26 09:41:38 and again a second later; opened 16:22:38, closed 01-27 01:32:09, opened 02:05:41,
    closed 20:33:51.
    """
    row = rows[101]
    active = (9 * HOUR + 9 * MINUTE + 31) + (18 * HOUR + 28 * MINUTE + 10)
    done = 33 * MINUTE + 32  # what came before the first start is none of it
    assert seconds(row, *PARTS) == [active, 0, 0, 0, done]
    assert seconds(row, "cycle_us") == [active + done] == [28 * HOUR + 11 * MINUTE + 13]
    assert row["reopens"] == 2


def test_what_is_opened_for_eight_seconds_was_never_opened(rows: dict[int, Row]) -> None:
    """Closed 2023-09-21 23:14:04, opened 23:14:09, closed 23:14:17 as not planned."""
    row = rows[348]
    assert (row["reopens"], row["outcome"]) == (0, "discarded")
    assert row["started_us"] == row["finished_us"] == micros("2023-09-21T23:14:04Z")
    assert "no_active" in row["flags"]


def test_an_assignment_to_what_is_active_already_changes_nothing(rows: dict[int, Row]) -> None:
    """Opened again 2024-11-02 11:35:32, assigned 2025-01-23, closed 2025-03-04 00:40:45."""
    assert seconds(rows[843], *PARTS) == [121 * DAY + 13 * HOUR + 5 * MINUTE + 13, 0, 0, 0, 0]


def test_what_was_taken_up_and_given_back_at_once_is_in_progress_to_this_day(rows: dict[int, Row]) -> None:
    """Assigned 2026-05-08 12:56:48, given back five seconds later: active stays so until closed (§1.3)."""
    row = rows[64]
    assert (row["started_us"], row["finished_us"], row["category"]) == (micros("2026-05-08T12:56:48Z"), None, "active")
