"""Confluence: a page for each period, below one that stands; Cloud by its API v2, Data Center by its one.

# developer.atlassian.com: cloud/confluence/rest/v2, group page; server/confluence: Confluence REST API examples
"""

import base64
from collections.abc import Iterator, Mapping
from typing import Any, Protocol

from msgspec import Struct, field

from connectors.errors import Gone
from connectors.exchange import Request
from connectors.transport import Clock
from sync.channels import ConfluenceConfig
from sync.deliver import http
from sync.deliver.channel import Channel, Post
from sync.deliver.message import Message
from sync.report import xhtml

MOST = 900_000  #: bytes of a page's body; Confluence is slow long before it refuses


class Version(Struct):
    number: int


class Space(Struct):
    key: str


class Page(Struct, kw_only=True):
    """In both dialects: Cloud names the space by an id, Data Center by a key."""

    id: str
    version: Version | None = None
    space_id: str | None = field(name="spaceId", default=None)
    space: Space | None = None


class Pages(Struct):
    results: list[Page] = field(default_factory=list)


class Dialect(Protocol):
    """The requests of one kind of Confluence; `content` has the title and the body of a page."""

    def page(self, identity: str) -> Request: ...

    def titled(self, title: str, *, parent: Page) -> Request: ...

    def new(self, content: Mapping[str, str], *, parent: Page) -> Request: ...

    def changed(self, content: Mapping[str, str], *, page: Page) -> Request: ...


class Confluence(Channel):
    def __init__(self, name: str, config: ConfluenceConfig, *, clock: Clock) -> None:
        super().__init__(name, config)
        self._said = config
        self._dialect: Dialect = DataCenter(config.url) if config.email is None else Cloud(config.url)
        self._transport = http.transport(name, clock=clock, headers=_sign_in(config))

    def posts(self, message: Message) -> Iterator[Post]:
        """The whole report; teams have no part of their own."""
        if message.team is not None:
            return
        if message.report is None:
            body = "".join(f"<p>{xhtml.line(line, linked=xhtml.unreferred)}</p>" for line in message.lines)
        else:
            body = xhtml.body(message.report, most=MOST, elsewhere=message.whole, linked=xhtml.unreferred)
        content = {"title": message.title, "body": body}
        yield Post(reader=f"confluence:{self._said.parent}", subject=message.subject, text=body, content=content)

    async def send(self, post: Post, *, remote: str, under: str) -> str:  # noqa: ARG002 - a page stands alone
        page = await self._held(remote)
        if page is None:
            parent = await self._page(self._dialect.page(self._said.parent))
            page = await self._named(post.content["title"], parent)
            if page is None:
                return (await self._page(self._dialect.new(post.content, parent=parent))).id
        return (await self._page(self._dialect.changed(post.content, page=page))).id

    async def close(self) -> None:
        await self._transport.close()

    async def _held(self, remote: str) -> Page | None:
        """The page that we made; None where there was none yet, or somebody deleted it."""
        try:
            return await self._page(self._dialect.page(remote)) if remote else None
        except Gone:
            return None

    async def _named(self, title: str, parent: Page) -> Page | None:
        """A space has one page of a title: ours, from before the store was lost."""
        request = self._dialect.titled(title, parent=parent)
        pages = await self._transport.send(request, lambda answer: http.accepted(answer).decode(Pages))
        return pages.results[0] if pages.results else None

    async def _page(self, request: Request) -> Page:
        return await self._transport.send(request, lambda answer: http.accepted(answer).decode(Page))


class Cloud:
    def __init__(self, url: str) -> None:
        self._pages = f"{url}/api/v2/pages"

    def page(self, identity: str) -> Request:
        return http.asked("GET", f"{self._pages}/{identity}")

    def titled(self, title: str, *, parent: Page) -> Request:
        return http.asked("GET", self._pages, params={"space-id": parent.space_id or "", "title": title})

    def new(self, content: Mapping[str, str], *, parent: Page) -> Request:
        page = {"spaceId": parent.space_id, "parentId": parent.id, **self._told(content)}
        return http.asked("POST", self._pages, json=page)

    def changed(self, content: Mapping[str, str], *, page: Page) -> Request:
        changed = {"id": page.id, "version": _next(page), **self._told(content)}
        return http.asked("PUT", f"{self._pages}/{page.id}", json=changed)

    def _told(self, content: Mapping[str, str]) -> dict[str, Any]:
        body = {"representation": "storage", "value": content["body"]}
        return {"status": "current", "title": content["title"], "body": body}


class DataCenter:
    def __init__(self, url: str) -> None:
        self._pages = f"{url}/rest/api/content"

    def page(self, identity: str) -> Request:
        return http.asked("GET", f"{self._pages}/{identity}", params={"expand": "space,version"})

    def titled(self, title: str, *, parent: Page) -> Request:
        space = parent.space.key if parent.space else ""
        return http.asked("GET", self._pages, params={"spaceKey": space, "title": title, "expand": "version"})

    def new(self, content: Mapping[str, str], *, parent: Page) -> Request:
        space = {"key": parent.space.key} if parent.space else None
        page = {"space": space, "ancestors": [{"id": parent.id}], **self._told(content)}
        return http.asked("POST", self._pages, json=page)

    def changed(self, content: Mapping[str, str], *, page: Page) -> Request:
        return http.asked("PUT", f"{self._pages}/{page.id}", json={"version": _next(page), **self._told(content)})

    def _told(self, content: Mapping[str, str]) -> dict[str, Any]:
        body = {"storage": {"representation": "storage", "value": content["body"]}}
        return {"type": "page", "title": content["title"], "body": body}


def _next(page: Page) -> dict[str, int]:
    return {"number": page.version.number + 1 if page.version else 1}


def _sign_in(config: ConfluenceConfig) -> dict[str, str]:
    """Cloud takes an account and its API token, Data Center a personal access token."""
    if config.email is None:
        return http.bearer(config.secret)
    pair = base64.b64encode(f"{config.email}:{config.secret}".encode()).decode()
    return {"Authorization": f"Basic {pair}"}
