"""Slack: a digest that the bot changes in place, with a thread for each team; by a webhook the digest alone, once.

# docs.slack.dev: chat.postMessage, chat.update, rich text blocks, incoming webhooks
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct

from connectors.errors import Gone, Refused, Retry
from connectors.exchange import Answer
from connectors.transport import Clock
from sync.channels import SlackConfig
from sync.deliver import http
from sync.deliver.channel import Channel, Post
from sync.deliver.message import Message, digest_of
from sync.report.outline import Line, Link, Span, Strong, plain
from sync.report.page import href

MOST_LINE = 700  #: signs
#: What can no longer be changed is sent anew.
_GONE = {"message_not_found", "cant_update_message", "edit_window_closed", "thread_not_found"}
_PASSING = {"ratelimited", "internal_error", "fatal_error", "service_unavailable", "request_timeout"}


class Said(Struct):
    """What every method of the Web API answers, with status 200 for errors too."""

    ok: bool
    error: str = ""
    ts: str = ""
    channel: str = ""


class Slack(Channel):
    def __init__(self, name: str, config: SlackConfig, *, clock: Clock) -> None:
        super().__init__(name, config)
        self._said = config
        self.can_change = config.is_bot
        headers = http.bearer(config.secret) if config.is_bot else {}
        self._transport = http.transport(name, clock=clock, headers=headers)

    def posts(self, message: Message) -> Iterator[Post]:
        """The digest into the channel; a team's part into its own channel, else into a thread."""
        own = self._said.teams.get(message.team or "")
        if message.team and not own and not (self._said.is_bot and self._said.threads):
            return
        place = own or self._said.channel or ""
        yield Post(
            reader=f"slack:{place or digest_of(self._said.secret.encode())}",
            subject=message.subject,
            text="\n".join(map(plain, message.lines)),
            content={"text": escaped(message.title), "blocks": [_block(message.lines)]},
            under=None if own else message.under,
        )

    async def send(self, post: Post, *, remote: str, under: str) -> str:
        message = {**post.content, "unfurl_links": False, "unfurl_media": False}
        if not self._said.is_bot:
            await self._transport.send(http.asked("POST", self._said.secret, json=message), http.accepted)
            return "sent"
        place = post.reader.partition(":")[2]
        message |= {"parse": "none", "link_names": False}
        if remote:
            try:
                return await self._call("chat.update", {"channel": place, "ts": remote, **message})
            except Gone:
                pass
        thread = {"thread_ts": under} if under else {}
        return await self._call("chat.postMessage", {"channel": place, **thread, **message})

    async def close(self) -> None:
        await self._transport.close()

    async def _call(self, method: str, message: Mapping[str, Any]) -> str:
        """The message's timestamp, which is its id in its channel."""
        request = http.asked("POST", f"{self._said.url}/{method}", json=message)
        return (await self._transport.send(request, _said)).ts


def escaped(text: str) -> str:
    """Text that Slack reads as text: without these signs there is no mention and no link."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _said(answer: Answer) -> Said:
    said = http.accepted(answer).decode(Said)
    if said.ok:
        return said
    if said.error in _GONE:
        raise Gone(f"Slack does not have the message any more ({said.error})")
    if said.error in _PASSING:
        raise Retry(f"Slack is not ready ({said.error})", hint=http.AGAIN)
    raise Refused(f"Slack refuses the message ({said.error})", hint="Is the bot in the channel, with chat:write?")


def _block(lines: Sequence[Line]) -> dict[str, Any]:
    """Rich text: a tree of texts and links in which nothing is parsed, so that no title can ping or link."""
    elements = [element for line in lines for element in (*_elements(line), {"type": "text", "text": "\n"})]
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": elements[:-1]}]}


def _elements(line: Line) -> Iterator[dict[str, Any]]:
    room = MOST_LINE
    for span in line:
        element = _element(span, room)
        room -= len(element.get("text", ""))
        if element.get("text"):
            yield element


def _element(span: Span, room: int) -> dict[str, Any]:
    text = (span if isinstance(span, str) else span.text)[: max(0, room)]
    if isinstance(span, Link) and href(span.url):
        return {"type": "link", "url": href(span.url), "text": text}
    style = {"style": {"bold": True}} if isinstance(span, Strong) else {}
    return {"type": "text", "text": text, **style}
