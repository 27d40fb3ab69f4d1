"""Answers broken on purpose, and the list of requests made.

A plan is a list of injections, tried in order for each request; the first that is due decides. All of it is counted,
none of it is random, so that a test meets the same fault at the same request every time.
"""

import asyncio
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from connectors.twin.broken import (
    Answer,
    App,
    Changed,
    Cut,
    Fault,
    Late,
    Message,
    Receive,
    Reset,
    Scope,
    Send,
    Stale,
    Stall,
    reset,
    send_answer,
    send_changed,
    send_cut,
    stall,
)
from connectors.twin.seen import Request, Requests

__all__ = ["Answer", "Changed", "Cut", "Fault", "Faults", "Injection", "Late", "Request", "Requests"]
__all__ += ["Reset", "Stale", "Stall", "asks_more_than", "graphql_errors", "holed", "html", "overloaded"]
__all__ += ["rate_limited", "secondary_limit"]


@dataclass(frozen=True, kw_only=True)
class Injection:
    """A fault for the requests that match, from the `nth` on."""

    fault: Fault
    method: str | None = None
    path: str = ""
    """A regular expression, searched in the path and its query string."""
    operation: str | None = None
    body: str = ""
    """A regular expression, searched in the request's body."""
    where: Callable[[Request], bool] | None = None
    """Whether it is one of the requests that are meant."""
    nth: int = 1
    times: int | None = 1
    """How many in a row; None = from then on."""

    def matches(self, request: Request) -> bool:
        same_method = self.method in (None, request.method)
        return (
            same_method
            and request.asks(self.path, self.operation)
            and bool(re.search(self.body.encode(), request.body))
            and (self.where is None or self.where(request))
        )

    def due(self, count: int) -> bool:
        """Whether the `count`-th matching request is hit."""
        return self.nth <= count and (self.times is None or count < self.nth + self.times)


def rate_limited(*, retry_after: str | None = None, headers: dict[str, str] | None = None) -> Answer:
    """A 429. `retry_after` is in seconds or an HTTP date; without it the caller is told nothing."""
    told = {"Retry-After": retry_after} if retry_after is not None else {}
    return Answer(status=429, headers={**told, **(headers or {})}, body='{"message":"Rate limit exceeded."}')


def secondary_limit(*, retry_after: str | None = None) -> Answer:
    """GitHub's 403 for too much at once."""
    told = {"Retry-After": retry_after} if retry_after is not None else {}
    text = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."
    return Answer(status=403, headers=told, body=json.dumps({"message": text}))


def html(status: int = 200) -> Answer:
    """The page of a proxy or a login in place of JSON."""
    return Answer(status=status, body="<!DOCTYPE html><title>Sign in</title>", content_type="text/html")


def graphql_errors(*errors: dict[str, Any], data: Any = None) -> Answer:
    """A 200 that carries errors, as GraphQL does."""
    return Answer(status=200, body=json.dumps({"data": data, "errors": list(errors)}))


def asks_more_than(rows: int) -> Callable[[Request], bool]:
    """Whether a GraphQL request asks for more items at once: what is too large for the server (apache/devlake#3708)."""

    def over(request: Request) -> bool:
        asked = _variables(request.body)
        first, ids = asked.get("first"), asked.get("ids")
        return (isinstance(first, int) and first > rows) or (isinstance(ids, list) and len(ids) > rows)

    return over


def overloaded() -> Changed:
    """GitHub's 200 for a query that grew too dear while it ran: every node is null (spiceai/spiceai#13762)."""
    error = {"type": "RESOURCE_LIMITS_EXCEEDED", "message": "Resource limits for this query exceeded."}

    def empty(part: Any) -> Any:
        if isinstance(part, list):
            return [empty(each) for each in part]
        if not isinstance(part, dict):
            return part
        return {k: [None] * len(v) if k == "nodes" and isinstance(v, list) else empty(v) for k, v in part.items()}

    return Changed(change=lambda body: {"data": empty(body.get("data")), "errors": [error]})


def holed(*path: str | int, error: dict[str, Any]) -> Changed:
    """The answer with null at that place below `data`, and beside it the error that says so (apache/devlake#3491)."""

    def hole(body: Any) -> Any:
        holder = body["data"]
        for step in path[:-1]:
            holder = holder[step]
        holder[path[-1]] = None
        return {**body, "errors": [*body.get("errors", ()), {**error, "path": list(path)}]}

    return Changed(change=hole)


class Faults:
    """The application with a plan of faults before it; `requests` lists what came."""

    def __init__(self, app: App, plan: Sequence[Injection] = (), *, requests: Requests | None = None) -> None:
        self.plan = list(plan)
        self.requests = requests if requests is not None else Requests()
        self._app = app
        self._counts: dict[int, int] = {}
        self._first: dict[tuple[str, str, bytes], list[Message]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = await _read(receive)
        request = _request(scope, body)
        place = self.requests.begin(request)
        try:
            await self._answer(request, scope, _replay(body, receive), self.requests.noting(place, send))
        finally:
            self.requests.under_way.discard(place)

    async def _answer(self, request: Request, scope: Scope, receive: Receive, send: Send) -> None:
        fault = self._due(request)
        match fault:
            case None | Stale():
                await self._own(request, scope, receive, send, stale=fault is not None)
            case Late(seconds=seconds):
                await asyncio.sleep(seconds)
                await self._app(scope, receive, send)
            case Answer() as answer:
                await send_answer(send, answer)
            case Reset(after_headers=after):
                await reset(scope, receive, send, after_headers=after)
            case Stall():
                await stall(receive, send)
            case Cut() as cut:
                await send_cut(scope, receive, send, await self._whole(scope, receive), cut)
            case Changed() as changed:
                await send_changed(send, await self._whole(scope, receive), changed)

    async def _own(self, request: Request, scope: Scope, receive: Receive, send: Send, *, stale: bool) -> None:
        """The application's answer; a stale one is the first that the same request had."""
        known = self._first.get((request.path, request.query, request.body))
        if not stale or known is None:
            await self._app(scope, receive, self._remembering(request, send))
            return
        for message in known:
            await send(message)

    def _remembering(self, request: Request, send: Send) -> Send:
        """`send`, and where some answer is to be stale, a memory of the first one that each request had."""
        if not any(isinstance(injection.fault, Stale) for injection in self.plan):
            return send
        first: list[Message] = []
        known = self._first.setdefault((request.path, request.query, request.body), first)

        async def remember(message: Message) -> None:
            if known is first:
                first.append(message)
            await send(message)

        return remember

    def _due(self, request: Request) -> Fault | None:
        """The fault of the first injection that is due; every matching one counts the request."""
        due: Fault | None = None
        for place, injection in enumerate(self.plan):
            if not injection.matches(request):
                continue
            count = self._counts[place] = self._counts.get(place, 0) + 1
            due = due or (injection.fault if injection.due(count) else None)
        return due

    async def _whole(self, scope: Scope, receive: Receive) -> list[Message]:
        messages: list[Message] = []

        async def keep(message: Message) -> None:
            messages.append(message)

        await self._app(scope, receive, keep)
        return messages


def _request(scope: Scope, body: bytes) -> Request:
    return Request(
        method=scope["method"],
        path=scope["path"],
        query=scope["query_string"].decode(),
        operation=_operation(body) if scope["path"].endswith("/graphql") else None,
        body=body,
    )


def _variables(body: bytes) -> dict[str, Any]:
    try:
        sent = json.loads(body)
    except ValueError:
        return {}
    found = sent.get("variables") if isinstance(sent, dict) else None
    return found if isinstance(found, dict) else {}


def _operation(body: bytes) -> str | None:
    try:
        sent = json.loads(body)
    except ValueError:
        return None
    named = re.search(r"\b(?:query|mutation)\s+(\w+)", sent.get("query", ""))
    return sent.get("operationName") or (named[1] if named else None)


async def _read(receive: Receive) -> bytes:
    parts: list[bytes] = []
    while True:
        message = await receive()
        parts.append(message.get("body", b""))
        if not message.get("more_body"):
            return b"".join(parts)


def _replay(body: bytes, receive: Receive) -> Receive:
    """The body once more, and then whatever the connection tells."""
    kept: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replay() -> Message:
        return kept.pop() if kept else await receive()

    return replay
