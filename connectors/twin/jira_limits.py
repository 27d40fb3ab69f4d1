"""The limits of a site, before its application: by endpoint, by points, and a Data Center's bucket (jira.md §4).

What is charged follows from the answer, as on the real thing: points are counted for what was given. Time is the
site's.
"""

import json
import math
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from connectors.twin.jira_state import JiraSite

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]
Headers = dict[str, str]

HOUR = timedelta(hours=1)
#: What an answer lists its objects under; each costs a point.
LISTED = ("issues", "values", "issueChangeLogs")


class Limit(Protocol):
    """One system of limits."""

    def refusal(self, method: str, path: str, now: datetime) -> Headers | None:
        """The headers of a 429, where the request is too much."""

    def spent(self, body: bytes, now: datetime) -> Headers:
        """Charges for an answer that was given, and tells what is left."""


@dataclass(kw_only=True)
class Points:
    """Points by the hour, of which an app has so many; what is left is told once a fifth is."""

    allowed: int = 65_000
    reason: str = "jira-quota-tenant-based"
    used: int = 0
    hour: datetime | None = None

    def refusal(self, method: str, path: str, now: datetime) -> Headers | None:  # noqa: ARG002 - charged by the answer
        self._turn(now)
        if self.used < self.allowed:
            return None
        end = _hour(now) + HOUR
        # To the minute alone, as is seen (jira.md §4.1).
        return {"RateLimit-Reason": self.reason, "X-RateLimit-Reset": f"{end:%Y-%m-%dT%H:%MZ}", **self._told(now)}

    def spent(self, body: bytes, now: datetime) -> Headers:
        self._turn(now)
        self.used += 1 + _objects(body)
        return self._told(now)

    def _turn(self, now: datetime) -> None:
        if self.hour != _hour(now):
            self.hour, self.used = _hour(now), 0

    def _told(self, now: datetime) -> Headers:
        left, ends_s = max(0, self.allowed - self.used), math.ceil((_hour(now) + HOUR - now).total_seconds())
        told = {"RateLimit-Policy": f'"{self.reason}";q={self.allowed};w=3600'}
        if left * 5 >= self.allowed:
            return told
        return {**told, "RateLimit": f'"{self.reason}";r={left};t={ends_s}', "X-RateLimit-NearLimit": "true"}


@dataclass(kw_only=True)
class Burst:
    """A bucket for each endpoint and method, filled so many times a second."""

    a_second: float = 100
    depth: float = 100
    filled: dict[str, tuple[datetime, float]] = field(default_factory=dict)
    endpoint: str = ""

    def refusal(self, method: str, path: str, now: datetime) -> Headers | None:
        self.endpoint = f"{method} {_endpoint(path)}"
        left = self._left(now)
        if left >= 1:
            return None
        wait_s = math.ceil((1 - left) / self.a_second)
        return {"RateLimit-Reason": "jira-burst-based", "Retry-After": str(wait_s), "X-RateLimit-Remaining": "0"}

    def spent(self, body: bytes, now: datetime) -> Headers:  # noqa: ARG002 - charged by the request
        left = self._left(now) - 1
        self.filled[self.endpoint] = (now, left)
        told = {"X-RateLimit-Limit": f"{self.depth:.0f}", "X-RateLimit-Remaining": f"{left:.0f}"}
        return told | ({"X-RateLimit-NearLimit": "true"} if left < self.depth / 5 else {})

    def _left(self, now: datetime) -> float:
        at, left = self.filled.get(self.endpoint, (now, self.depth))
        return min(self.depth, left + (now - at).total_seconds() * self.a_second)


@dataclass(kw_only=True)
class Bucket:
    """A Data Center's bucket of one user on one node, told of on every answer."""

    limit: int = 50
    fill: int = 10
    interval_s: int = 60
    left: float = 50
    at: datetime | None = None

    def refusal(self, method: str, path: str, now: datetime) -> Headers | None:  # noqa: ARG002 - one for all
        self._fill(now)
        return None if self.left >= 1 else self._told()

    def spent(self, body: bytes, now: datetime) -> Headers:  # noqa: ARG002 - charged by the request
        self._fill(now)
        self.left -= 1
        return self._told()

    def _fill(self, now: datetime) -> None:
        passed_s = (now - (self.at or now)).total_seconds()
        self.left, self.at = min(self.limit, self.left + passed_s * self.fill / self.interval_s), now

    def _told(self) -> Headers:
        wait_s = 0 if self.left >= 1 else math.ceil((1 - self.left) * self.interval_s / self.fill)
        return {
            "X-RateLimit-Limit": str(self.limit),
            "X-RateLimit-Remaining": f"{max(0.0, self.left):.0f}",
            "X-RateLimit-Interval-Seconds": str(self.interval_s),
            "X-RateLimit-FillRate": str(self.fill),
            "Retry-After": str(wait_s),
        }


class Limited:
    """The application behind a limit; `refused` counts the answers that said to wait."""

    def __init__(self, app: App, limit: Limit, *, site: JiraSite) -> None:
        self.refused = 0
        self._app = app
        self._limit = limit
        self._site = site

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        now = self._site.now().astimezone(UTC)
        if (headers := self._limit.refusal(scope["method"], scope["path"], now)) is not None:
            self.refused += 1
            await _refuse(send, headers, now)
            return
        told: list[Message] = []

        async def keep(message: Message) -> None:
            told.append(message)

        await self._app(scope, receive, keep)
        body = b"".join(message.get("body", b"") for message in told)
        await send({**told[0], "headers": [*told[0]["headers"], *_raw(self._limit.spent(body, now))]})
        for message in told[1:]:
            await send(message)


async def _refuse(send: Send, headers: Headers, now: datetime) -> None:
    body = json.dumps({"message": "Rate limit exceeded."}).encode()
    dated = {"Date": now.strftime("%a, %d %b %Y %H:%M:%S GMT"), "Content-Length": str(len(body)), **headers}
    await send({"type": "http.response.start", "status": 429, "headers": _raw(dated)})
    await send({"type": "http.response.body", "body": body})


def _objects(body: bytes) -> int:
    try:
        told = json.loads(body)
    except ValueError:
        return 0
    if isinstance(told, list):
        return len(told)
    return sum(len(told[name]) for name in LISTED if isinstance(told.get(name), list))


def _endpoint(path: str) -> str:
    """The path without what names one thing."""
    return "/".join("*" if part.isdigit() or "-" in part else part for part in path.split("/"))


def _hour(now: datetime) -> datetime:
    return now.replace(minute=0, second=0, microsecond=0)


def _raw(headers: Headers) -> list[tuple[bytes, bytes]]:
    return [(name.lower().encode(), value.encode()) for name, value in headers.items()]
