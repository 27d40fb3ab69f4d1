"""Civil days of a zone, in tables: whole days since 1970-01-01 (metrics.md §0.4)."""

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo

from sync.reconcile.periods import instant, micros

if TYPE_CHECKING:
    import ibis.expr.types as ir

DAY_US = 86_400_000_000
EPOCH_ON = date(1970, 1, 1)
MONDAY = 4  #: 1970-01-05


class Offset(NamedTuple):
    """What a zone's clocks are ahead of UTC until an instant."""

    until_us: int
    ahead_us: int


def number_of(day: date) -> int:
    return (day - EPOCH_ON).days


def date_of(number: int) -> date:
    return EPOCH_ON + timedelta(days=number)


def day_numbers(at_us: "ir.IntegerValue", *, zone: ZoneInfo, since: datetime, until: datetime) -> "ir.IntegerValue":
    """The day that each instant lies in; right from `since` to `until`, and beyond where the clocks stay as there."""
    import ibis

    *before, last = offsets(zone, since=since.date(), until=until.date())
    ahead_us = ibis.literal(last.ahead_us, "int64")
    if before:
        told = ((at_us < each.until_us, ibis.literal(each.ahead_us, "int64")) for each in before)
        ahead_us = ibis.cases(*told, else_=ahead_us)
    return (at_us + ahead_us) // DAY_US


def whole_days(
    start_us: "ir.IntegerValue", end_us: "ir.IntegerValue", *, zone: ZoneInfo, since: datetime, until: datetime
) -> "ir.IntegerValue":
    """How many days a stretch touches: from one day to the same is 1 (metrics.md §1.5, CT_incl)."""
    first, last = (day_numbers(at_us, zone=zone, since=since, until=until) for at_us in (start_us, end_us))
    return last - first + 1


def week_numbers(days: "ir.IntegerValue") -> "ir.IntegerValue":
    """The ISO week of each day, as the day that is its Monday."""
    return days - (days + 7 - MONDAY) % 7


@lru_cache(maxsize=64)
def offsets(zone: ZoneInfo, *, since: date, until: date) -> tuple[Offset, ...]:
    """The zone's offsets between two days, the last without an end. A day that begins twice begins the first time."""
    found: list[Offset] = []
    at = datetime(since.year, since.month, since.day, tzinfo=UTC) - timedelta(days=1)
    while at.date() <= until:
        later = at + timedelta(days=1)
        if _ahead_us(zone, at) != _ahead_us(zone, later):
            found.append(Offset(until_us=_turn_us(zone, at, later), ahead_us=_ahead_us(zone, at)))
        at = later
    return (*found, Offset(until_us=2**62, ahead_us=_ahead_us(zone, at)))


def _turn_us(zone: ZoneInfo, before: datetime, after: datetime) -> int:
    """When the clocks were changed; where they were set back over midnight, when that has come again."""
    earlier_us, turn_us = micros(before), micros(after)
    ahead_us, then_us = _ahead_us(zone, before), _ahead_us(zone, after)
    while turn_us - earlier_us > 1:
        middle_us = (earlier_us + turn_us) // 2
        if _ahead_us(zone, instant(middle_us)) == ahead_us:
            earlier_us = middle_us
        else:
            turn_us = middle_us
    begun_on = (turn_us - 1 + ahead_us) // DAY_US
    return max(turn_us, begun_on * DAY_US - then_us)


def _ahead_us(zone: ZoneInfo, at: datetime) -> int:
    ahead = at.astimezone(zone).utcoffset() or timedelta()
    return ahead // timedelta(microseconds=1)
