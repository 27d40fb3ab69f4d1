"""Answers broken on purpose, and the list of requests made.

A plan is a list of injections, tried in order for each request; the first that is due decides. All of it is counted,
none of it is random, so that a test meets the same fault at the same request every time.
"""

import asyncio
import json
import re
import socket
import struct
from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]


@dataclass(frozen=True, kw_only=True)
class Request:
    """One request as it came, and how it was answered."""

    method: str
    path: str
    query: str
    operation: str | None
    """The name of a GraphQL operation."""
    body: bytes
    status: int | None = None
    """None where the connection broke before an answer."""


@dataclass
class Requests:
    """Every request so far, oldest first."""

    seen: list[Request] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.seen)

    def noting(self, request: Request, send: Send) -> Send:
        """`send` for one more request, listed before its asker can hear of an answer."""
        place = len(self.seen)
        self.seen.append(request)

        async def note(message: Message) -> None:
            if message["type"] == "http.response.start":
                self.seen[place] = replace(request, status=message["status"])
            await send(message)

        return note

    def count(self, path: str = "", *, operation: str | None = None) -> int:
        """How many asked for a path (a regular expression, searched) or a GraphQL operation."""
        return sum(_matches(request, path, operation) for request in self.seen)


@dataclass(frozen=True, kw_only=True)
class Answer:
    """Another answer in place of the application's: a refusal, a server error, a proxy's page of HTML."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: str = ""
    content_type: str = "application/json"


@dataclass(frozen=True, kw_only=True)
class Reset:
    """The connection breaks, before the answer or after its headers."""

    after_headers: bool = False


@dataclass(frozen=True, kw_only=True)
class Cut:
    """The answer stops after a part of its body. `admitted`: the length announced is that of the part, so that HTTP is
    content and only the JSON is broken; else the connection closes on a body still owed."""

    keep_ratio: float = 0.5
    admitted: bool = False


@dataclass(frozen=True, kw_only=True)
class Late:
    """The application's own answer, later."""

    seconds: float


Fault = Answer | Reset | Cut | Late


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
    nth: int = 1
    times: int | None = 1
    """How many in a row; None = from then on."""

    def matches(self, request: Request) -> bool:
        same_method = self.method in (None, request.method)
        return (
            same_method
            and _matches(request, self.path, self.operation)
            and bool(re.search(self.body.encode(), request.body))
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


class Faults:
    """The application with a plan of faults before it; `requests` lists what came."""

    def __init__(self, app: App, plan: Sequence[Injection] = (), *, requests: Requests | None = None) -> None:
        self.plan = list(plan)
        self.requests = requests if requests is not None else Requests()
        self._app = app
        self._counts: dict[int, int] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = await _read(receive)
        request = _request(scope, body)
        noting = self.requests.noting(request, send)
        await self._answer(request, scope, _replay(body, receive), noting)

    async def _answer(self, request: Request, scope: Scope, receive: Receive, send: Send) -> None:
        match self._due(request):
            case None:
                await self._app(scope, receive, send)
            case Late(seconds=seconds):
                await asyncio.sleep(seconds)
                await self._app(scope, receive, send)
            case Answer() as answer:
                await _send(send, answer)
            case Reset(after_headers=after):
                await _reset(scope, receive, send, after_headers=after)
            case Cut() as cut:
                await _cut(scope, receive, send, await self._whole(scope, receive), cut)

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


def _matches(request: Request, path: str, operation: str | None) -> bool:
    return operation in (None, request.operation) and bool(re.search(path, f"{request.path}?{request.query}"))


def _request(scope: Scope, body: bytes) -> Request:
    return Request(
        method=scope["method"],
        path=scope["path"],
        query=scope["query_string"].decode(),
        operation=_operation(body) if scope["path"].endswith("/graphql") else None,
        body=body,
    )


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


async def _send(send: Send, answer: Answer) -> None:
    body = answer.body.encode()
    headers = {"Content-Type": answer.content_type, "Content-Length": str(len(body)), **answer.headers}
    await send({"type": "http.response.start", "status": answer.status, "headers": _raw(headers)})
    await send({"type": "http.response.body", "body": body})


async def _reset(scope: Scope, receive: Receive, send: Send, *, after_headers: bool) -> None:
    if after_headers:
        await send({"type": "http.response.start", "status": 200, "headers": _raw({"Content-Length": "1000"})})
        await send({"type": "http.response.body", "body": b"{", "more_body": True})
    transport = scope["state"]["transport"]
    # Lingering for no time makes the close a reset, as when a peer dies.
    transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()
    await _gone(receive)


async def _cut(scope: Scope, receive: Receive, send: Send, messages: list[Message], cut: Cut) -> None:
    start, whole = messages[0], b"".join(message.get("body", b"") for message in messages[1:])
    part = whole[: int(len(whole) * cut.keep_ratio)]
    others = [(name, value) for name, value in start["headers"] if name.lower() != b"content-length"]
    length = len(part) if cut.admitted else len(whole)
    await send({**start, "headers": [*others, *_raw({"Content-Length": str(length)})]})
    await send({"type": "http.response.body", "body": part, "more_body": not cut.admitted})
    if not cut.admitted:
        scope["state"]["transport"].close()
        await _gone(receive)


async def _gone(receive: Receive) -> None:
    """Returns once the server has noticed that the connection is closed; it would complain of an unfinished answer."""
    while (await receive())["type"] != "http.disconnect":
        continue


def _raw(headers: dict[str, str]) -> list[tuple[bytes, bytes]]:
    return [(name.lower().encode(), value.encode()) for name, value in headers.items()]
