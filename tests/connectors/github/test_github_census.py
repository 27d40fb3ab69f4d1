"""The census: who is called, and what became of those that are held and were not."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import date
from typing import Any, TypeVar

import pytest

from connectors import github
from connectors.census import CensusKind, Confirmed, Fate, Roll
from connectors.records import ItemRef, WorkItem
from connectors.source import Memory
from connectors.twin import github_edits as edits
from connectors.twin.faults import Answer, Injection, graphql_errors, html
from connectors.twin.github_state import GitHubHost
from tests.connectors.contract import Stage
from tests.connectors.github.hosts import (
    DEV,
    connect,
    host_of,
    hours,
    issue,
    poll_of,
    pull,
    repository,
    staged,
)

T = TypeVar("T")


def with_source(stage: Stage, use: Callable[[github.GitHub], Awaitable[T]], **options: Any) -> T:
    async def run() -> T:
        source = connect(stage, **options)
        try:
            return await use(source)
        finally:
            await source.close()

    return asyncio.run(run())


def census(stage: Stage, kind: CensusKind = "all", *, memory: Memory | None = None, **options: Any) -> list[Roll]:
    async def called(source: github.GitHub) -> list[Roll]:
        return [roll async for roll in source.census(kind, memory or Memory())]

    return with_source(stage, called, **options)


def confirm(stage: Stage, missing: Mapping[str, str], *, memory: Memory | None = None) -> Confirmed:
    """`missing`: key by ref."""
    asked = {ItemRef.parse(ref): key for ref, key in missing.items()}
    return with_source(stage, lambda source: source.confirm(asked, memory or Memory()))


def fate(confirmed: Confirmed) -> Fate:
    (only,) = confirmed.fates
    return only


def by_scope(rolls: list[Roll]) -> dict[tuple[str, str], Roll]:
    return {(roll.scope, roll.kind): roll for roll in rolls}


def numbered(count: int, **fields: Any) -> GitHubHost:
    """One repository with that many issues."""
    return host_of(repository(issues=[issue(n, **fields) for n in range(1, count + 1)]))


class TestTheCall:
    def test_everybody_is_called_by_id_with_their_last_update(self) -> None:
        host = host_of(repository(issues=[issue(1), issue(2, state="CLOSED")], pullRequests=[pull(3)]))
        with staged(host) as stage:
            rolls = by_scope(census(stage))
        issues, pulls = rolls["acme/shop", "issue"], rolls["acme/shop", "pull_request"]
        assert list(issues.called) == ["I_1", "I_2"]
        assert [at.strftime("%Y-%m-%dT%H:%M:%SZ") for at in issues.called.values() if at] == [hours(6), hours(7)]
        assert list(pulls.called) == ["PR_3"]
        assert issues.void is pulls.void is None

    def test_of_the_open_census_only_the_open_are(self) -> None:
        host = host_of(repository(issues=[issue(1), issue(2, state="CLOSED")], pullRequests=[pull(3, state="MERGED")]))
        with staged(host) as stage:
            rolls = by_scope(census(stage, "open"))
        assert list(rolls["acme/shop", "issue"].called) == ["I_1"]
        assert not rolls["acme/shop", "pull_request"].called

    def test_fifty_repositories_share_their_questions(self) -> None:
        """github.md §1b: 100 ids a request, and row 23: no request for each."""
        host = host_of(*(repository(f"r{n}", issues=[issue(n, id=f"I_{n}")]) for n in range(50)))
        with staged(host) as stage:
            stored = poll_of(stage)
            asked = len(stage.requests)
            rolls = census(stage, memory=stored.memory)
        assert len(rolls) == 100
        assert len(stage.requests) - asked == 2

    def test_a_thousand_take_ten_requests(self) -> None:
        with staged(numbered(1000)) as stage:
            rolls = by_scope(census(stage))
            assert stage.requests.count(operation="lists") == 10
        assert len(rolls["acme/shop", "issue"].called) == 1000

    def test_nobody_is_called_from_before_the_day_that_is_read_from(self) -> None:
        host = numbered(300)
        with staged(host) as stage:
            rolls = by_scope(census(stage, since=date(2026, 1, 11)))
            assert stage.requests.count(operation="lists") == 1
        called = rolls["acme/shop", "issue"].called
        assert min(filter(None, called.values())).date() == date(2026, 1, 11)
        assert "I_300" in called

    def test_who_comes_while_the_list_is_walked_moves_nobody_out_of_sight(self) -> None:
        host = numbered(250)

        def come(operation: str, answer: Any) -> Any:
            if operation == "lists" and len(host.repositories[0]["issues"]) == 250:
                edits.open_issue(host, host.repositories[0], title="New", at=hours(900), by=DEV)
            return answer

        with staged(host, change=come) as stage:
            roll = by_scope(census(stage))["acme/shop", "issue"]
        assert roll.void is None
        assert {f"I_{n}" for n in range(1, 251)} <= set(roll.called)


class TestWhatIsVoid:
    def test_a_repository_that_is_not_to_be_seen(self) -> None:
        with staged(host_of(repository("shop", issues=[issue(1)]), repository("web", issues=[issue(2)]))) as stage:
            stored = poll_of(stage)

        def hide(operation: str, answer: Any) -> Any:
            for alias, node in answer["data"].items() if operation == "lists" else ():
                if "I_2" in str(node):
                    answer["data"][alias] = None
            return answer

        with staged(
            host_of(repository("shop", issues=[issue(1)]), repository("web", issues=[issue(2)])), change=hide
        ) as stage:
            rolls = by_scope(census(stage, memory=stored.memory))
        assert rolls["acme/shop", "issue"].void is None
        assert rolls["acme/web", "issue"].void == "it is not to be seen"

    def test_a_list_that_ends_short_of_its_count(self) -> None:
        def shorten(operation: str, answer: Any) -> Any:
            for node in answer["data"].values() if operation == "lists" else ():
                node["rows"]["nodes"] = node["rows"]["nodes"][1:]
            return answer

        with staged(numbered(3), change=shorten) as stage:
            assert by_scope(census(stage))["acme/shop", "issue"].void == "it ends after 2 of 3"

    def test_a_list_with_one_left_out(self) -> None:
        """github.md §5, row 27: an error never means an empty set."""

        def hide(operation: str, answer: Any) -> Any:
            for node in answer["data"].values() if operation == "lists" else ():
                if node["rows"]["nodes"]:
                    node["rows"]["nodes"][0] = None
            return answer

        with staged(numbered(3), change=hide) as stage:
            roll = by_scope(census(stage))["acme/shop", "issue"]
        assert roll.void == "1 left out without a reason"

    @pytest.mark.parametrize(
        "fault",
        [html(502), graphql_errors({"type": "RESOURCE_LIMITS_EXCEEDED", "message": "Resource limits exceeded"})],
        ids=["502", "resource limits in a 200"],
    )
    def test_a_page_that_is_too_much_is_asked_in_parts_and_voids_nothing(self, fault: Answer) -> None:
        """github.md §5, row 2 and 26."""
        with staged(numbered(120), Injection(fault=fault, operation="lists", times=2)) as stage:
            roll = by_scope(census(stage))["acme/shop", "issue"]
        assert (len(roll.called), roll.void) == (120, None)


class TestWhatBecameOfThem:
    def test_one_that_answers_by_its_id_is_there_and_read_again(self) -> None:
        with staged(numbered(1)) as stage:
            told = confirm(stage, {"github:issue:I_1": "acme/shop#1"})
        assert fate(told).word == "there"
        assert [record.key for record in told.batch.records if isinstance(record, WorkItem)] == ["acme/shop#1"]

    def test_one_in_a_renamed_repository_is_there_under_its_new_key(self) -> None:
        host = numbered(1)
        with staged(host) as stage:
            edits.rename_repository(host, host.repositories[0], "store")
            told = confirm(stage, {"github:issue:I_1": "acme/shop#1"})
        assert fate(told).word == "there"
        assert [record.key for record in told.batch.records if isinstance(record, WorkItem)] == ["acme/store#1"]

    def test_a_deleted_one_is_deleted(self) -> None:
        """github.md §8: 410."""
        host = numbered(2)
        with staged(host) as stage:
            edits.delete(host, host.by_id["I_1"])
            told = confirm(stage, {"github:issue:I_1": "acme/shop#1"})
        assert fate(told).word == "deleted"
        assert "410" in fate(told).evidence
        assert not told.batch.records

    def test_a_deleted_one_of_a_renamed_repository_is_not_taken_for_a_transferred_one(self) -> None:
        host = numbered(2)
        with staged(host) as stage:
            stored = poll_of(stage)
            edits.delete(host, host.by_id["I_1"])
            edits.rename_repository(host, host.repositories[0], "store")
            told = confirm(stage, {"github:issue:I_1": "acme/shop#1"}, memory=stored.memory)
        assert fate(told).word == "deleted"

    def test_a_transferred_one_is_transferred_and_says_where(self) -> None:
        """github.md §8: 301."""
        host = host_of(repository("shop", issues=[issue(1)]), repository("web"))
        with staged(host) as stage:
            edits.transfer(host, host.by_id["I_1"], host.repositories[1], at=hours(50), by=DEV)
            told = confirm(stage, {"github:issue:I_1": "acme/shop#1"})
        assert fate(told).word == "transferred"
        assert "acme/web" in fate(told).evidence

    def test_one_that_went_where_nobody_sees_it_is_transferred_all_the_same(self) -> None:
        """301 to a place that answers 404: out of sight, but not deleted."""
        host = host_of(repository("shop", issues=[issue(1)]), repository("web"))
        with staged(
            host, Injection(fault=Answer(status=404, body="{}"), path=r"/repositories/\d+/issues", times=None)
        ) as stage:
            edits.transfer(host, host.by_id["I_1"], host.repositories[1], at=hours(50), by=DEV)
            told = confirm(stage, {"github:issue:I_1": "acme/shop#1"})
        assert fate(told).word == "transferred"

    def test_one_that_is_not_there_though_its_repository_is_may_be_deleted_or_hidden(self) -> None:
        """github.md §8: 404."""
        with staged(numbered(1)) as stage:
            told = confirm(stage, {"github:issue:I_77": "acme/shop#77"})
        assert fate(told).word == "unseen"

    def test_nothing_follows_while_the_repository_itself_does_not_resolve(self) -> None:
        """github.md §1b: a revoked token must not look like a mass delete."""
        with staged(numbered(1)) as stage:
            told = confirm(stage, {"github:issue:I_77": "acme/gone#77"})
            assert stage.requests.count("/repos/") == 0
        assert fate(told).word == "unknown"

    def test_nothing_follows_where_another_repository_has_taken_the_name(self) -> None:
        with staged(numbered(1)) as stage:
            stored = poll_of(stage)
        with staged(host_of(repository("shop", id="R_other"))) as stage:
            told = confirm(stage, {"github:issue:I_77": "acme/shop#77"}, memory=stored.memory)
        assert fate(told).word == "unknown"

    def test_nothing_follows_where_single_sign_on_hides_it(self) -> None:
        """github.md §8: a partial answer for want of SSO."""

        def hide(operation: str, answer: Any) -> Any:
            if operation != "whereabouts":
                return answer
            error = {"type": "FORBIDDEN", "message": "SSO", "path": ["nodes", 0], "extensions": {"saml_failure": True}}
            return {"data": {"nodes": [None]}, "errors": [error]}

        with staged(numbered(1), change=hide) as stage:
            told = confirm(stage, {"github:issue:I_1": "acme/shop#1"})
        assert fate(told).word == "unknown"
        assert "single sign-on" in fate(told).evidence

    @pytest.mark.parametrize("status", [403, 451])
    def test_nothing_follows_from_a_refusal(self, status: int) -> None:
        refusal = Injection(fault=Answer(status=status, body='{"message": "no"}'), path="/issues/77")
        with staged(numbered(1), refusal) as stage:
            told = confirm(stage, {"github:issue:I_77": "acme/shop#77"})
        assert fate(told).word == "unknown"

    def test_nothing_follows_from_a_key_that_makes_no_sense(self) -> None:
        with staged(numbered(1)) as stage:
            told = confirm(stage, {"github:issue:I_77": "what"})
        assert fate(told).word == "unknown"

    def test_a_hundred_that_are_there_are_looked_for_in_one_question(self) -> None:
        host = numbered(100)
        with staged(host) as stage:
            stored = poll_of(stage)
            asked = len(stage.requests)
            told = confirm(
                stage, {f"github:issue:I_{n}": f"acme/shop#{n}" for n in range(1, 101)}, memory=stored.memory
            )
        assert {one.word for one in told.fates} == {"there"}
        assert len(stage.requests) - asked == 1 + 5
