"""When a request may be sent: limits, paces, and what other processes were told."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest

from connectors.errors import Postponed
from connectors.exchange import Advice
from connectors.governor import Governor, Pace
from connectors.patience import LONGEST_WAIT_S
from tests.clocks import NOON, FakeClock


class SharedGate:
    """What the processes of one credential tell each other; `asked` counts how often."""

    def __init__(self) -> None:
        self.until: dict[str, datetime] = {}
        self.asked = 0

    async def closed_until(self) -> Mapping[str, datetime]:
        self.asked += 1
        return dict(self.until)

    async def close(self, bucket: str, until: datetime) -> None:
        self.until[bucket] = max(until, self.until.get(bucket, until))


class Notes:
    """A `Progress` that keeps what it is told."""

    def __init__(self) -> None:
        self.waits: list[tuple[str, str, datetime, str]] = []

    def asked(self, source: str, *, bucket: str, left: int | None) -> None: ...

    def waiting(self, source: str, *, what: str, until: datetime, why: str) -> None:
        self.waits.append((source, what, until, why))

    def read(self, source: str, *, what: str, count: int, of: int | None) -> None:
        raise AssertionError(f"a governor reads nothing, nor {count} of {of} {what} of {source}")


class Desk:
    """A governor, its clock, and requests that take as long as they are said to."""

    def __init__(self, *, gate: SharedGate | None = None, clock: FakeClock | None = None, **paces: Pace) -> None:
        self.clock = clock or FakeClock()
        self.notes = Notes()
        self.began: list[float] = []  #: seconds after noon
        self.most_at_once = 0
        self._in_flight = 0
        told = {"": paces.pop("host")} if "host" in paces else {}
        self.governor = Governor(clock=self.clock, paces=told | paces, gate=gate, source="github", progress=self.notes)

    def run(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        asyncio.run(work())

    async def ask(self, bucket: str = "graphql", *, took_s: float = 0.0) -> None:
        async with self.governor.turn(bucket):
            self.began.append((self.clock.now() - NOON).total_seconds())
            self._in_flight += 1
            self.most_at_once = max(self.most_at_once, self._in_flight)
            await asyncio.sleep(0)
            self.clock.wind(took_s)
            self._in_flight -= 1

    async def ask_often(self, count: int, bucket: str = "graphql", *, took_s: float = 0.0) -> None:
        for _ in range(count):
            await self.ask(bucket, took_s=took_s)

    async def at_once(self, count: int, bucket: str = "graphql") -> int:
        """How many of so many requests were in flight together at best."""
        self.most_at_once = 0
        await asyncio.gather(*(self.ask(bucket) for _ in range(count)))
        return self.most_at_once


def at(**after: float) -> datetime:
    return NOON + timedelta(**after)


class TestLimits:
    def test_a_closed_bucket_is_waited_for_and_no_other(self) -> None:
        desk = Desk()

        async def work() -> None:
            await desk.governor.close("graphql", at(hours=1))
            await desk.ask("core")
            await desk.ask("graphql")

        desk.run(work)
        assert desk.began == [0, 3600]

    def test_the_empty_bucket_is_the_whole_host(self) -> None:
        desk = Desk()

        async def work() -> None:
            await desk.governor.close("", at(minutes=1))
            await desk.ask("core")

        desk.run(work)
        assert desk.began == [60]

    def test_a_limit_is_never_shortened(self) -> None:
        desk = Desk()

        async def work() -> None:
            await desk.governor.close("core", at(minutes=10))
            await desk.governor.close("core", at(minutes=1))
            await desk.ask("core")

        desk.run(work)
        assert desk.began == [600]

    def test_more_than_an_hour_is_waited_for(self) -> None:
        desk = Desk()

        async def work() -> None:
            await desk.governor.close("core", at(minutes=90))
            await desk.ask("core")

        desk.run(work)
        assert desk.began == [5400]

    def test_longer_than_a_pass_waits_is_left_to_the_next_pass(self) -> None:
        desk = Desk()

        async def work() -> None:
            await desk.governor.close("core", at(seconds=LONGEST_WAIT_S + 1), why="the quota is spent")
            await desk.ask("core")

        with pytest.raises(Postponed, match=r"asked to wait until 2026-11-20 14:00 UTC \(the quota is spent\)") as late:
            desk.run(work)
        assert late.value.until == at(seconds=LONGEST_WAIT_S + 1)
        assert desk.clock.slept == []

    def test_each_wait_is_told_once_with_its_end_and_reason(self) -> None:
        desk = Desk()

        async def work() -> None:
            for _ in range(3):
                await desk.governor.close("graphql", at(minutes=5), why="spent")
            await desk.at_once(4)

        desk.run(work)
        assert desk.notes.waits == [("github", "graphql", at(minutes=5), "spent")]


class TestOtherProcesses:
    def test_what_one_is_told_all_wait_for(self) -> None:
        gate = SharedGate()
        one, other = Desk(gate=gate), Desk(gate=gate)

        async def work() -> None:
            await one.governor.close("graphql", at(minutes=20), why="spent")
            await other.ask("core")
            await other.ask("graphql")

        one.run(work)
        assert other.began == [0, 1200]
        assert [(what, until) for _, what, until, _ in other.notes.waits] == [("graphql", at(minutes=20))]

    def test_the_gate_is_not_asked_for_every_request(self) -> None:
        gate = SharedGate()
        desk = Desk(gate=gate)
        desk.run(lambda: desk.ask_often(50, took_s=0.1))
        assert gate.asked == 2

    def test_a_limit_that_is_lengthened_meanwhile_is_waited_for_to_its_end(self) -> None:
        gate = SharedGate()
        desk = Desk(gate=gate)

        async def work() -> None:
            await desk.governor.close("graphql", at(minutes=5))
            await gate.close("graphql", at(minutes=7))
            await desk.ask("graphql")

        desk.run(work)
        assert desk.began == [420]

    def test_nonsense_shuts_nobody_out_for_longer_than_a_day(self) -> None:
        gate = SharedGate()
        desk = Desk(gate=gate)
        desk.run(lambda: desk.governor.close("core", at(days=300)))
        assert gate.until == {"core": at(days=1)}


class TestPace:
    @pytest.mark.parametrize(("bucket", "most"), [("graphql", 2), ("core", 3), ("other", 4)])
    def test_no_more_are_in_flight_than_the_bucket_bears(self, bucket: str, most: int) -> None:
        desk = Desk(graphql=Pace(at_once=2), core=Pace(at_once=3))
        assert asyncio.run(desk.at_once(10, bucket)) == most

    def test_nor_than_the_host_bears(self) -> None:
        desk = Desk(host=Pace(at_once=3))
        assert asyncio.run(desk.at_once(10, "core")) == 3

    def test_half_as_many_after_a_limit_and_one_more_for_each_clean_minute(self) -> None:
        """jira.md §4.3"""
        desk = Desk(core=Pace(at_once=4, most=6))

        async def work() -> list[int]:
            desk.governor.heed(Advice(bucket="core", slower=True))
            found = [await desk.at_once(9, "core")]
            for _ in range(6):
                desk.clock.wind(60)
                found.append(await desk.at_once(9, "core"))
            return found

        assert asyncio.run(work()) == [2, 3, 4, 5, 6, 6, 6]

    def test_one_is_always_allowed(self) -> None:
        desk = Desk(graphql=Pace(at_once=2))

        async def work() -> int:
            for _ in range(5):
                await desk.governor.close("graphql", at(seconds=1))
            return await desk.at_once(3)

        assert asyncio.run(work()) == 1

    def test_requests_are_spaced_as_an_answer_asks_for(self) -> None:
        """Data Center: 10 a minute, of which we take 70 % (jira.md §4.2)."""
        desk = Desk()
        desk.governor.heed(Advice(every_s=60 / 7))
        desk.run(lambda: desk.ask_often(15, "search"))
        assert desk.began[7] == pytest.approx(60, abs=0.01)
        assert desk.began[14] == pytest.approx(120, abs=0.01)

    def test_no_more_in_any_minute_than_allowed(self) -> None:
        desk = Desk(core=Pace(a_minute=10))
        desk.run(lambda: desk.ask_often(25, "core", took_s=0.5))
        for start in desk.began:
            assert sum(start <= begin < start + 60 for begin in desk.began) <= 10

    def test_no_more_of_the_sources_time_in_any_minute_than_allowed(self) -> None:
        """apache/devlake#6137, #6801: secondary limits under quota. 60 s of GraphQL a minute, by how long it took."""
        desk = Desk(graphql=Pace(at_once=2, busy_s=60))
        took_s = [9.0] * 5 + [20.0] * 6 + [1.0] * 30

        async def work() -> None:
            for seconds in took_s:
                await desk.ask(took_s=seconds)

        desk.run(work)
        spans = [(begin, begin + seconds) for begin, seconds in zip(desk.began, took_s, strict=True)]
        for _, end in spans:
            inside = sum(max(0.0, min(stop, end) - max(start, end - 60)) for start, stop in spans)
            assert inside <= 60

    def test_two_in_flight_share_the_sources_time(self) -> None:
        desk = Desk(graphql=Pace(at_once=2, busy_s=60))

        async def long(count: int) -> None:
            for _ in range(count):
                async with desk.governor.turn("graphql"):
                    began_at = desk.clock.now()
                    desk.began.append((began_at - NOON).total_seconds())
                    while (desk.clock.now() - began_at).total_seconds() < 10:
                        desk.clock.wind(0.5)
                        await asyncio.sleep(0)

        async def work() -> None:
            await asyncio.gather(long(10), long(10))

        desk.run(work)
        for start in desk.began:
            assert sum(start <= begin < start + 60 for begin in desk.began) <= 7

    def test_one_answer_longer_than_the_budget_stops_nothing_for_ever(self) -> None:
        desk = Desk(graphql=Pace(at_once=2, busy_s=60))
        desk.run(lambda: desk.ask_often(3, took_s=100))
        assert desk.began == [0, 160, 320]

    def test_a_clock_that_is_set_back_stops_nothing(self) -> None:
        desk = Desk(graphql=Pace(at_once=2, a_minute=4))

        async def work() -> None:
            desk.governor.heed(Advice(bucket="graphql", every_s=5))
            await desk.ask_often(4)
            desk.clock.wind(-7200)
            await desk.ask_often(4)

        desk.run(work)
        assert desk.began == [0, 5, 10, 15, -7185, -7180, -7175, -7170]

    def test_whoever_is_cancelled_gives_the_turn_back(self) -> None:
        desk = Desk(graphql=Pace(at_once=1))

        async def work() -> None:
            held = asyncio.Event()

            async def hold() -> None:
                async with desk.governor.turn("graphql"):
                    held.set()
                    await asyncio.Event().wait()

            task = asyncio.create_task(hold())
            await held.wait()
            waiting = asyncio.create_task(desk.ask())
            await asyncio.sleep(0)
            task.cancel()
            await asyncio.wait_for(waiting, timeout=5)

        desk.run(work)
        assert desk.began == [0]
