"""Reporting periods: half-open spans of civil days in a zone (metrics.md §0.3–0.5)."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Period:
    """The civil days from `first_on` up to, and without, `until_on`."""

    text: str  #: as a reader writes it: 2026-W46, 2026-11, 2026-Q4, 2026-11-02..2026-11-16
    zone: ZoneInfo
    first_on: date
    until_on: date

    @property
    def start_at(self) -> datetime:
        return start_of(self.first_on, zone=self.zone)

    @property
    def end_at(self) -> datetime:
        return start_of(self.until_on, zone=self.zone)

    def partial(self, as_of: datetime) -> bool:
        """Whether it was not over at `as_of`; it then enters no baseline, trend, forecast or comparison (§0.5)."""
        return as_of < self.end_at

    def known_until(self, as_of: datetime) -> datetime:
        """Its end as far as it can be known at `as_of`, never before its start."""
        return max(self.start_at, min(self.end_at, as_of))


def micros(instant: datetime) -> int:
    """UTC epoch microseconds of an aware datetime, exactly."""
    return (instant - EPOCH) // timedelta(microseconds=1)


def instant(us: int) -> datetime:
    """The UTC instant of epoch microseconds."""
    return EPOCH + timedelta(microseconds=us)


def working_days_before(at: datetime, days: int, *, zone: ZoneInfo) -> datetime:
    """So many working days (Monday to Friday) earlier, at the same time of day in the zone."""
    local = at.astimezone(zone)
    while days:
        local -= timedelta(days=1)
        days -= local.weekday() < 5
    return local.astimezone(UTC)


def start_of(day: date, *, zone: ZoneInfo) -> datetime:
    """The first instant of a civil day, in UTC. Where midnight is skipped, that is the instant of the skip."""
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)


def day_of(instant: datetime, *, zone: ZoneInfo) -> date:
    return instant.astimezone(zone).date()


def period(text: str, *, zone: ZoneInfo) -> Period:
    """The period that a text names; ValueError, with a sentence for the reader, when it names none."""
    for pattern, days in _FORMS.items():
        if match := re.fullmatch(pattern, text, re.ASCII):
            try:
                first_on, until_on = days(*match.groups())
            except ValueError as error:
                raise ValueError(f"{text!r} is no period: {error}") from None
            return _between(first_on, until_on, text=text, zone=zone)
    raise ValueError(f"{text!r} is no period; write 2026-W46, 2026-11, 2026-Q4 or 2026-11-02..2026-11-16")


def week_of(day: date, *, zone: ZoneInfo) -> Period:
    """The ISO week, Monday first, that a day lies in."""
    monday = day - timedelta(days=day.weekday())
    year, week, _ = monday.isocalendar()
    return Period(text=f"{year}-W{week:02}", zone=zone, first_on=monday, until_on=monday + timedelta(days=7))


def quarter_of(day: date) -> str:
    """The quarter that a day lies in: 2026-Q4."""
    return f"{day.year}-Q{(day.month + 2) // 3}"


def months_before(day: date, count: int) -> date:
    """The first day of the month so many months before the one that the day lies in."""
    months = day.year * 12 + day.month - 1 - count
    return date(months // 12, months % 12 + 1, 1)


def last_complete_week(as_of: datetime, *, zone: ZoneInfo) -> Period:
    return week_of(day_of(as_of, zone=zone) - timedelta(days=7), zone=zone)


def weeks_until(end: datetime, *, zone: ZoneInfo, count: int) -> list[Period]:
    """The last complete weeks at an instant, oldest first."""
    last_monday = last_complete_week(end, zone=zone).first_on
    return [week_of(last_monday - timedelta(weeks=back), zone=zone) for back in reversed(range(count))]


def _between(first_on: date, until_on: date, *, text: str, zone: ZoneInfo) -> Period:
    if first_on >= until_on:
        raise ValueError(f"{text!r} is no period: it ends on {until_on}, not after its start")
    return Period(text=text, zone=zone, first_on=first_on, until_on=until_on)


def _week(year: str, week: str) -> tuple[date, date]:
    monday = date.fromisocalendar(int(year), int(week), 1)
    return monday, monday + timedelta(days=7)


def _month(year: str, month: str) -> tuple[date, date]:
    return date(int(year), int(month), 1), _first_of_month(int(year), int(month) + 1)


def _quarter(year: str, quarter: str) -> tuple[date, date]:
    last_month = 3 * int(quarter)
    return date(int(year), last_month - 2, 1), _first_of_month(int(year), last_month + 1)


def _days(first: str, until: str) -> tuple[date, date]:
    return date.fromisoformat(first), date.fromisoformat(until)


def _first_of_month(year: int, month: int) -> date:
    return date(year + month // 13, (month - 1) % 12 + 1, 1)


_YEAR = r"[12]\d{3}"  #: far from the first and the last that a date can have, whatever the zone
_FORMS: dict[str, Callable[..., tuple[date, date]]] = {
    rf"({_YEAR})-W(\d{{2}})": _week,
    rf"({_YEAR})-(\d{{2}})": _month,
    rf"({_YEAR})-Q([1-4])": _quarter,
    rf"({_YEAR}-\d{{2}}-\d{{2}})\.\.({_YEAR}-\d{{2}}-\d{{2}})": _days,
}
