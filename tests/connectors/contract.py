"""What every source must do, whatever it reads: a subclass says which stand-in it talks to, and how."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import cycle
from typing import Any, ClassVar, TypeVar
from urllib.parse import urlsplit

import pytest
from msgspec.structs import replace

from connectors.errors import Refused
from connectors.records import Batch, ChildSet, Gap, ItemRef, Listed, Record
from connectors.source import Memory, Source
from connectors.twin.faults import Answer, Cut, Fault, Faults, Injection, Requests, Reset, html, rate_limited
from connectors.twin.serve import serving
from tests.clocks import FakeClock

T = TypeVar("T")

#: Faults that pass, each at one request. None of them may change what is read.
FAULTS: dict[str, Fault] = {
    "429 with seconds": rate_limited(retry_after="7"),
    "429 with nonsense": rate_limited(retry_after="soon"),
    "429 without a hint": rate_limited(),
    "500": Answer(status=500, body="{}"),
    "502 with a page": html(502),
    "503": Answer(status=503),
    "503 with seconds": Answer(status=503, headers={"Retry-After": "3"}),
    "a page in a 200": html(),
    "nothing in a 200": Answer(status=200),
    "a reset": Reset(),
    "a reset after the headers": Reset(after_headers=True),
    "a cut body": Cut(),
    "a cut body called whole": Cut(admitted=True),
}


@dataclass
class Stored:
    """What is held once batches are applied, as simply as can be."""

    records: dict[str, Record] = field(default_factory=dict)
    children: dict[tuple[str, str], ChildSet] = field(default_factory=dict)
    gaps: list[Gap] = field(default_factory=list)
    listed: list[Listed] = field(default_factory=list)
    watermarks: dict[str, str] = field(default_factory=dict)
    capabilities: dict[str, str] = field(default_factory=dict)

    @property
    def memory(self) -> Memory:
        return Memory(watermarks=dict(self.watermarks), capabilities=dict(self.capabilities))

    @property
    def facts(self) -> tuple[dict[str, Record], dict[tuple[str, str], ChildSet]]:
        return self.records, self.children

    def apply(self, batch: Batch) -> None:
        self.records |= {record.ref: _anywhere(record) for record in batch.records}
        for rows in batch.children:
            held = self.children.get((rows.item_ref, rows.kind))
            if rows.complete or held is None:
                self.children[rows.item_ref, rows.kind] = rows
        self.gaps += batch.gaps
        self.listed += batch.listed
        self.watermarks |= batch.watermarks
        self.capabilities |= batch.capabilities


@dataclass(frozen=True)
class Stage:
    """A stand-in that is up: where it is, what it was asked, and whose clock it goes by."""

    url: str
    requests: Requests
    clock: FakeClock


class SourceContract:
    """Tests for one source. A subclass gives `app`, `now` and `connect`, and may set the rest."""

    #: Requests of a poll that finds nothing new.
    quiet = 1
    _undisturbed: ClassVar[Stored]

    def app(self) -> Any:
        """The stand-in, fresh, with records enough for several batches."""
        raise NotImplementedError

    def now(self) -> datetime:
        """Where the stand-in's clock stands."""
        raise NotImplementedError

    def connect(self, stage: Stage, *, token: str = "right") -> Source:
        """The source that reads the stand-in; any token but `right` is refused."""
        raise NotImplementedError

    def item(self, stored: Stored) -> ItemRef:
        """The ref of some item among them that has children."""
        raise NotImplementedError

    @contextmanager
    def stage(self, *plan: Injection) -> Iterator[Stage]:
        faults = Faults(self.app(), plan)
        with serving({"twin": faults}) as urls:
            yield Stage(urls["twin"], faults.requests, FakeClock(self.now()))

    def read(self, stage: Stage, stored: Stored, *, at_most: int | None = None) -> int:
        """How many batches a poll brought; each is applied, and the source is dropped after `at_most` of them."""

        async def poll(source: Source) -> int:
            count = 0
            async for batch in source.poll(stored.memory):
                stored.apply(batch)
                count += 1
                if count == at_most:
                    break
            return count

        return self._with(stage, poll)

    @property
    def undisturbed(self) -> Stored:
        """What is read where nothing goes wrong; read once for each subclass."""
        if "_undisturbed" not in vars(type(self)):
            with self.stage() as stage:
                stored = Stored()
                self.read(stage, stored)
            assert stored.records
            assert not stored.gaps
            type(self)._undisturbed = stored
        return type(self)._undisturbed

    def test_a_second_poll_finds_nothing_new(self) -> None:
        stored = Stored()
        with self.stage() as stage:
            self.read(stage, stored)
            asked, facts = len(stage.requests), (dict(stored.records), dict(stored.children))
            stored.records.clear()
            stored.children.clear()
            self.read(stage, stored)
            assert stored.facts == ({}, {})
            assert len(stage.requests) - asked <= self.quiet
        assert facts == self.undisturbed.facts

    def test_broken_off_it_goes_on(self) -> None:
        """meltano/sdk#1064: one failure lost all progress. After any batch by `make soak`."""
        with self.stage() as stage:
            batches = self.read(stage, Stored())
            for at_most in sorted({1, batches // 2, batches}):
                self.goes_on(stage, at_most)

    @pytest.mark.soak
    def test_broken_off_after_any_batch_it_goes_on(self) -> None:
        with self.stage() as stage:
            for at_most in range(1, self.read(stage, Stored()) + 1):
                self.goes_on(stage, at_most)

    def goes_on(self, stage: Stage, at_most: int) -> None:
        """Asserts that a poll that was broken off after so many batches, and the next one, read it all."""
        stored = Stored()
        self.read(stage, stored, at_most=at_most)
        self.read(stage, stored)
        assert stored.facts == self.undisturbed.facts, f"broken off after {at_most} batches"
        assert not stored.gaps

    def test_faults_that_pass_change_nothing(self) -> None:
        """Every question is met with one, and answered when asked again. They take turns; each alone by `make soak`."""
        self.reads_through(*FAULTS.values())

    @pytest.mark.soak
    @pytest.mark.parametrize("name", FAULTS)
    def test_a_fault_at_every_question_changes_nothing(self, name: str) -> None:
        self.reads_through(FAULTS[name])

    def reads_through(self, *faults: Fault) -> None:
        """Asserts that all is read although every question is first met with the next of these."""
        plan = [Injection(fault=fault, nth=nth) for nth, fault in zip(range(1, 1_000, 2), cycle(faults), strict=False)]
        stored = Stored()
        with self.stage(*plan) as stage:
            self.read(stage, stored)
        assert stored.facts == self.undisturbed.facts
        assert not stored.gaps

    def test_a_wait_that_is_asked_for_is_kept(self) -> None:
        """In seconds, or until a date."""
        until = format_datetime(self.now().astimezone(UTC) + timedelta(seconds=90), usegmt=True)
        for told in ("90", until):
            with self.stage(Injection(fault=rate_limited(retry_after=told), nth=3)) as stage:
                self.read(stage, Stored())
                assert 89 <= sum(stage.clock.slept) <= 120

    def test_an_item_fetched_is_the_item_polled(self) -> None:
        ref = self.item(self.undisturbed)
        with self.stage() as stage:
            batch = self._with(stage, lambda source: source.fetch([ref], self.undisturbed.memory))
        fetched = Stored()
        fetched.apply(batch)
        assert fetched.records[str(ref)] == self.undisturbed.records[str(ref)]
        assert fetched.children == {key: rows for key, rows in self.undisturbed.children.items() if key[0] == str(ref)}

    def test_a_refused_token_is_one_clear_sentence(self) -> None:
        async def poll(source: Source) -> None:
            async for _ in source.poll(Memory()):
                pass

        with self.stage() as stage, pytest.raises(Refused, match="token") as refused:
            self._with(stage, poll, token="wrong")
        assert refused.value.hint
        assert refused.value.source
        assert "wrong" not in str(refused.value)

    def _with(self, stage: Stage, use: Callable[[Source], Awaitable[T]], *, token: str = "right") -> T:
        async def run() -> T:
            source = self.connect(stage, token=token)
            try:
                return await use(source)
            finally:
                await source.close()

        return asyncio.run(run())


def _anywhere(record: Record) -> Record:
    """The record without the host in its address: each stand-in listens at a port of its own."""
    url = getattr(record, "url", None)
    return replace(record, url=urlsplit(url).path) if url else record
