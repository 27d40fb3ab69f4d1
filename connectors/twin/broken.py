"""The ways in which an answer may be broken, and how each is sent over a real connection."""

import json
import socket
import struct
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field
from typing import Any

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]


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


@dataclass(frozen=True, kw_only=True)
class Stall:
    """The answer begins, and nothing more comes, nor does the connection close (apache/devlake#8614)."""


@dataclass(frozen=True, kw_only=True)
class Stale:
    """What the same request was answered the first time: a copy of the data that lags behind."""


@dataclass(frozen=True, kw_only=True)
class Changed:
    """The application's own answer, with another body: a part is missing, or holds what nobody expects."""

    change: Callable[[Any], Any]
    """The decoded body, changed."""


Fault = Answer | Reset | Cut | Late | Stall | Stale | Changed


async def send_answer(send: Send, answer: Answer) -> None:
    body = answer.body.encode()
    headers = {"Content-Type": answer.content_type, "Content-Length": str(len(body)), **answer.headers}
    await send({"type": "http.response.start", "status": answer.status, "headers": _raw(headers)})
    await send({"type": "http.response.body", "body": body})


async def reset(scope: Scope, receive: Receive, send: Send, *, after_headers: bool) -> None:
    if after_headers:
        await send({"type": "http.response.start", "status": 200, "headers": _raw({"Content-Length": "1000"})})
        await send({"type": "http.response.body", "body": b"{", "more_body": True})
    transport = scope["state"]["transport"]
    # Lingering for no time makes the close a reset, as when a peer dies.
    transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()
    await _gone(receive)


async def send_cut(scope: Scope, receive: Receive, send: Send, messages: list[Message], cut: Cut) -> None:
    start, whole = messages[0], b"".join(message.get("body", b"") for message in messages[1:])
    part = whole[: int(len(whole) * cut.keep_ratio)]
    others = [(name, value) for name, value in start["headers"] if name.lower() != b"content-length"]
    length = len(part) if cut.admitted else len(whole)
    await send({**start, "headers": [*others, *_raw({"Content-Length": str(length)})]})
    await send({"type": "http.response.body", "body": part, "more_body": not cut.admitted})
    if not cut.admitted:
        scope["state"]["transport"].close()
        await _gone(receive)


async def stall(receive: Receive, send: Send) -> None:
    """Headers, a first byte, and then silence until the asker gives up."""
    await send({"type": "http.response.start", "status": 200, "headers": _raw({"Content-Length": "1000"})})
    await send({"type": "http.response.body", "body": b"{", "more_body": True})
    await _gone(receive)


async def send_changed(send: Send, messages: list[Message], changed: Changed) -> None:
    """The answer with its body changed."""
    start, whole = messages[0], b"".join(message.get("body", b"") for message in messages[1:])
    body = json.dumps(changed.change(json.loads(whole))).encode()
    others = [(name, value) for name, value in start["headers"] if name.lower() != b"content-length"]
    await send({**start, "headers": [*others, *_raw({"Content-Length": str(len(body))})]})
    await send({"type": "http.response.body", "body": body})


async def _gone(receive: Receive) -> None:
    """Returns once the server has noticed that the connection is closed; it would complain of an unfinished answer."""
    while (await receive())["type"] != "http.disconnect":
        continue


def _raw(headers: dict[str, str]) -> list[tuple[bytes, bytes]]:
    return [(name.lower().encode(), value.encode()) for name, value in headers.items()]
