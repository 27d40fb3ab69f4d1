"""Working hours: Monday to Friday, nine to five, in a team's own offset from UTC."""

from datetime import datetime, timedelta

from connectors.twin.company.setting import START

DAY_H = 8
OPENS_H = 9


def after(at: datetime, hours: float, *, offset_h: int) -> datetime:
    """The instant so many working hours later; from outside working hours they count from the next opening."""
    return _instant(_position(at, offset_h) + hours, offset_h)


def _position(at: datetime, offset_h: int) -> float:
    """Working hours since `START`."""
    since = at + timedelta(hours=offset_h) - START
    week, weekday = divmod(since.days, 7)
    if weekday > 4:
        return float((week + 1) * 5 * DAY_H)
    return (week * 5 + weekday) * DAY_H + min(max(since.seconds / 3600 - OPENS_H, 0.0), float(DAY_H))


def _instant(position: float, offset_h: int) -> datetime:
    day, hour = divmod(position, DAY_H)
    week, weekday = divmod(int(day), 5)
    at = START + timedelta(days=week * 7 + weekday, hours=OPENS_H + hour - offset_h)
    return at.replace(microsecond=at.microsecond // 1000 * 1000)
