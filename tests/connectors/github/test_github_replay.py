"""134 recorded polls of a real repository, served one after the other: increments end where one backfill does."""

import asyncio
import gzip
import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from connectors.records import PullRequest, WorkItem
from connectors.twin import github_from_rest as from_rest
from connectors.twin.faults import Faults
from connectors.twin.github import github_app
from connectors.twin.github_state import GitHubHost
from connectors.twin.serve import serving
from tests.clocks import FakeClock
from tests.connectors.contract import Stage, Stored
from tests.connectors.github.hosts import connect, poll_of
from tests.shared import shared

pytestmark = pytest.mark.real_data

BEFORE = 30  # items that were there before: with those that come, enough for pages of both kinds
#: Beside the probe: a page of each kind that changed, and what did not fit into it.
REQUESTS_A_POLL = 5
ITEMS = ("pullRequests", "issues", "items", "more")


class Recorded:
    """The repository as the recorded backups saw it."""

    def __init__(self, folder: Path) -> None:
        self.polls = list(_lines(folder / "gui-polls-2026-06-16_2026-08-21.jsonl.gz"))
        last = {_place(document): document for poll in self.polls for document in _documents(poll)}
        held = [*_lines(folder / "gui-issues.jsonl.gz"), *_lines(folder / "gui-pulls.jsonl.gz")]
        unmoved = [document for document in held if _place(document) not in last]
        self.before = sorted(unmoved, key=_updated_at)[-BEFORE:]
        self.after = [*self.before, *last.values()]
        newest = max((document for document in held if document["type"] == "pull"), key=_updated_at)
        self.home = newest["pull"]["base"]["repo"]
        self.now = datetime.fromisoformat(self.polls[-1]["committed_at"]).astimezone(UTC)

    def host(self, documents: list[Any]) -> GitHubHost:
        """A host that serves these documents."""
        repository: dict[str, Any] = from_rest.repository(self.home) | {"issues": [], "pullRequests": []}
        for document in documents:
            listed, item = _item(document)
            repository[listed].append(item)
        return GitHubHost(now=lambda: self.now, repositories=[repository], nullable=from_rest.UNTOLD)


@pytest.fixture(scope="module")
def recorded() -> Recorded:
    return Recorded(shared("data/bitcoin-core-github"))


def test_recorded_polls_replayed_end_in_the_same_store_as_one_backfill(recorded: Recorded) -> None:
    stored, asked = asyncio.run(_replayed(recorded))
    assert len(asked) == 1 + 134
    assert max(asked[1:]) <= REQUESTS_A_POLL
    assert not stored.gaps
    assert _facts(stored) == _facts(_backfilled(recorded))


async def _replayed(recorded: Recorded) -> tuple[Stored, list[int]]:
    """What is held after all polls, and how many questions about items each of them took."""
    host, stored, asked = recorded.host(recorded.before), Stored(), []
    faults = Faults(github_app(host))
    with serving({"github": faults}) as urls:
        clock = FakeClock(recorded.now)  # stands still, so that nothing but items is due
        source = connect(Stage(urls["github"], faults.requests, clock), repositories=["bitcoin-core/gui"])
        for documents in ([], *map(_documents, recorded.polls)):
            for document in documents:
                _serve(host, document)
            before = len(faults.requests.seen)
            async for batch in source.poll(stored.memory):
                stored.apply(batch)
            asked.append(sum(request.operation in ITEMS for request in faults.requests.seen[before:]))
        await source.close()
    return stored, asked


def _backfilled(recorded: Recorded) -> Stored:
    faults = Faults(github_app(recorded.host(recorded.after)))
    with serving({"github": faults}) as urls:
        stage = Stage(urls["github"], faults.requests, FakeClock(recorded.now))
        return poll_of(stage, repositories=["bitcoin-core/gui"])


def _facts(stored: Stored) -> tuple[Mapping[str, Any], Mapping[tuple[str, str], Any]]:
    """The items and all that belongs to them, whoever was met on the way."""
    items = {ref: item for ref, item in stored.records.items() if isinstance(item, PullRequest | WorkItem)}
    return items, {key: replace(rows, rows=tuple(rows.rows)) for key, rows in stored.children.items()}


def _serve(host: GitHubHost, document: Any) -> None:
    """The document takes the place of what was served before."""
    listed, item = _item(document)
    (repository,) = host.repositories
    before = host.numbered.get((repository["id"], item["number"]))
    repository[listed] = [*(one for one in repository[listed] if one is not before), item]
    host.open_item(repository, item, "Issue" if listed == "issues" else "PullRequest")
    host.changed(item, repository)


def _item(document: Any) -> tuple[str, dict[str, Any]]:
    if document["type"] == "issue":
        return "issues", from_rest.issue(document["issue"], document["events"])
    return "pullRequests", from_rest.pull_request(document["pull"], document["events"], document["comments"])


def _documents(poll: Any) -> list[Any]:
    return [change["document"] for change in poll["changed"]]


def _place(document: Any) -> int:
    return int(document[document["type"]]["number"])


def _updated_at(document: Any) -> str:
    return str(document[document["type"]]["updated_at"])


def _lines(path: Path) -> Iterator[Any]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        yield from map(json.loads, file)
