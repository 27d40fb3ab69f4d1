"""Every kind of record at an earlier instant: what happened later has not happened."""

from typing import Any

import pytest
from msgspec.structs import replace
from sqlalchemy import Engine

from connectors.records import (
    ChildSet,
    Comment,
    Deployment,
    DeploymentStatus,
    GitTag,
    Member,
    Release,
    RepositoryCommit,
    WorkflowRun,
    Worklog,
)
from sync.store.apply import apply
from sync.store.load import snapshot
from sync.store.rows import epoch_us
from tests.sync.store.batches import account, at, batch, change, item, pull, tombstone

SHOP = {"source": "github", "repository": "acme/shop"}
ITEM = "jira:issue:1"


def held(store: Engine, minute: int, table: str, *columns: str) -> list[tuple[Any, ...]]:
    found = snapshot(store, at(minute))[table].select(*columns).to_pyarrow().to_pylist()
    return sorted((tuple(row.values()) for row in found), key=repr)


@pytest.mark.parametrize(
    ("minute", "state", "succeeded"), [(5, None, None), (10, "queued", None), (25, "success", 20), (45, "inactive", 20)]
)
def test_a_deployment_had_the_state_of_its_last_status(
    sqlite_store: Engine, minute: int, state: str | None, succeeded: int | None
) -> None:
    """Also where more came in the same minute: ids are numbers as texts, 99 before 100."""
    told = [("99", "queued", 10), ("100", "in_progress", 20), ("101", "success", 20), ("102", "inactive", 40)]
    rows = [DeploymentStatus(item_ref="github:deployment:1", id=i, state=s, at=at(m)) for i, s, m in told]
    deployment = Deployment(
        ref="github:deployment:1",
        environment="production",
        production=True,
        sha="abc",
        git_ref=None,
        state="inactive",
        created_at=at(1),
        updated_at=at(40),
        succeeded_at=at(20),
        **SHOP,
    )
    apply(sqlite_store, batch(deployment, children=[children("github:deployment:1", "deployment_statuses", *rows)]))
    instant = None if succeeded is None else epoch_us(at(succeeded))
    assert held(sqlite_store, minute, "deployments", "state", "succeeded_us") == [(state, instant)]
    assert len(held(sqlite_store, minute, "deployment_statuses", "id")) == sum(m <= minute for *_, m in told)


@pytest.mark.parametrize(("minute", "there"), [(19, 0), (20, 1)])
def test_a_release_is_there_once_it_is_published(sqlite_store: Engine, minute: int, there: int) -> None:
    words = {"tag": "v1", "name": None, "sha": None, "prerelease": False, "author": None, "url": ""}
    release = Release(ref="github:release:1", draft=False, published_at=at(20), updated_at=at(20), **words, **SHOP)
    apply(sqlite_store, batch(release))
    assert len(held(sqlite_store, minute, "releases", "ref")) == there


def test_a_plain_tag_is_not_there_before_its_commit(sqlite_store: Engine) -> None:
    plain, annotated = (
        GitTag(ref=f"github:tag:{name}", name=name, sha="abc", tagged_at=tagged_at, committed_at=at(10), **SHOP)
        for name, tagged_at in (("plain", None), ("annotated", at(30)))
    )
    apply(sqlite_store, batch(plain, annotated))
    assert [held(sqlite_store, minute, "git_tags", "name") for minute in (9, 10, 30)] == [
        [],
        [("plain",)],
        [("annotated",), ("plain",)],
    ]


def test_a_later_attempt_at_a_run_is_not_there_before_it_began(sqlite_store: Engine) -> None:
    words = {"run": "1", "workflow": "ci", "path": None, "event": "push", "branch": "main", "sha": "abc", "url": ""}
    first, second = (
        WorkflowRun(
            ref=f"github:run:1/{attempt}",
            attempt=attempt,
            state="completed",
            conclusion="success",
            created_at=at(0),
            started_at=at(started),
            updated_at=at(started + 5),
            **words,
            **SHOP,
        )
        for attempt, started in ((1, 0), (2, 20))
    )
    apply(sqlite_store, batch(first, second))
    assert held(sqlite_store, 10, "workflow_runs", "attempt", "conclusion") == [(1, "success")]
    assert held(sqlite_store, 22, "workflow_runs", "attempt", "conclusion") == [(1, "success"), (2, None)]


def test_a_commit_of_the_history_is_not_there_before_it_was_made(sqlite_store: Engine) -> None:
    first, second = (
        RepositoryCommit(
            ref=f"github:commit:R_shop/{sha}",
            sha=sha,
            parents=parents,
            author=None,
            authored_at=at(0),
            committed_at=at(committed),
            message="",
            **SHOP,
        )
        for sha, parents, committed in (("a", (), 5), ("b", ("a",), 20))
    )
    apply(sqlite_store, batch(second, first))
    assert held(sqlite_store, 10, "repository_commits", "sha", "parents") == [("a", [])]
    assert held(sqlite_store, 20, "repository_commits", "sha", "parents") == [("a", []), ("b", ["a"])]


def test_what_was_said_later_has_not_been_said(sqlite_store: Engine) -> None:
    comments = [
        Comment(item_ref=ITEM, id="1", author=None, created_at=at(5), updated_at=at(30)),
        Comment(item_ref=ITEM, id="2", author=None, created_at=at(25), updated_at=None),
    ]
    apply(sqlite_store, batch(item(1), children=[children(ITEM, "comments", *comments)]))
    assert held(sqlite_store, 20, "comments", "id", "updated_us") == [("1", None)]


def test_time_that_was_entered_later_has_not_been_entered(sqlite_store: Engine) -> None:
    """Nor is there any of an item that is gone, or once it was deleted itself."""
    entered = [worklog("1", item_ref=ITEM, created=5), worklog("2", item_ref=ITEM, created=25)]
    gone = [worklog("3", item_ref="jira:issue:2", created=5), worklog("4", item_ref=ITEM, created=5)]
    graves = [tombstone("jira:issue:2", 10), tombstone("jira:worklog:4", 10)]
    apply(sqlite_store, batch(item(1), item(2), *entered, *gone, tombstones=graves))
    assert held(sqlite_store, 20, "worklogs", "ref") == [("jira:worklog:1",)]


def test_a_pull_request_that_was_touched_later_does_not_tell_its_head(sqlite_store: Engine) -> None:
    """Nor how its checks stood, nor who was asked to look at it."""
    asked = ("github:account:1",)
    apply(sqlite_store, batch(pull(7, updated=30, head_sha="abc", checks="SUCCESS", reviewers=asked)))
    columns = ("head_sha", "checks", "reviewers")
    assert held(sqlite_store, 20, "pull_requests", *columns) == [(None, None, None)]
    assert held(sqlite_store, 30, "pull_requests", *columns) == [("abc", "SUCCESS", list(asked))]


def test_members_and_addresses(sqlite_store: Engine) -> None:
    member = Member(item_ref="jira:account:1", id="jira:account:2", role=None)
    apply(sqlite_store, batch(account(1), account(2, email="a.tester@example.test"), read=1))
    apply(sqlite_store, batch(account(2), children=[children("jira:account:1", "members", member)], read=2))
    assert held(sqlite_store, 20, "members", "id") == [("jira:account:2",)]
    assert held(sqlite_store, 20, "accounts", "ref", "email") == [
        ("jira:account:1", None),
        ("jira:account:2", "a.tester@example.test"),
    ]


def children(item_ref: str, kind: Any, *rows: Any) -> ChildSet:
    return ChildSet(item_ref=item_ref, kind=kind, version_at=at(0), complete=True, rows=rows)


def worklog(identity: str, *, item_ref: str, created: int) -> Worklog:
    return Worklog(
        ref=f"jira:worklog:{identity}",
        source="jira",
        item_ref=item_ref,
        author=None,
        started_at=at(0),
        spent_s=600,
        created_at=at(created),
        updated_at=at(created),
    )


@pytest.mark.parametrize(
    ("minute", "draft", "base"), [(5, True, "main"), (15, False, "main"), (25, False, "next"), (45, True, "main")]
)
def test_a_pull_request_was_a_draft_and_went_into_a_branch_as_its_history_tells(
    sqlite_store: Engine, minute: int, draft: bool, base: str
) -> None:
    """Opened as a draft into main; ready at 10, into next at 20, a draft again and back into main at 40."""
    ref = "github:pull_request:1"
    told = [
        ("9", 10, "draft", "true", "false"),
        ("10", 20, "base", "main", "next"),
        ("11", 40, "draft", "false", "true"),
        ("12", 40, "base", "next", "main"),
    ]
    rows = [
        change(1, i, minute=m, field=field, from_id=was, from_text=was, to_id=now, to_text=now)
        for i, m, field, was, now in told
    ]
    moved = [replace(row, item_ref=ref) for row in rows]
    apply(
        sqlite_store,
        batch(pull(1, updated=40, draft=True, base="main"), children=[children(ref, "changes", *moved)]),
    )
    assert held(sqlite_store, minute, "pull_requests", "draft", "base") == [(draft, base)]
