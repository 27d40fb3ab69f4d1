"""One pass over a source: how it ends, and what is known of the source from then on."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import Engine, select

from connectors.errors import Postponed, Refused, SourceError
from connectors.records import Batch, Count, Gap, Label, Listed
from connectors.source import Memory
from sync.passes import Pass
from sync.poll import poll
from sync.store import censuses, register
from sync.store.memory import acquire, release
from sync.store.rows import epoch_us
from sync.store.tables import SOURCES, TOMBSTONES
from tests.stores import new_store
from tests.sync.store.batches import at, batch, item

GAP = Gap(stream="issues", cause="a page was cut")
DAILY = {"all": timedelta(days=1)}


class Clock:
    def now(self) -> datetime:
        return at(0)

    async def sleep(self, seconds: float) -> None:
        await asyncio.Event().wait()


@dataclass
class Told:
    """A source that tells these batches, and then breaks off if it is to."""

    batches: tuple[Batch, ...]
    breaks: SourceError | None = None
    name: str = "jira"

    async def poll(self, memory: Memory) -> AsyncIterator[Batch]:
        for each in self.batches:
            yield each
        if self.breaks:
            raise self.breaks


class Watcher:
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.told: list[tuple[int, int | None]] = []

    def asked(self, source: str, *, bucket: str, left: int | None) -> None: ...

    def waiting(self, source: str, *, what: str, until: datetime, why: str) -> None: ...

    def read(self, source: str, *, what: str, count: int, of: int | None) -> None:
        self.told.append((count, of))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Engine]:
    engine = new_store(tmp_path)
    yield engine
    engine.dispose()


def read(
    store: Engine,
    *batches: Batch,
    breaks: SourceError | None = None,
    watcher: Watcher | None = None,
    until: datetime | None = None,
) -> Pass:
    source, told = Told(batches, breaks), watcher or Watcher()
    return asyncio.run(
        poll(source, kind="jira", engine=store, holder="me", clock=Clock(), progress=told, until=until)  # type: ignore[arg-type]
    )


def label(number: int, *, repository: str = "acme/shop") -> Label:
    return Label(ref=f"jira:label:{number}", source="jira", repository=repository, name=f"l{number}", description=None)


def gone(store: Engine) -> set[str]:
    with store.connect() as connection:
        return set(connection.execute(select(TOMBSTONES.c.ref)).scalars())


def known_until(store: Engine) -> int | None:
    with store.connect() as connection:
        told: int | None = connection.execute(select(SOURCES.c.complete_us)).scalar()
        return told


def test_a_pass_that_came_to_its_end_is_known_up_to_its_beginning(store: Engine) -> None:
    done = read(store, batch(item(1), read=5), batch(item(2), read=9))
    assert (str(done), known_until(store)) == ("jira: complete, 2 records", epoch_us(at(5)))


def test_one_that_missed_something_says_what_and_came_as_far(store: Engine) -> None:
    """apache/devlake#8028: a run that missed something is never called a success."""
    done = read(store, batch(item(1), read=5, gaps=(GAP,)))
    assert (done.verdict, done.gaps, known_until(store)) == ("incomplete", (GAP,), epoch_us(at(5)))


def test_one_whose_time_is_over_keeps_what_it_read_and_is_to_go_on(store: Engine) -> None:
    over = read(store, batch(item(1), read=5), batch(item(2), read=9), until=Clock().now())
    assert (over.verdict, over.found, over.is_cut, known_until(store)) == ("incomplete", "1 records", True, None)
    assert "the time for this pass is over" in str(over)
    in_time = read(store, batch(item(1), read=5), until=Clock().now() + timedelta(seconds=1))
    assert (in_time.verdict, in_time.is_cut) == ("complete", False)


def test_a_later_pass_tells_when_what_it_read_was_changed(store: Engine) -> None:
    """By which a webhook that says nothing is found out."""
    assert read(store, batch(item(1), read=5)).changed_at == ()
    assert read(store, batch(item(1), item(2), read=9)).changed_at == (item(1).updated_at, item(2).updated_at)


def test_one_that_broke_off_keeps_what_it_read_and_is_known_no_further(store: Engine) -> None:
    """meltano/sdk#1064, turbot/steampipe-plugin-github#471, #351"""
    read(store, batch(item(1), read=5))
    done = read(store, batch(item(2), read=9), breaks=Refused("the token is refused", hint="Make a new one."))
    assert str(done) == "jira: failed, 1 records, 1 not read; first: the token is refused. Make a new one"
    assert known_until(store) == epoch_us(at(5))


def test_what_a_whole_list_no_longer_shows_is_gone_and_may_come_back(store: Engine) -> None:
    old, kept = label(1), label(2)
    listed = Listed(kind="label", scope="acme/shop", began_at=at(5), refs=(kept.ref,))
    told = [batch(old, kept, read=0), msgspec.structs.replace(batch(kept, read=5), listed=(listed,))]
    read(store, *told)
    assert gone(store) == {old.ref}
    read(store, batch(old, read=9), msgspec.structs.replace(batch(read=8), listed=(listed,)))
    assert not register.unlisted(store, "jira", listed)


def test_a_list_says_nothing_of_other_places_nor_of_what_was_read_since(store: Engine) -> None:
    elsewhere, since = label(1, repository="acme/docs"), label(2)
    listed = Listed(kind="label", scope="acme/shop", began_at=at(5), refs=())
    read(
        store, batch(elsewhere, read=0), batch(since, read=6), msgspec.structs.replace(batch(read=7), listed=(listed,))
    )
    assert gone(store) == set()


def test_one_that_was_asked_to_wait_is_incomplete_and_says_until_when(store: Engine) -> None:
    asked = Postponed("asked to wait until 2026-01-02 09:00 UTC", hint="Run it again after that.", until=at(9))
    done = read(store, batch(item(1), read=5), breaks=asked)
    assert done.verdict == "incomplete"
    assert "first: asked to wait until 2026-01-02 09:00 UTC" in str(done)
    assert known_until(store) is None, "it did not come to its end"


def test_what_was_not_read_is_told_with_where_it_is(store: Engine) -> None:
    hidden = Gap(stream="acme/shop releases", cause="it is not to be seen")
    done = read(store, batch(item(1), gaps=(hidden,)))
    assert str(done).endswith("1 not read; first: acme/shop releases: it is not to be seen")


def test_nobody_reads_what_another_reads(store: Engine) -> None:
    acquire(store, "jira", holder="other", now=at(0), for_s=60)
    assert read(store, batch(item(1))).verdict == "busy"
    release(store, "jira", holder="other")
    assert read(store, batch(item(1))).verdict == "complete"


@pytest.mark.parametrize(("gaps", "due"), [((), []), ((GAP,), ["all"])])
def test_a_first_pass_that_missed_nothing_is_as_good_as_a_census(
    store: Engine, gaps: tuple[Gap, ...], due: list[str]
) -> None:
    read(store, batch(item(1), gaps=gaps))
    assert censuses.due(store, "jira", DAILY, now=at(1)) == due  # type: ignore[arg-type]


@pytest.mark.parametrize(("total", "due"), [(1, []), (60, ["all"])])
def test_a_first_pass_that_brought_fewer_than_the_source_counts_is_looked_into(
    store: Engine, total: int, due: list[str]
) -> None:
    """airbytehq/airbyte#10397, #14163, #19347: items silently absent, and the run a success."""
    read(store, batch(item(1), counts=(Count(scope="PAY", kind="issue", total=total),)))
    assert censuses.due(store, "jira", DAILY, now=at(1)) == due  # type: ignore[arg-type]


def test_a_first_pass_tells_how_many_are_to_be_read(store: Engine) -> None:
    counts = (Count(scope="PAY", kind="issue", total=2),)
    first, second = Watcher(), Watcher()
    read(store, batch(counts=counts), batch(item(1)), batch(item(2)), watcher=first)
    read(store, batch(counts=counts), batch(item(2, updated=5)), watcher=second)
    assert (first.told, second.told) == ([(0, 2), (1, 2), (2, 2)], [(0, None), (1, None)])
