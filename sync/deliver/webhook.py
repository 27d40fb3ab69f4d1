"""A webhook of somebody's own: each message as JSON, signed over its bytes, the same id for what takes its place."""

import hashlib
import hmac
from collections.abc import Generator, Iterator
from typing import Any

import httpx
import msgspec

from connectors.transport import Clock
from sync.channels import WebhookConfig
from sync.deliver import http
from sync.deliver.channel import Channel, Post
from sync.deliver.message import Message, digest_of
from sync.report.outline import plain

VERSION = "fingerpost.message/1"
SIGNATURE = "X-Fingerpost-Signature-256"


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
            content = _told(message)
            text = "\n".join(content["lines"])
            yield Post(
                reader=f"webhook:{digest_of(self._said.url.encode())}",
                subject=message.subject,
                text=text,
                content=content,
            )

    async def send(self, post: Post, *, remote: str, under: str) -> str:  # noqa: ARG002 - the body says what it is
        await self._transport.send(http.asked("POST", self._said.url, json=post.content), http.accepted)
        return str(post.content["id"])

    async def close(self) -> None:
        await self._transport.close()


def _told(message: Message) -> dict[str, Any]:
    return {
        "version": VERSION,
        "id": digest_of(message.subject.encode()),
        "about": message.about,
        "subject": message.subject,
        "title": message.title,
        "lines": [plain(line) for line in message.lines],
        "url": message.url,
        "report": msgspec.to_builtins(message.report),
    }
