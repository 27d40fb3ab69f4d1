"""Whether the clocks of a source and of this machine agree: what is dated by one is compared with the other."""

from datetime import datetime, timedelta

MOST = timedelta(seconds=30)  # jira.md §3.2


def apart_s(theirs: datetime, *, ours: datetime) -> float | None:
    """By how many seconds the source's clock is ahead of ours, or behind it if negative; None where they agree."""
    skew = theirs - ours
    return skew.total_seconds() if abs(skew) > MOST else None
