"""Real pull requests with their timelines, checked by hand: each sum is written out (metrics.md §2.3, §2.4)."""

import gzip
import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from mappings.links import LINKS
from sync.reconcile.pull_requests import pull_requests
from sync.reconcile.thresholds import Thresholds
from sync.snapshot import Snapshot
from tests.builders import ref_of, table, tables
from tests.shared import shared

pytestmark = pytest.mark.real_data

Row = dict[str, Any]
REPOSITORY, BOT = "bitcoin-core/gui", "DrahtBot"  # an ordinary account there: somebody must list it as a bot
AS_OF = datetime(2026, 8, 22, tzinfo=UTC)
DAY, HOUR, MINUTE = 86_400, 3_600, 60
PHASES = ("coding", "pickup", "review", "merge_wait")
FLIPS = {"ready_for_review": ("true", "false"), "convert_to_draft": ("false", "true")}


def lines(path: Path) -> Iterator[Row]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        yield from map(json.loads, file)


def account(user: Row | None) -> str | None:
    """People by number, so that no name is needed; `ghost` stands for those who are gone."""
    return None if user is None or user["login"] == "ghost" else f"github:account:{user['id']}"


def pull(recorded: Row) -> Row:
    told = recorded["pull"]
    merged_at, merged_by = told.get("merged_at"), told.get("merged_by")
    return {
        "key": f"{REPOSITORY}#{told['number']}",
        "state": "merged" if merged_at else told["state"].lower(),
        "draft": told.get("draft", False),
        "author": account(told["user"]),
        "base": told["base"]["ref"],
        "created_us": told["created_at"],
        "closed_us": told.get("closed_at"),
        "merged_us": merged_at,
        "merged_by": account(merged_by),
        "additions": told.get("additions"),
        "deletions": told.get("deletions"),
    }


def history(recorded: Row) -> Iterator[tuple[str, Row]]:
    """The rows that belong to a pull request, each with the name of its table."""
    ref = ref_of(f"{REPOSITORY}#{recorded['pull']['number']}", kind="pull_request")
    inline = Counter(comment["pull_request_review_id"] for comment in recorded["comments"])
    for number, event in enumerate(recorded["events"]):
        row = {"item_ref": ref, "id": f"{number:05}", "author": account(event.get("actor") or event.get("user"))}
        match event["event"]:
            case "reviewed" if event.get("submitted_at"):
                said = {"state": event["state"].lower(), "submitted_us": event["submitted_at"]}
                yield "reviews", {**row, **said, "has_body": bool(event.get("body")), "comments": inline[event["id"]]}
            case "commented":
                yield "comments", {**row, "created_us": event["created_at"]}
            case "committed":
                written = {"authored_us": event["author"]["date"], "committed_us": event["committer"]["date"]}
                yield "commits", {"item_ref": ref, "sha": event["sha"], "message": "", "author": None, **written}
            case "head_ref_force_pushed":
                yield "changes", {**row, "index": 0, "at_us": event["created_at"], "field": "force_push"}
            case "ready_for_review" | "convert_to_draft" as flip:
                before, after = FLIPS[flip]
                sides = {"from_id": before, "to_id": after}
                yield "changes", {**row, "index": 0, "at_us": event["created_at"], "field": "draft", **sides}


@pytest.fixture(scope="module")
def rows() -> dict[int, Row]:
    """By number, of all pull requests of the repository."""
    recorded = list(lines(shared("data/bitcoin-core-github") / "gui-pulls.jsonl.gz"))
    held: dict[str, list[Row]] = {name: [] for name in ("reviews", "comments", "commits", "changes")}
    users: dict[str, Row] = {}
    for each in recorded:
        for name, row in history(each):
            held[name].append(row)
        for event in each["events"]:
            user = event.get("actor") or event.get("user")
            if ref := account(user):
                users[ref] = {"ref": ref, "kind": "bot" if user["login"] == BOT else "person"}
    homes = [{"name": REPOSITORY, "default_branch": "master"}]
    facts = tables(
        pull_requests=[pull(each) for each in recorded], accounts=list(users.values()), repositories=homes, **held
    )
    known = Snapshot(as_of=AS_OF, digest="", tables=facts)
    told = pull_requests(known, links=table(LINKS, []), thresholds=Thresholds()).rows.to_pyarrow().to_pylist()
    return {int(row["key"].partition("#")[2]): row for row in told}


def seconds(row: Row) -> list[int]:
    return [row[f"{name}_us"] // 1_000_000 for name in PHASES]


def test_one_that_was_opened_as_a_draft(rows: dict[int, Row]) -> None:
    """Written 2025-11-06 17:29:24, opened 17:40:58, ready 18:09:06; a bot commented before that.

    Looked at 11-12 16:50:28; work after the third comment; approved 11-13 and last 11-18 23:23:31; merged 23:25:00.
    """
    row = rows[910]
    coding = 39 * MINUTE + 42  # 17:29:24 → 18:09:06
    pickup = 5 * DAY + 22 * HOUR + 41 * MINUTE + 22  # 11-06 18:09:06 → 11-12 16:50:28
    review = 6 * DAY + 6 * HOUR + 33 * MINUTE + 3  # 11-12 16:50:28 → 11-18 23:23:31
    merge_wait = MINUTE + 29  # 23:23:31 → 23:25:00
    assert seconds(row) == [coding, pickup, review, merge_wait]
    assert coding + pickup + review + merge_wait == 12 * DAY + 5 * HOUR + 55 * MINUTE + 36  # 11-06 17:29:24 → 11-18
    assert (row["redrafts"], row["iterations"], row["reviews"]) == (0, 1, 5)
    # Three reviews have a body, and two of those without one have an inline comment each.
    assert (row["depth"], row["size"], row["band"]) == (3 + 2, 7 + 1, "XS")


def test_one_whose_author_pressed_merge_after_approvals(rows: dict[int, Row]) -> None:
    """Written 2021-08-11 16:50:12, opened 17:31:55; approved 08-12 16:44:03; pushed 08-14; changes asked for 08-15.

    Approved again 08-23 18:36:02, merged 08-26 12:56:37. No work followed on the answer of 08-15: no iteration.
    """
    row = rows[403]
    coding = 41 * MINUTE + 43  # 16:50:12 → 17:31:55
    pickup = 23 * HOUR + 12 * MINUTE + 8  # 17:31:55 → 08-12 16:44:03
    review = 11 * DAY + 1 * HOUR + 51 * MINUTE + 59  # 08-12 16:44:03 → 08-23 18:36:02
    merge_wait = 2 * DAY + 18 * HOUR + 20 * MINUTE + 35  # 08-23 18:36:02 → 08-26 12:56:37
    assert seconds(row) == [coding, pickup, review, merge_wait]
    assert coding + pickup + review + merge_wait == 14 * DAY + 20 * HOUR + 6 * MINUTE + 25
    assert (row["self_merged"], row["iterations"]) == (False, 0)


def test_one_that_was_rewritten_after_changes_were_asked_for(rows: dict[int, Row]) -> None:
    """Written 2020-10-24 21:34:41, opened 22:25:16; commented 10-28 14:07:44; changes asked for 11-13.

    Two commits and a force-push on 11-15 are one block; approved that day and last 12-15 08:27:19; merged 08:29:05.
    """
    row = rows[115]
    coding = 50 * MINUTE + 35  # 21:34:41 → 22:25:16
    pickup = 3 * DAY + 15 * HOUR + 42 * MINUTE + 28  # 10-24 22:25:16 → 10-28 14:07:44
    review = 47 * DAY + 18 * HOUR + 19 * MINUTE + 35  # 10-28 14:07:44 → 12-15 08:27:19
    merge_wait = MINUTE + 46  # 08:27:19 → 08:29:05
    assert seconds(row) == [coding, pickup, review, merge_wait]
    assert coding + pickup + review + merge_wait == 51 * DAY + 10 * HOUR + 54 * MINUTE + 24
    assert (row["iterations"], row["size"], row["band"]) == (1, 31 + 41, "M")


def test_of_every_merged_one_the_phases_add_up(rows: dict[int, Row]) -> None:
    merged = [row for row in rows.values() if row["state"] == "merged"]
    reviewed = [row for row in merged if not row["unreviewed"]]
    assert (len(rows), len(merged)) == (537, 332)
    assert len(reviewed) > 300
    for row in reviewed:
        parts = [row[f"{name}_us"] for name in PHASES]
        assert min(parts) >= 0
        assert sum(parts) == row["merged_us"] - row["first_commit_us"]
