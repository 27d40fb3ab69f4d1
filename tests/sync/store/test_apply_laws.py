"""Twice is once, any order is the same, and what stays is what the greatest stamps say."""

import json
from collections.abc import Sequence
from typing import Any

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from connectors.records import Account, Batch, ChildSet, Record, Status
from sync.store.apply import apply
from sync.store.rows import digest, epoch_us, values
from tests.sync.store.batches import account, batch, change, clear, contents, history, item, status, tombstone

few = st.integers(0, 2)  # so few numbers, words and minutes that stamps and keys meet all the time
words = st.sampled_from(["", "a", "b"])

items = st.builds(lambda number, updated, title: item(number, updated=updated, title=title), few, few, words)
statuses = st.builds(lambda number, name: status(number, name=name), few, words)
accounts = st.builds(lambda number, name, email: account(number, name=name, email=email), few, words, words)
tombstones = st.builds(lambda number, minute: tombstone(f"jira:issue:{number}", minute), few, few)


@st.composite
def histories(draw: st.DrawFn) -> ChildSet:
    number = draw(few)
    changes = draw(st.lists(st.tuples(few, words), max_size=3))
    rows = [change(number, str(identity), to_text=word) for identity, word in changes]
    return history(number, *rows, version=draw(few), complete=draw(st.booleans()))


batches = st.builds(
    lambda records, children, gone, read: batch(*records, read=read, children=children, tombstones=gone),
    st.lists(st.one_of(items, statuses, accounts), max_size=4),
    st.lists(histories(), max_size=3),
    st.lists(tombstones, max_size=2),
    few,
)
walks = st.lists(batches, min_size=1, max_size=4)

law = settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@law
@given(walk=walks)
def test_applied_twice_is_applied_once(store: Engine, walk: list[Batch]) -> None:
    """Whatever is read again is no second one. # MeltanoLabs/tap-github#196"""
    once = _applied(store, walk)
    twice = _applied(store, [*walk, *walk])
    assert twice == once


@law
@given(walk=walks, data=st.data())
def test_any_order_of_batches_gives_the_same_store(store: Engine, walk: list[Batch], data: st.DataObject) -> None:
    as_they_came = _applied(store, walk)
    shuffled = _applied(store, data.draw(st.permutations(walk)))
    assert shuffled == as_they_came


@law
@given(walk=walks)
def test_applied_together_is_applied_one_by_one(store: Engine, walk: list[Batch]) -> None:
    one_by_one = _applied(store, walk)
    clear(store)
    apply(store, *walk)
    assert contents(store) == one_by_one


@law
@given(walk=walks)
def test_a_history_is_its_last_complete_read_and_what_was_read_later(store: Engine, walk: list[Batch]) -> None:
    held = _applied(store, walk)["changes"]
    assert held == _histories_by_definition(walk)


@law
@given(walk=walks)
def test_an_account_keeps_the_address_that_it_was_last_vouched_for(store: Engine, walk: list[Batch]) -> None:
    """A thin account, which has none, takes nothing away."""
    told = [
        ((0, epoch_us(each.read_at), digest(msgspec.json.encode(record))), record)
        for each in walk
        for record in each.records
        if isinstance(record, Account) and record.email
    ]
    held = {ref: email for ref, email, *_ in _applied(store, walk)["emails"]}
    assert held == {record.ref: record.email for _, record in sorted(told, key=lambda pair: pair[0])}


@law
@given(walk=walks)
def test_an_observation_lasts_from_the_first_to_the_last_time_that_it_was_made(
    store: Engine, walk: list[Batch]
) -> None:
    made: dict[tuple[str, str], list[int]] = {}
    for each in walk:
        last = {record.ref: record for record in _by_digest(each) if isinstance(record, Status)}
        for ref, record in last.items():
            made.setdefault((ref, record.name), []).append(epoch_us(each.read_at))
    held = _applied(store, walk)["observations"]
    assert {
        (ref, json.loads(content)["name"]): (first_us, last_us) for ref, *_, first_us, last_us, content in held
    } == {key: (min(instants), max(instants)) for key, instants in made.items()}


def _by_digest(each: Batch) -> list[Record]:
    """Of two that say otherwise in one answer the greater digest stands."""
    return sorted(each.records, key=lambda record: digest(msgspec.json.encode(record)))


@law
@given(walk=walks)
def test_both_databases_hold_the_same(sqlite_store: Engine, postgres_store: Engine, walk: list[Batch]) -> None:
    assert _applied(sqlite_store, walk) == _applied(postgres_store, walk)


def _applied(engine: Engine, walk: Sequence[Batch]) -> dict[str, set[tuple[Any, ...]]]:
    clear(engine)
    for each in walk:
        apply(engine, each)
    return contents(engine)


def _histories_by_definition(walk: Sequence[Batch]) -> set[tuple[Any, ...]]:
    """Straight from the sentence in the test's name, with no table in sight."""
    reads = [(_stamp(each, child), child) for each in walk for child in each.children]
    held: dict[Any, tuple[Any, ...]] = {}
    for ref in {child.item_ref for _, child in reads}:
        of_item = [(stamp, child) for stamp, child in reads if child.item_ref == ref]
        complete = [(stamp, child) for stamp, child in of_item if child.complete]
        floor = max((stamp for stamp, _ in complete), default=None)
        for stamp, child in sorted(of_item, key=lambda read: read[0]):
            if floor is None or stamp >= floor:
                held |= {row[:3]: row + stamp for row in values(child.rows)}
    return set(held.values())


def _stamp(each: Batch, child: ChildSet) -> tuple[int, int, int]:
    return epoch_us(child.version_at), epoch_us(each.read_at), digest(msgspec.json.encode(child))
