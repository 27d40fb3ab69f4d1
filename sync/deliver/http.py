"""Channels over HTTP: the transport that reads the sources sends here too, and waits as it is told."""

import random
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, TypeVar

import httpx

from connectors.errors import Gone, Postponed, Refused, Retry
from connectors.exchange import Answer, Request, http_date
from connectors.transport import TIMEOUT, Clock, Governor, Pace, Transport, trust

T = TypeVar("T")

LONGEST_WAIT_S = 120.0  # a report is not held up for a channel; the next run tries again
PACE = {"": Pace(at_once=1)}


def transport(
    name: str, *, clock: Clock, headers: Mapping[str, str] | None = None, auth: httpx.Auth | None = None
) -> Transport:
    """A transport for one channel."""
    return Transport(
        source=name,
        client=httpx.AsyncClient(timeout=TIMEOUT, auth=auth, verify=trust()),
        headers={"User-Agent": "fingerpost", **(headers or {})},
        governor=Governor(clock=clock, paces=PACE),
        clock=clock,
        jitter=random.Random(),  # noqa: S311 - only spreads out the waiting
    )


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def asked(method: str, url: str, *, json: Any = None, params: Mapping[str, str] | None = None) -> Request:
    """A request whose label is its method: an address may be a secret."""
    return Request(method=method, url=url, label=method, json=json, params=params or {})


def accepted(answer: Answer) -> Answer:
    """The answer, where it says yes; else what to do about it. Whatever the body of a refusal says stays in it."""
    if 200 <= answer.status < 300:
        return answer
    if answer.status in (403, 429, 503) and (until := _until(answer)):
        if (until - answer.server_at).total_seconds() > LONGEST_WAIT_S:
            raise Postponed(f"asks to be left alone until {until:%Y-%m-%d %H:%M} UTC", hint=AGAIN, until=until)
        raise Retry("asks to wait", until=until)
    if answer.status in (404, 410):
        raise Gone(f"there is no such thing ({answer.status})", hint="Check the address and what the token may see.")
    if answer.status == 429 or answer.status >= 500:
        raise Retry(f"is not ready ({answer.status})", hint=AGAIN)
    if answer.status in (401, 403):
        raise Refused(f"refuses the sign-in ({answer.status})", hint="Check the token and what it may do.")
    raise Refused(f"refuses what was sent ({answer.status})")


AGAIN = "The next run tries again."


def _until(answer: Answer) -> datetime | None:
    """When to ask again, in seconds or as a date (RFC 9110 §10.2.3), or by the reset of a quota that is used up."""
    told = answer.headers.get("retry-after", "").strip()
    if told.isdigit():
        return answer.server_at + timedelta(seconds=max(1, min(int(told), 86_400)))
    if told:
        return http_date(told)
    reset = answer.headers.get("x-ratelimit-reset", "")
    if answer.headers.get("x-ratelimit-remaining") == "0" and reset.isdigit():
        return answer.server_at + timedelta(seconds=max(1.0, int(reset) - answer.server_at.timestamp()))
    return None
