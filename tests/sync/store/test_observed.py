"""What has no history of its own is shown as it was observed at the instant, and not as it is now."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from connectors.records import BoardItem, Milestone, Repository, Sprint
from sync.store.apply import apply
from sync.store.load import snapshot
from tests.stores import new_store
from tests.sync.store.batches import at, batch, status

A_MONTH = int(timedelta(days=31) / timedelta(minutes=1))


def held(store: Engine, minute: int, table: str, *columns: str) -> list[tuple[Any, ...]]:
    found = snapshot(store, at(minute))[table].select(*columns).to_pyarrow().to_pylist()
    return sorted(tuple(row.values()) for row in found)


def observe(store: Engine, **names: int) -> None:
    """The one status under each name, at each minute."""
    for name, minute in names.items():
        apply(store, batch(status(1, name=name.rstrip("_")), read=minute))


@pytest.fixture(scope="module")
def changed(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    """A store with one status: Open at 10, Doing at 20 and 30, Done at 40."""
    store = new_store(tmp_path_factory.mktemp("changed"))
    observe(store, Open=10, Doing=20, Doing_=30, Done=40)
    return store


@pytest.mark.parametrize(("minute", "name"), [(5, "Open"), (19, "Open"), (20, "Doing"), (35, "Doing"), (99, "Done")])
def test_a_name_that_changed(changed: Engine, minute: int, name: str) -> None:
    assert held(changed, minute, "statuses", "name") == [(name,)]


def test_either_database_remembers_the_names(store: Engine) -> None:
    observe(store, Open=10, Doing=20)
    assert held(store, 15, "statuses", "name") == [("Open",)]


def test_what_came_back_within_a_month_was_away_only_when_it_was_seen_to_be(sqlite_store: Engine) -> None:
    observe(sqlite_store, Open=10, Doing=20, Open_=30)
    assert [held(sqlite_store, minute, "statuses", "name") for minute in (20, 25)] == [[("Doing",)], [("Open",)]]


def test_what_was_observed_for_months_and_then_changed(sqlite_store: Engine) -> None:
    observe(sqlite_store, Open=0, Open_=A_MONTH, Open__=2 * A_MONTH, Todo=2 * A_MONTH + 10)
    assert held(sqlite_store, A_MONTH + 5, "statuses", "name") == [("Open",)]
    assert held(sqlite_store, 2 * A_MONTH + 5, "statuses", "name") == [("Open",)]
    assert held(sqlite_store, 2 * A_MONTH + 15, "statuses", "name") == [("Todo",)]


def test_an_answer_of_a_lagging_replica_does_not_stand_now(sqlite_store: Engine) -> None:
    """The newer version is held, whatever was read last."""
    apply(sqlite_store, batch(milestone(title="new", updated=9), read=10))
    apply(sqlite_store, batch(milestone(title="old", updated=1), read=11))
    assert held(sqlite_store, 50, "milestones", "title") == [("new",)]


def test_a_milestone_had_not_been_closed(sqlite_store: Engine) -> None:
    apply(sqlite_store, batch(milestone(title="One", updated=40, state="closed", closed_at=at(40)), read=50))
    assert held(sqlite_store, 30, "milestones", "state", "closed_us") == [("open", None)]


def test_a_sprint_that_was_set_to_other_days_later_keeps_those_that_it_had(sqlite_store: Engine) -> None:
    """apache/devlake#8967, #7320: what a sprint was is not what it is now."""
    planned = {"start_at": at(100), "end_at": at(200), "activated_at": None, "completed_at": None}
    apply(sqlite_store, batch(sprint("future", **planned), read=10))
    apply(sqlite_store, batch(sprint("active", **planned | {"end_at": at(300), "activated_at": at(105)}), read=110))
    assert [
        (state, end - start) for state, start, end in held(sqlite_store, 50, "sprints", "state", "start_us", "end_us")
    ] == [("future", 100 * 60_000_000)]


def test_a_place_on_a_board_has_the_status_that_it_had(sqlite_store: Engine) -> None:
    apply(sqlite_store, batch(board_item("Todo", updated=1), read=10))
    apply(sqlite_store, batch(board_item("Done", updated=15), read=20))
    assert held(sqlite_store, 12, "board_items", "status", "values") == [("Todo", '{"f":1}')]
    assert held(sqlite_store, 22, "board_items", "status", "values") == [("Done", '{"f":1}')]


def test_a_repository_had_not_been_lost(sqlite_store: Engine) -> None:
    apply(sqlite_store, batch(repository(lost_at=None), read=10))
    apply(sqlite_store, batch(repository(lost_at=at(30)), read=40))
    assert [held(sqlite_store, minute, "repositories", "lost_us", "archived")[0][0] is None for minute in (20, 50)] == [
        True,
        False,
    ]


def repository(*, lost_at: datetime | None) -> Repository:
    known = {"name": "acme/shop", "url": "", "default_branch": "main", "archived": False, "private": True}
    return Repository(ref="github:repository:1", source="github", lost_at=lost_at, **known)


def milestone(*, title: str, updated: int, state: str = "open", closed_at: datetime | None = None) -> Milestone:
    return Milestone(
        ref="github:milestone:1",
        source="github",
        repository="acme/shop",
        number=1,
        title=title,
        state=state,
        due_on=None,
        created_at=at(0),
        updated_at=at(updated),
        closed_at=closed_at,
    )


def sprint(state: str, **instants: Any) -> Sprint:
    return Sprint(ref="jira:sprint:1", source="jira", id="1", name="One", state=state, board=None, **instants)


def board_item(column: str, *, updated: int) -> BoardItem:
    return BoardItem(
        ref="github:board_item:1",
        source="github",
        board="github:board:1",
        item_ref=None,
        title="Draft",
        archived=False,
        status=column,
        values='{"f":1}',
        updated_at=at(updated),
    )
