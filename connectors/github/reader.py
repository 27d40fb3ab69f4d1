"""Asks GitHub, and learns how much can be asked for at once."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import TypeVar

from msgspec import Raw

from connectors.errors import Gone, Malformed, TooLarge
from connectors.github import api, queries, wire
from connectors.github.api import Graph
from connectors.github.found import LEFT_OUT, NOTHING, Found, Longer, found, identity, joined
from connectors.github.queries import Schema
from connectors.github.streams import Stream, Watched
from connectors.github.walk import AGAIN_AT_ONCE, PageSize
from connectors.transport import Transport

T = TypeVar("T")
Ask = Callable[[int, bool], Awaitable[T]]

REFUSED = "this token is shown none of it, so it is left out for a day; `doctor` names the permission that is missing"
PROBED_FIRST, PROBED_AT_ONCE = 25, 50


class Reader:
    """Questions to one host, each answered whole or not at all."""

    def __init__(self, *, transport: Transport, url: str) -> None:
        """`url` is the address of the REST API."""
        self.url = url.rstrip("/")
        self.transport = transport
        self.schema = Schema()
        self.refused: dict[str, str] = {}  #: `Type.field` that this token may not read, and what is said
        self.sizes: dict[str, PageSize] = {}  #: what works, by question
        self.began_at: datetime | None = None  #: the server's clock at its first answer
        self._took_s = 0.0  #: the latest answer
        self._patient = True  #: until one item alone was too much, all the transport's patience long
        self._graphql = api.graphql_url(url)

    async def ask(
        self, query: str, variables: Mapping[str, object], kind: type[T], *, label: str, shrinkable: bool = False
    ) -> Graph[T]:
        """The answer to one query."""
        question = api.question(self._graphql, query, variables, label=label, shrinkable=shrinkable)
        graph = await self.transport.send(question, lambda answer: api.read(answer, kind))
        self.began_at, self._took_s = self.began_at or graph.server_at, graph.took_s
        return graph

    async def probe(self, ids: Sequence[str], watched: Sequence[Watched]) -> tuple[int, Graph[wire.Probe]]:
        """The newest of as many of these repositories as can be asked for at once, and how many those are."""
        query = queries.probe([one.connection for one in watched], self.schema)

        async def ask(size: int, shrinkable: bool) -> tuple[int, Graph[wire.Probe]]:
            asked = ids[:size]
            graph = await self.ask(query, {"ids": asked}, wire.Probe, label="probe", shrinkable=shrinkable)
            return len(api.each(graph.data.nodes, asked)), graph

        return await self.sized("probe", ask, first=PROBED_FIRST, most=PROBED_AT_ONCE, left=len(ids))

    async def page(self, stream: Stream, repository: str, cursor: str | None) -> Found:
        """One page of a repository's items, the latest first. `Gone` where the repository is not to be seen.

        The first one is small: all that is new since the last poll is a few items as a rule.
        """
        place = {"repository": repository, "after": cursor}
        steady = self.sizes.get(stream.name, PageSize(stream.first))
        size = partial(
            self.sized, stream.name, first=stream.first, most=queries.MOST_ROWS, left=None if cursor else stream.first
        )

        async def ask(size: int, shrinkable: bool) -> Found:
            query = queries.page(stream.typename, stream.connection, self.schema)
            graph = await self.ask(query, {**place, "first": size}, wire.Page, label=stream.name, shrinkable=shrinkable)
            nodes, onward = _page(graph, cursor)
            if NOTHING in nodes and not graph.hidden:  # as under load; fewer may be shown (spiceai/spiceai#13762)
                raise TooLarge(LEFT_OUT)
            return found(stream, nodes, graph, "node", "items", "nodes", cursor=onward)

        try:
            while self._refuses(stream, page := await size(ask)):
                continue
        except TooLarge as error:
            self.sizes[stream.name] = steady  # it was the item and not the page
            return await self._pass_over(stream, {**place, "first": 1}, cause=str(error))
        return page

    async def by_id(self, ids: Mapping[Stream, Sequence[str]]) -> dict[Stream, Found]:
        """These items with all that belongs to them; those of several streams in one request."""
        steady = self.sizes.get("items", PageSize(AGAIN_AT_ONCE))
        parts: dict[Stream, list[Found]] = {stream: [] for stream in ids}
        left = [(stream, one) for stream, wanted in ids.items() for one in wanted]

        async def ask(size: int, shrinkable: bool) -> int:
            for stream, part in (await self._items(left[:size], shrinkable=shrinkable)).items():
                parts[stream].append(part)
            return min(size, len(left))

        while left:
            try:
                del left[: await self.sized("items", ask, most=AGAIN_AT_ONCE, left=len(left))]
            except TooLarge as error:
                self.sizes["items"] = steady
                stream, one = left.pop(0)
                parts[stream].append(Found(missed={one: str(error)}))
        return {stream: await self._completed(stream, joined(each)) for stream, each in parts.items()}

    async def _items(self, asked: Sequence[tuple[Stream, str]], *, shrinkable: bool) -> dict[Stream, Found]:
        """What one answer shows of these."""
        ids: dict[Stream, list[str]] = {}
        for stream, one in asked:
            ids.setdefault(stream, []).append(one)
        query = queries.by_id([stream.typename for stream in ids], self.schema)
        named = {stream.typename: wanted for stream, wanted in ids.items()}
        graph = await self.ask(query, named, dict[str, list[Raw] | None], label="items", shrinkable=shrinkable)
        return {stream: self._named(stream, graph, wanted) for stream, wanted in ids.items()}

    def _named(self, stream: Stream, graph: Graph[dict[str, list[Raw] | None]], asked: Sequence[str]) -> Found:
        """What the answer shows under the stream's name."""
        name = stream.typename
        nodes = api.each(graph.data.get(name), asked)
        return found(stream, nodes, api.under(graph, name), name, asked=asked)

    def refuse(self, fields: Mapping[str, str]) -> None:
        """These are not asked for any more: `Type.field`, and what is said of it."""
        self.refused |= fields
        self.schema = replace(self.schema, refused=frozenset(self.refused))

    def _refuses(self, stream: Stream, page: Found) -> bool:
        """Whether the page is to be asked for once more, without the fields that the token may read of no item: they
        may hide it whole.
        """
        fields = {f"{stream.typename}.{name}": f"{REFUSED} ({why})" for name, why in page.refused.items()}
        new = fields.keys() - self.refused.keys()
        self.refuse(fields)
        return bool(new)

    async def _completed(self, stream: Stream, partial: Found) -> Found:
        """The same with the rows that did not fit; an item that cannot be completed is missed."""
        missed = dict(partial.missed)

        async def ask(size: int, shrinkable: bool) -> None:
            await self._extend(stream, longer[:size], missed, shrinkable=shrinkable)

        while longer := [row for row in partial.longer if row.item.id not in missed]:
            try:
                await self.sized("more", ask, most=AGAIN_AT_ONCE, left=len(longer))
            except TooLarge as error:
                missed[longer[0].item.id] = str(error)
        return replace(partial, missed=missed)

    async def _extend(
        self, stream: Stream, longer: Sequence[Longer], missed: dict[str, str], *, shrinkable: bool
    ) -> None:
        """Puts the next rows of each connection into it."""
        query = queries.more(stream.typename, [row.name for row in longer], self.schema)
        places = {f"id{n}": row.item.id for n, row in enumerate(longer)}
        cursors = {f"after{n}": row.connection.page_info.end_cursor for n, row in enumerate(longer)}
        kind = dict[str, wire.Rows | None]
        graph = await self.ask(query, {**places, **cursors}, kind, label="more", shrinkable=shrinkable)
        for n, row in enumerate(longer):
            answer = graph.data.get(f"n{n}")
            try:
                row.extend(answer.rows if answer else NOTHING)
            except Malformed as error:
                missed[row.item.id] = "; ".join(api.causes(graph.hidden, f"n{n}")) or str(error)

    async def _pass_over(self, stream: Stream, place: Mapping[str, object], *, cause: str) -> Found:
        """The id of the one item that could not be read, and what comes after it."""
        query = queries.skim(stream.typename, stream.connection)
        graph = await self.ask(query, place, wire.Page, label="skim")
        nodes, onward = _page(graph, place["after"])
        missed = {one: cause for raw in nodes if (one := identity(raw))}
        unknown = (cause,) if len(missed) < len(nodes) else ()
        return Found(server_at=graph.server_at, missed=missed, hidden=unknown, cursor=onward)

    async def sized(self, name: str, ask: Ask[T], *, most: int, first: int | None = None, left: int | None = None) -> T:
        """What `ask` makes of the largest size that is answered, of what is `left`; `TooLarge` where 1 is too much.

        The last try is left to the transport's patience, so that a bad moment is not taken for a large answer; but
        only once, so that a thousand items that are too much do not take a thousand times as long.
        """
        while True:
            size = self.sizes.get(name, PageSize(first or most))
            asked = min(size.size, left or size.size)
            try:
                answer = await ask(asked, asked > 1 or not self._patient)
            except TooLarge:
                if asked == 1:
                    self._patient = False
                    raise
                self.sizes[name] = PageSize(asked).smaller()
                continue
            if asked == size.size:
                self.sizes[name] = size.after_clean(self._took_s, most=most)
            return answer


def _page(graph: Graph[wire.Page], cursor: object) -> tuple[Sequence[Raw], str | None]:
    """The rows of a page and where the walk goes on."""
    items = graph.data.node.items if graph.data.node else None
    if items is None or items.nodes is None:
        raise Gone("; ".join(api.causes(graph.hidden)) or "the repository is not to be seen", hint=api.ACCESS_HINT)
    info = items.page_info
    if not info.has_next_page:
        return items.nodes, None
    if info.end_cursor is None or info.end_cursor == cursor:
        raise Malformed("GitHub's pages stand still")
    return items.nodes, info.end_cursor
