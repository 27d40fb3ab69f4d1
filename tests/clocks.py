"""A clock that tests wind: waiting takes no time, and moves it on."""

from datetime import UTC, datetime, timedelta

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


class FakeClock:
    """`slept` lists the waits, in seconds."""

    def __init__(self, now: datetime = NOON) -> None:
        self._now = now
        self.slept: list[float] = []

    def now(self) -> datetime:
        return self._now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.wind(seconds)

    def wind(self, seconds: float) -> None:
        self._now += timedelta(seconds=seconds)
