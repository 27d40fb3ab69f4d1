"""Real records, served by the stand-in and read over HTTP: nothing is lost, nothing invented."""

import gzip
import json
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from connectors.records import Account, Change, PullRequest, WorkItem
from connectors.twin.faults import Faults
from connectors.twin.github import github_app
from connectors.twin.github_dumps import arrow_github, bitcoin_github
from connectors.twin.serve import serving
from tests.clocks import FakeClock
from tests.connectors.contract import Stage, Stored
from tests.connectors.github.hosts import poll_of
from tests.shared import shared

pytestmark = pytest.mark.real_data


def lines(path: Path) -> Iterator[Any]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        yield from map(json.loads, file)


@cache
def polled(dump: Any, name: str, *repositories: str) -> tuple[Stored, int]:
    """What a first poll of these repositories of the dump brings, and in how many requests."""
    host = dump(shared(f"data/{name}"))
    faults = Faults(github_app(host))
    with serving({"github": faults}) as urls:
        stage = Stage(urls["github"], faults.requests, FakeClock(host.now()))
        return poll_of(stage, repositories=list(repositories)), len(faults.requests)


@pytest.mark.soak
class TestArrow:
    """By `make soak` alone, for it takes twenty seconds; `make test` reads it all in `tests/e2e/test_arrow.py`."""

    @pytest.fixture(scope="class")
    @classmethod
    def told(cls) -> dict[int, Any]:
        path = shared("data/arrow") / "git" / "apache__arrow-pull-requests.jsonl.gz"
        return {row["number"]: row for row in lines(path)}

    @pytest.fixture(scope="class")
    @classmethod
    def stored(cls) -> Stored:
        stored, requests = polled(arrow_github, "arrow", "apache/*")
        assert requests <= 60 * 5.565
        assert not stored.gaps
        return stored

    def test_every_pull_request_is_there_as_it_was_told(self, told: dict[int, Any], stored: Stored) -> None:
        found = {item.number: item for item in stored.records.values() if isinstance(item, PullRequest)}
        assert len(found) == len(told) == 5565
        assert sum(item.state == "merged" for item in found.values()) == 4736
        for number, row in told.items():
            item = found[number]
            assert (item.title, item.merge_sha) == (row["title"], row["merge_sha"])
            assert item.merged_at == (datetime.fromisoformat(row["merged_at"]) if row["merged_at"] else None)
            assert item.created_at is None, "git does not know it"

    def test_every_commit_is_there(self, told: dict[int, Any], stored: Stored) -> None:
        found = [rows for (_, kind), rows in stored.children.items() if kind == "commits"]
        assert all(rows.complete for rows in found)
        shas = Counter(row.sha for rows in found for row in rows.rows)
        assert shas == Counter(commit["sha"] for row in told.values() for commit in row["commits"])


BOTH = pytest.param(("gui", "secp256k1"), marks=pytest.mark.soak)


@pytest.fixture(scope="module", params=[("gui",), BOTH], ids=str)
def names(request: pytest.FixtureRequest) -> tuple[str, ...]:
    """The smaller repository of Bitcoin's; by `make soak` both."""
    asked: tuple[str, ...] = request.param
    return asked


class TestBitcoin:
    @pytest.fixture(scope="class")
    @classmethod
    def told(cls, names: tuple[str, ...]) -> dict[str, Any]:
        """The recorded items by repository and number."""
        folder = shared("data/bitcoin-core-github")
        items = {}
        for name in names:
            items |= {
                f"bitcoin-core/{name}#{row['issue']['number']}": row
                for row in lines(folder / f"{name}-issues.jsonl.gz")
            }
            items |= {
                f"bitcoin-core/{name}#{row['pull']['number']}": row for row in lines(folder / f"{name}-pulls.jsonl.gz")
            }
        return items

    @pytest.fixture(scope="class")
    @classmethod
    def stored(cls, names: tuple[str, ...]) -> Stored:
        stored, _ = polled(bitcoin_github, "bitcoin-core-github", *(f"bitcoin-core/{name}" for name in names))
        assert not stored.gaps
        assert all(rows.complete for rows in stored.children.values())
        return stored

    @pytest.mark.parametrize("names", [BOTH], indirect=True)
    def test_a_thousand_pull_requests_cost_sixty_requests_and_a_thousand_issues_thirty(
        self, names: tuple[str, ...]
    ) -> None:
        _, requests = polled(bitcoin_github, "bitcoin-core-github", *(f"bitcoin-core/{name}" for name in names))
        assert requests <= 60 * 1.845 + 30 * 0.858

    def test_every_item_is_there_in_its_state(self, told: dict[str, Any], stored: Stored) -> None:
        found = {i.key: i for i in stored.records.values() if isinstance(i, PullRequest | WorkItem)}
        assert found.keys() == told.keys()
        for key, row in told.items():
            item = found[key]
            if isinstance(item, WorkItem):
                assert item.status == row["issue"]["state"].lower(), key
                assert item.labels == tuple(label["name"] for label in row["issue"]["labels"]), key
            else:
                pull = row["pull"]
                assert item.state == ("merged" if pull.get("merged_at") else pull["state"].lower()), key
                assert item.draft == pull.get("draft", False), key

    def test_every_submitted_review_is_there(self, told: dict[str, Any], stored: Stored) -> None:
        recorded = Counter(
            event["state"].lower()
            for row in told.values()
            for event in row["events"]
            if event["event"] == "reviewed" and event.get("submitted_at")
        )
        found = Counter(
            row.state for (_, kind), rows in stored.children.items() if kind == "reviews" for row in rows.rows
        )
        assert found == recorded

    def test_each_item_has_its_people_and_its_labels(self, told: dict[str, Any], stored: Stored) -> None:
        names = {item.ref: item.name for item in stored.records.values() if isinstance(item, Account)}
        for item in stored.records.values():
            if not isinstance(item, PullRequest | WorkItem):
                continue
            row = told[item.key]
            body = row.get("pull") or row["issue"]
            assert item.author is None or names[item.author] == body["user"]["login"], item.key
            assert {names[one] for one in item.assignees} == {one["login"] for one in body["assignees"]}, item.key
            assert set(item.labels) == {label["name"] for label in body["labels"]}, item.key
            assert item.milestone == (body.get("milestone") or {}).get("title"), item.key

    def test_each_pull_request_is_told_to_its_commits_and_lines(self, told: dict[str, Any], stored: Stored) -> None:
        for item in stored.records.values():
            if not isinstance(item, PullRequest):
                continue
            pull = told[item.key]["pull"]
            assert (item.additions, item.deletions) == (pull.get("additions"), pull.get("deletions")), item.key
            assert (item.head_sha, item.base) == (pull["head"]["sha"], pull["base"]["ref"]), item.key

    def test_every_comment_is_there_by_item(self, told: dict[str, Any], stored: Stored) -> None:
        """A thread is made of the comments that answer one another."""
        recorded = {key: sum(one["event"] == "commented" for one in row["events"]) for key, row in told.items()}
        threads = {
            key: len({one.get("in_reply_to_id") or one["id"] for one in row["comments"]})
            for key, row in told.items()
            if row["type"] == "pull"
        }
        keys = {item.ref: item.key for item in stored.records.values() if isinstance(item, PullRequest | WorkItem)}
        found = {
            kind: {keys[ref]: len(rows.rows) for (ref, of), rows in stored.children.items() if of == kind}
            for kind in ("comments", "review_threads")
        }
        assert found == {"comments": recorded, "review_threads": threads}

    @pytest.mark.parametrize(
        ("event", "field"),
        [
            ("labeled", "labels"),
            ("renamed", "title"),
            ("head_ref_force_pushed", "force_push"),
            ("assigned", "assignees"),
            ("milestoned", "milestone"),
            ("review_requested", "review_request"),
        ],
    )
    def test_every_event_is_a_change(self, event: str, field: str, told: dict[str, Any], stored: Stored) -> None:
        recorded = sum(one["event"] == event for row in told.values() for one in row["events"])
        changes = [
            r for rows in stored.children.values() for r in rows.rows if isinstance(r, Change) and r.field == field
        ]
        removed = [row for row in changes if row.from_text and not row.to_text]
        assert len(changes) - len(removed) == recorded
