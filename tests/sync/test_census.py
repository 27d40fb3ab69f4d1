"""Silence is not deletion: who is missing is asked after, and buried only on evidence."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from connectors.census import CensusKind, Confirmed, Fate, FateWord, Roll
from connectors.errors import Retry
from connectors.records import Batch, Count, Gap, ItemRef
from connectors.source import Memory
from sync.census import take
from sync.passes import Pass
from sync.store import censuses
from sync.store.apply import apply
from sync.store.load import snapshot
from sync.store.memory import acquire, record_pass
from tests.stores import new_store
from tests.sync.store.batches import at, batch, item

EVERY: Mapping[CensusKind, timedelta] = {"open": timedelta(hours=20), "all": timedelta(days=7)}


class Clock:
    """Stands still until it is set; nobody waits by it."""

    def __init__(self) -> None:
        self.minute = 0

    def now(self) -> Any:
        return at(self.minute)

    async def sleep(self, seconds: float) -> None:
        await asyncio.Event().wait()


@dataclass
class Town:
    """A source of one project, PAY, in which everybody is who is in `there`, by number: when last updated."""

    clock: Clock
    there: dict[int, int] = field(default_factory=dict)
    fates: dict[int, FateWord] = field(default_factory=dict)
    void: str | None = None
    breaks: str = ""  #: the question that it does not answer
    fetched: list[int] = field(default_factory=list)
    name: str = "jira"

    async def census(self, kind: CensusKind, memory: Memory) -> AsyncIterator[Roll]:
        self._answer("census")
        called = {str(number): at(updated) for number, updated in self.there.items()}
        yield Roll(scope="PAY", kind="issue", began_at=self.clock.now(), called=called, void=self.void)

    async def fetch(self, refs: Sequence[ItemRef], memory: Memory) -> Batch:
        self._answer("fetch")
        numbers = [int(ref.id) for ref in refs if int(ref.id) in self.there]
        self.fetched += numbers
        found = [item(number, updated=self.there[number]) for number in numbers]
        return batch(*found, read=self.clock.minute)

    async def confirm(self, missing: Mapping[ItemRef, str], memory: Memory) -> Confirmed:
        self._answer("confirm")
        fates = [self._fate(ref) for ref in missing]
        found = [ref for ref in missing if int(ref.id) in self.there]
        return Confirmed(fates=tuple(fates), batch=await self.fetch(found, memory))

    def _fate(self, ref: ItemRef) -> Fate:
        word = self.fates.get(int(ref.id), "there" if int(ref.id) in self.there else "unseen")
        return Fate(ref=str(ref), word=word, at=self.clock.now(), evidence=f"the source said {word}")

    def _answer(self, question: str) -> None:
        if question == self.breaks:
            raise Retry("the town is asleep")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Engine]:
    engine = new_store(tmp_path)
    yield engine
    engine.dispose()


@pytest.fixture
def town(store: Engine) -> Town:
    """Twenty are there, and held as they are."""
    made = Town(Clock(), there=dict.fromkeys(range(1, 21), 0))
    apply(store, batch(*(item(number) for number in made.there), counts=(Count(scope="PAY", kind="issue", total=20),)))
    record_pass(store, "jira", type="jira", complete_at=at(0))
    return made


def call(town: Town, store: Engine, *, minute: int = 0, kind: CensusKind = "all", **options: Any) -> Pass:
    town.clock.minute = minute
    town.fetched = []
    return asyncio.run(
        take(town, kind=kind, engine=store, holder="me", clock=town.clock, **options)  # type: ignore[arg-type]
    )


def known(store: Engine, minute: int = 10_000) -> set[int]:
    refs = snapshot(store, at(minute))["work_items"].select("ref").to_pyarrow().to_pylist()
    return {int(row["ref"].rpartition(":")[2]) for row in refs}


def graves(store: Engine) -> dict[str, str]:
    with store.connect() as connection:
        return dict(map(tuple, connection.exec_driver_sql("SELECT ref, reason FROM tombstones")))


class TestWhoIsCalled:
    def test_nobody_is_read_again_who_is_held_as_he_is(self, town: Town, store: Engine) -> None:
        done = call(town, store)
        assert (done.verdict, town.fetched) == ("complete", [])
        assert str(done) == "jira: complete, census of all: 20 called, 0 read, 0 gone"

    def test_who_is_new_or_changed_is_read(self, town: Town, store: Engine) -> None:
        town.there |= {3: 5, 21: 0}
        call(town, store, minute=10)
        assert sorted(town.fetched) == [3, 21]
        assert 21 in known(store)

    def test_an_open_census_reads_all_who_are_called_again(self, town: Town, store: Engine) -> None:
        call(town, store, kind="open")
        assert sorted(town.fetched) == list(range(1, 21))

    def test_an_open_census_does_not_miss_who_is_done(self, town: Town, store: Engine) -> None:
        apply(store, batch(item(1, updated=1, status_category="done"), read=1))
        del town.there[1]
        done = call(town, store, kind="open", minute=5)
        assert (done.verdict, graves(store)) == ("complete", {})

    def test_hundreds_are_read_in_portions(self, town: Town, store: Engine) -> None:
        town.there |= dict.fromkeys(range(100, 350), 0)
        call(town, store)
        assert len(known(store)) == 270


class TestWhoIsMissing:
    @pytest.mark.parametrize("word", ["deleted", "transferred"])
    def test_at_the_source_s_own_word_he_is_gone_at_once(self, town: Town, store: Engine, word: FateWord) -> None:
        del town.there[7]
        town.fates[7] = word
        assert call(town, store, minute=5).verdict == "complete"
        assert graves(store) == {"jira:issue:7": word}
        assert known(store) == set(range(1, 21)) - {7}
        assert 7 in known(store, minute=4)

    def test_who_answers_when_asked_by_name_stays(self, town: Town, store: Engine) -> None:
        """An index may lag, and an item may have moved."""
        del town.there[7]
        town.fates[7] = "there"
        call(town, store)
        call(town, store, minute=90)
        assert graves(store) == {}

    def test_who_was_looked_for_in_vain_twice_an_hour_apart_is_gone(self, town: Town, store: Engine) -> None:
        del town.there[7]
        call(town, store, minute=5)
        call(town, store, minute=64)
        assert graves(store) == {}
        call(town, store, minute=65)
        assert graves(store) == {"jira:issue:7": "deleted_or_hidden"}

    def test_who_was_there_in_between_was_not_missing_twice(self, town: Town, store: Engine) -> None:
        del town.there[7]
        call(town, store, minute=5)
        town.there[7] = 0
        call(town, store, minute=70)
        del town.there[7]
        call(town, store, minute=80)
        assert graves(store) == {}

    def test_of_whom_nothing_can_be_concluded_he_stays_and_it_is_said(self, town: Town, store: Engine) -> None:
        del town.there[7]
        town.fates[7] = "unknown"
        done = [call(town, store, minute=minute) for minute in (5, 70, 140)][-1]
        assert graves(store) == {}
        assert done.gaps == (
            Gap(stream="census of PAY", cause="1 items did not answer, and nothing follows: the source said unknown"),
        )

    def test_too_many_at_once_are_an_operator_s_affair(self, town: Town, store: Engine) -> None:
        for number in (7, 8):
            del town.there[number]
        call(town, store, minute=5)
        done = call(town, store, minute=70)
        assert (done.verdict, graves(store)) == ("incomplete", {})
        assert "fingerpost census --accept-loss PAY" in done.gaps[0].cause
        accepted = call(town, store, minute=71, accept_loss={"PAY"})
        assert (accepted.verdict, len(graves(store))) == ("complete", 2)

    def test_what_a_census_missed_is_told_until_the_next_one(self, town: Town, store: Engine) -> None:
        """Also by the reports of the polls in between."""
        town.void = "9 of 20 answered"
        call(town, store, minute=5)
        record_pass(store, "jira", type="jira", complete_at=at(6), gaps=[Gap(stream="issues", cause="a page was cut")])
        [source] = snapshot(store, at(10))["sources"].to_pyarrow().to_pylist()
        assert source["gaps"] == [
            "issues: a page was cut",
            "census of PAY: 9 of 20 answered: nothing follows from it",
        ]

    def test_who_answers_again_is_back(self, town: Town, store: Engine) -> None:
        del town.there[7]
        town.fates[7] = "deleted"
        call(town, store, minute=5)
        town.there[7] = 0
        call(town, store, minute=90)
        assert 7 in known(store)


class TestWhatGoesWrong:
    def test_nothing_follows_from_a_roll_that_ended_short(self, town: Town, store: Engine) -> None:
        town.void, town.there = "9 of 20 answered", {}
        done = [call(town, store, minute=minute) for minute in (5, 70)][-1]
        assert (done.verdict, graves(store)) == ("incomplete", {})

    @pytest.mark.parametrize("question", ["census", "fetch", "confirm"])
    def test_what_breaks_off_is_taken_up_again(self, town: Town, store: Engine, question: str) -> None:
        town.there |= {21: 0}
        del town.there[7]
        town.fates[7], town.breaks = "deleted", question
        assert call(town, store, minute=5).verdict == "failed"
        town.breaks = ""
        assert censuses.due(store, "jira", EVERY, now=at(65)) == ["open", "all"]
        assert call(town, store, minute=65).verdict == "complete"
        assert known(store) == set(range(1, 22)) - {7}

    def test_nobody_calls_while_another_reads(self, town: Town, store: Engine) -> None:
        acquire(store, "jira", holder="other", now=at(0), for_s=60)
        assert call(town, store).verdict == "busy"


class TestWhenItIsDue:
    def test_at_first_both(self, town: Town, store: Engine) -> None:
        assert censuses.due(store, "jira", EVERY, now=at(0)) == ["open", "all"]

    @pytest.mark.parametrize(
        ("hours", "kinds"), [(1, []), (19, []), (20, ["open"]), (167, ["open"]), (168, ["open", "all"])]
    )
    def test_by_the_store_s_own_record(self, town: Town, store: Engine, hours: int, kinds: list[str]) -> None:
        call(town, store, kind="open")
        call(town, store, kind="all")
        assert censuses.due(store, "jira", EVERY, now=at(60 * hours)) == kinds

    def test_early_once_the_source_counts_otherwise(self, town: Town, store: Engine) -> None:
        call(town, store, kind="open")
        call(town, store, kind="all")
        apply(store, batch(counts=(Count(scope="PAY", kind="issue", total=19),), read=30))
        assert censuses.due(store, "jira", EVERY, now=at(59)) == []
        assert censuses.due(store, "jira", EVERY, now=at(60)) == ["all"]

    def test_not_early_where_what_is_held_grew_with_the_count(self, town: Town, store: Engine) -> None:
        call(town, store, kind="open")
        call(town, store, kind="all")
        apply(store, batch(item(21), counts=(Count(scope="PAY", kind="issue", total=21),), read=30))
        assert censuses.due(store, "jira", EVERY, now=at(90)) == []

    def test_not_early_where_what_is_no_item_grew(self, town: Town, store: Engine) -> None:
        call(town, store, kind="open")
        call(town, store, kind="all")
        apply(store, batch(counts=(Count(scope="PAY", kind="deployment", total=1),), read=30))
        assert censuses.due(store, "jira", EVERY, now=at(90)) == []

    def test_early_to_look_again_for_who_was_missing(self, town: Town, store: Engine) -> None:
        del town.there[7]
        call(town, store, kind="open", minute=5)
        call(town, store, kind="all", minute=5)
        assert censuses.due(store, "jira", EVERY, now=at(65)) == ["all"]
        call(town, store, kind="all", minute=65)
        assert censuses.due(store, "jira", EVERY, now=at(200)) == []
