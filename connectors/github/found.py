"""What an answer brought of a stream: items, and what of them could not be read."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar, get_args, get_type_hints

from msgspec import Raw, Struct

from connectors.errors import Malformed
from connectors.github.api import Graph, said
from connectors.github.parse import connections, decode
from connectors.github.streams import Stream
from connectors.github.wire import Connection, GraphError, Item

T = TypeVar("T")

#: A person that is not to be seen is no gap: the item is read, its author is unknown (apache/devlake#3491).
ACTOR_FIELDS = ("actor", "assignee", "author", "mergedBy", "requestedReviewer", "user")


class Identified(Struct):
    id: str


@dataclass(frozen=True, kw_only=True)
class Longer:
    """A connection of an item that has more rows than the answer."""

    item: Item
    name: str  #: GitHub's name for it
    connection: Connection[Any]

    def extend(self, rows: Raw) -> None:
        """Takes the next rows in; `Malformed` where there are none, or they lead nowhere."""
        stood_at = self.connection.page_info.end_cursor
        self.connection.extend(decode(rows, _kind(type(self.item), self.name)))
        if self.connection.longer and self.connection.page_info.end_cursor in (None, stood_at):
            raise Malformed("GitHub's rows stand still")


@dataclass(frozen=True, kw_only=True)
class Found:
    """Items of one stream, and what is known of those that are missing."""

    server_at: datetime | None = None  #: None where nothing was answered
    items: tuple[Item, ...] = ()
    missed: dict[str, str]  #: by id, why; worth another try
    hidden: tuple[str, ...] = ()  #: what this token may not see, one cause each
    cursor: str | None = None  #: where the walk goes on; None at its end

    @property
    def longer(self) -> Iterator[Longer]:
        """Every connection that is longer than what was read of it."""
        for item in self.items:
            for name, connection in connections(item).items():
                if connection.longer:
                    yield Longer(item=item, name=name, connection=connection)


def found(stream: Stream, raws: Sequence[Raw], graph: Graph[T], *path: str, cursor: str | None = None) -> Found:
    """The items among `raws`, which stand at `path` in the answer; one odd item spoils no other."""
    items: list[Item] = []
    missed: dict[str, str] = {}
    shown = [raw for raw in raws if raw != b"null"]
    for raw in shown:
        try:
            items.append(stream.decode(raw))
        except Malformed as error:
            missed[identity(raw)] = str(error)
    hidden = _hidden(graph.hidden, path, nulls=len(raws) - len(shown))
    return Found(server_at=graph.server_at, items=tuple(items), missed=missed, hidden=hidden, cursor=cursor)


def joined(parts: Sequence[Found]) -> Found:
    """All of them as one."""
    return Found(
        server_at=min((part.server_at for part in parts if part.server_at), default=None),
        items=tuple(item for part in parts for item in part.items),
        missed={one: why for part in parts for one, why in part.missed.items()},
        hidden=tuple(dict.fromkeys(cause for part in parts for cause in part.hidden)),
    )


def identity(raw: Raw) -> str:
    """The node id of whatever this is."""
    return decode(raw, Identified).id


def _kind(item: type[Item], name: str) -> type[Connection[Any]]:
    """Connection[Review] for the reviews of a pull request."""
    attribute = dict(zip(item.__struct_encode_fields__, item.__struct_fields__, strict=True))[name]
    kinds: tuple[type[Connection[Any]], ...] = get_args(get_type_hints(item)[attribute])
    return kinds[0]


def _hidden(errors: Sequence[GraphError], path: tuple[str, ...], *, nulls: int) -> tuple[str, ...]:
    """One cause for each field and each thing that the server says of it, and how often."""
    causes = Counter(cause for error in errors if (cause := _cause(error, path)))
    if nulls and not causes:
        causes["items left out without a reason"] = nulls
    return tuple(f"{cause} ({times} times)" if times > 1 else cause for cause, times in sorted(causes.items()))


def _cause(error: GraphError, path: tuple[str, ...]) -> str | None:
    below = [step for step in (error.path or ())[len(path) :] if isinstance(step, str) and step != "nodes"]
    if below and below[-1] in ACTOR_FIELDS:
        return None
    return f"{'.'.join(below)}: {said(error)}" if below else said(error)
