"""What is asked for is made once, a few at a time, and by somebody else where whoever took it is gone."""

from datetime import timedelta

from sqlalchemy import Engine

from sync.store import reckonings
from sync.store.reckonings import Reckoning
from tests.clocks import NOON


def ask(store: Engine, key: str, *, most: int = 9, late_s: int = 0) -> Reckoning | None:
    asked = Reckoning(key, "report", ("report", "--period", key))
    return reckonings.ask(store, asked, now=NOON + timedelta(seconds=late_s), most=most)


def take(store: Engine, *, late_s: int = 0, most: int = 2) -> str | None:
    taken = reckonings.take(store, now=NOON + timedelta(seconds=late_s), for_s=60, most=most)
    return taken and taken.key


def test_it_waits_is_under_way_and_done(store: Engine) -> None:
    for key in ("a", "b"):
        asked = ask(store, key, late_s=ord(key))
        assert asked
        assert asked.state == "waiting"
    assert take(store, late_s=200) == "a"  # which has waited longest
    assert (again := ask(store, "a")) is not None
    assert again.state == "underway"
    reckonings.finish(store, "a", result="digest", content=b"{}")
    done = reckonings.found(store, "a")
    assert done is not None
    assert (done.state, done.result, done.arguments) == ("done", "digest", ("report", "--period", "a"))
    assert reckonings.content_of(store, "report", "digest") == b"{}"
    assert reckonings.content_of(store, "triage", "digest") is None


def test_only_so_many_wait_and_are_made_at_once(store: Engine) -> None:
    assert [ask(store, key, most=2) is not None for key in "abc"] == [True, True, False]
    assert [take(store, most=1), take(store, most=1)] == ["a", None]
    assert take(store, most=2) == "b"


def test_what_was_not_done_in_time_is_taken_again(store: Engine) -> None:
    ask(store, "a")
    assert [take(store), take(store, late_s=59), take(store, late_s=61)] == ["a", None, "a"]


def test_what_is_put_back_is_taken_by_the_next(store: Engine) -> None:
    ask(store, "a")
    take(store)
    reckonings.put_back(store, "a")
    assert take(store) == "a"


def test_what_failed_says_why_and_is_tried_again_when_it_is_asked_for(store: Engine) -> None:
    ask(store, "a")
    take(store)
    reckonings.fail(store, "a", cause="strategy.yaml:1:1: no")
    failed = reckonings.found(store, "a")
    assert failed is not None
    assert (failed.state, failed.cause) == ("failed", "strategy.yaml:1:1: no")
    assert take(store) is None
    ask(store, "a")
    assert take(store) == "a"


def test_it_is_forgotten_after_a_while(store: Engine) -> None:
    ask(store, "a")
    ask(store, "b", late_s=10)
    assert reckonings.drop(store, asked_before=NOON + timedelta(seconds=5)) == 1
    assert reckonings.found(store, "a") is None
    assert reckonings.found(store, "b") is not None
