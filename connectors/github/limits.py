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
SECONDARY_PAGE = b"secondary-rate-limit"  # in the `documentation_url` of a refusal, whatever its words are
_PRIMARY = re.compile("rate limit (already )?exceeded", re.IGNORECASE)
_SECONDARY = re.compile("secondary rate limit|abuse detection", re.IGNORECASE)


def is_limit(answer: Answer, words: str) -> bool:
    """Whether a 403 or 429 is a limit. An ordinary 403 is none: taken for one, it costs an hour of sleep
    (cloudquery/cloudquery#11820)."""
    told = answer.status == 429 or "retry-after" in answer.headers or SECONDARY_PAGE in answer.body
    return told or _is_spent(answer) or names_limit(words)


def limited(answer: Answer, words: str, *, primary: bool = False) -> Retry:
    """Until when nobody may ask. The secondary limits are the whole host's, the primary ones each resource's own.

    `primary`: the answer names the hourly quota; it may do so before nothing is left, where a question costs more.
    """
    named = (primary or _PRIMARY.search(words)) and not _SECONDARY.search(words)
    spent = bool(named) or _is_spent(answer)
    until = told(answer, spent=spent)
    return Retry(
        f"GitHub's rate limit is reached ({words})",
        hint=HINT,
        until=until or answer.server_at + timedelta(seconds=UNTOLD_S),
        bucket=answer.headers.get("x-ratelimit-resource", "graphql") if spent else "",
        counts=until is None,
    )


def names_limit(words: str) -> bool:
    return bool(_PRIMARY.search(words) or _SECONDARY.search(words))


def told(answer: Answer, *, spent: bool) -> datetime | None:
    """When to ask again: `retry-after` first, then the reset of a quota that is `spent`; None when not told."""
    if (asked := answer.headers.get("retry-after")) is not None:
        wait_s = _retry_after_s(asked, answer)
        longest_s = LONGEST_TOLD_S
    else:
        wait_s = _reset_s(answer) if spent else None
        longest_s = LONGEST_RESET_S
    return None if wait_s is None else answer.server_at + timedelta(seconds=min(max(wait_s, 1.0), longest_s))


def _reset_s(answer: Answer) -> float | None:
    """Seconds until the quota is whole again, and one more."""
    at_s = _number(answer.headers.get("x-ratelimit-reset"))
    return at_s - answer.server_at.timestamp() + 1 if at_s else None


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
