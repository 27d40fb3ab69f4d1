"""The period of a report as far as it is known, for whatever has an instant."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Protocol, TypeVar

from sync.reconcile.figures import DAY_US
from sync.reconcile.periods import Period, day_of, instant, micros


class Finished(Protocol):
    @property
    def finished_us(self) -> int: ...


F = TypeVar("F", bound=Finished)


@dataclass(frozen=True, kw_only=True)
class Span:
    period: Period
    as_of: datetime

    @cached_property
    def start_us(self) -> int:
        return micros(self.period.start_at)

    @cached_property
    def until_us(self) -> int:
        return micros(self.period.known_until(self.as_of))

    @property
    def days(self) -> float:
        """That have passed of the period."""
        return (self.until_us - self.start_us) / DAY_US

    def ago_us(self, days: int) -> int:
        """So many days before `as_of`."""
        return micros(self.as_of - timedelta(days=days))

    def has(self, us: int | None) -> bool:
        return us is not None and self.start_us <= us < self.until_us

    def within(self, made: Iterable[F]) -> list[F]:
        """Those that finished in it."""
        return [each for each in made if self.has(each.finished_us)]

    def day(self, us: int) -> date:
        """The civil day of the report's zone."""
        return day_of(instant(us), zone=self.period.zone)
