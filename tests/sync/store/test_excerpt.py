"""What is read around one item: all that decides what it is for, on either database, and nothing far from it."""

import pytest
from sqlalchemy import Engine

from connectors.records import ChildSet, RemoteLink, StatedLink
from sync.store.apply import apply
from sync.store.excerpt import excerpt
from sync.store.names import keys_near, refs_of
from tests.sync.store.batches import at, batch, change, history, item, pull, tombstone

STATED = StatedLink(item_ref="jira:issue:2", id="1", kind="relates", to_ref=None, to_key="PAY-5")
PAGE = RemoteLink(
    item_ref="jira:issue:5", id="1", url="https://example.test/acme/shop#4/files", title="Code", kind=None
)
FACTS = batch(
    item(1),
    item(2, parent_ref="jira:issue:1"),
    item(3, parent_ref="jira:issue:2"),
    item(4),
    item(5, parent_ref="jira:issue:6"),
    item(6),
    item(7, created=5),
    pull(1, head="fix_pay-3"),
    pull(2, title="Nothing of the sort", created=5),
    pull(4, created=7),
    pull(3, body="OLD-4 and more", created=6),
    children=[
        history(4, change(4, "1", field="key", minute=1, from_text="OLD-4", to_text="PAY-4")),
        ChildSet(item_ref="jira:issue:5", kind="remote_links", version_at=at(0), complete=True, rows=(PAGE,)),
        ChildSet(item_ref="jira:issue:2", kind="stated_links", version_at=at(0), complete=True, rows=(STATED,)),
    ],
)
FIRST, MOVED = "jira:issue:1", "jira:issue:4"  # of the project, and whoever had another key: by them keys are read


def around(store: Engine, ref: str, *, hops: int = 0, minute: int = 10) -> set[str]:
    tables = excerpt(store, at(minute), ref, fields=False, hops=hops)
    refs = tables["work_items"].select("ref").union(tables["pull_requests"].select("ref"))
    return set(refs.to_pyarrow()["ref"].to_pylist())


def test_its_ancestors_and_the_pull_requests_that_name_it(store: Engine) -> None:
    apply(store, FACTS)
    assert around(store, "jira:issue:3") == {
        *("jira:issue:3", "jira:issue:2", FIRST, MOVED),
        "github:pull_request:1",
    }


@pytest.mark.parametrize(("hops", "more"), [(0, set()), (1, {"jira:issue:5", "jira:issue:6"})])
def test_what_is_stated_to_be_linked_as_far_as_rules_look(sqlite_store: Engine, hops: int, more: set[str]) -> None:
    apply(sqlite_store, FACTS)
    known = {"jira:issue:3", "jira:issue:2", FIRST, MOVED, "github:pull_request:1"}
    assert around(sqlite_store, "jira:issue:3", hops=hops) == known | more


def test_of_a_pull_request_what_it_names_by_whatever_key(store: Engine) -> None:
    apply(store, FACTS)
    assert around(store, "github:pull_request:3") == {"github:pull_request:3", "github:pull_request:1", FIRST, MOVED}


def test_the_work_item_that_shows_a_pull_requests_page(store: Engine) -> None:
    apply(store, FACTS)
    assert "jira:issue:5" in around(store, "github:pull_request:4")


def test_what_is_gone_by_then_is_not_there(sqlite_store: Engine) -> None:
    apply(sqlite_store, FACTS)
    apply(sqlite_store, batch(tombstones=[tombstone("jira:issue:2", 20)]))
    assert "jira:issue:2" in around(sqlite_store, "jira:issue:3", minute=19)
    assert "jira:issue:2" not in around(sqlite_store, "jira:issue:3", minute=20)


def test_names_are_found_on_either_database(store: Engine) -> None:
    apply(store, FACTS)
    assert refs_of(store, "old-4") == refs_of(store, "https://example.test/PAY-4?x=1") == [MOVED]
    assert keys_near(store, "acme/shop#99") == ["acme/shop#1", "acme/shop#2", "acme/shop#3", "acme/shop#4"]
