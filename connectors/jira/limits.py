"""What Jira's answers say of its limits: who waits until when, and who is to go slower (jira.md §4).

`Beta-` and `X-Beta-` headers tell of limits that are not in force, and are not read.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from connectors.errors import Retry
from connectors.exchange import Advice, Answer, Request, http_date
from connectors.governor import HOST, Pace

#: Four at once, eight where a minute passes without a limit, and never more than ten a second (jira.md §4.3).
PACES = {HOST: Pace(at_once=4, most=8, a_minute=600)}
#: Waits are cut to an hour, the longest quota; some servers tell nonsense (jira.md §4.1).
LONGEST = timedelta(hours=1)
#: `Retry-After: 0` on a 429 means that the next token is about to drop.
SHORTEST = timedelta(seconds=1)
#: Reasons that concern one endpoint or one issue; every other, known or not, concerns the whole site.
NARROW = ("jira-burst-based", "jira-per-issue-on-write")
QUOTA = "jira-quota-"  #: points, given anew at the top of each hour
NEAR_RATIO = 0.2  # of a limit left: what `X-RateLimit-NearLimit` means too
OUR_SHARE = 0.7  # of what a Data Center's bucket is filled with; the rest is for people

#: One policy of a structured header: `"name";r=12;t=30` (jira.md §4.1).
_POLICY = re.compile(r'"([^"]*)"((?:\s*;\s*\w+\s*=\s*(?:[\d.]+|"[^"]*"))*)')
_PARAMETER = re.compile(r"(\w+)\s*=\s*([\d.]+)")


class Policy(NamedTuple):
    """A limit of a structured header: `q` allowed in `w` seconds, `r` left, all of it again in `t` seconds."""

    name: str
    numbers: Mapping[str, float]


def limited(answer: Answer, *, bucket: str) -> Retry:
    """The wait that the answer asks for, by the source's clock. It counts as a failed attempt where there is no hint,
    and where the server is down (503): that may never pass."""
    reason = answer.headers.get("ratelimit-reason", "")
    until = _until(answer.headers, reason=reason, now=answer.server_at)
    if answer.status == 503:
        return Retry("Jira is not ready (503)", hint="It passes by itself, or the site is down.", until=until)
    return Retry(
        f"the limit on requests is reached{f' ({reason})' if reason else ''}",
        hint="It passes by itself; another program that uses the same account may be using it up.",
        until=until,
        bucket=bucket if reason in NARROW else HOST,
        counts=until is None,
    )


def asks_to_wait(answer: Answer) -> bool:
    """Whether this is a limit, by whatever status. Data Center says `Retry-After: 0` on every answer (jira.md §4.2)."""
    if answer.status == 429:
        return True
    return answer.status in (403, 503) and answer.headers.get("retry-after", "0") != "0"


def advice(request: Request, answer: Answer) -> Advice | None:
    """How to go on asking, as any answer may tell."""
    every_s = _every_s(answer.headers)
    if every_s is not None:
        return Advice(bucket=HOST, every_s=every_s)
    near = [policy.name for policy in _near(answer.headers)]
    if answer.headers.get("x-ratelimit-nearlimit", "").casefold() == "true":
        near.append(answer.headers.get("ratelimit-reason", ""))
    if not near:
        return None
    return Advice(bucket=request.bucket if all(name.startswith(NARROW) for name in near) else HOST, slower=True)


def policies(text: str) -> Iterator[Policy]:
    """Each policy of a `RateLimit` or `RateLimit-Policy` header, in any order and with any parameters."""
    for name, told in _POLICY.findall(text):
        numbers = {word: number for word, digits in _PARAMETER.findall(told) if (number := _number(digits)) is not None}
        yield Policy(name, numbers)


def _near(headers: Mapping[str, str]) -> Iterator[Policy]:
    """The policies of which little is left; one that does not say how much has enough."""
    allowed = {policy.name: policy.numbers.get("q") for policy in policies(headers.get("ratelimit-policy", ""))}
    for policy in policies(headers.get("ratelimit", "")):
        left, most = policy.numbers.get("r"), allowed.get(policy.name)
        # What is left is told only once four fifths are used.
        if left is not None and (most is None or left < most * NEAR_RATIO):
            yield policy


def _every_s(headers: Mapping[str, str]) -> float | None:
    """Seconds between requests that our share of a Data Center's bucket allows (jira.md §4.2)."""
    fill, interval_s = (
        _number(headers.get("x-ratelimit-fillrate")),
        _number(headers.get("x-ratelimit-interval-seconds")),
    )
    if not fill or not interval_s:
        return None
    return min(interval_s / fill / OUR_SHARE, LONGEST.total_seconds())


def _until(headers: Mapping[str, str], *, reason: str, now: datetime) -> datetime | None:
    """The later of `Retry-After` and `X-RateLimit-Reset`; else what a spent policy says; else, of a quota, the hour."""
    told = [_retry_after(headers.get("retry-after"), now=now), _reset(headers.get("x-ratelimit-reset"))]
    instants = [at for at in told if at is not None] or list(_policies_end(headers, now=now))
    if not instants and reason.startswith(QUOTA):
        instants = [now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)]
    return min(max(*instants, now + SHORTEST), now + LONGEST) if instants else None


def _policies_end(headers: Mapping[str, str], *, now: datetime) -> Iterator[datetime]:
    """When the spent policies begin anew. Partners saw wrong times here (§4.1), so that other headers come first."""
    for policy in policies(headers.get("ratelimit", "")):
        if policy.numbers.get("r", 1) < 1 and "t" in policy.numbers:
            yield now + timedelta(seconds=min(policy.numbers["t"], LONGEST.total_seconds()))


def _retry_after(text: str | None, *, now: datetime) -> datetime | None:
    """Seconds from now, or an HTTP date (RFC 9110 §10.2.3)."""
    if not text:
        return None
    try:
        return now + timedelta(seconds=min(float(text), LONGEST.total_seconds()))
    except (ValueError, OverflowError):
        return http_date(text)


def _reset(text: str | None) -> datetime | None:
    """An ISO instant, which may lack its seconds, in UTC unless it says otherwise (jira.md §4.1); or epoch seconds."""
    if not text:
        return None
    try:
        at = datetime.fromtimestamp(int(text), UTC) if text.isdigit() else datetime.fromisoformat(text)
    except (ValueError, OverflowError, OSError):
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _number(text: str | None) -> float | None:
    try:
        return float(text or "")
    except ValueError:
        return None
