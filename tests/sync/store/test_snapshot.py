"""What was known at an instant: the same from either database, whatever order it came in, whenever it was read."""

from typing import Any

import pytest
from sqlalchemy import Engine

from connectors.records import (
    Batch,
    ChildSet,
    Commit,
    Deployment,
    Review,
    Sprint,
    StatedLink,
    Status,
    WorkItem,
)
from sync.snapshot import SCHEMAS, Snapshot
from sync.store import facts
from sync.store.apply import apply
from sync.store.load import snapshot
from sync.store.memory import record_pass
from sync.store.rows import epoch_us
from tests.sync.store.batches import at, batch, change, history, item, pull, tombstone

OPEN = Status(ref="jira:status:1", source="jira", id="1", name="Open", category="todo", project=None)
DONE = Status(ref="jira:status:5", source="jira", id="5", name="Done", category="done", project=None)


def rows(known: Snapshot, table: str, *columns: str) -> list[tuple[Any, ...]]:
    found = known[table].select(*columns).to_pyarrow().to_pylist()
    return sorted((tuple(row.values()) for row in found), key=repr)


def test_every_table_has_the_promised_columns_and_types(sqlite_store: Engine) -> None:
    known = snapshot(sqlite_store, at(0))
    assert {name: {c: str(t) for c, t in known[name].schema().items()} for name in SCHEMAS} == SCHEMAS


def test_a_column_that_begins_with_two_thousand_nulls_is_still_text(sqlite_store: Engine) -> None:
    silent = [item(number) for number in range(2000)]
    apply(sqlite_store, batch(*silent, item(9999, resolution="Fixed", points=3.0, status_changed_at=at(1))))
    known = snapshot(sqlite_store, at(10))
    assert rows(known, "work_items", "resolution", "points", "status_changed_us")[0] == ("Fixed", 3.0, epoch_us(at(1)))


def test_what_is_written_once_the_readers_stand_is_in_no_table(store: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    taking_in = facts._taking_in

    def taking_in_after_a_write(*given: Any) -> Any:
        apply(store, batch(item(1), pull(2), children=[history(1, change(1, "9", minute=1))]))
        return taking_in(*given)

    monkeypatch.setattr(facts, "_taking_in", taking_in_after_a_write)
    before = snapshot(store, at(10))
    monkeypatch.undo()
    after = snapshot(store, at(10))
    asked = ("work_items", "pull_requests", "changes")
    assert [before[name].count().to_pyarrow().as_py() for name in asked] == [0, 0, 0]
    assert [after[name].count().to_pyarrow().as_py() for name in asked] == [1, 1, 1]


class TestWhatIsThere:
    def test_nothing_of_the_future(self, sqlite_store: Engine) -> None:
        later = item(1, created=10, updated=100, resolved_at=at(60), status_changed_at=at(50))
        apply(sqlite_store, batch(later, children=[history(1, change(1, "9", minute=50), version=100)]))
        assert rows(snapshot(sqlite_store, at(9)), "work_items", "key") == []
        known = snapshot(sqlite_store, at(20))
        assert rows(known, "work_items", "resolved_us", "status_changed_us", "updated_us") == [
            (None, None, epoch_us(at(20)))
        ]
        assert rows(known, "changes", "id") == []

    @pytest.mark.parametrize(("minute", "there"), [(29, True), (30, False)])
    def test_a_thing_is_gone_from_its_tombstone_on_with_all_it_has(
        self, sqlite_store: Engine, minute: int, there: bool
    ) -> None:
        apply(
            sqlite_store,
            batch(item(1), children=[history(1, change(1, "9"))], tombstones=[tombstone("jira:issue:1", 30)], read=20),
        )
        known = snapshot(sqlite_store, at(minute))
        assert (len(rows(known, "work_items", "ref")), len(rows(known, "changes", "id"))) == (there, there)

    def test_a_thing_that_is_read_after_its_tombstone_is_back(self, sqlite_store: Engine) -> None:
        apply(sqlite_store, batch(item(1), tombstones=[tombstone("jira:issue:1", 30)], read=20))
        apply(sqlite_store, batch(item(1), read=31))
        assert rows(snapshot(sqlite_store, at(500)), "work_items", "key") == [("PAY-1",)]

    @pytest.mark.parametrize(
        ("minute", "state", "merged", "reviews"), [(49, "open", None, 0), (50, "merged", epoch_us(at(50)), 1)]
    )
    def test_a_pull_request_was_open_before_it_was_merged(
        self, sqlite_store: Engine, minute: int, state: str, merged: int | None, reviews: int
    ) -> None:
        merged_pull = pull(7, updated=60, state="merged", merged_at=at(50), closed_at=at(50), merge_sha="abc")
        apply(sqlite_store, batch(merged_pull, pull(8, created=300, updated=300), children=pull_children(7)))
        known = snapshot(sqlite_store, at(minute))
        assert rows(known, "pull_requests", "number", "state", "merged_us") == [(7, state, merged)]
        assert len(rows(known, "reviews", "id")) == reviews
        assert rows(known, "commits", "sha") == [("c1",)]
        assert rows(known, "stated_links", "to_key") == [("PAY-1",)]

    def test_a_pull_request_whose_opening_nobody_knows_is_there(self, sqlite_store: Engine) -> None:
        apply(sqlite_store, batch(pull(7, created=None)))
        assert rows(snapshot(sqlite_store, at(0)), "pull_requests", "number", "created_us") == [(7, None)]

    def test_a_deployment_had_not_succeeded_yet(self, sqlite_store: Engine) -> None:
        apply(sqlite_store, batch(deployment()))
        known = snapshot(sqlite_store, at(20))
        assert rows(known, "deployments", "succeeded_us", "state") == [(None, None)]

    @pytest.mark.parametrize(("minute", "state"), [(5, "future"), (15, "active"), (25, "closed")])
    def test_a_sprint_is_what_it_was(self, sqlite_store: Engine, minute: int, state: str) -> None:
        apply(sqlite_store, batch(sprint()))
        assert rows(snapshot(sqlite_store, at(minute)), "sprints", "state") == [(state,)]

    def test_a_source_that_was_complete_later_was_known_until_then(self, sqlite_store: Engine) -> None:
        record_pass(sqlite_store, "jira", type="jira", complete_at=at(50))
        assert rows(snapshot(sqlite_store, at(40)), "sources", "complete_us") == [(epoch_us(at(40)),)]

    def test_fields_come_only_when_asked_for(self, sqlite_store: Engine) -> None:
        apply(sqlite_store, batch(item(1, fields='{"customfield_1":1}')))
        assert rows(snapshot(sqlite_store, at(200)), "work_items", "fields") == [(None,)]
        asked = snapshot(sqlite_store, at(200), fields=True)
        assert rows(asked, "work_items", "fields") == [('{"customfield_1":1}',)]


class TestDigest:
    def test_it_is_the_same_in_any_order_and_whenever_it_was_read(self, sqlite_store: Engine, tmp_path: Any) -> None:
        from sync.store.database import connect

        first, second = everything(read=200), everything(read=300)
        other = connect(f"sqlite:///{tmp_path}/other.db")
        apply(sqlite_store, first)
        for record in reversed(second.records):
            apply(other, batch(record, read=300))
        apply(other, batch(read=300, children=second.children, tombstones=second.tombstones))
        assert snapshot(sqlite_store, at(80)).digest == snapshot(other, at(80)).digest

    def test_it_differs_when_one_fact_does(self, sqlite_store: Engine) -> None:
        apply(sqlite_store, everything(read=200))
        before = snapshot(sqlite_store, at(500)).digest
        apply(sqlite_store, batch(item(3, updated=101, title="another"), read=200))
        assert snapshot(sqlite_store, at(500)).digest != before

    def test_it_is_not_moved_by_another_complete_pass(self, sqlite_store: Engine) -> None:
        record_pass(sqlite_store, "jira", type="jira", complete_at=at(1))
        before = snapshot(sqlite_store, at(500))
        record_pass(sqlite_store, "jira", type="jira", complete_at=at(2))
        after = snapshot(sqlite_store, at(500))
        assert after.digest == before.digest
        assert rows(after, "sources", "name", "complete_us", "gaps") == [("jira", epoch_us(at(2)), [])]


@pytest.mark.parametrize("minute", [49, 500])
def test_both_databases_give_the_same_snapshot(sqlite_store: Engine, postgres_store: Engine, minute: int) -> None:
    for engine in (sqlite_store, postgres_store):
        apply(engine, everything(read=200))
    one, other = (snapshot(engine, at(minute), fields=True) for engine in (sqlite_store, postgres_store))
    for table, columns in SCHEMAS.items():
        assert rows(one, table, *columns) == rows(other, table, *columns)
    assert one.digest == other.digest


def everything(*, read: int) -> Batch:
    """One of each kind and a little history."""
    moves = (
        change(1, "8", minute=40, field="labels", from_text="a", to_text="a b"),
        change(1, "9", minute=50, from_id="1", from_text="Open", to_id="5", to_text="Done"),
    )
    facts: dict[str, Any] = {"status": "Done", "status_id": "5", "labels": ("a", "b"), "points": 0.5, "flagged": True}
    things: tuple[WorkItem, ...] = (item(1, updated=50, **facts), item(2, created=60, updated=60), item(3, updated=100))
    return batch(
        *(*things, OPEN, DONE, deployment(), sprint(), pull(7, updated=60, merged_at=at(50), state="merged")),
        children=[history(1, *moves, version=50), *pull_children(7)],
        tombstones=[tombstone("jira:issue:3", 70)],
        read=read,
    )


def pull_children(number: int) -> list[ChildSet]:
    ref = f"github:pull_request:{number}"
    review = Review(
        item_ref=ref, id="r1", author=None, state="approved", submitted_at=at(50), has_body=True, comments=None
    )
    commit = Commit(item_ref=ref, sha="c1", author=None, authored_at=at(1), committed_at=at(2), message="PAY-1: faster")
    link = StatedLink(item_ref=ref, id="l1", kind="closes", to_ref=None, to_key="PAY-1")
    read = {"item_ref": ref, "version_at": at(60), "complete": True}
    return [
        ChildSet(kind="reviews", rows=(review,), **read),
        ChildSet(kind="commits", rows=(commit,), **read),
        ChildSet(kind="stated_links", rows=(link,), **read),
    ]


def deployment() -> Deployment:
    return Deployment(
        ref="github:deployment:1",
        source="github",
        repository="acme/shop",
        environment="production",
        production=None,
        sha="abc",
        git_ref=None,
        state="inactive",
        created_at=at(10),
        updated_at=at(40),
        succeeded_at=at(30),
    )


def sprint() -> Sprint:
    return Sprint(
        ref="jira:sprint:1",
        source="jira",
        id="1",
        name="One",
        state="closed",
        board=None,
        start_at=at(0),
        end_at=at(20),
        activated_at=at(10),
        completed_at=at(20),
    )
