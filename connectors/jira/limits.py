"""What a 429 asks for: which requests wait, and until when (jira.md §4)."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from connectors.errors import Retry
from connectors.exchange import Answer

#: Waits are cut to an hour, the longest quota; some servers tell nonsense (jira.md §4.1).
LONGEST = timedelta(hours=1)
#: `Retry-After: 0` on a 429 means that the next token is about to drop.
SHORTEST = timedelta(seconds=1)
BURST = "jira-burst-based"  #: charged to one endpoint; every other reason, known or not, to the whole site


def limited(answer: Answer, *, bucket: str) -> Retry:
    """The wait that the answer asks for, by the source's clock. It counts as a failed attempt where there is no hint,
    and where the server is down (503): that may never pass."""
    until = _until(answer.headers, now=answer.server_at)
    if answer.status == 503:
        return Retry("Jira is not ready (503)", hint="It passes by itself, or the site is down.", until=until)
    reason = answer.headers.get("ratelimit-reason", "")
    return Retry(
        f"the limit on requests is reached{f' ({reason})' if reason else ''}",
        hint="It passes by itself; another program that uses the same account may be using it up.",
        until=until,
        bucket=bucket if reason == BURST else "",
        counts=until is None,
    )


def asks_to_wait(answer: Answer) -> bool:
    """Whether this is a limit, by whatever status. Data Center says `Retry-After: 0` on every answer (jira.md §4.2)."""
    if answer.status == 429:
        return True
    return answer.status in (403, 503) and answer.headers.get("retry-after", "0") != "0"


def _until(headers: Mapping[str, str], *, now: datetime) -> datetime | None:
    """The later of `Retry-After` and `X-RateLimit-Reset`, where either is told."""
    told = [_retry_after(headers.get("retry-after"), now=now), _reset(headers.get("x-ratelimit-reset"))]
    instants = [at for at in told if at is not None]
    return min(max(*instants, now + SHORTEST), now + LONGEST) if instants else None


def _retry_after(text: str | None, *, now: datetime) -> datetime | None:
    """Seconds from now, or an HTTP date (RFC 9110 §10.2.3)."""
    if not text:
        return None
    try:
        return now + timedelta(seconds=min(float(text), LONGEST.total_seconds()))
    except (ValueError, OverflowError):
        return _http_date(text)


def _http_date(text: str) -> datetime | None:
    try:
        at = parsedate_to_datetime(text)
    except ValueError:
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _reset(text: str | None) -> datetime | None:
    """An ISO instant, which may lack its seconds, in UTC unless it says otherwise (jira.md §4.1); or epoch seconds."""
    if not text:
        return None
    try:
        at = datetime.fromtimestamp(int(text), UTC) if text.isdigit() else datetime.fromisoformat(text)
    except (ValueError, OverflowError, OSError):
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)
