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
from connectors.github.sign_in import HEADERS
from connectors.github.wire import Connection, Home
from connectors.records import Commit, PullRequest, Review
from connectors.transport import Governor, Transport
from connectors.twin import github_edits as edits
from connectors.twin.faults import Injection, Reset, asks_more_than, holed
from tests.clocks import FakeClock
from tests.connectors.contract import Stored
from tests.connectors.github.hosts import (
    DEV,
    NOW,
    REVIEWER,
    commit,
    host_of,
    hours,
    issue,
    poll_of,
    pull,
    read,
    repository,
    review,
    staged,
)


def titles(stored: Stored) -> set[str]:
    return {record.title for record in stored.records.values() if isinstance(record, PullRequest)}


def pages(change: Any) -> Any:
    """The answers with each page of pull requests changed: `change` is given its rows."""

    def changed(name: str, answer: Any) -> Any:
        if name == "pullRequests":
            change(answer["data"]["node"]["items"]["nodes"])
        return answer

    return changed


def test_pages_that_break_off_while_they_are_large_are_read_by_smaller_ones() -> None:
    """Row 3: apache/devlake#8614, where an answer too large ended in a stream that was cancelled."""
    breaks = Injection(fault=Reset(after_headers=True), operation="pullRequests", where=asks_more_than(6), times=None)
    shop = repository(pullRequests=[pull(number) for number in range(1, 31)])
    with staged(host_of(shop), breaks) as stage:
        stored = poll_of(stage)
    assert titles(stored) == {f"Change {number}" for number in range(1, 31)}
    assert not stored.gaps


def test_an_old_pull_request_that_is_merged_and_edited_after_it_is_read_as_it_is() -> None:
    """Row 5: apache/devlake#7851, #8689, where it stayed open. Row 21: dogsheep/github-to-sqlite#66, without who did
    it."""
    host = host_of(repository(pullRequests=[pull(number) for number in range(1, 61)]))
    with staged(host) as stage:
        stored = poll_of(stage)
        edits.merge(host, host.by_id["PR_1"], at="2026-11-20T18:00:00Z", by=REVIEWER, oid="c0ffee")
        read(stage, stored)
        edits.edit(host, host.by_id["PR_1"], at="2026-11-20T18:05:00Z", by=DEV, title="Said better")
        read(stage, stored)
    merged = stored.records["github:pull_request:PR_1"]
    assert isinstance(merged, PullRequest)
    assert (merged.state, merged.title) == ("merged", "Said better")
    assert (merged.merged_by, merged.merge_sha) == ("github:account:U_reviewer", "c0ffee")


def test_one_person_who_is_gone_costs_no_pull_request() -> None:
    """Row 10: apache/devlake#3491, where it cost a hundred."""
    gone = {"type": "NOT_FOUND", "message": "Could not resolve to a User with the login of 'gone'."}
    author = holed("node", "items", "nodes", 1, "author", error=gone)
    shop = repository(pullRequests=[pull(1), pull(2), pull(3)])
    with staged(host_of(shop), Injection(fault=author, operation="pullRequests", times=None)) as stage:
        stored = poll_of(stage)
        assert stage.requests.count(operation="pullRequests") == 1
    assert titles(stored) == {"Change 1", "Change 2", "Change 3"}
    assert not stored.gaps


def test_a_backfill_names_no_beginning_of_time() -> None:
    """Row 11: airbytehq/airbyte#85376, where `since` at the epoch brought nothing."""
    with staged(host_of(repository(pullRequests=[pull(1)], issues=[issue(2)]))) as stage:
        stored = poll_of(stage)
        asked = [request.query + request.body.decode() for request in stage.requests.seen]
    assert {"github:pull_request:PR_1", "github:issue:I_2"} <= stored.records.keys()
    assert not [text for text in asked if "1970" in text or "since" in text]


def test_a_number_in_a_text_is_text() -> None:
    """Row 28: linear/linear-release#51, where such a commit was asked for by that number for ever."""
    title, message = "Undo #4211934690", "Fixes #99999999999999999999"
    told = commit(1)["commit"] | {"message": message}
    shop = repository(pullRequests=[pull(1, title=title, body=title, commits=[{"commit": told}])])
    with staged(host_of(shop)) as stage:
        stored = poll_of(stage)
        asked = b"".join(request.body for request in stage.requests.seen)
    (kept,) = stored.children["github:pull_request:PR_1", "commits"].rows
    assert titles(stored) == {title}
    assert isinstance(kept, Commit)
    assert kept.message == message
    assert b"4211934690" not in asked
    assert b"9999999999" not in asked


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


def test_a_number_too_large_for_an_int_leaves_a_list_whole() -> None:
    """Row 29 again, of whoever published a release."""

    def overflow(name: str, answer: Any) -> Any:
        lists = answer["data"].items() if name == "lists" else ()
        for alias, told in lists:
            for place, row in enumerate(told["rows"]["nodes"]):
                if "tagName" in row:
                    row["author"]["databaseId"] = None
                    path = [alias, "rows", "nodes", place, "author", "databaseId"]
                    answer.setdefault("errors", []).append({"message": "Int cannot represent 3000000001", "path": path})
        return answer

    release = {"id": "RE_1", "tagName": "v1", "createdAt": hours(1), "updatedAt": hours(1), "author": DEV}
    with staged(host_of(repository(releases=[release])), change=overflow) as stage:
        stored = poll_of(stage)
    assert not stored.gaps
    assert [one.refs for one in stored.listed if one.kind == "release"] == [("github:release:RE_1",)]


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
            headers=HEADERS,
            governor=Governor(clock=clock, paces=PACES),
            clock=clock,
            jitter=random.Random(1),
        )
        asyncio.run(complete_commits(Reader(transport=transport, url="https://host"), [found]))
        assert asked.call_count == -(-shown // 100)
    assert found.commits is not None
    assert found.commits.whole == complete
