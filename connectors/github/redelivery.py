"""Deliveries that GitHub could not hand over: found, and asked for again. GitHub itself tries each only once.

# github/docs: handling-failed-webhook-deliveries; the last three days are kept
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import groupby

import structlog
from msgspec import Struct

from connectors.exchange import Answer, Request
from connectors.github import api, rest
from connectors.github.reader import Reader

PAGES = 10  # of a hundred deliveries, the latest first
MOST = 100  # that are asked for at once
TRIES = 3  # after which it is not GitHub's fault, and the next poll heals it


class HookConfig(Struct, frozen=True):
    url: str = ""


class Hook(Struct, frozen=True):
    id: int
    active: bool = True
    config: HookConfig = HookConfig()


class Delivered(Struct, frozen=True):
    """One attempt; those of one delivery have one GUID."""

    id: int
    guid: str
    delivered_at: datetime
    status_code: int


async def redeliver(reader: Reader, repositories: Sequence[str], *, path: str, since: datetime) -> int:
    """How many were asked for again, of webhooks that lead to this path of ours. Where the token may not see webhooks,
    none."""
    owners = dict.fromkeys(name.partition("/")[0] for name in repositories)
    places = [*(f"/orgs/{owner}" for owner in owners), *(f"/repos/{name}" for name in repositories)]
    return sum([await _at(reader, place, path=path, since=since) for place in places])


def lost(attempts: Iterable[Delivered], *, since: datetime) -> list[Delivered]:
    """The last attempt of each delivery that no attempt brought here, the oldest first."""
    by_guid = sorted(attempts, key=lambda each: (each.guid, each.delivered_at, each.id))
    found = [list(group) for _, group in groupby(by_guid, key=lambda each: each.guid)]
    vain = [group for group in found if not any(200 <= each.status_code < 300 for each in group)]
    last = [group[-1] for group in vain if len(group) < TRIES and group[0].delivered_at >= since]
    return sorted(last, key=lambda each: (each.delivered_at, each.id))[:MOST]


async def _at(reader: Reader, place: str, *, path: str, since: datetime) -> int:
    hooks = await rest.get(reader, f"{place}/hooks", list[Hook], label="hooks", params={"per_page": "100"})
    if hooks.found is None:
        structlog.get_logger().info("webhooks are not to be seen", place=place, status=hooks.status)
        return 0
    ours = [hook for hook in hooks.found if hook.active and hook.config.url.rstrip("/").endswith(path)]
    return sum([await _of(reader, f"{place}/hooks/{hook.id}/deliveries", since=since) for hook in ours])


async def _of(reader: Reader, deliveries: str, *, since: datetime) -> int:
    attempts = await _attempts(reader, deliveries, since=since)
    asked = [await _again(reader, f"{deliveries}/{each.id}/attempts") for each in lost(attempts, since=since)]
    return sum(asked)


async def _attempts(reader: Reader, deliveries: str, *, since: datetime) -> list[Delivered]:
    found: list[Delivered] = []
    onward: dict[str, str] | None = {"per_page": "100"}
    for _ in range(PAGES):
        if onward is None:
            break
        page = await rest.get(reader, deliveries, list[Delivered], label="deliveries", params=onward)
        found += page.found or []
        onward = page.onward if page.found and page.found[-1].delivered_at >= since else None
    return found


async def _again(reader: Reader, attempts: str) -> bool:
    """Whether GitHub took it on."""
    request = Request(method="POST", url=reader.url + attempts, label="redelivery")
    return await reader.transport.send(request, _is_taken_on)


def _is_taken_on(answer: Answer) -> bool:
    if answer.status not in (202, *rest.ABOUT_IT):
        raise api.failure(answer)
    return answer.status == 202
