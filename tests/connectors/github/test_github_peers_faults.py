"""Faults that other tools have had with GitHub: what each costs here. The rows are those of github.md §5."""

import asyncio
import json
import random
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
import respx

from connectors.github import items
from connectors.github.compare import complete as complete_commits
from connectors.github.limits import PACES
from connectors.github.reader import Reader
from connectors.github.sign_in import headers
from connectors.github.wire import Connection, Home
from connectors.records import PullRequest, Review
from connectors.transport import Governor, Transport
from tests.clocks import FakeClock
from tests.connectors.contract import Stored
from tests.connectors.github.hosts import NOW, host_of, hours, poll_of, pull, read, repository, review, staged


def titles(stored: Stored) -> set[str]:
    return {record.title for record in stored.records.values() if isinstance(record, PullRequest)}


def pages(change: Any) -> Any:
    """The answers with each page of pull requests changed: `change` is given its rows."""

    def changed(name: str, answer: Any) -> Any:
        if name == "pullRequests":
            change(answer["data"]["node"]["items"]["nodes"])
        return answer

    return changed


def test_a_number_too_large_for_an_int_costs_nobody_their_pull_request() -> None:
    """Row 29: github/rest-api-description#3795."""

    def overflow(name: str, answer: Any) -> Any:
        if name == "pullRequests":
            path = ["node", "items", "nodes", 1, "author", "databaseId"]
            answer["data"]["node"]["items"]["nodes"][1]["author"]["databaseId"] = None
            answer["errors"] = [{"message": "Int cannot represent 3000000001", "path": path}]
        return answer

    shop = repository(pullRequests=[pull(1), pull(2)])
    with staged(host_of(shop), change=overflow) as stage:
        stored = poll_of(stage)
    assert titles(stored) == {"Change 1", "Change 2"}
    assert not stored.gaps
    assert len(stage.requests.seen) < 20, "the page is not asked for again"


def test_items_that_a_large_page_leaves_out_are_read_by_smaller_ones() -> None:
    """Row 26, without the error beside it: spiceai/spiceai#13762."""

    def overload(rows: list[Any]) -> None:
        if len(rows) > 5:
            rows[3:] = [None] * len(rows[3:])

    shop = repository(pullRequests=[pull(number) for number in range(1, 31)])
    with staged(host_of(shop), change=pages(overload)) as stage:
        stored = poll_of(stage)
    assert titles(stored) == {f"Change {number}" for number in range(1, 31)}
    assert not stored.gaps


def test_an_item_that_every_page_leaves_out_is_read_by_its_id() -> None:
    """Row 2: apache/devlake#8028."""

    def leave_out(rows: list[Any]) -> None:
        rows[:] = [None if row["title"] == "Change 2" else row for row in rows]

    shop = repository(pullRequests=[pull(1), pull(2), pull(3)])
    with staged(host_of(shop), change=pages(leave_out)) as stage:
        stored = poll_of(stage)
    assert titles(stored) == {"Change 1", "Change 2", "Change 3"}


def test_an_item_of_which_not_even_the_id_is_shown_is_a_gap() -> None:
    def leave_out(name: str, answer: Any) -> Any:
        if name in ("pullRequests", "skim"):
            rows = answer["data"]["node"]["items"]["nodes"]
            rows[:] = [None if row["id"] == "PR_2" else row for row in rows]
        return answer

    shop = repository(pullRequests=[pull(1), pull(2), pull(3)])
    with staged(host_of(shop), change=leave_out) as stage:
        stored = poll_of(stage)
    assert titles(stored) == {"Change 1", "Change 3"}
    assert [gap.cause for gap in stored.gaps] == ["an item is left out without a reason"]


def test_an_answer_of_another_shape_is_asked_for_again() -> None:
    """Row 24: what was read before it stays, and nothing is missed for one bad moment."""
    broken: Iterator[Any] = iter([None, []])
    shop = repository(pullRequests=[pull(1)])
    with staged(host_of(shop), change=lambda _, answer: next(broken, answer)) as stage:
        stored = Stored()
        read(stage, stored)
    assert titles(stored) == {"Change 1"}
    assert not stored.gaps


def test_an_unknown_state_costs_one_review_and_is_a_gap() -> None:
    def ponder(_: str, answer: Any) -> Any:
        return json.loads(json.dumps(answer).replace('"APPROVED"', '"PONDERED"'))

    reviews = [review(1), review(2, state="COMMENTED")]
    with staged(host_of(repository(pullRequests=[pull(1, reviews=reviews)])), change=ponder) as stage:
        stored = poll_of(stage)
    kept = stored.children["github:pull_request:PR_1", "reviews"]
    assert titles(stored) == {"Change 1"}
    assert ([row.id for row in kept.rows if isinstance(row, Review)], kept.complete) == (["PRR_2"], False)
    assert [(gap.ref, gap.cause) for gap in stored.gaps] == [
        ("github:pull_request:PR_1", "GitHub knows review states that fingerpost does not: PONDERED")
    ]


def compared(count: int) -> Callable[[httpx.Request], httpx.Response]:
    """A host that compares two ends that are so many commits apart, a page at a time."""
    signed = {"name": "dev", "email": "dev@example.invalid", "date": hours(1)}
    git = {"message": "Change", "author": signed, "committer": signed}
    commits = [{"sha": f"{number:040x}", "commit": git, "author": {}} for number in range(count)]

    def answer(request: httpx.Request) -> httpx.Response:
        page = int(request.url.params["page"])
        following = request.url.copy_set_param("page", page + 1)
        links = {"link": f'<{following}>; rel="next"'} if page * 100 < count else {}
        return httpx.Response(200, headers=links, json={"commits": commits[page * 100 - 100 : page * 100]})

    return answer


@pytest.mark.parametrize(("shown", "complete"), [(431, True), (300, False)])
def test_more_commits_than_graphql_shows_are_read_by_comparing(shown: int, complete: bool) -> None:
    """At most 250 are shown. # docs: rest/pulls/pulls#list-commits-on-a-pull-request"""
    found = items.PullRequest(
        id="PR_1",
        number=1,
        repository=Home(name_with_owner="acme/shop"),
        state="OPEN",
        updated_at=NOW,
        base_ref_oid="a" * 40,
        head_ref_oid="b" * 40,
        commits=Connection(nodes=[], total_count=431),
    )
    clock = FakeClock(NOW)
    with respx.mock(base_url="https://host") as host:
        asked = host.get(f"/repos/acme/shop/compare/{'a' * 40}...{'b' * 40}").mock(side_effect=compared(shown))
        transport = Transport(
            source="github",
            client=httpx.AsyncClient(),
            headers=headers,
            governor=Governor(clock=clock, paces=PACES),
            clock=clock,
            jitter=random.Random(1),
        )
        asyncio.run(complete_commits(Reader(transport=transport, url="https://host"), [found]))
        assert asked.call_count == -(-shown // 100)
    assert found.commits is not None
    assert found.commits.whole == complete
