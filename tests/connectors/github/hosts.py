"""A small GitHub host for tests, and how to read it."""

import asyncio
import json
import random
import re
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol, TypeVar

from connectors import github
from connectors.records import Batch, ItemRef
from connectors.twin.faults import Faults, Injection
from connectors.twin.github import github_app
from connectors.twin.github_state import GitHubHost
from connectors.twin.serve import serving
from tests.clocks import FakeClock
from tests.connectors.contract import Stage, Stored

T = TypeVar("T")

NOW = datetime(2026, 11, 20, 18, tzinfo=UTC)
DEV = {"__typename": "User", "login": "payments-dev-1", "id": "U_dev"}
REVIEWER = {"__typename": "User", "login": "payments-dev-2", "id": "U_reviewer"}
BOT = {"__typename": "Bot", "login": "updater", "id": "BOT_updater"}
OLD = datetime(2026, 1, 1, 9, tzinfo=UTC)


def hours(count: float) -> str:
    """That many hours after the start of the year, as GitHub writes it."""
    return (OLD + timedelta(hours=count)).strftime("%Y-%m-%dT%H:%M:%SZ")


def pull(number: int, **fields: Any) -> dict[str, Any]:
    told = {
        "number": number,
        "id": f"PR_{number}",
        "title": f"Change {number}",
        "body": "",
        "author": DEV,
        "createdAt": hours(number),
        "updatedAt": hours(number + 5),
        "baseRefName": "main",
        "headRefName": f"change-{number}",
        "commits": [commit(number)],
        "reviews": [review(number)],
        "timelineItems": [event("LabeledEvent", number, label={"name": "cart"})],
        "labels": [{"name": "cart"}],
    }
    return told | fields


def issue(number: int, **fields: Any) -> dict[str, Any]:
    told = {
        "number": number,
        "id": f"I_{number}",
        "title": f"Wish {number}",
        "body": "",
        "author": DEV,
        "createdAt": hours(number),
        "updatedAt": hours(number + 5),
        "timelineItems": [event("AssignedEvent", number, assignee=REVIEWER)],
        "assignees": [REVIEWER],
    }
    return told | fields


def commit(number: int) -> dict[str, Any]:
    at = hours(number)
    return {
        "commit": {
            "oid": f"{number:040x}",
            "message": f"Change {number}",
            "authoredDate": at,
            "committedDate": at,
            "author": {"name": "dev", "email": "dev@example.invalid", "user": DEV},
        }
    }


def review(number: int, **fields: Any) -> dict[str, Any]:
    told = {
        "id": f"PRR_{number}",
        "state": "APPROVED",
        "author": REVIEWER,
        "body": "Fine",
        "submittedAt": hours(number),
    }
    return told | fields


def event(kind: str, number: float, **fields: Any) -> dict[str, Any]:
    told = {"__typename": kind, "id": f"EV_{kind}_{number}", "createdAt": hours(number), "actor": DEV}
    return told | fields


def deployment(number: int, *states: str, **fields: Any) -> dict[str, Any]:
    statuses = [
        {"id": f"DS_{number}_{n}", "state": state, "createdAt": hours(number + n)} for n, state in enumerate(states)
    ]
    told = {
        "id": f"DE_{number}",
        "commitOid": f"{number:040x}",
        "environment": "production",
        "state": states[-1] if states else "PENDING",
        "statuses": statuses,
        "creator": DEV,
        "createdAt": hours(number),
        "updatedAt": hours(number + len(states)),
    }
    return told | fields


def repository(name: str = "shop", **fields: Any) -> dict[str, Any]:
    told = {"owner": {"login": "acme"}, "name": name, "id": f"R_{name}", "issues": [], "pullRequests": []}
    return told | {"createdAt": hours(0), "defaultBranchRef": {"name": "main", "prefix": "refs/heads/"}} | fields


def host_of(*repositories: dict[str, Any], **fields: Any) -> GitHubHost:
    return GitHubHost(now=lambda: NOW, repositories=list(repositories), **{"token": "right", **fields})


class Place(Protocol):
    """Where a host is, and whose clock is gone by."""

    @property
    def url(self) -> str: ...

    @property
    def clock(self) -> FakeClock: ...


def connect(at: Place, **options: Any) -> github.GitHub:
    """A source there, by the token of the small host and for all of acme unless told otherwise."""
    ordinary = {"token": "right", "repositories": ("acme/*",)}
    return github.connect(name="github", url=at.url, clock=at.clock, jitter=random.Random(1), **(ordinary | options))


def use(at: Place, act: Callable[[github.GitHub], Awaitable[T]], **options: Any) -> T:
    """What comes of acting on such a source, which is closed afterwards."""

    async def run() -> T:
        source = connect(at, **options)
        try:
            return await act(source)
        finally:
            await source.close()

    return asyncio.run(run())


@contextmanager
def staged(host: GitHubHost, *plan: Injection, change: Callable[[str, Any], Any] | None = None) -> Iterator[Stage]:
    """The host over HTTP, with a plan of faults, or with its answers changed on the way."""
    app = github_app(host)
    faults = Faults(rewriting(app, change) if change else app, plan)
    with serving({"github": faults}) as urls:
        url = urls["github"] + ("/api/v3" if host.dialect == "ghes" else "")
        yield Stage(url, faults.requests, FakeClock(NOW))


def read(stage: Stage, stored: Stored, *, at_most: int | None = None, **options: Any) -> int:
    """How many batches one poll brought; each is applied, and the source is dropped after `at_most` of them."""

    async def poll(source: github.GitHub) -> int:
        count = 0
        async for batch in source.poll(stored.memory):
            stored.apply(batch)
            count += 1
            if count == at_most:
                break
        return count

    return use(stage, poll, **options)


def fetch(stage: Stage, refs: Sequence[ItemRef], stored: Stored, **options: Any) -> Batch:
    """What these are now."""
    return use(stage, lambda source: source.fetch(refs, stored.memory), **options)


def poll_of(stage: Stage, **options: Any) -> Stored:
    """What a first poll brings."""
    stored = Stored()
    read(stage, stored, **options)
    return stored


def rewriting(app: Any, change: Callable[[str, Any], Any]) -> Any:
    """The application with its GraphQL answers changed: `change` is given the operation's name and the answer."""

    async def changed(scope: Any, receive: Any, send: Any) -> None:
        asked = await receive()
        parts: list[Any] = []

        async def replay() -> Any:
            return asked

        async def keep(message: Any) -> None:
            parts.append(message)

        await app(scope, replay, keep)
        operation = re.search(rb"query (\w+)", asked.get("body", b""))
        if operation is None:
            for part in parts:
                await send(part)
            return
        answer = json.loads(b"".join(part.get("body", b"") for part in parts[1:]))
        body = json.dumps(change(operation[1].decode(), answer)).encode()
        headers = [(name, value) for name, value in parts[0]["headers"] if name.lower() != b"content-length"]
        await send(parts[0] | {"headers": [*headers, (b"content-length", str(len(body)).encode())]})
        await send({"type": "http.response.body", "body": body})

    return changed
