"""Stand-ins of what reports are sent to, on loopback: each keeps what it was sent, as its vendor would."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

Answer = tuple[int, dict[str, str], bytes]


@dataclass
class Heard:
    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Switch:
    """Hands every request to the receiver of the test that runs."""

    def __init__(self) -> None:
        self.to: Any = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await self.to(scope, receive, send)


@dataclass
class Receiver:
    """Answers as `answer` says; `faults` are answered before that, each once."""

    heard: list[Heard] = field(default_factory=list)
    faults: list[Answer] = field(default_factory=list)

    async def __call__(self, scope: dict[str, Any], receive: Callable[[], Awaitable[Any]], send: Any) -> None:
        body = b""
        while True:
            event = await receive()
            body += event.get("body", b"")
            if not event.get("more_body"):
                break
        headers = {name.decode().lower(): value.decode() for name, value in scope["headers"]}
        heard = Heard(scope["method"], scope["path"], scope["query_string"].decode(), headers, body)
        self.heard.append(heard)
        status, more, content = self.faults.pop(0) if self.faults else self.answer(heard)
        told = [(name.encode(), value.encode()) for name, value in more.items()]
        await send({"type": "http.response.start", "status": status, "headers": told})
        await send({"type": "http.response.body", "body": content})

    def answer(self, heard: Heard) -> Answer:
        return 200, {}, b"ok"


def said(status: int = 200, /, **content: Any) -> Answer:
    return status, {"content-type": "application/json"}, json.dumps(content).encode()


@dataclass
class SlackStandIn(Receiver):
    """`messages` by channel and timestamp."""

    messages: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)

    def answer(self, heard: Heard) -> Answer:
        told = heard.json
        place = told.get("channel", "")
        match heard.path.rpartition("/")[2]:
            case "chat.postMessage":
                stamp = f"{len(self.messages) + 1}.000"
            case "chat.update" if (place, told["ts"]) in self.messages:
                stamp = told["ts"]
            case "chat.update":
                return said(ok=False, error="message_not_found")
            case _:
                return 200, {}, b"ok"
        self.messages[place, stamp] = self.messages.get((place, stamp), {}) | told
        return said(ok=True, ts=stamp, channel=place)


@dataclass
class GitHubStandIn(Receiver):
    """`issues` by number."""

    issues: dict[int, dict[str, Any]] = field(default_factory=dict)

    def answer(self, heard: Heard) -> Answer:
        _, _, number = heard.path.partition("/issues/")
        if number and int(number) not in self.issues:
            return said(410, message="This issue was deleted")
        found = int(number) if number else len(self.issues) + 1
        self.issues[found] = self.issues.get(found, {}) | heard.json
        return said(200 if number else 201, number=found)


@dataclass
class ConfluenceStandIn(Receiver):
    """`pages` by id, in either dialect; a page that stands has the id 1."""

    pages: dict[str, dict[str, Any]] = field(
        default_factory=lambda: {"1": {"id": "1", "title": "Reports", "spaceId": "7", "space": {"key": "OPS"}}}
    )

    def answer(self, heard: Heard) -> Answer:
        identity = heard.path.rpartition("/")[2]
        if heard.method == "GET" and identity.isdigit():
            page = self.pages.get(identity)
            return said(**page) if page else said(404)
        if heard.method == "GET":
            return said(results=[page for page in self.pages.values() if page["title"] in _title(heard.query)])
        told = heard.json
        if heard.method == "POST":
            if any(page["title"] == told["title"] for page in self.pages.values()):
                return said(400, message="A page with this title already exists")
            return self._keep({**told, "id": str(len(self.pages) + 1), "version": {"number": 1}})
        if told["version"]["number"] != self.pages[identity]["version"]["number"] + 1:
            return said(409)
        return self._keep({**self.pages[identity], **told})

    def _keep(self, page: dict[str, Any]) -> Answer:
        self.pages[page["id"]] = page
        return said(**page)


def _title(query: str) -> str:
    from urllib.parse import parse_qs

    return parse_qs(query)["title"][0]


@dataclass
class Postbox:
    """What a mail server took in; `replies` are given before that, each once."""

    letters: list[EmailMessage] = field(default_factory=list)
    replies: list[str] = field(default_factory=list)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.replies:
            return self.replies.pop(0)
        letter = message_from_bytes(bytes(envelope.content or b""), policy=policy.default)
        assert isinstance(letter, EmailMessage)
        self.letters.append(letter)
        return "250 taken"
