"""What becomes of repositories and items over time: renamed, lost, found again, named by an older id."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from connectors.records import Batch, Change, ItemRef, PullRequest, Repository, WorkItem
from connectors.twin import github_edits as edits
from connectors.twin import github_edits_repositories as repositories
from connectors.twin.github_objects import Node
from connectors.twin.github_state import GitHubHost
from tests.connectors.contract import Stored
from tests.connectors.github.hosts import (
    DEV,
    NOW,
    commit,
    event,
    fetch,
    host_of,
    issue,
    poll_of,
    pull,
    read,
    repository,
    review,
    staged,
)


def shops() -> GitHubHost:
    return host_of(repository(pullRequests=[pull(1)]), repository("web", issues=[issue(2)]))


def held(stored: Stored, name: str) -> Repository:
    record = stored.records[f"github:repository:R_{name}"]
    assert isinstance(record, Repository)
    return record


def children(stored: Stored, ref: str, kind: str) -> Any:
    return stored.children[ref, kind]


class TestRepositories:
    def test_one_that_is_not_to_be_seen_any_more_is_lost_and_nothing_of_it_is_gone(self) -> None:
        """A revoked permission looks like a mass deletion. # github.md §1b"""
        host = shops()
        with staged(host) as stage:
            stored = poll_of(stage)
            repositories.hide_repository(host, host.by_id["R_web"])
            read(stage, stored)
            first = held(stored, "web").lost_at
            stage.clock.wind(timedelta(days=2).total_seconds())
            read(stage, stored)
        assert first == NOW
        assert held(stored, "web").lost_at == first, "since when, not when it was last looked for"
        assert held(stored, "shop").lost_at is None
        assert "github:issue:I_2" in stored.records
        assert [gap.stream for gap in stored.gaps] == ["acme/web"] * 2

    def test_one_that_comes_back_is_found_by_its_id(self) -> None:
        host = shops()
        web = host.by_id["R_web"]
        with staged(host) as stage:
            stored = poll_of(stage)
            repositories.hide_repository(host, web)
            read(stage, stored)
            repositories.show_repository(host, web)
            edits.edit(host, host.by_id["I_2"], at="2026-11-20T18:00:00Z", by=DEV, title="Meanwhile")
            stored.gaps.clear()
            read(stage, stored)
        assert held(stored, "web").lost_at is None
        assert not stored.gaps
        found = stored.records["github:issue:I_2"]
        assert isinstance(found, WorkItem)
        assert found.title == "Meanwhile"

    def test_all_of_them_lost_while_the_token_is_good_is_no_failure_and_no_deletion(self) -> None:
        host = shops()
        with staged(host) as stage:
            stored = poll_of(stage)
            facts = {ref for ref, record in stored.records.items() if isinstance(record, PullRequest | WorkItem)}
            for one in list(host.repositories):
                repositories.hide_repository(host, one)
            read(stage, stored)
        assert {gap.stream for gap in stored.gaps} == {"acme/shop", "acme/web"}
        assert all(held(stored, name).lost_at for name in ("shop", "web"))
        assert facts <= set(stored.records)

    @pytest.mark.parametrize(("asked", "still"), [("acme/*", False), ("acme/web", True)], ids=["by pattern", "by name"])
    def test_one_that_is_lost_for_long_is_looked_for_only_where_it_is_named(self, asked: str, *, still: bool) -> None:
        host = shops()
        with staged(host) as stage:
            stored = poll_of(stage, repositories=["acme/shop", asked])
            repositories.delete_repository(host, host.by_id["R_web"])
            read(stage, stored, repositories=["acme/shop", asked])
            stage.clock.wind(timedelta(days=31).total_seconds())
            stored.gaps.clear()
            read(stage, stored, repositories=["acme/shop", asked])
        assert held(stored, "web").lost_at == NOW
        assert bool(stored.gaps) == still

    def test_one_that_went_to_another_owner_is_followed_by_its_id(self) -> None:
        host = shops()
        with staged(host) as stage:
            stored = poll_of(stage)
            elsewhere = {"login": "elsewhere", "__typename": "Organization"}
            host._open_account(elsewhere, "Organization")
            repositories.transfer_repository(host, host.by_id["R_web"], host.accounts["elsewhere"])
            stage.clock.wind(timedelta(days=2).total_seconds())
            read(stage, stored)
        found = stored.records["github:issue:I_2"]
        assert isinstance(found, WorkItem)
        assert (held(stored, "web").name, held(stored, "web").lost_at) == ("elsewhere/web", None)
        assert found.key == "elsewhere/web#2"
        assert not stored.gaps

    def test_each_poll_says_how_much_there_is(self) -> None:
        host = host_of(repository(pullRequests=[pull(n) for n in range(1, 4)], issues=[issue(9)]))
        with staged(host) as stage:
            batches = batches_of(stage)
        counts = {(count.scope, count.kind): count.total for batch in batches for count in batch.counts}
        assert counts == {
            ("acme/shop", "pull_request"): 3,
            ("acme/shop", "issue"): 1,
            ("acme/shop", "deployment"): 0,
        }


def batches_of(stage: Any) -> list[Batch]:
    """Each batch of a first poll."""
    batches: list[Batch] = []

    class Keeping(Stored):
        def apply(self, batch: Batch) -> None:
            batches.append(batch)
            super().apply(batch)

    read(stage, Keeping())
    return batches


class TestItems:
    def test_an_older_form_of_an_id_leads_to_the_same_ref(self) -> None:
        """Payloads of webhooks may name what polls call otherwise. # docs: migrating GraphQL global node ids"""
        host = host_of(repository(pullRequests=[pull(1)]))
        host.by_id["MDExOlB1bGxSZXF1ZXN0MQ=="] = host.by_id["PR_1"]
        with staged(host) as stage:
            stored = poll_of(stage)
            again = Stored()
            again.apply(fetch(stage, [ItemRef("github", "pull_request", "MDExOlB1bGxSZXF1ZXN0MQ==")], stored))
        assert again.records["github:pull_request:PR_1"] == stored.records["github:pull_request:PR_1"]
        assert not again.gaps

    def test_an_item_that_is_not_to_be_seen_is_a_gap_with_its_ref(self) -> None:
        with staged(host_of(repository(pullRequests=[pull(1)]))) as stage:
            stored = poll_of(stage)
            refs = [ItemRef("github", "pull_request", one) for one in ("PR_1", "PR_gone")]
            batch = fetch(stage, [*refs, ItemRef("github", "mystery", "M_1")], stored)
        assert "github:pull_request:PR_1" in {record.ref for record in batch.records}
        assert [gap.ref for gap in batch.gaps] == ["github:pull_request:PR_gone", "github:mystery:M_1"]

    def test_items_of_which_fewer_are_answered_than_asked_for_are_asked_for_in_smaller_numbers(self) -> None:
        def fewer(operation: str, answer: Any) -> Any:
            if operation == "items" and len(answer["data"]["PullRequest"]) > 1:
                answer["data"]["PullRequest"].pop()
            return answer

        refs = [ItemRef("github", "pull_request", f"PR_{number}") for number in range(1, 4)]
        with staged(host_of(repository(pullRequests=[pull(n) for n in range(1, 4)])), change=fewer) as stage:
            batch = fetch(stage, refs, poll_of(stage))
        assert {str(ref) for ref in refs} <= {record.ref for record in batch.records}
        assert not batch.gaps

    def test_an_item_of_which_nothing_at_all_is_answered_is_a_gap(self) -> None:
        def none(operation: str, answer: Any) -> Any:
            return {"data": {"PullRequest": []}} if operation == "items" else answer

        with staged(host_of(repository(pullRequests=[pull(1)])), change=none) as stage:
            batch = fetch(stage, [ItemRef("github", "pull_request", "PR_1")], poll_of(stage))
        assert [(gap.ref, gap.cause) for gap in batch.gaps] == [
            ("github:pull_request:PR_1", "GitHub answers 0 of 1 questions")
        ]

    def test_an_item_that_is_gone_before_it_could_be_completed_is_told_once(self) -> None:
        """One row that is null never spoils, nor repeats. # apache/devlake#3491"""

        def lose(operation: str, answer: Any) -> Any:
            if operation != "items":
                return answer
            gone = {"type": "NOT_FOUND", "message": "Could not resolve to a node", "path": ["PullRequest", 0]}
            return {"data": {"PullRequest": [None]}, "errors": [gone]}

        much = pull(1, reviews=[review(n) for n in range(60)])
        with staged(host_of(repository(pullRequests=[much, pull(2)])), change=lose) as stage:
            stored = poll_of(stage)
            read(stage, stored)
        assert [(gap.ref, gap.cause) for gap in stored.gaps] == [
            ("github:pull_request:PR_1", "Could not resolve to a node")
        ]

    def test_an_item_without_an_id_is_a_gap_and_the_walk_goes_on(self) -> None:
        def nameless(operation: str, answer: Any) -> Any:
            if operation == "pullRequests":
                del answer["data"]["node"]["items"]["nodes"][0]["id"]
            return answer

        with staged(host_of(repository(pullRequests=[pull(n) for n in range(1, 31)])), change=nameless) as stage:
            stored = poll_of(stage)
        assert sum(isinstance(record, PullRequest) for record in stored.records.values()) == 28
        assert ["required field `id`" in gap.cause for gap in stored.gaps] == [True], (
            "said once, though two pages say it"
        )

    def test_a_person_who_is_renamed_keeps_the_ref(self) -> None:
        host = host_of(repository(pullRequests=[pull(1), pull(2)]))
        with staged(host) as stage:
            stored = poll_of(stage)
            host.by_id["U_dev"]["login"] = "renamed"
            host.changed(host.by_id["U_dev"])
            edits.edit(host, host.by_id["PR_1"], at="2026-11-20T18:00:00Z", by=DEV, title="Another")
            read(stage, stored)
        assert stored.records["github:account:U_dev"].name == "renamed"


MUCH: dict[str, tuple[str, str, Callable[[int], Node]]] = {
    "reviews": ("reviews", "reviews", review),
    "commits": ("commits", "commits", commit),
    "timelineItems": ("timelineItems", "changes", lambda n: event("LabeledEvent", n, label={"name": "cart"})),
    "files": ("files", "changed_files", lambda n: {"path": f"{n}.py", "additions": 1, "deletions": 0}),
    "reviewThreads": ("reviewThreads", "review_threads", lambda n: {"path": f"{n}.py", "isResolved": True}),
}


def told_of(operation: str, answer: Any) -> list[Any]:
    """The pull requests in an answer."""
    if operation == "pullRequests":
        return list(answer["data"]["node"]["items"]["nodes"])
    return list(answer["data"]["PullRequest"]) if operation == "items" else []


class TestWhole:
    @pytest.mark.parametrize("name", MUCH)
    @pytest.mark.parametrize("count", [60, 230])
    def test_whatever_is_longer_than_an_answer_is_read_to_its_end(self, name: str, count: int) -> None:
        """Nested rows that were cut were missing for good. # apache/devlake#8615"""
        field, kind, row = MUCH[name]
        with staged(host_of(repository(pullRequests=[pull(1, **{field: [row(n) for n in range(count)]})]))) as stage:
            stored = poll_of(stage)
        rows = children(stored, "github:pull_request:PR_1", kind)
        assert (len(rows.rows), rows.complete) == (count, True)
        assert not stored.gaps

    def test_what_blocks_an_issue_is_read_of_those_alone_that_are_blocked(self) -> None:
        items = [issue(n, blockedBy=["I_1", "I_2"] if n == 30 else []) for n in range(1, 38)]
        with staged(host_of(repository(issues=items))) as stage:
            stored = poll_of(stage)
            asked = [stage.requests.count(operation=name) for name in ("issues", "items", "more")]
        links = children(stored, "github:issue:I_30", "stated_links")
        assert {(link.kind, link.to_ref) for link in links.rows} == {
            ("blocked_by", "github:issue:I_1"),
            ("blocked_by", "github:issue:I_2"),
        }
        assert all(rows.complete for (_, kind), rows in stored.children.items() if kind == "stated_links")
        assert asked == [1, 1, 0]

    def test_what_github_counts_and_never_shows_is_a_gap_with_its_ref(self) -> None:
        """At most 250 commits of a pull request are shown. # docs: rest/pulls/pulls#list-commits-on-a-pull-request"""

        def cap(operation: str, answer: Any) -> Any:
            for node in told_of(operation, answer):
                node["commits"]["totalCount"] = 300
            return answer

        with staged(host_of(repository(pullRequests=[pull(1)])), change=cap) as stage:
            stored = poll_of(stage)
        assert [(gap.ref, gap.cause) for gap in stored.gaps] == [
            ("github:pull_request:PR_1", "GitHub shows 1 of its 300 commits")
        ]
        assert not children(stored, "github:pull_request:PR_1", "commits").complete

    def test_files_too_many_to_compare_are_a_gap_and_their_number_is_unknown(self) -> None:
        """Null and no error, and 0 files counted. # anthropics/claude-code-action#1587"""

        def decline(operation: str, answer: Any) -> Any:
            for node in told_of(operation, answer):
                node |= {"files": None, "changedFiles": 0, "additions": 0, "deletions": 0}
            return answer

        with staged(host_of(repository(pullRequests=[pull(1)])), change=decline) as stage:
            stored = poll_of(stage)
        found = stored.records["github:pull_request:PR_1"]
        assert isinstance(found, PullRequest)
        assert (found.changed_files, found.additions, found.deletions) == (None, None, None)
        assert [(gap.ref, "none of its files" in gap.cause) for gap in stored.gaps] == [(found.ref, True)]
        assert not children(stored, found.ref, "changed_files").complete

    @pytest.mark.parametrize("blank", [None, {"nodes": None}, {"nodes": [None]}])
    def test_what_is_blank_without_an_error_is_asked_for_once_more(self, blank: Any) -> None:
        def blind(operation: str, answer: Any) -> Any:
            if operation == "pullRequests":
                told_of(operation, answer)[0]["labels"] = blank
            return answer

        with staged(host_of(repository(pullRequests=[pull(1), pull(2)])), change=blind) as stage:
            stored = poll_of(stage)
        found = [one for one in stored.records.values() if isinstance(one, PullRequest)]
        assert [one.labels for one in found] == [("cart",), ("cart",)]
        assert not stored.gaps

    def test_a_row_that_stays_blank_is_a_gap(self) -> None:
        def blind(operation: str, answer: Any) -> Any:
            for node in told_of(operation, answer):
                node["reviews"]["nodes"][0] = None
            return answer

        with staged(host_of(repository(pullRequests=[pull(1)])), change=blind) as stage:
            gaps = poll_of(stage).gaps
        assert [gap.cause for gap in gaps] == ["GitHub leaves out 1 of its reviews without a reason"]

    def test_a_label_that_was_taken_off_is_gone_and_when_is_known(self) -> None:
        """Removed labels stayed for ever. # apache/devlake#7510"""
        host = host_of(repository(issues=[issue(1, labels=[{"name": "cart"}])]))
        with staged(host) as stage:
            stored = poll_of(stage)
            edits.unlabel(host, host.by_id["I_1"], "cart", at="2026-11-20T18:00:00Z", by=DEV)
            read(stage, stored)
        item = stored.records["github:issue:I_1"]
        changes = children(stored, "github:issue:I_1", "changes").rows
        assert isinstance(item, WorkItem)
        assert item.labels == ()
        assert [row.from_text for row in changes if isinstance(row, Change) and row.field == "labels"] == ["cart"]
