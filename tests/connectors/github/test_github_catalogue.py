"""Labels, milestones, git tags and releases: read when they are due or new, and at no other time."""

import json
import re
from datetime import date
from typing import Any, TypeVar

import pytest
from graphql import parse, validate
from msgspec import Raw

from connectors.delivery import RENEW
from connectors.github.accounts import Accounts
from connectors.github.definitions import git_tag
from connectors.records import GitTag, ItemRef, Label, Milestone, Release
from connectors.twin import github_edits as edits
from connectors.twin.faults import Injection, graphql_errors, html
from tests.connectors.contract import Stage, Stored
from tests.connectors.github.hosts import DEV, fetch, host_of, hours, poll_of, read, repository, staged
from tests.connectors.github.test_github_census import census, confirm
from tests.connectors.github.test_github_queries import official

T = TypeVar("T")
DAY_S = 86_400.0


def release(number: int, **fields: Any) -> dict[str, Any]:
    told = {
        "id": f"RE_{number}",
        "tagName": f"v{number}",
        "name": f"Version {number}",
        "createdAt": hours(number),
        "publishedAt": hours(number + 100),
        "updatedAt": hours(number + 100),
        "tagCommit": {"oid": f"{number:040x}"},
        "author": DEV,
        "url": f"https://github.com/acme/shop/releases/tag/v{number}",
    }
    return told | fields


def tag(name: str, target: dict[str, Any] | None) -> dict[str, Any]:
    return {"id": f"REF_{name}", "name": name, "prefix": "refs/tags/", "target": target}


def commit(number: int) -> dict[str, Any]:
    return {"__typename": "Commit", "oid": f"{number:040x}", "committedDate": hours(number)}


def annotated(target: dict[str, Any], at: str | None) -> dict[str, Any]:
    return {"__typename": "Tag", "oid": "f" * 40, "name": "x", "target": target, "tagger": {"date": at}}


def label(n: int) -> dict[str, Any]:
    return {"id": f"LA_{n}", "name": f"label {n}", "color": "ffffff", "createdAt": hours(n)}


def all_of(stored: Stored, kind: type[T]) -> dict[str, T]:
    return {ref: record for ref, record in stored.records.items() if isinstance(record, kind)}


def polled_again(stage: Stage, stored: Stored, *, after_s: float) -> tuple[Stored, int]:
    """What another poll brings that much later, and how many requests it takes."""
    stage.clock.wind(after_s)
    again, asked = Stored(watermarks=stored.watermarks, capabilities=stored.capabilities), len(stage.requests)
    read(stage, again)
    return again, len(stage.requests) - asked


class TestRecords:
    def test_labels_and_milestones_are_the_repositorys_own(self) -> None:
        milestone = {
            "id": "MI_1",
            "number": 1,
            "title": "Spring",
            "state": "OPEN",
            "dueOn": "2026-03-31T07:00:00Z",
            "createdAt": hours(1),
            "updatedAt": hours(2),
        }
        with staged(host_of(repository(labels=[label(1)], milestones=[milestone]))) as stage:
            stored = poll_of(stage)
        told = stored.records["github:label:LA_1"]
        assert isinstance(told, Label)
        assert (told.repository, told.name, told.description) == ("acme/shop", "label 1", None)
        spring = stored.records["github:milestone:MI_1"]
        assert isinstance(spring, Milestone)
        assert (spring.title, spring.state, spring.number, str(spring.due_on)) == ("Spring", "open", 1, "2026-03-31")

    def test_a_release_is_of_the_day_it_was_published_not_of_its_commits(self) -> None:
        with staged(host_of(repository(releases=[release(1), release(2, isDraft=True)]))) as stage:
            stored = poll_of(stage)
        told = stored.records["github:release:RE_1"]
        assert isinstance(told, Release)
        assert told.published_at is not None
        assert told.published_at.strftime("%Y-%m-%dT%H:%M:%SZ") == hours(101)
        assert (told.tag, told.sha, told.author) == ("v1", f"{1:040x}", "github:account:U_dev")
        draft = stored.records["github:release:RE_2"]
        assert isinstance(draft, Release)
        assert (draft.draft, draft.published_at) == (True, None)

    def test_a_tag_leads_to_its_commit_however_deep(self) -> None:
        tags = [
            tag("plain", commit(1)),
            tag("signed", annotated(commit(2), "2026-02-03T10:00:00+02:00")),
            tag("twice", annotated(annotated(commit(3), None), None)),
        ]
        with staged(host_of(repository(refs=tags))) as stage:
            stored = poll_of(stage)
        told = {one.name: one for one in all_of(stored, GitTag).values()}
        assert {name: one.sha for name, one in told.items()} == {
            "plain": f"{1:040x}",
            "signed": f"{2:040x}",
            "twice": f"{3:040x}",
        }
        assert told["plain"].tagged_at is None
        assert str(told["signed"].tagged_at) == "2026-02-03 08:00:00+00:00"
        assert not stored.gaps

    def test_a_tag_of_a_file_leads_to_no_commit_and_is_none_of_ours(self) -> None:
        file = b'{"__typename": "Blob", "oid": "b"}'
        raw = b'{"id": "REF_1", "name": "key", "repository": {"nameWithOwner": "acme/shop"}, "target": %s}' % file
        assert git_tag(Raw(raw), Accounts("github")) is None


class TestWhatIsAskedAndWhen:
    def test_fifty_repositories_are_read_in_a_few_questions_and_unchanged_ones_in_one(self) -> None:
        """github.md §2a, row 23: no request for each."""
        host = host_of(*(repository(f"r{n}", labels=[label(n)], releases=[release(n)]) for n in range(50)))
        with staged(host) as stage:
            stored = poll_of(stage)
            assert stage.requests.count(operation="lists") <= 6
            again, asked = polled_again(stage, stored, after_s=60)
        assert asked == 1
        assert not again.records
        assert len(all_of(stored, Label)) == len(all_of(stored, Release)) == 50

    def test_lists_longer_than_a_page_are_read_to_their_end(self) -> None:
        host = host_of(repository(labels=[label(n) for n in range(230)], releases=[release(n) for n in range(130)]))
        with staged(host) as stage:
            stored = poll_of(stage)
        assert len(all_of(stored, Label)) == 230
        assert len(all_of(stored, Release)) == 130

    def test_a_new_release_is_read_at_once(self) -> None:
        host = host_of(repository(releases=[release(1)]))
        with staged(host) as stage:
            stored = poll_of(stage)
            host.repositories[0]["releases"].append(release(2, repository=host.repositories[0]["id"]))
            host.changed(host.repositories[0])
            again, asked = polled_again(stage, stored, after_s=60)
        assert "github:release:RE_2" in again.records
        assert asked == 2

    def test_an_edited_release_is_read_at_once(self) -> None:
        host = host_of(repository(releases=[release(1), release(2)]))
        with staged(host) as stage:
            stored = poll_of(stage)
            host.repositories[0]["releases"][0] |= {"name": "Renamed", "updatedAt": hours(500)}
            host.changed(host.repositories[0])
            again, _ = polled_again(stage, stored, after_s=60)
        assert {one.name for one in all_of(again, Release).values()} == {"Renamed", "Version 2"}

    def test_a_renamed_label_is_seen_within_a_day_though_no_item_moved(self) -> None:
        """github.md §1b: a label that is renamed may not move its items."""
        host = host_of(repository(labels=[label(1)]))
        with staged(host) as stage:
            stored = poll_of(stage)
            host.repositories[0]["labels"][0]["name"] = "renamed"
            host.changed(host.repositories[0])
            assert not polled_again(stage, stored, after_s=3600)[0].records
            again, _ = polled_again(stage, stored, after_s=DAY_S)
        assert [one.name for one in all_of(again, Label).values()] == ["renamed"]

    def test_the_lists_of_a_renamed_repository_are_read_anew_under_its_name(self) -> None:
        host = host_of(repository(labels=[label(1)], releases=[release(1)]))
        with staged(host) as stage:
            stored = poll_of(stage)
            edits.rename_repository(host, host.repositories[0], "store")
            again, _ = polled_again(stage, stored, after_s=60)
        told = {item.repository for item in again.records.values() if isinstance(item, Label | Release)}
        assert told == {"acme/store"}
        assert again.records.keys() >= {"github:label:LA_1", "github:release:RE_1"}

    def test_a_list_that_was_read_whole_says_what_is_on_it(self) -> None:
        """github.md §1b: a label that is deleted is seen by its absence from the whole list, and by nothing else."""
        host = host_of(repository(labels=[label(n) for n in range(130)]))
        with staged(host) as stage:
            stored = poll_of(stage)
            host.repositories[0]["labels"].pop(0)
            host.changed(host.repositories[0])
            again, _ = polled_again(stage, stored, after_s=DAY_S)
        [before], [after] = ([one for one in each.listed if one.kind == "label"] for each in (stored, again))
        assert (before.scope, len(before.refs)) == ("acme/shop", 130)
        assert set(before.refs) - set(after.refs) == {"github:label:LA_0"}

    def test_old_releases_are_read_again_every_week(self) -> None:
        host = host_of(repository(releases=[release(n) for n in range(130)]))
        with staged(host) as stage:
            stored = poll_of(stage)
            host.repositories[0]["releases"][0]["name"] = "Renamed"
            host.changed(host.repositories[0])
            daily, _ = polled_again(stage, stored, after_s=DAY_S + 1)
            assert not all_of(daily, Release)
            weekly, _ = polled_again(stage, stored, after_s=6 * DAY_S)
        assert len(all_of(weekly, Release)) == 130
        assert weekly.records["github:release:RE_0"].name == "Renamed"  # type: ignore[union-attr]

    def test_what_a_delivery_told_to_be_old_is_read_again_once_and_runs_are_not_begun_anew(self) -> None:
        with staged(host_of(repository(labels=[label(1)]))) as stage:
            stored = poll_of(stage)
            stored.capabilities[RENEW] = "2026-11-20T18:00:00Z"
            again, _ = polled_again(stage, stored, after_s=60)
            assert all_of(again, Label)
            assert stage.requests.count("/actions/runs") == 1
            assert polled_again(stage, again, after_s=60)[1] == 1

    def test_one_is_fetched_by_its_ref(self) -> None:
        refs = [ItemRef("github", "release", "RE_1"), ItemRef("github", "label", "LA_gone")]
        with staged(host_of(repository(releases=[release(1)], labels=[label(1)]))) as stage:
            stored = poll_of(stage)
            fetched = fetch(stage, refs, stored)
        assert [record.ref for record in fetched.records if isinstance(record, Release)] == ["github:release:RE_1"]
        assert [gap.ref for gap in fetched.gaps] == ["github:label:LA_gone"]


def test_what_every_catalogue_asks_is_valid_in_the_official_schema() -> None:
    """Of each list, of what is read by its id, and of the census, as they were sent."""
    server = official()
    owner = {"login": "acme", "id": "O_acme", "teams": [{"slug": "all", "members": [DEV]}]}
    boards = [{"id": "PVT_1", "title": "Map", "number": 1, "fields": [], "items": []}]
    host = host_of(repository(labels=[label(1)], releases=[release(1)]), organizations=[owner | {"projectsV2": boards}])
    refs = [ItemRef("github", kind, "none") for kind in ("label", "milestone", "git_tag", "release", "board_item")]
    with staged(host) as stage:
        stored = poll_of(stage)
        fetch(stage, refs, stored)
        census(stage, "all")
        census(stage, "open", since=date(2026, 1, 1))
        confirm(stage, {"github:issue:I_none": "acme/shop#1"})
        asked = {json.loads(request.body)["query"] for request in stage.requests.seen if request.operation}
    for query in asked:
        assert validate(server, parse(query)) == [], query
    assert {"labels", "refs", "milestones", "releases", "projectsV2", "items", "fields", "teams"} <= {
        name for query in asked for name in re.findall(r"rows: (\w+)", query)
    }


class TestFaults:
    def test_too_much_at_once_is_asked_in_parts(self) -> None:
        """github.md §5, row 1 and 12: an answer that is too much is asked again in a smaller part."""
        host = host_of(*(repository(f"r{n}", labels=[label(n)]) for n in range(20)))
        with staged(host, Injection(fault=html(502), operation="lists", times=2)) as stage:
            stored = poll_of(stage)
        assert len(all_of(stored, Label)) == 20
        assert not stored.gaps

    def test_a_resource_limit_inside_a_200_is_no_empty_list(self) -> None:
        """github.md §5, row 26 and 27."""
        fault = graphql_errors(
            {"type": "RESOURCE_LIMITS_EXCEEDED", "message": "Resource limits for this query exceeded"}
        )
        with staged(host_of(repository(labels=[label(1)])), Injection(fault=fault, operation="lists")) as stage:
            stored = poll_of(stage)
        assert all_of(stored, Label)
        assert not stored.gaps

    def test_what_the_probe_is_refused_is_told_once_and_not_asked_for(self) -> None:
        """github.md §5, row 15."""
        error = {"type": "FORBIDDEN", "message": "No access", "path": ["nodes", 0, "releases"]}
        refused = graphql_errors(error, data={"nodes": [None]})
        host = host_of(repository(labels=[label(1)], releases=[release(1)]))
        with staged(host, Injection(fault=refused, operation="probe", body="releases", times=None)) as stage:
            stored = poll_of(stage)
            assert not [request for request in stage.requests.seen if b"rows: releases" in request.body]
        assert [gap.stream for gap in stored.gaps] == ["releases"]
        assert all_of(stored, Label)

    def test_what_this_token_may_not_see_is_a_gap_and_spoils_nothing_else(self) -> None:
        """github.md §5, row 15: one refused list does not end the pass."""

        def refuse(operation: str, answer: Any) -> Any:
            if operation != "lists":
                return answer
            hidden = [alias for alias, node in answer["data"].items() if "LA_" in str(node)]
            errors = [{"type": "FORBIDDEN", "message": "No access", "path": [one, "rows"]} for one in hidden]
            return {"data": answer["data"] | {one: {"rows": None} for one in hidden}, "errors": errors}

        host = host_of(repository(labels=[label(1)], releases=[release(1)]))
        with staged(host, change=refuse) as stage:
            stored = poll_of(stage)
        assert all_of(stored, Release)
        assert not all_of(stored, Label)
        assert [(gap.stream, gap.cause) for gap in stored.gaps] == [("acme/shop labels", "No access")]

    @pytest.mark.parametrize("connection", ["labels", "projectsV2", "teams"])
    def test_a_list_that_gave_no_answer_is_asked_for_by_the_next_poll(self, connection: str) -> None:
        odd = graphql_errors({"message": "Parse error", "locations": [{"line": 1, "column": 1}]})
        with staged(host_of(repository()), Injection(fault=odd, body=connection, operation="lists")) as stage:
            stored = poll_of(stage)
            asked = stage.requests.count(operation="lists")
            read(stage, stored)
            assert stage.requests.count(operation="lists") > asked
            asked = stage.requests.count(operation="lists")
            read(stage, stored)
            assert stage.requests.count(operation="lists") == asked

    @pytest.mark.parametrize("cut", [1, 2])
    def test_a_list_that_ends_short_of_its_count_is_a_gap(self, cut: int) -> None:
        """A partial answer is never taken for a whole one."""

        def shorten(operation: str, answer: Any) -> Any:
            for node in answer["data"].values() if operation == "lists" else ():
                if "LA_" in str(node):
                    node["rows"]["nodes"] = node["rows"]["nodes"][cut:]
            return answer

        with staged(host_of(repository(labels=[label(n) for n in range(3)])), change=shorten) as stage:
            stored = poll_of(stage)
        assert [gap.cause for gap in stored.gaps] == [f"it ends after {3 - cut} of 3"]
        assert "label" not in {one.kind for one in stored.listed}

    def test_one_odd_row_spoils_no_other(self) -> None:
        def odd(operation: str, answer: Any) -> Any:
            for node in answer["data"].values() if operation == "lists" else ():
                for row in node["rows"]["nodes"]:
                    if row["id"] == "LA_1":
                        row["name"] = 7
            return answer

        with staged(host_of(repository(labels=[label(n) for n in range(3)])), change=odd) as stage:
            stored = poll_of(stage)
        assert set(all_of(stored, Label)) == {"github:label:LA_0", "github:label:LA_2"}
        assert [gap.ref for gap in stored.gaps] == ["github:label:LA_1"]
        assert [one.refs for one in stored.listed if one.kind == "label"] == [
            ("github:label:LA_0", "github:label:LA_1", "github:label:LA_2")
        ]
