"""What one process is told of a limit, every process that shares the credential knows."""

import asyncio

from sqlalchemy import Engine

from sync.store.gates import StoreGate
from tests.clocks import FakeClock
from tests.sync.store.batches import at


def gate(store: Engine, *, now: int = 0, name: str = "api.example.test token 1") -> StoreGate:
    return StoreGate(store, name, FakeClock(at(now)))


def test_what_one_is_told_the_other_knows(store: Engine) -> None:
    asyncio.run(gate(store).close("graphql", at(30)))
    assert asyncio.run(gate(store, now=10).closed_until()) == {"graphql": at(30)}


def test_a_wait_is_never_shortened(store: Engine) -> None:
    asyncio.run(gate(store).close("", at(30)))
    asyncio.run(gate(store).close("", at(20)))
    assert asyncio.run(gate(store).closed_until()) == {"": at(30)}


def test_what_is_over_is_forgotten(store: Engine) -> None:
    asyncio.run(gate(store).close("graphql", at(30)))
    assert asyncio.run(gate(store, now=30).closed_until()) == {}


def test_another_credential_goes_on(store: Engine) -> None:
    asyncio.run(gate(store).close("", at(30)))
    assert asyncio.run(gate(store, name="api.example.test token 2").closed_until()) == {}
