"""GitHub as a source, against the stand-in: what is new, what is missed, what is hidden, and how many requests."""

import asyncio
import json
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from connectors.errors import Refused, Retry, SourceError
from connectors.github import GitHub
from connectors.records import Batch, ChildSet, Deployment, ItemRef, PullRequest, Repository, WorkItem
from connectors.twin import github_edits as edits
from connectors.twin.faults import Answer, Injection, graphql_errors
from tests.connectors.contract import Stored
from tests.connectors.github.hosts import (
    BOT,
    DEV,
    NOW,
    commit,
    connect,
    deployment,
    host_of,
    hours,
    issue,
    poll_of,
    pull,
    read,
    repository,
    review,
    staged,
    use,
)

FORBIDDEN = {"type": "FORBIDDEN", "message": "No access"}


def pulls(stored: Stored) -> dict[str, PullRequest]:
    return {record.key: record for record in stored.records.values() if isinstance(record, PullRequest)}


def children(stored: Stored, number: int, kind: str) -> ChildSet:
    return stored.children[f"github:pull_request:PR_{number}", kind]


class TestWhatIsNew:
    def test_an_edited_pull_request_is_read_again_with_the_one_that_was_the_newest(self) -> None:
        """Nothing else is. # singer-io/tap-github#43, #49"""
        host = host_of(repository(pullRequests=[pull(n) for n in range(1, 31)]))
        with staged(host) as stage:
            stored = poll_of(stage)
            edits.edit(host, host.by_id["PR_4"], at="2026-11-20T18:00:00Z", by=DEV, title="Another")
            changed = Stored(watermarks=stored.watermarks, capabilities=stored.capabilities)
            asked = len(stage.requests)
            read(stage, changed)
        told = {"acme/shop#4": "Another", "acme/shop#30": "Change 30"}
        assert {key: item.title for key, item in pulls(changed).items()} == told
        assert len(stage.requests) - asked == 2

    def test_a_change_is_seen_though_its_instant_is_long_before_the_clock_of_the_answers(self) -> None:
        host = host_of(repository(pullRequests=[pull(n) for n in range(1, 31)]))
        with staged(host) as stage:
            stored = poll_of(stage)
            edits.edit(host, host.by_id["PR_4"], at=hours(36), by=DEV, title="Another")
            read(stage, stored)
        assert pulls(stored)["acme/shop#4"].title == "Another"

    def test_what_changes_while_a_backfill_stands_still_is_not_lost(self) -> None:
        """github.md §8: pages shift while they are turned. §5, row 24: what was read before the break stays."""
        host = host_of(repository(pullRequests=[pull(n) for n in range(1, 61)]))
        with staged(host) as stage:
            stored = Stored()
            read(stage, stored, at_most=3)
            held = set(pulls(stored))
            for item in (host.by_id["PR_60"], host.by_id["PR_1"]):
                edits.edit(host, item, at="2026-11-20T18:00:00Z", by=DEV, title="Edited meanwhile")
            read(stage, stored)
            read(stage, stored)
        assert len(held) == 25
        assert len(pulls(stored)) == 60
        assert [pulls(stored)[f"acme/shop#{n}"].title for n in (1, 60)] == ["Edited meanwhile"] * 2

    def test_two_changes_in_one_second_are_both_seen(self) -> None:
        host = host_of(repository(pullRequests=[pull(1), pull(2)]))
        with staged(host) as stage:
            stored = poll_of(stage)
            for number in (1, 2):
                edits.edit(host, host.by_id[f"PR_{number}"], at="2026-11-20T18:00:00Z", by=DEV, title="Same second")
                read(stage, stored)
        assert [item.title for item in pulls(stored).values()] == ["Same second"] * 2

    def test_labels_reviews_and_commits_that_are_gone_are_replaced(self) -> None:
        """apache/devlake#7510"""
        host = host_of(repository(pullRequests=[pull(1)]))
        with staged(host) as stage:
            stored = poll_of(stage)
            item = host.by_id["PR_1"]
            edits.unlabel(host, item, "cart", at="2026-11-20T18:00:00Z", by=DEV)
            edits.push(host, item, [commit(77)["commit"]], at="2026-11-20T18:00:01Z", by=DEV, force=True)
            read(stage, stored)
        assert pulls(stored)["acme/shop#1"].labels == ()
        assert [row.sha for row in children(stored, 1, "commits").rows] == [f"{77:040x}"]
        assert [row.field for row in children(stored, 1, "changes").rows] == ["labels", "labels", "force_push"]

    def test_a_deployment_is_read_again_until_it_has_ended(self) -> None:
        started = deployment(7500, "IN_PROGRESS")
        host = host_of(repository(deployments=[started, *(deployment(7501 + n, "SUCCESS") for n in range(40))]))
        with staged(host) as stage:
            stored = poll_of(stage)
            item = host.by_id["DE_7500"]
            item["statuses"].append({"id": "DS_end", "state": "SUCCESS", "createdAt": hours(7700)})
            item |= {"state": "SUCCESS", "updatedAt": hours(7700)}
            host.repositories[0]["deployments"].append(deployment(7650, "FAILURE"))
            host.open_repository(host.repositories[0])
            host.changed(item, host.repositories[0])
            read(stage, stored)
        found = stored.records["github:deployment:DE_7500"]
        assert isinstance(found, Deployment)
        assert (found.state, found.succeeded_at) == ("success", datetime.fromisoformat(hours(7700)))

    def test_a_renamed_repository_is_read_anew_under_its_name(self) -> None:
        host = host_of(repository(pullRequests=[pull(1)], issues=[issue(2)]))
        with staged(host) as stage:
            stored = poll_of(stage)
            edits.rename_repository(host, host.repositories[0], "store")
            read(stage, stored)
        assert {item.key for item in stored.records.values() if isinstance(item, PullRequest | WorkItem)} == {
            "acme/store#1",
            "acme/store#2",
        }
        assert [item.name for item in stored.records.values() if isinstance(item, Repository)] == ["acme/store"]

    def test_all_that_is_shown_of_an_item_counts_as_later_than_a_part_within_the_same_second(self) -> None:
        labels = [{"name": f"label {n:02}"} for n in range(21)]
        batches: list[Batch] = []

        async def poll(source: GitHub) -> None:
            batches.extend([batch async for batch in source.poll(Stored().memory)])

        with staged(host_of(repository(issues=[issue(1, labels=labels)]))) as stage:
            use(stage, poll)
        told = {one.read_at: item for one in batches for item in one.records if isinstance(item, WorkItem)}
        assert [len(told[at].labels) for at in sorted(told)] == [20, 21]

    def test_since_bounds_the_backfill_and_nothing_else(self) -> None:
        host = host_of(repository(pullRequests=[pull(n) for n in range(1, 61)]))
        with staged(host) as stage:
            stored = poll_of(stage, since=date(2026, 1, 3))
            before = set(pulls(stored))
            edits.edit(host, host.by_id["PR_1"], at="2026-11-20T18:00:00Z", by=DEV, title="Old, and touched")
            read(stage, stored, since=date(2026, 1, 3))
        assert before == {f"acme/shop#{n}" for n in range(34, 61)}
        assert set(pulls(stored)) - before == {"acme/shop#1"}


class TestRequests:
    def test_a_thousand_pull_requests_with_all_that_belongs_to_them(self) -> None:
        """github.md §8, and no request for each row. # turbot/steampipe-plugin-github#73, #398, #461"""
        items = [pull(n, reviews=[review(m) for m in range(40 if n % 10 == 0 else 3)]) for n in range(1, 1001)]
        with staged(host_of(repository(pullRequests=items))) as stage:
            stored = poll_of(stage)
            requests = len(stage.requests)
        assert len(pulls(stored)) == 1000
        assert all(rows.complete for rows in stored.children.values())
        assert requests <= 55

    def test_a_thousand_issues(self) -> None:
        with staged(host_of(repository(issues=[issue(n) for n in range(1, 1001)]))) as stage:
            stored = poll_of(stage)
            requests = sum(stage.requests.count(operation=name) for name in ("issues", "items", "more"))
        assert sum(isinstance(item, WorkItem) for item in stored.records.values()) == 1000
        assert requests <= 30, "beside what is asked once, however many there are"

    def test_nothing_new_in_fifty_repositories_is_one_request(self) -> None:
        """github.md §8; nothing is listed anew. # singer-io/tap-github#43"""
        names = [f"shop-{n}" for n in range(50)]
        host = host_of(*(repository(name, pullRequests=[pull(n, id=f"PR_{name}")]) for n, name in enumerate(names, 1)))
        with staged(host) as stage:
            stored = poll_of(stage)
            asked = len(stage.requests)
            read(stage, stored)
        assert len(pulls(stored)) == 50
        assert len(stage.requests) - asked == 1

    def test_twenty_items_by_their_refs_are_one_request(self) -> None:
        host = host_of(repository(pullRequests=[pull(n) for n in range(1, 31)]))
        refs = [ItemRef("github", "pull_request", f"PR_{n}") for n in range(1, 21)]
        with staged(host) as stage:
            stored = poll_of(stage)
            asked = len(stage.requests)
            batch = asyncio.run(connect(stage).fetch(refs, stored.memory))
        fetched = Stored()
        fetched.apply(batch)
        assert len(stage.requests) - asked == 1
        assert len(fetched.records) >= 20
        assert all(stored.records[key] == item for key, item in fetched.records.items())

    def test_the_schema_and_the_scope_are_asked_for_once_a_day(self) -> None:
        with staged(host_of(repository(pullRequests=[pull(1)]))) as stage:
            stored = poll_of(stage)
            stage.clock.wind(timedelta(hours=23).total_seconds())
            read(stage, stored)
            within_a_day = stage.requests.count(operation="schema")
            stage.clock.wind(timedelta(hours=2).total_seconds())
            read(stage, stored)
        assert (within_a_day, stage.requests.count(operation="schema")) == (1, 2)


class TestTooMuch:
    def test_pages_are_halved_until_they_are_answered_and_the_size_is_remembered(self) -> None:
        """By the same cursor, and the rows within the items as many as before.
        # apache/devlake#3708, #3635, airbytehq/airbyte#82727
        """
        host = host_of(repository(pullRequests=[pull(n) for n in range(1, 61)]))
        too_much = Injection(fault=Answer(status=502), body=r'"first":\s*(25|12)\b', times=None)
        with staged(host, too_much) as stage:
            stored = poll_of(stage)
            assert len(pulls(stored)) == 60
            assert not stored.gaps
            stored.watermarks.clear()
            read(stage, stored)
        asked = [json.loads(r.body) for r in stage.requests.seen if r.operation == "pullRequests"]
        assert [one["variables"]["first"] for one in asked] == [25, 12, *[6] * 10, *[7] * 9]
        assert [one["variables"]["after"] for one in asked[:3]] == [None] * 3
        assert len({one["query"] for one in asked}) == 1

    @pytest.mark.parametrize(
        "error",
        [
            {"type": "RESOURCE_LIMITS_EXCEEDED", "message": "Resource limits for this query exceeded."},
            {"message": "Something went wrong while executing your query. It may be the result of a timeout."},
            {"type": "INTERNAL", "message": "Oops", "path": ["node", "items", "nodes", 0]},
        ],
        ids=["resource limits", "timeout in words", "one node"],
    )
    def test_an_item_that_is_always_too_much_is_a_gap_until_it_can_be_read(self, error: dict[str, Any]) -> None:
        """Nothing is asked for ever, and nothing is missing without a word.
        # apache/devlake#8028, spiceai/spiceai#13762, airbytehq/airbyte#86914
        """
        host = host_of(repository(pullRequests=[pull(n) for n in range(1, 31)]))

        def choke(operation: str, answer: Any) -> Any:
            chokes = "PR_18" in json.dumps(answer) and operation not in ("skim", "probe")
            return {"data": None, "errors": [error]} if chokes else answer

        with staged(host, change=choke) as stage:
            stored = poll_of(stage)
            assert set(pulls(stored)) == {f"acme/shop#{n}" for n in range(1, 31) if n != 18}
            assert [gap.ref for gap in stored.gaps] == ["github:pull_request:PR_18"]
            read(stage, stored)
            assert len(stored.gaps) == 2, "it is still missing, and every poll says so"
        with staged(host) as stage:
            stored.gaps.clear()
            read(stage, stored)
        assert len(pulls(stored)) == 30
        assert not stored.gaps

    def test_many_items_that_are_too_much_are_waited_for_but_once(self) -> None:
        host = host_of(repository(pullRequests=[pull(n) for n in range(1, 31)]))

        def choke(operation: str, answer: Any) -> Any:
            return {"data": None} if operation in ("pullRequests", "items") else answer

        with staged(host, change=choke) as stage:
            stored = poll_of(stage)
        assert {gap.ref for gap in stored.gaps} == {f"github:pull_request:PR_{n}" for n in range(1, 31)}
        assert stage.clock.now() - NOW < timedelta(minutes=2)

    def test_rows_that_are_hidden_halfway_leave_an_item_that_is_not_whole(self) -> None:
        def hide(operation: str, answer: Any) -> Any:
            return {"data": {"n0": None}, "errors": [FORBIDDEN | {"path": ["n0"]}]} if operation == "more" else answer

        much = pull(1, reviews=[review(n) for n in range(120)])
        with staged(host_of(repository(pullRequests=[much, pull(2)])), change=hide) as stage:
            stored = poll_of(stage)
        assert not children(stored, 1, "reviews").complete
        assert len(children(stored, 1, "reviews").rows) == 50, "what the page showed"
        assert children(stored, 2, "reviews").complete
        assert [(gap.ref, gap.cause) for gap in stored.gaps] == [("github:pull_request:PR_1", "No access")]

    def test_an_item_that_makes_no_sense_is_a_gap_and_the_rest_is_read(self) -> None:
        """One bad item stops none after it. # linear/linear-release#51"""

        def garble(operation: str, answer: Any) -> Any:
            return json.loads(json.dumps(answer).replace('"number": 2,', '"number": "two",'))

        with staged(host_of(repository(pullRequests=[pull(n) for n in range(1, 4)])), change=garble) as stage:
            stored = poll_of(stage)
        assert set(pulls(stored)) == {"acme/shop#1", "acme/shop#3"}
        assert [gap.ref for gap in stored.gaps] == ["github:pull_request:PR_2"]

    def test_a_host_that_is_down_is_not_taken_for_a_large_answer(self) -> None:
        """Nor for an empty one (github.md §5, row 32)."""
        down = Injection(fault=Answer(status=502), operation="pullRequests", times=None)
        dead = Injection(fault=Answer(status=502), operation="skim", times=None)
        with staged(host_of(repository(pullRequests=[pull(1)])), down, dead) as stage:
            stored = Stored()
            with pytest.raises(Retry, match="502"):
                read(stage, stored)
        assert not stored.gaps
        assert not stored.watermarks

    def test_pages_that_stand_still_are_a_gap(self) -> None:
        def stand_still(operation: str, answer: Any) -> Any:
            if operation == "pullRequests":
                answer["data"]["node"]["items"]["pageInfo"] = {"hasNextPage": True, "endCursor": None}
            return answer

        with staged(host_of(repository(pullRequests=[pull(1)])), change=stand_still) as stage:
            stored = poll_of(stage)
        assert [gap.cause for gap in stored.gaps] == ["GitHub's pages stand still"]

    def test_a_cursor_that_is_good_no_more_begins_the_pass_anew(self) -> None:
        host = host_of(repository(pullRequests=[pull(n) for n in range(1, 31)]))
        with staged(host) as stage:
            stored = Stored()
            read(stage, stored, at_most=3)
            (place, written), *_ = stored.watermarks.items()
            stored.watermarks[place] = json.dumps(json.loads(written) | {"cursor": "stale"})
            read(stage, stored)
        assert len(pulls(stored)) == 30
        assert not stored.gaps


class TestHidden:
    def test_a_name_that_stands_for_nothing_is_one_sentence(self) -> None:
        with (
            staged(host_of(repository())) as stage,
            pytest.raises(Refused, match="acme/shopp cannot be read") as raised,
        ):
            poll_of(stage, repositories=["acme/shopp"])
        assert "spelling" in raised.value.hint

    def test_one_name_that_stands_for_nothing_costs_no_other_and_is_said_by_every_poll(self) -> None:
        """github.md §5, row 15"""
        with staged(host_of(repository(issues=[issue(1)]))) as stage:
            stored = poll_of(stage, repositories=["acme/shop", "acme/shopp"])
            assert "github:issue:I_1" in stored.records
            read(stage, stored, repositories=["acme/shop", "acme/shopp"])
        assert [gap.stream for gap in stored.gaps] == ["acme/shopp", "acme/shopp"]
        assert "Check its spelling" in stored.gaps[0].cause

    def test_a_pattern_that_matches_nothing_is_one_sentence(self) -> None:
        with staged(host_of(repository())) as stage, pytest.raises(Refused, match=r"acme/web-\* cannot be read"):
            poll_of(stage, repositories=["acme/web-*"])

    @pytest.mark.parametrize("name", ["shop", "acme/", "*/shop", "acme/shop/7"])
    def test_what_is_no_name_is_refused_before_anything_is_asked(self, name: str) -> None:
        with staged(host_of(repository())) as stage, pytest.raises(Refused, match="names no repository"):
            connect(stage, repositories=[name])

    @pytest.mark.parametrize("token", ["s\u00e9cret", "secret\n"])
    def test_a_token_that_no_header_may_hold_is_refused_at_once_and_not_shown(self, token: str) -> None:
        with staged(host_of(repository())) as stage, pytest.raises(Refused, match="no header may hold") as refused:
            read(stage, Stored(), token=token)
        assert token not in str(refused.value)
        assert not stage.requests.seen

    def test_a_repository_that_vanished_is_a_gap_and_the_others_are_read(self) -> None:
        host = host_of(repository(pullRequests=[pull(1)]), repository("web", pullRequests=[pull(2)]))
        with staged(host) as stage:
            stored = poll_of(stage)
            del host.by_id["R_web"]
            host.changed()
            edits.edit(host, host.by_id["PR_1"], at="2026-11-20T18:00:00Z", by=DEV, title="Another")
            read(stage, stored)
        assert [(gap.stream, "R_web" in gap.cause) for gap in stored.gaps] == [("acme/web", True)]
        assert pulls(stored)["acme/shop#1"].title == "Another"
        assert "acme/web#2" in pulls(stored)

    def test_a_repository_that_was_made_anew_under_its_name_takes_the_place_of_the_old(self) -> None:
        with staged(host_of(repository(issues=[issue(1)]))) as stage:
            stored = poll_of(stage)
        with staged(host_of(repository(id="R_anew", issues=[issue(2)]))) as stage:
            read(stage, stored)
            assert ["R_shop" in gap.cause for gap in stored.gaps] == [True]
            stored.gaps.clear()
            stage.clock.wind(timedelta(days=1, minutes=1).total_seconds())
            read(stage, stored)
        assert {"github:issue:I_1", "github:issue:I_2"} <= stored.records.keys()
        assert not stored.gaps

    def test_a_repository_that_a_pattern_may_mean_but_that_is_hidden_is_a_gap_every_time(self) -> None:
        def hide(operation: str, answer: Any) -> Any:
            if operation == "repositories":
                answer["data"]["repositoryOwner"]["repositories"]["nodes"][0] = None
                path = ["repositoryOwner", "repositories", "nodes", 0]
                answer["errors"] = [FORBIDDEN | {"path": path, "extensions": {"saml_failure": True}}]
            return answer

        host = host_of(repository("aside"), repository(issues=[issue(1)]))
        with staged(host, change=hide) as stage:
            stored = poll_of(stage)
            read(stage, stored)
        assert "github:issue:I_1" in stored.records
        assert [gap.stream for gap in stored.gaps] == ["acme/*", "acme/*"]
        assert all("single sign-on" in gap.cause for gap in stored.gaps)

    def test_what_is_hidden_of_a_pattern_is_read_within_an_hour_of_being_shown(self) -> None:
        hidden = [FORBIDDEN | {"path": ["repositoryOwner", "repositories", "nodes", 0]}]

        def hide(operation: str, answer: Any) -> Any:
            if hidden and operation == "repositories":
                answer["data"]["repositoryOwner"]["repositories"]["nodes"][0] = None
                answer["errors"] = hidden
            return answer

        host = host_of(repository("aside", issues=[issue(1)]), repository(issues=[issue(2)]))
        with staged(host, change=hide) as stage:
            stored = poll_of(stage)
            hidden.clear()
            stage.clock.wind(timedelta(minutes=61).total_seconds())
            read(stage, stored)
        assert "github:issue:I_1" in stored.records
        assert [gap.stream for gap in stored.gaps] == ["acme/*"]

    def test_a_token_that_is_not_authorised_for_single_sign_on_is_told_so(self) -> None:
        """github.md §8: a partial answer for want of SSO."""

        def protect(operation: str, answer: Any) -> Any:
            if operation == "probe":
                answer["data"]["nodes"][0] = None
                told = {"type": "FORBIDDEN", "message": "Resource protected", "extensions": {"saml_failure": True}}
                answer["errors"] = [told | {"path": ["nodes", 0]}]
            return answer

        host = host_of(repository(pullRequests=[pull(1)]), repository("web", pullRequests=[pull(2)]))
        with staged(host, change=protect) as stage:
            stored = poll_of(stage)
        assert [(gap.stream, "single sign-on" in gap.cause) for gap in stored.gaps] == [("acme/shop", True)]
        assert set(pulls(stored)) == {"acme/web#2"}

    def test_a_stream_that_the_token_may_not_read_is_a_gap_every_time_and_costs_nothing(self) -> None:
        refused = graphql_errors(
            {"type": "FORBIDDEN", "message": "Resource not accessible", "path": ["nodes", 0, "deployments"]},
            data={"nodes": [None]},
        )
        host = host_of(repository(pullRequests=[pull(1)], deployments=[deployment(1, "SUCCESS")]))
        with staged(host, Injection(fault=refused, operation="probe", body="deployments", times=None)) as stage:
            stored = poll_of(stage)
            asked = len(stage.requests)
            read(stage, stored)
        assert [(gap.stream, gap.cause) for gap in stored.gaps] == [("deployments", "Resource not accessible")] * 2
        assert set(pulls(stored)) == {"acme/shop#1"}
        assert len(stage.requests) - asked == 1

    def test_a_partial_answer_is_never_taken_for_an_empty_set(self) -> None:
        """Not even where the server hides it by the item's id too. # plclub/sf-in-lean#265"""

        def hide_reviews(operation: str, answer: Any) -> Any:
            if operation == "pullRequests":
                answer["data"]["node"]["items"]["nodes"][0]["reviews"] = None
                answer["errors"] = [FORBIDDEN | {"path": ["node", "items", "nodes", 0, "reviews"]}]
            if operation == "items":
                answer["data"]["PullRequest"][0]["reviews"] = None
                answer["errors"] = [FORBIDDEN | {"path": ["PullRequest", 0, "reviews"]}]
            return answer

        with staged(host_of(repository(pullRequests=[pull(1)])), change=hide_reviews) as stage:
            stored = poll_of(stage)
        assert not children(stored, 1, "reviews").complete
        assert children(stored, 1, "commits").complete
        told = [(gap.stream, gap.ref, gap.cause) for gap in stored.gaps]
        assert told == [("acme/shop pull_requests", "github:pull_request:PR_1", "reviews: No access")]

    def test_what_only_one_answer_hides_is_read_by_the_next(self) -> None:
        def hide_labels(operation: str, answer: Any) -> Any:
            if operation == "pullRequests":
                answer["data"]["node"]["items"]["nodes"][0]["labels"] = None
                answer["errors"] = [FORBIDDEN | {"path": ["node", "items", "nodes", 0, "labels"]}]
            return answer

        with staged(host_of(repository(pullRequests=[pull(1), pull(2)])), change=hide_labels) as stage:
            stored = poll_of(stage)
        assert [item.labels for item in pulls(stored).values()] == [("cart",), ("cart",)]
        assert not stored.gaps

    @pytest.mark.parametrize("hides_whole", [False, True], ids=["the field is null", "the item is null"])
    def test_a_field_that_the_token_may_read_of_no_item_is_left_out_and_said_once_a_poll(
        self, *, hides_whole: bool
    ) -> None:
        """One stream that is refused never fails the rest. # airbytehq/airbyte#2365"""

        def hide_threads(operation: str, answer: Any) -> Any:
            if operation != "pullRequests":
                return answer
            nodes = answer["data"]["node"]["items"]["nodes"]
            places = [place for place, node in enumerate(nodes) if "reviewThreads" in node]
            for place in places:
                nodes[place] = None if hides_whole else nodes[place] | {"reviewThreads": None}
            paths = [["node", "items", "nodes", place, "reviewThreads"] for place in places]
            return answer | {"errors": [FORBIDDEN | {"path": path} for path in paths]}

        host = host_of(repository(pullRequests=[pull(n) for n in range(1, 56)]))
        with staged(host, change=hide_threads) as stage:
            stored = poll_of(stage)
            asked = stage.requests.count(operation="pullRequests")
            first = [gap.stream for gap in stored.gaps]
            read(stage, stored)
        assert len(pulls(stored)) == 55
        assert asked == 3, "two pages, and the first once more"
        assert first == ["PullRequest.reviewThreads"]
        assert ["permission that is missing (No access)" in gap.cause for gap in stored.gaps] == [True] * 2
        assert not children(stored, 1, "review_threads").complete
        assert children(stored, 1, "reviews").complete

    def test_what_was_read_without_a_field_is_read_again_once_the_token_may_read_it(self) -> None:
        refusing = [FORBIDDEN | {"path": ["node", "items", "nodes", place, "reviewThreads"]} for place in range(30)]

        def hide_threads(operation: str, answer: Any) -> Any:
            nodes = answer["data"]["node"]["items"]["nodes"] if operation == "pullRequests" else []
            if not refusing or not nodes or "reviewThreads" not in nodes[0]:
                return answer
            answer["data"]["node"]["items"]["nodes"] = [node | {"reviewThreads": None} for node in nodes]
            return answer | {"errors": refusing[: len(nodes)]}

        with staged(host_of(repository(pullRequests=[pull(n) for n in range(1, 31)])), change=hide_threads) as stage:
            stored = poll_of(stage)
            before = stage.requests.count(operation="pullRequests")
            stage.clock.wind(timedelta(days=1, minutes=1).total_seconds())
            read(stage, stored)
            assert stage.requests.count(operation="pullRequests") == before + 2, "a page, and that once more without it"
            refusing.clear()
            stage.clock.wind(timedelta(days=1, minutes=1).total_seconds())
            read(stage, stored)
            assert all(children(stored, n, "review_threads").complete for n in range(1, 31))
            read(stage, stored)
        assert stage.requests.count(operation="pullRequests") == before + 4, "two pages, and then no more"

    def test_a_stream_of_which_the_server_shows_nothing_is_a_gap(self) -> None:
        def hide_issues(operation: str, answer: Any) -> Any:
            if operation == "probe":
                answer["data"]["nodes"][0]["issues"] = None
            return answer

        with staged(host_of(repository(pullRequests=[pull(1)], issues=[issue(2)])), change=hide_issues) as stage:
            stored = poll_of(stage)
        assert [gap.stream for gap in stored.gaps] == ["acme/shop issues"]
        assert set(pulls(stored)) == {"acme/shop#1"}

    def test_nobody_is_an_author_who_is_gone(self) -> None:
        """github.md §8: a ghost."""
        host = host_of(repository(pullRequests=[pull(1, author=None), pull(2, author=BOT)]))
        with staged(host) as stage:
            stored = poll_of(stage)
        assert pulls(stored)["acme/shop#1"].author is None
        assert stored.records[str(pulls(stored)["acme/shop#2"].author)].kind == "bot"


class TestServers:
    def test_an_enterprise_server_is_asked_only_for_what_it_has(self) -> None:
        host = host_of(repository(issues=[issue(1)], pullRequests=[pull(2)]), dialect="ghes", hourly_limit=None)
        with staged(host) as stage:
            stored = poll_of(stage)
        assert not stored.gaps
        assert {"github:issue:I_1", "github:pull_request:PR_2"} <= set(stored.records)

    def test_where_the_schema_is_a_secret_the_documented_minimum_is_asked_for(self) -> None:
        secret = graphql_errors({"message": "GraphQL introspection is not allowed", "locations": [{"line": 1}]})
        host = host_of(repository(issues=[issue(1)]), dialect="ghes", hourly_limit=None)
        with staged(host, Injection(fault=secret, operation="schema")) as stage:
            stored = poll_of(stage)
        assert not stored.gaps
        assert "github:issue:I_1" in stored.records

    @pytest.mark.parametrize(
        "refusal",
        [
            Answer(status=400, body=json.dumps({"errors": [{"message": "GraphQL introspection is not allowed"}]})),
            Answer(status=403, body='{"message": "Forbidden"}'),
            Answer(status=200, body='{"data": {}}'),
            graphql_errors({"message": "Introspection is disabled"}),
        ],
    )
    def test_however_the_schema_is_refused_the_documented_minimum_is_asked_for(self, refusal: Answer) -> None:
        host = host_of(repository(issues=[issue(1)]), dialect="ghes", hourly_limit=None)
        with staged(host, Injection(fault=refusal, operation="schema")) as stage:
            stored = poll_of(stage)
            assert stage.requests.count(operation="schema") == 1
        assert not stored.gaps
        assert "github:issue:I_1" in stored.records

    def test_a_schema_that_changed_is_read_anew_by_the_next_poll(self) -> None:
        changed = graphql_errors(
            {"message": "Field 'parent' doesn't exist on type 'Issue'", "extensions": {"code": "undefinedField"}}
        )
        host = host_of(repository(issues=[issue(1)]))
        with staged(host, Injection(fault=changed, operation="issues")) as stage:
            stored = Stored()
            with pytest.raises(SourceError, match="not as it was"):
                read(stage, stored)
            read(stage, stored)
        assert stage.requests.count(operation="schema") == 2
        assert "github:issue:I_1" in stored.records
