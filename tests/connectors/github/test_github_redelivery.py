"""Deliveries that GitHub could not hand over are found and asked for again."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest

from connectors.github.redelivery import TRIES, Delivered, lost
from connectors.source import Memory
from connectors.twin.github import github_app
from connectors.twin.serve import serving
from tests.clocks import FakeClock
from tests.connectors.github.hosts import NOW, host_of, repository, use

SINCE = NOW - timedelta(days=3)
OURS, OTHERS = "https://fingerpost.example.com/hooks/github", "https://elsewhere.example.com/github"


def attempt(number: int, guid: str, status: int, *, at: datetime = NOW) -> Delivered:
    return Delivered(id=number, guid=guid, delivered_at=at + timedelta(minutes=number), status_code=status)


@pytest.mark.parametrize(
    ("attempts", "again"),
    [
        ([attempt(1, "a", 202)], []),
        ([attempt(1, "a", 502)], [1]),
        ([attempt(1, "a", 0)], [1]),  # nobody answered
        ([attempt(1, "a", 502), attempt(2, "a", 202)], []),
        ([attempt(2, "a", 502), attempt(1, "a", 500)], [2]),
        ([attempt(number, "a", 401) for number in range(TRIES)], []),  # not GitHub's fault
        ([attempt(1, "a", 502, at=SINCE - timedelta(days=1))], []),
        ([attempt(3, "b", 502), attempt(1, "a", 502)], [1, 3]),  # the oldest first
    ],
)
def test_what_no_attempt_brought_here_is_lost(attempts: list[Delivered], again: list[int]) -> None:
    assert [each.id for each in lost(attempts, since=SINCE)] == again


@dataclass
class Hooks:
    """GitHub's pages on webhooks, beside all else that it answers."""

    app: Any
    asked: list[str] = field(default_factory=list)
    status: int = 200

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        path = scope["path"]
        if not re.fullmatch(r"/(orgs|repos)/.*/hooks.*", path):
            await self.app(scope, receive, send)
            return
        status, body = self.answer(scope["method"], path)
        await send(
            {"type": "http.response.start", "status": status, "headers": [(b"content-type", b"application/json")]}
        )
        await send({"type": "http.response.body", "body": json.dumps(body).encode()})

    def answer(self, method: str, path: str) -> tuple[int, Any]:
        if method == "POST":
            self.asked.append(path)
            return 202, {}
        if self.status != 200 or path.startswith("/orgs/"):
            return (self.status if self.status != 200 else 404), {"message": "Not Found"}
        if path.endswith("/deliveries"):
            at = (NOW - timedelta(hours=1)).isoformat()
            told = [(3, "b", 502), (2, "a", 202), (1, "a", 500)]
            return 200, [{"id": n, "guid": guid, "delivered_at": at, "status_code": code} for n, guid, code in told]
        return 200, [{"id": n, "active": True, "config": {"url": url}} for n, url in ((7, OURS), (8, OTHERS))]


@dataclass
class Place:
    url: str
    clock: FakeClock


@contextmanager
def hooked(*, status: int = 200) -> Iterator[tuple[Place, Hooks]]:
    hooks = Hooks(github_app(host_of(repository())), status=status)
    with serving({"github": hooks}) as urls:
        yield Place(urls["github"], FakeClock(NOW)), hooks


def asked_again(place: Place) -> int:
    return use(place, lambda source: source.redeliver(Memory(), path="/hooks/github", since=SINCE))


def test_only_what_failed_of_our_own_webhook_is_asked_for() -> None:
    with hooked() as (place, hooks):
        assert asked_again(place) == 1
        assert hooks.asked == ["/repos/acme/shop/hooks/7/deliveries/3/attempts"]


def test_a_token_that_may_not_see_webhooks_asks_for_nothing() -> None:
    with hooked(status=403) as (place, hooks):
        assert asked_again(place) == 0
        assert hooks.asked == []
