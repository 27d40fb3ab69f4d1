"""Weeks, months and periods as spans of days."""

from collections.abc import Iterator
from datetime import date, timedelta

from sync.reconcile.days import date_of, number_of
from sync.reconcile.effort.population import Span
from sync.reconcile.periods import Period

WEEKS, MONTHS = 26, 12  #: that a trend shows


def known_days(period: Period, *, until_day: int) -> Span:
    """The days of a period of which something had passed; none where it has yet to begin."""
    first_day = number_of(period.first_on)
    return Span(first_day, max(first_day, min(number_of(period.until_on), until_day)))


def before(period: Period) -> Span:
    """The period of the same kind that ended when this one began."""
    return next(earlier(period, count=1))


def earlier(period: Period, *, count: int) -> Iterator[Span]:
    """The last periods of the same kind before this one, the latest first."""
    first_on, until_on = period.first_on, period.until_on
    months = (until_on.year - first_on.year) * 12 + until_on.month - first_on.month
    is_of_months = first_on.day == until_on.day == 1
    for back in range(count):
        if is_of_months:
            starts_on, ends_on = (_months_before(first_on, months * each) for each in (back + 1, back))
        else:
            starts_on, ends_on = (first_on - (until_on - first_on) * each for each in (back + 1, back))
        yield Span(number_of(starts_on), number_of(ends_on))


def weeks(until_day: int, *, count: int = WEEKS) -> Iterator[Span]:
    """The last complete weeks before a day, the latest last."""
    day = date_of(until_day)
    monday = number_of(day - timedelta(days=day.weekday()))
    return (Span(monday - 7 * back, monday - 7 * back + 7) for back in range(count, 0, -1))


def months(until_day: int, *, count: int = MONTHS) -> Iterator[Span]:
    """The last complete months before a day, the latest last."""
    first = date_of(until_day).replace(day=1)
    for back in range(count, 0, -1):
        yield Span(number_of(_months_before(first, back)), number_of(_months_before(first, back - 1)))


def _months_before(first: date, count: int) -> date:
    months = first.year * 12 + first.month - 1 - count
    return date(months // 12, months % 12 + 1, 1)
