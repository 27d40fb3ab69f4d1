"""The limits of one host and credential: when a request may be sent, so that none is sent in vain."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol, TypeAlias

from connectors.errors import Postponed
from connectors.exchange import Advice
from connectors.patience import LONGEST_WAIT_S
from connectors.progress import SILENT, Progress

MINUTE = timedelta(minutes=1)
GATE_ASKED_S = 3  # how old another process's word may be
LONGEST_WORD = timedelta(days=1)  # to other processes: a source that errs may not shut them out for ever
HOST = ""  #: the bucket that every request is in


class Clock(Protocol):
    """The time and the waiting, given at the edge so that tests do neither."""

    def now(self) -> datetime: ...

    async def sleep(self, seconds: float) -> None: ...


class Gate(Protocol):
    """Where processes that share a credential tell each other until when nobody may ask."""

    async def closed_until(self) -> Mapping[str, datetime]:
        """By bucket, the instants that are still to come; the empty bucket is all of them."""

    async def close(self, bucket: str, until: datetime) -> None:
        """Tells all others; never shortens what was told before."""


Gates: TypeAlias = Callable[[str], Gate]  #: the gate of a credential; by a name that tells nothing secret


@dataclass(frozen=True, kw_only=True)
class Pace:
    """What one bucket bears. A minute is any sixty seconds."""

    at_once: int = 4  #: requests in flight, to begin with
    most: int = 0  #: in flight at best: one more for each minute without a limit; 0 = as to begin with
    a_minute: int | None = None  #: requests
    busy_s: float | None = None  #: of the source's time in a minute, estimated by how long it takes to answer


class Governor:
    """Gives requests their turn. Every request is in two buckets: its own, and the host's."""

    def __init__(
        self,
        *,
        clock: Clock,
        paces: Mapping[str, Pace],
        gate: Gate | None = None,
        source: str = "",
        progress: Progress = SILENT,
    ) -> None:
        """`paces`: by bucket; one that is not named has the ordinary pace. `source` is named to `progress`."""
        self._clock = clock
        self._paces = {HOST: Pace(at_once=100)} | dict(paces)
        self._gate = gate
        self._source = source
        self._progress = progress
        self._lanes: dict[str, _Lane] = {}
        self._gate_asked_at: datetime | None = None
        self._freed = asyncio.Event()

    @asynccontextmanager
    async def turn(self, bucket: str) -> AsyncIterator[None]:
        """The right to send one request, as soon as there is one. `Postponed` where that is too long to wait for."""
        lanes = await self._admitted(bucket)
        began_at = self._clock.now()
        try:
            yield
        finally:
            now = self._clock.now()
            for lane in lanes:
                lane.leave(now, took_s=(now - began_at).total_seconds())
            self._freed.set()
            self._freed = asyncio.Event()

    async def close(self, bucket: str, until: datetime, *, why: str = "") -> None:
        """Nobody asks this bucket before `until`, and then only half as many at once; the empty one is the host."""
        self._lane(bucket).slow(self._clock.now())
        if self._shut(bucket, until, why) and self._gate:
            await self._gate.close(bucket, min(until, self._clock.now() + LONGEST_WORD))

    def heed(self, advice: Advice) -> None:
        """Goes on as an answer asks for."""
        lane = self._lane(advice.bucket)
        if advice.slower:
            lane.slow(self._clock.now())
        if advice.every_s is not None:
            lane.every_s = advice.every_s

    async def _admitted(self, bucket: str) -> Sequence["_Lane"]:
        lanes = [self._lane(name) for name in dict.fromkeys((bucket, HOST))]
        while True:
            await self._ask_gate()
            now = self._clock.now()
            left_s = max(lane.left_s(now) for lane in lanes)
            if left_s > LONGEST_WAIT_S:
                raise _postponed(max(lanes, key=lambda lane: lane.closed_until))
            if left_s > 0:
                await self._clock.sleep(left_s)
            elif not all(lane.has_room(now) for lane in lanes):
                await self._freed.wait()
            else:
                for lane in lanes:
                    lane.enter(now)
                return lanes

    async def _ask_gate(self) -> None:
        """Takes over what other processes were told, if that was not done just now."""
        now = self._clock.now()
        if self._gate is None or (self._gate_asked_at and (now - self._gate_asked_at).total_seconds() < GATE_ASKED_S):
            return
        self._gate_asked_at = now
        for bucket, until in (await self._gate.closed_until()).items():
            self._shut(bucket, until, "told to another process")

    def _shut(self, bucket: str, until: datetime, why: str) -> bool:
        """Whether this is later than what was known."""
        lane = self._lane(bucket)
        if until <= max(lane.closed_until, self._clock.now()):
            return False
        lane.closed_until, lane.why = until, why
        self._progress.waiting(self._source, what=bucket or "all requests", until=until, why=why)
        return True

    def _lane(self, bucket: str) -> "_Lane":
        if bucket not in self._lanes:
            self._lanes[bucket] = _Lane(self._paces.get(bucket, Pace()), now=self._clock.now())
        return self._lanes[bucket]


class _Lane:
    """One bucket: how many are in flight, what the last minute held, and until when it is closed."""

    def __init__(self, pace: Pace, *, now: datetime) -> None:
        self.closed_until = datetime.min.replace(tzinfo=UTC)
        self.why = ""
        self.every_s = 0.0  #: between the beginnings of two requests
        self._pace = pace
        self._at_once, self._since = pace.at_once, now
        self._in_flight = 0
        self._began_at: datetime | None = None
        self._answered: deque[tuple[datetime, float]] = deque()  #: in the last minute: when, and in how many seconds
        self._last_s = 0.0

    def left_s(self, now: datetime) -> float:
        """Seconds until a request may begin, as far as that hangs on the clock, which may be set back at any time."""
        until = self.closed_until
        if self._began_at and self._began_at <= now:
            until = max(until, self._began_at + timedelta(seconds=self.every_s))
        while self._answered and not now - MINUTE < self._answered[0][0] <= now:
            self._answered.popleft()
        if self._answered and self._is_spent():
            until = max(until, self._answered[0][0] + MINUTE)
        return (until - now).total_seconds()

    def has_room(self, now: datetime) -> bool:
        """Whether one more may be in flight."""
        return self._in_flight < self._allowed(now)

    def enter(self, now: datetime) -> None:
        self._in_flight += 1
        self._began_at = now

    def leave(self, now: datetime, *, took_s: float) -> None:
        self._in_flight -= 1
        self._answered.append((now, took_s))
        self._last_s = took_s

    def slow(self, now: datetime) -> None:
        """Half as many at once, at least one; from now on one more for each minute in which this is not said again."""
        self._at_once, self._since = max(1, self._allowed(now) // 2), now

    def _allowed(self, now: datetime) -> int:
        most = max(self._pace.most, self._pace.at_once)
        return min(most, self._at_once + max(0, (now - self._since) // MINUTE))

    def _is_spent(self) -> bool:
        """The minute holds all that it may, if those in flight take as long as the last that was answered."""
        pace = self._pace
        if pace.a_minute is not None and len(self._answered) + self._in_flight >= pace.a_minute:
            return True
        if pace.busy_s is None:
            return False
        return sum(took_s for _, took_s in self._answered) + (self._in_flight + 1) * self._last_s > pace.busy_s


def _postponed(lane: _Lane) -> Postponed:
    return Postponed(
        f"asked to wait until {lane.closed_until:%Y-%m-%d %H:%M} UTC{f' ({lane.why})' if lane.why else ''}",
        hint="What was read is kept; run it again after that.",
        until=lane.closed_until,
    )
