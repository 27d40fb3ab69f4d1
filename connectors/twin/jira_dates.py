"""Jira's way with time."""

from datetime import UTC, datetime
from typing import Any

Json = dict[str, Any]


def jira_time(at: datetime) -> str:
    """The instant as Jira writes it: milliseconds, and an offset without a colon (jira.md §1.5)."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "+0000")


def epoch_ms(at: datetime) -> int:
    return int(at.timestamp() * 1000)


def history_order(history: Json) -> tuple[datetime, int]:
    """Oldest first, then in the order they were written: editions differ in the order they answer (jira.md §7.1)."""
    return datetime.fromisoformat(history["created"]), int(history["id"])
