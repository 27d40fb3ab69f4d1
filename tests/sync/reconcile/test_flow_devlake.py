"""Real Jira issues with their histories, checked by hand: each sum is written out in seconds (metrics.md §1.2–1.5)."""

import gzip
import json
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.builders import micros
from tests.shared import shared
from tests.sync.reconcile.flows import Row, Told, change, flow_of

pytestmark = pytest.mark.real_data

#: As the team of the records might have it: what is open waits to be taken up.
WORKFLOW = {
    **dict.fromkeys(("10020", "10029", "10000", "10033"), "todo"),  # Inbox, Ready for Dev, To Do of two projects
    "1": "waiting",  # Open
    "3": "active",  # In Development
    **dict.fromkeys(("5", "6", "10068"), "done"),  # Resolved, Closed, and done as the project has called it since
}
PARTS = ("active_us", "queued_us", "blocked_us", "returned_us", "done_gap_us")
MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000  # in milliseconds, as Jira tells its instants


def at(text: str) -> str:
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%f%z").isoformat()


def recorded(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        yield from (json.loads(line)["data"] for line in file)


def told(issue: dict[str, Any]) -> Told:
    fields = issue["fields"]
    item = {
        "level": -1 if fields["issuetype"]["subtask"] else 0,
        "status_id": fields["status"]["id"],
        "created_us": at(fields["created"]),
        "updated_us": at(fields["updated"]),
        "resolution": fields["resolution"] and fields["resolution"]["name"],
    }
    return Told(item, list(moves(issue["changelog"]["histories"])))


def moves(histories: list[dict[str, Any]]) -> Iterator[Row]:
    for history in histories:
        for index, moved in enumerate(history["items"]):
            if moved["field"] == "status":
                when, sides = micros(at(history["created"])), (moved["from"], moved["to"])
                yield change("status", *sides, when, identity=history["id"]) | {"index": index}


@pytest.fixture(scope="module")
def rows() -> dict[str, Row]:
    issues = recorded(shared("data/devlake-raw") / "jira" / "jira_api_issues.jsonl.gz")
    items = {issue["key"]: told(issue) for issue in issues if issue["key"].startswith("EE-")}
    return flow_of(items, as_of="2022-08-01T00:00:00+00:00", workflows={"EE": WORKFLOW})


def milliseconds(row: Row, *names: str) -> list[int]:
    return [row[name] // 1_000 for name in names]


def test_one_that_was_begun_and_put_back_to_wait(rows: dict[str, Row]) -> None:
    """Created 06-12 08:13:13.360; in development 11:38:39.785; open 14:22:49.352; closed 06-19 14:31:18.526."""
    row = rows["EE-1"]
    active = 2 * HOUR + 44 * MINUTE + 9_567  # 11:38:39.785 to 14:22:49.352
    queued = 7 * DAY + 8 * MINUTE + 29_174  # 06-12 14:22:49.352 to 06-19 14:31:18.526
    lead = 7 * DAY + 6 * HOUR + 18 * MINUTE + 5_166  # 06-12 08:13:13.360 to 06-19 14:31:18.526
    assert milliseconds(row, *PARTS) == [active, queued, 0, 0, 0]
    assert milliseconds(row, "cycle_us", "lead_us") == [active + queued, lead] == [615_158_741, 627_485_166]
    assert (row["reopens"], row["outcome"]) == (0, "delivered")
    assert row["finished_us"] == micros("2020-06-19T14:31:18.526+08:00")  # and not when it got its last status, in 2021


def test_one_that_was_done_too_soon(rows: dict[str, Row]) -> None:
    """In development 06-12 09:46:26.809; resolved 09:46:30.363; back in to do 12:58:47.406; open 13:01:20.620;
    resolved 06-18 16:34:11.171. The two short stays flicker between unlike ones: neither is debounced.
    """
    row = rows["EE-19"]
    active = 3_554  # 09:46:26.809 to 09:46:30.363
    done = 3 * HOUR + 12 * MINUTE + 17_043  # 09:46:30.363 to 12:58:47.406
    returned = 2 * MINUTE + 33_214  # 12:58:47.406 to 13:01:20.620
    queued = 6 * DAY + 3 * HOUR + 32 * MINUTE + 50_551  # 06-12 13:01:20.620 to 06-18 16:34:11.171
    assert milliseconds(row, *PARTS) == [active, queued, 0, returned, done]
    assert milliseconds(row, "cycle_us") == [active + queued + returned + done] == [542_864_362]
    assert milliseconds(row, "lead_us") == [6 * DAY + 8 * HOUR + 6 * MINUTE + 10_930]  # since 06-12 08:28:00.241
    assert row["reopens"] == 1


def test_one_that_began_in_waiting_and_went_back_twice(rows: dict[str, Row]) -> None:
    """Open from its creation on, 06-12 08:33:57.204; in development 09:27:39.141; resolved 09:27:50.404; to do
    12:58:47.271; open 13:01:20.770; to do 21:08:24.581; open 21:15:21.650; resolved 06-15 17:07:56.858.
    """
    row = rows["EE-23"]
    first, second = 53 * MINUTE + 41_937, 8 * HOUR + 7 * MINUTE + 3_811  # to 09:27:39.141; to 21:08:24.581
    third = 2 * DAY + 19 * HOUR + 52 * MINUTE + 35_208  # 06-12 21:15:21.650 to 06-15 17:07:56.858
    active, done = 11_263, 3 * HOUR + 30 * MINUTE + 56_867  # to 09:27:50.404; to 12:58:47.271
    returned = (2 * MINUTE + 33_499) + (6 * MINUTE + 57_069)  # before 13:01:20.770 and before 21:15:21.650
    assert milliseconds(row, *PARTS) == [active, first + second + third, 0, returned, done]
    assert milliseconds(row, "cycle_us", "lead_us") == [
        290_039_654,
        290_039_654,
    ]  # 3 days 8:33:59.654 from its creation
    assert row["cycle_us"] == sum(row[part] for part in PARTS)


def test_what_was_given_up_is_discarded_and_sub_tasks_do_not_count(rows: dict[str, Row]) -> None:
    assert {key for key, row in rows.items() if row["outcome"] == "discarded"} == {"EE-20", "EE-24"}
    assert Counter(row["outcome"] for row in rows.values()) == {"delivered": 16, "discarded": 2}
    assert "EE-25" not in rows


def test_the_parts_of_every_one_add_up_to_its_cycle_time(rows: dict[str, Row]) -> None:
    told_all = [row for row in rows.values() if row["cycle_us"] is not None]
    assert len(told_all) == 18
    assert all(row["cycle_us"] == sum(row[part] for part in PARTS) for row in told_all)
