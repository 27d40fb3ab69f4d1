"""When jobs are due, by cron expressions in a zone. Pure: what was missed is due once, however often it was missed."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from hashlib import blake2b
from zoneinfo import ZoneInfo


def latest(cron: str, *, zone: ZoneInfo, now: datetime) -> datetime:
    """The last time at or before `now` that the expression names, as a UTC instant.

    Where clocks are put forward, a time that is left out is the hour's beginning; where they are put back, a time that
    comes twice counts once, unless the expression names every hour (crontab(5), Vixie cron).
    """
    return _last_two(cron, zone, now.replace(second=0, microsecond=0))[0]


def is_due(cron: str, *, zone: ZoneInfo, now: datetime, began_at: datetime | None, late_s: float = 0.0) -> bool:
    """Whether the job has not been begun since its last time, which is `late_s` after what the expression names.

    One that was begun in times to come was noted by a clock that was wrong.
    """
    late, slots = timedelta(seconds=late_s), _last_two(cron, zone, now.replace(second=0, microsecond=0))
    slot = next((slot + late for slot in slots if slot + late <= now), None)
    return began_at is None or began_at > now or (slot is not None and began_at < slot)


@lru_cache(maxsize=64)
def _last_two(cron: str, zone: ZoneInfo, minute: datetime) -> tuple[datetime, datetime]:
    """The last times of the expression, the later one first: it names none within a minute."""
    from croniter import croniter

    walk = croniter(cron, (minute + timedelta(seconds=1)).astimezone(zone))
    is_hourly = "*" in cron.split()[1]

    def before() -> datetime:
        slot: datetime = walk.get_prev(datetime)
        while not is_hourly and slot.utcoffset() != slot.replace(fold=0).utcoffset():
            slot = walk.get_prev(datetime)  # that was the second of two
        return slot.astimezone(UTC)

    return before(), before()


def jitter_s(name: str, *, most_s: float) -> float:
    """How much later than others this one comes: the same for the same name, spread evenly over names."""
    share = int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), "big") / 2**64
    return share * most_s
