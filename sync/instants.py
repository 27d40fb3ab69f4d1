"""Instants as people write them: `2026-11-20T18:00Z`, or a whole day."""

from datetime import UTC, date, datetime, time

FORM = "write 2026-11-20T18:00Z or 2026-11-20"


def instant(text: str) -> datetime:
    """The instant, in UTC and whole seconds; a day alone is its end, in UTC. ValueError where it is none."""
    if text[:1] not in ("1", "2"):  # what is near the first or the last year has no time in some zone
        raise ValueError(f"{text!r} is no instant; {FORM}")
    try:
        if len(text) == len("2026-11-20"):
            return datetime.combine(date.fromisoformat(text), time.max, UTC).replace(microsecond=0)
        at = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text!r} is no instant; {FORM}") from None
    if at.tzinfo is None:
        raise ValueError(f"{text!r} names no zone; write 2026-11-20T18:00Z or 2026-11-20T18:00+01:00")
    return at.astimezone(UTC).replace(microsecond=0)
