"""Faults that other tools have had with GitHub: what each costs here. The rows are those of github.md §5."""

from typing import Any

from connectors.records import PullRequest
from tests.connectors.contract import Stored
from tests.connectors.github.hosts import host_of, poll_of, pull, read, repository, staged


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
    broken = iter([None, []])
    shop = repository(pullRequests=[pull(1)])
    with staged(host_of(shop), change=lambda _, answer: next(broken, answer)) as stage:
        stored = Stored()
        read(stage, stored)
    assert titles(stored) == {"Change 1"}
    assert not stored.gaps
