"""A webhook of somebody's own: each message as JSON, signed over its bytes, the same id for what takes its place."""

import hashlib
import hmac
from collections.abc import Generator, Iterator
from typing import Any, Literal

import httpx
import msgspec
from msgspec import Struct

from connectors.transport import Clock
from sync.channels import WebhookConfig
from sync.deliver import http
from sync.deliver.channel import Channel, Post
from sync.deliver.message import About, Message, digest_of
from sync.report.model import Report
from sync.report.outline import plain

VERSION: Literal["fingerpost.message/1"] = "fingerpost.message/1"
SIGNATURE = "X-Fingerpost-Signature-256"


class Document(Struct, frozen=True, kw_only=True):
    """What is posted: the contract `fingerpost.message/1`."""

    version: Literal["fingerpost.message/1"] = VERSION
    id: str  #: the same for what takes an earlier one's place
    about: About
    subject: str
    title: str
    lines: tuple[str, ...]
    url: str  #: of the page; empty where nobody said where it can be read
    report: Report | None  #: in full, where the message is about one


def json_schema() -> dict[str, Any]:
    """JSON Schema of what is posted."""
    return msgspec.json.schema(Document)


class Signed(httpx.Auth):
    """Signs what is really sent, as GitHub signs what it sends to us."""

    requires_request_body = True

    def __init__(self, key: str) -> None:
        self._key = key.encode()

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response]:
        request.headers[SIGNATURE] = f"sha256={hmac.new(self._key, request.content, hashlib.sha256).hexdigest()}"
        yield request


class Webhook(Channel):
    def __init__(self, name: str, config: WebhookConfig, *, clock: Clock) -> None:
        super().__init__(name, config)
        self._said = config
        key, token = config.secret_key, config.secret_token
        headers = http.bearer(token) if token else {}
        self._transport = http.transport(name, clock=clock, headers=headers, auth=Signed(key) if key else None)

    def posts(self, message: Message) -> Iterator[Post]:
        """Everything there is: the report holds the parts of the teams too."""
        if message.team is None:
            document = _told(message)
            yield Post(
                reader=f"webhook:{digest_of(self._said.url.encode())}",
                subject=message.subject,
                text="\n".join(document.lines),
                content=msgspec.to_builtins(document),
            )

    async def send(self, post: Post, *, remote: str, under: str) -> str:  # noqa: ARG002 - the body says what it is
        await self._transport.send(http.asked("POST", self._said.url, json=post.content), http.accepted)
        return str(post.content["id"])

    async def close(self) -> None:
        await self._transport.close()


def _told(message: Message) -> Document:
    return Document(
        id=digest_of(message.subject.encode()),
        about=message.about,
        subject=message.subject,
        title=message.title,
        lines=tuple(map(plain, message.lines)),
        url=message.url,
        report=message.report,
    )
