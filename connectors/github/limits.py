"""Which of GitHub's answers are limits, and until when they ask to wait. All instants are by the server's clock.

# github/docs: rate-limits-for-the-rest-api, rate-limits-and-query-limits-for-the-graphql-api
"""

import re
from datetime import datetime, timedelta
from math import isfinite

from connectors.errors import Retry
from connectors.exchange import Answer, http_date
from connectors.governor import Pace

#: What GitHub allows to all: 2,000 points a minute for GraphQL and 900 for an endpoint of REST (a question is a point),
#: 100 requests at once, and 90 seconds of its processors a minute, 60 of them for GraphQL: two at once have no use for
#: more (apache/devlake#6137). Enterprise Server may have no limits of its own, and is spared the same way.
PACES = {
    "": Pace(at_once=100, busy_s=90),
    "graphql": Pace(at_once=2, a_minute=2000, busy_s=60),
    "core": Pace(at_once=10, a_minute=900),
}
UNTOLD_S = 60.0  # where no header says how long, at least a minute, and longer each time
LONGEST_RESET_S = 3660.0  # quotas are by the hour
LONGEST_TOLD_S = 366 * 86_400.0
HINT = "It passes by itself; another program that uses the same account may be using it up."
_WORDS = re.compile("secondary rate limit|abuse detection|rate limit (already )?exceeded", re.IGNORECASE)


def is_limit(answer: Answer, words: str) -> bool:
    """Whether a 403 or 429 is a limit. An ordinary 403 is none: taken for one, it costs an hour of sleep
    (cloudquery/cloudquery#11820)."""
    return answer.status == 429 or "retry-after" in answer.headers or _is_spent(answer) or names_limit(words)


def limited(answer: Answer, words: str, *, primary: bool = False) -> Retry:
    """Until when nobody may ask. The secondary limits are the whole host's, the primary ones each resource's own."""
    until = told(answer)
    bucket = answer.headers.get("x-ratelimit-resource", "graphql") if primary or _is_spent(answer) else ""
    return Retry(
        f"GitHub's rate limit is reached ({words})",
        hint=HINT,
        until=until or answer.server_at + timedelta(seconds=UNTOLD_S),
        bucket=bucket,
        counts=until is None,
    )


def names_limit(words: str) -> bool:
    return bool(_WORDS.search(words))


def told(answer: Answer) -> datetime | None:
    """When to ask again; None when not told."""
    wait_s = _told_s(answer)
    return None if wait_s is None else answer.server_at + timedelta(seconds=wait_s)


def _told_s(answer: Answer) -> float | None:
    """Seconds to wait: `retry-after` first, then the reset of a spent quota."""
    if (asked := answer.headers.get("retry-after")) is not None:
        wait_s = _retry_after_s(asked, answer)
        return None if wait_s is None else min(max(wait_s, 1.0), LONGEST_TOLD_S)
    if not _is_spent(answer):
        return None
    reset_s = _number(answer.headers.get("x-ratelimit-reset"))
    return None if reset_s is None else min(max(reset_s - answer.server_at.timestamp() + 1, 1.0), LONGEST_RESET_S)


def _retry_after_s(asked: str, answer: Answer) -> float | None:
    """Seconds, told as such or as a date. # RFC 9110 §10.2.3"""
    at = http_date(asked)
    return (at - answer.server_at).total_seconds() if at else _number(asked)


def _is_spent(answer: Answer) -> bool:
    """The quota is used up. Enterprise Server without limits may say 0 of 0 (apache/devlake#8020)."""
    return _number(answer.headers.get("x-ratelimit-remaining")) == 0 and answer.headers.get("x-ratelimit-limit") != "0"


def _number(text: str | None) -> float | None:
    try:
        number = float(text or "")
    except ValueError:
        return None
    return number if isfinite(number) else None
