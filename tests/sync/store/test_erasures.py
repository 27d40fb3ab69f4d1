"""A person who asked for it is gone from every row, and the next sync does not bring them back."""

from typing import Any

import pytest
from msgspec.structs import replace
from sqlalchemy import Engine, select

from connectors.delivery import Delivery
from connectors.records import Account
from sync.store import deliveries, erasures, maps, trail
from sync.store.apply import apply
from sync.store.database import writing
from sync.store.deliveries import Arrival
from sync.store.tables import METADATA
from tests.sync.store.batches import at, batch, change, history, item, pull, tombstone

REF, OTHER = "jira:account:5b10a2844c20165700ede21g", "jira:account:5b10a2844c20165700ede21h"
TELLING = ("5b10a2844c20165700ede21g", "Dana Example", "dana@example.com")


def people() -> tuple[Account, Account]:
    return (
        Account(ref=REF, source="jira", name="Dana Example", kind="person", email="dana@example.com"),
        Account(ref=OTHER, source="jira", name="Robin", kind="person", email="robin@example.com"),
    )


def read(store: Engine, minute: int) -> None:
    """A pass of which Dana is all over."""
    handed = change(2, str(minute), author=REF, field="assignee", from_id=REF, from_text="Dana Example", to_id=OTHER)
    apply(
        store,
        batch(
            *people(),
            item(
                1,
                updated=minute,
                author=REF,
                assignees=(OTHER, REF),
                title="Ask dana@example.com",
                body="[~accountid:5b10a2844c20165700ede21g]",
            ),
            item(
                2,
                updated=minute,
                author=OTHER,
                fields='{"reviewer": {"accountId": "5b10a2844c20165700ede21g", "name": "Dana Example"}}',
            ),
            pull(7, updated=minute, author=REF),
            children=[history(2, handed)],
            tombstones=[replace(tombstone("jira:issue:3", minute), evidence=f"a delivery by @{TELLING[0]}")],
            read=minute,
        ),
    )


def everything(store: Engine) -> str:
    """All that the store holds, as one text."""
    with store.begin() as connection:
        rows = [tuple(row) for table in METADATA.sorted_tables for row in connection.execute(select(table))]
    return "\n".join(map(str, rows))


def column(store: Engine, table: str, name: str) -> list[Any]:
    with store.begin() as connection:
        chosen = METADATA.tables[table]
        return list(connection.execute(select(chosen.c[name]).order_by(*chosen.primary_key.columns)).scalars())


def without_dana(store: Engine) -> Engine:
    """The store, after a pass, from which Dana was erased."""
    read(store, 5)
    delivery = Delivery(headers={}, body=b'{"sender": {"accountId": "5b10a2844c20165700ede21g"}}', received_at=at(6))
    deliveries.keep(store, [Arrival(source="jira", id="d", event="jira:issue_deleted", delivery=delivery)])
    maps.keep(store, "digest", {"people.yaml": "people: [{id: dana, accounts: {jira: Dana Example}}]"}, used_at=at(6))
    found = erasures.accounts_of(store, ["DANA@example.com"])
    assert found == {REF: (REF, *TELLING)}
    erasures.erase(store, found, who="olu", now=at(7))
    return store


@pytest.fixture
def erased(sqlite_store: Engine) -> Engine:
    return without_dana(sqlite_store)


def test_nothing_tells_of_them_any_more_and_the_others_stay(erased: Engine) -> None:
    held = everything(erased)
    assert [word for word in TELLING if word in held] == []
    assert "Robin" in held
    assert column(erased, "work_items", "title") == ["Ask erased", ""]
    assert trail.steps(erased)[0].who == "olu"


def test_what_they_did_stays_countable_as_done_by_one_nobody(erased: Engine) -> None:
    [nobody] = {author for author in column(erased, "work_items", "author") if author != OTHER}
    assert nobody.startswith("jira:account:erased-")
    assert nobody in column(erased, "accounts", "ref")
    assert column(erased, "pull_requests", "author") == [nobody]
    assert column(erased, "changes", "from_id") == [nobody]


def test_the_next_sync_does_not_bring_them_back(erased: Engine) -> None:
    before = {name: column(erased, name, "author") for name in ("work_items", "pull_requests", "changes")}
    read(erased, 30)
    held = everything(erased)
    assert [word for word in TELLING if word in held] == []
    assert {name: column(erased, name, "author")[: len(before[name])] for name in before} == before
    assert sorted(column(erased, "accounts", "name")) == ["Robin", "erased"]
    assert column(erased, "emails", "email") == ["robin@example.com"]


def test_of_whom_it_was_only_digests_are_kept(erased: Engine) -> None:
    assert {len(digest) for digest in column(erased, "erasures", "digest")} == {32}


def test_a_short_name_is_struck_as_a_word_and_nowhere_within_one(sqlite_store: Engine) -> None:
    apply(
        sqlite_store,
        batch(Account(ref="github:account:U_1", source="github", name="al", kind="person"), item(1, title="al also")),
    )
    erasures.erase(sqlite_store, erasures.accounts_of(sqlite_store, ["al"]), who="olu", now=at(7))
    assert column(sqlite_store, "work_items", "title") == ["erased also"]


def changed_trail(store: Engine, statement: str) -> None:
    with pytest.raises(Exception, match="the trail is only added to"), writing(store) as connection:
        connection.exec_driver_sql(statement)


@pytest.mark.parametrize("statement", ["UPDATE trail SET who = 'nobody'", "DELETE FROM trail"])
def test_the_trail_is_only_added_to(erased: Engine, statement: str) -> None:
    changed_trail(erased, statement)


def test_all_of_it_holds_on_postgresql_too(postgres_store: Engine) -> None:
    without_dana(postgres_store)
    read(postgres_store, 30)
    assert [word for word in TELLING if word in everything(postgres_store)] == []
    for statement in ("UPDATE trail SET who = 'nobody'", "DELETE FROM trail", "TRUNCATE trail"):
        changed_trail(postgres_store, statement)
