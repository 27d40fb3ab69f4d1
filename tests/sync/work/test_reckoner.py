"""What is asked for, made by a command; and what somebody is told where nothing came of it."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from sqlalchemy import Engine

from sync.store import reckonings
from sync.work.recent import Recent
from sync.work.reckoner import MOST_WAITING, Ended, Reckoner
from tests.clocks import FakeClock
from tests.stores import new_store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Engine]:
    engine = new_store(tmp_path)
    yield engine
    engine.dispose()


class Commands:
    """A program that ends so, and remembers what it was asked for."""

    def __init__(self, ended: Ended) -> None:
        self.asked: list[Sequence[str]] = []
        self._ended = ended

    def __call__(self, arguments: Sequence[str]) -> Ended:
        self.asked.append(arguments)
        return self._ended


def test_the_same_made_of_the_same_is_made_once(store: Engine) -> None:
    commands = Commands(Ended(0, b"{}", ""))
    reckoner = Reckoner(store, clock=FakeClock(), run=commands)
    for facts in ("old", "old", "new"):
        reckoner.ask("triage", ("triage",), made_of=(facts,))
        reckoner.make()
    assert commands.asked == [("triage",), ("triage",)]


@pytest.mark.parametrize(
    ("ended", "cause"),
    [
        (Ended(2, b"", '{"event": "x"}\nmappings.yaml:1:1: no\n'), "mappings.yaml:1:1: no"),
        (Ended(1, b"", "Traceback: password"), "It could not be made; the log says why."),
    ],
)
def test_where_nothing_came_of_it_the_user_s_own_mistakes_are_told(store: Engine, ended: Ended, cause: str) -> None:
    reckoner = Reckoner(store, clock=FakeClock(), run=Commands(ended))
    asked = reckoner.ask("report", ("report",), made_of=())
    reckoner.make()
    assert asked is not None
    failed = reckonings.found(store, asked.key)
    assert failed is not None
    assert (failed.state, failed.cause) == ("failed", cause)


def test_what_is_too_much_is_not_taken_on(store: Engine) -> None:
    reckoner = Reckoner(store, clock=FakeClock(), run=Commands(Ended(0, b"", "")))
    taken = [reckoner.ask("triage", (), made_of=(str(number),)) for number in range(MOST_WAITING + 1)]
    assert [each is None for each in taken] == [False] * MOST_WAITING + [True]


def test_what_was_asked_for_lately_is_at_hand() -> None:
    made: list[str] = []
    recent = Recent[str](most=2)
    for key in ("a", "b", "a", "c", "a", "b"):
        assert recent.get(key, lambda key=key: made.append(key) or key.upper()) == key.upper()  # type: ignore[misc]
    assert made == ["a", "b", "c", "b"]
