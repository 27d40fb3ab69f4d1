"""Working time: how much of a stretch lies within the hours of a calendar (metrics.md §1.7)."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property, reduce
from itertools import accumulate
from operator import add, attrgetter
from typing import TYPE_CHECKING, Any, NamedTuple
from zoneinfo import ZoneInfo

from mappings.calendars import Calendar, Days, Hours
from mappings.people import People
from mappings.rows import as_table
from sync.reconcile.days import DAY_US, number_of
from sync.reconcile.periods import micros, start_of

if TYPE_CHECKING:
    import ibis.expr.types as ir

STANDARD = ""  #: names the calendar of whoever is in no team
MIDNIGHT = "24:00"
HOURS_A_DAY = 8  #: nominal: what a working day is reckoned as


class Window(NamedTuple):
    """The hours of one working day."""

    day: int  #: days since 1970-01-01, in the calendar's zone
    start_us: int
    end_us: int


@dataclass(frozen=True)
class WorkingTime:
    windows: Sequence[Window]  #: ascending, disjoint

    def between(self, start_us: int, end_us: int) -> int:
        """The microseconds of the stretch that lie within the hours; of none that ends before it begins."""
        return max(0, self._before(end_us) - self._before(start_us))

    def dates(self, start_us: int, end_us: int) -> int:
        """How many working days have hours that meet the stretch; none meets an empty one."""
        begun = bisect_left(self.windows, end_us, key=attrgetter("start_us"))
        ended = bisect_right(self.windows, start_us, key=attrgetter("end_us"))
        return max(0, begun - ended) if start_us < end_us else 0

    def _before(self, at_us: int) -> int:
        """The working time from the first window up to an instant."""
        place = bisect_left(self.windows, at_us, key=attrgetter("start_us"))
        if not place:
            return 0
        last = self.windows[place - 1]
        return self._summed[place - 1] + min(at_us, last.end_us) - last.start_us

    @cached_property
    def _summed(self) -> list[int]:
        return list(accumulate((end_us - start_us for _, start_us, end_us in self.windows), initial=0))


def windows(
    calendar: Calendar, *, zone: ZoneInfo, since: date, until: date, away: Iterable[Days] = ()
) -> tuple[Window, ...]:
    """The hours of each working day from `since` to `until`, both included; each told in UTC for itself (§0.4)."""
    off = tuple(away)
    days = (since + timedelta(days=n) for n in range((until - since).days + 1))
    worked = (day for day in days if calendar.is_workday(day) and not any(day in leave for leave in off))
    told = (_window(day, calendar.hours, zone=zone) for day in worked)
    return tuple(window for window in told if window.start_us < window.end_us)


def team_windows(people: People, *, zone: ZoneInfo, since: date, until: date) -> dict[str, tuple[Window, ...]]:
    """The hours of each team by its id, and of `STANDARD`: Monday to Friday from nine to five in the zone."""
    span: dict[str, Any] = {"since": since, "until": until}
    made: dict[tuple[str, str], tuple[Window, ...]] = {}
    told = {STANDARD: windows(Calendar(), zone=zone, **span)}
    for team in people.teams:
        place = ZoneInfo(team.zone) if team.zone else zone
        same = (place.key, team.model_dump_json(include={"workdays", "hours", "holidays"}))
        if same not in made:
            made[same] = windows(team, zone=place, **span)
        told[team.id] = made[same]
    return told


def with_working_time(spans: "ir.Table", calendars: Mapping[str, Sequence[Window]]) -> "ir.Table":
    """The rows of calendar, start_us, end_us and more, with working_us and working_dates; null where an end is.

    A calendar that nobody knows counts as `STANDARD`. Nothing is worked before its first window and after its last.
    """
    import ibis

    alike: dict[tuple[Window, ...], list[str]] = defaultdict(list)
    for name, each in calendars.items():
        alike[tuple(each)].append(name)
    hours, names = _hours(list(alike)), list(alike.values())
    standard = next(number for number, each in enumerate(names) if STANDARD in each)
    numbered = ((spans.calendar.isin(each), number) for number, each in enumerate(names))
    told = spans.mutate(number=ibis.cases(*numbered, else_=standard))
    told = _joined(_joined(told, hours, side="start"), hours, side="end")
    worked_us = ibis.greatest(told.worked_by_end - told.worked_by_start, 0)
    dates = ibis.greatest(told.begun_by_end - told.ended_by_start, 0)
    is_told = told.start_us.notnull() & told.end_us.notnull()
    return told.select(
        *spans.columns,
        working_us=ibis.ifelse(is_told, worked_us, None),
        working_dates=ibis.ifelse(is_told, ibis.ifelse(told.start_us < told.end_us, dates, 0), None),
    )


def windows_table(calendars: Mapping[str, Sequence[Window]]) -> "ir.Table":
    """calendar, day, start_us, end_us: the windows of every calendar."""
    rows = ({"calendar": name} | window._asdict() for name, each in calendars.items() for window in each)
    return as_table(rows, {"calendar": "string"} | dict.fromkeys(Window._fields, "int64"))


class _Hours(NamedTuple):
    """One row a calendar, by its number, and day of UTC, so that the working time up to an instant is one join.

    What was worked before the day, how many windows had begun and ended, and the pieces of windows in the day.
    """

    table: "ir.Table"
    first: int  #: day
    last: int
    slots: int  #: pieces that a row has room for


class _Piece(NamedTuple):
    """What of a window lies in one day of UTC."""

    from_us: int
    until_us: int
    begins: int  #: 1 where the window begins here
    ends: int


def _window(day: date, hours: Hours, *, zone: ZoneInfo) -> Window:
    start_us, end_us = (_at_us(day, at, zone=zone) for at in (hours.from_, hours.to))
    return Window(day=number_of(day), start_us=start_us, end_us=end_us)


def _at_us(day: date, at: str, *, zone: ZoneInfo) -> int:
    if at == MIDNIGHT:
        return micros(start_of(day + timedelta(days=1), zone=zone))
    return micros(datetime.combine(day, time.fromisoformat(at), zone).astimezone(UTC))


def _joined(spans: "ir.Table", hours: _Hours, *, side: str) -> "ir.Table":
    """The spans with what was worked, begun and ended by their start or end."""
    import ibis

    at_us = spans[f"{side}_us"]
    utc_day = ibis.greatest(ibis.least(at_us // DAY_US, hours.last), hours.first)
    placed = spans.mutate(at=at_us, at_day=utc_day)
    told = placed.left_join(hours.table, [placed.number == hours.table.calendar, placed.at_day == hours.table.utc_day])
    worked, begun, ended = (
        reduce(add, [told[before], *(each(told, slot) for slot in range(hours.slots))])
        for before, each in (("worked_us", _worked_us), ("begun", _begun), ("ended", _ended))
    )
    return told.select(
        *spans.columns, **{f"worked_by_{side}": worked, f"begun_by_{side}": begun, f"ended_by_{side}": ended}
    )


def _worked_us(told: "ir.Table", slot: int) -> "ir.Value":
    import ibis

    return ibis.greatest(ibis.least(told["at"], told[f"until_{slot}"]) - told[f"from_{slot}"], 0)


def _begun(told: "ir.Table", slot: int) -> "ir.Value":
    import ibis

    return ibis.ifelse(told[f"from_{slot}"] < told["at"], told[f"begins_{slot}"], 0)


def _ended(told: "ir.Table", slot: int) -> "ir.Value":
    import ibis

    return ibis.ifelse(told[f"until_{slot}"] <= told["at"], told[f"ends_{slot}"], 0)


def _hours(calendars: Sequence[Sequence[Window]]) -> _Hours:
    pieces = [_pieces(each) for each in calendars]
    days = sorted({day for of_day in pieces for day in of_day} or {0})
    slots = max((len(each) for of_day in pieces for each in of_day.values()), default=0)
    every = range(days[0], days[-1] + 1)
    rows = (row for number, of_day in enumerate(pieces) for row in _rows(number, of_day, every, slots=slots))
    columns = [f"{name}_{slot}" for slot in range(slots) for name in ("from", "until", "begins", "ends")]
    schema = dict.fromkeys(("calendar", "utc_day", "worked_us", "begun", "ended", *columns), "int64")
    return _Hours(as_table(rows, schema), first=days[0], last=days[-1], slots=slots)


def _pieces(of_calendar: Sequence[Window]) -> dict[int, list[_Piece]]:
    """Day of UTC → the pieces of windows in it."""
    pieces: dict[int, list[_Piece]] = defaultdict(list)
    for _, start_us, end_us in of_calendar:
        for day in range(start_us // DAY_US, (end_us - 1) // DAY_US + 1):
            from_us, until_us = max(start_us, day * DAY_US), min(end_us, (day + 1) * DAY_US)
            pieces[day].append(_Piece(from_us, until_us, int(from_us == start_us), int(until_us == end_us)))
    return pieces


def _rows(number: int, pieces: Mapping[int, list[_Piece]], days: range, *, slots: int) -> Iterator[dict[str, int]]:
    """A row each day; slots that no piece fills are of no length and count nothing."""
    worked_us = begun = ended = 0
    for day in days:
        of_day = pieces.get(day, [])
        blank = [_Piece(day * DAY_US, day * DAY_US, 0, 0)] * (slots - len(of_day))
        row = {"calendar": number, "utc_day": day, "worked_us": worked_us, "begun": begun, "ended": ended}
        for slot, piece in enumerate((*of_day, *blank)):
            row |= dict(zip((f"{part}_{slot}" for part in ("from", "until", "begins", "ends")), piece, strict=True))
        yield row
        worked_us += sum(piece.until_us - piece.from_us for piece in of_day)
        begun += sum(piece.begins for piece in of_day)
        ended += sum(piece.ends for piece in of_day)
