"""Jira's dates and instants."""

from datetime import UTC, date, datetime, timedelta

from connectors.errors import Malformed

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
#: Of 1973 in milliseconds, long before there was Jira; of the year 5138 in seconds.
LEAST_MS = 10**11


def instant(value: str | int) -> datetime:
    """The aware UTC instant of ISO text, whose offset may lack its colon (deeplethe/utopia#135), or of epoch
    milliseconds, or seconds, as the API's own example has them (OpenAPI, POST /changelog/bulkfetch); `Malformed` where
    it is neither, or of a year that no calendar has (singer-io/tap-jira#87)."""
    try:
        if isinstance(value, int):
            return EPOCH + timedelta(milliseconds=value if abs(value) >= LEAST_MS else value * 1000)
        at = datetime.fromisoformat(value)
        if at.tzinfo is None:
            raise Malformed(f"the instant {value!r} has no offset")
        return at if at.tzinfo is UTC else at.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise Malformed(f"{value!r} is no instant") from error


def day(value: str | int) -> date:
    """The date of ISO text; `Malformed` where it is none."""
    try:
        return date.fromisoformat(str(value).partition("T")[0])
    except ValueError as error:
        raise Malformed(f"{value!r} is no date") from error


def millis(at: datetime) -> int:
    """UTC epoch milliseconds, which JQL reads alike in every zone (jira.md §3.1)."""
    return (at - EPOCH) // timedelta(milliseconds=1)


def from_millis(at_ms: int) -> datetime:
    """The aware UTC instant."""
    return EPOCH + timedelta(milliseconds=at_ms)
