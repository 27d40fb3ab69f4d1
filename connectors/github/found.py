"""What an answer brought of a stream: items, and what of them could not be read."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar, get_args, get_type_hints

from msgspec import Raw

from connectors.errors import Malformed
from connectors.github.api import Graph
from connectors.github.blame import Blame, blame
from connectors.github.items import Identified, Item
from connectors.github.parse import connections, decode
from connectors.github.streams import Stream
from connectors.github.wire import Connection

T = TypeVar("T")

NOTHING = Raw(b"null")
LEFT_OUT = "an item is left out without a reason"


@dataclass(frozen=True, kw_only=True)
class Longer:
    """A connection of an item that has more rows than the answer."""

    item: Item
    name: str  #: GitHub's name for it
    connection: Connection[Any]

    def extend(self, rows: Raw) -> None:
        """Takes the next rows in; `Malformed` where there are none, or they lead nowhere."""
        stood_at = self.connection.page_info.end_cursor
        following = decode(rows, _kind(type(self.item), self.name))
        if following.nodes is None:
            raise Malformed("GitHub shows nothing of the rows that follow")
        self.connection.extend(following)
        if self.connection.longer and self.connection.page_info.end_cursor in (None, stood_at):
            raise Malformed("GitHub's rows stand still")


@dataclass(frozen=True, kw_only=True)
class Found:
    """Items of one stream, and what is known of those that are missing."""

    server_at: datetime | None = None  #: None where nothing was answered
    items: tuple[Item, ...] = ()
    missed: dict[str, str] = field(default_factory=dict)  #: by id, why; worth another try
    partial: dict[str, str] = field(default_factory=dict)  #: by id, why an item lacks something; it is among `items`
    unseen: dict[str, str] = field(default_factory=dict)  #: by the id that was asked for, why nothing was shown
    hidden: tuple[str, ...] = ()  #: why something was left out of which no id is known, one cause each
    refused: dict[str, str] = field(default_factory=dict)  #: fields that the token may read of no item, and why
    cursor: str | None = None  #: where the walk goes on; None at its end

    @property
    def longer(self) -> Iterator[Longer]:
        """Every connection that is longer than what was read of it."""
        for item in self.items:
            for name, connection in connections(item).items():
                if connection.longer:
                    yield Longer(item=item, name=name, connection=connection)


def found(
    stream: Stream,
    raws: Sequence[Raw],
    graph: Graph[T],
    *path: str,
    asked: Sequence[str] = (),
    cursor: str | None = None,
) -> Found:
    """The items among `raws`, which stand at `path` in the answer, and may have been `asked` for by their ids; one odd
    item spoils no other.
    """
    told = blame(graph.hidden, path)
    sorting = _Sorting(stream=stream, blame=told, asked=asked)
    for place, raw in enumerate(raws):
        sorting.take(place, raw)
    return Found(
        server_at=graph.server_at,
        items=tuple(sorting.items),
        missed=sorting.missed,
        partial=sorting.partial,
        unseen=sorting.unseen,
        hidden=_counted([*told.elsewhere, *sorting.hidden]),
        refused=told.refused([raw == NOTHING for raw in raws]),
        cursor=cursor,
    )


@dataclass
class _Sorting:
    """The rows of one answer being sorted, one by one."""

    stream: Stream
    blame: Blame
    asked: Sequence[str]
    items: list[Item] = field(default_factory=list)
    missed: dict[str, str] = field(default_factory=dict)
    partial: dict[str, str] = field(default_factory=dict)
    unseen: dict[str, str] = field(default_factory=dict)
    hidden: list[str] = field(default_factory=list)

    def take(self, place: int, raw: Raw) -> None:
        why = self.blame.of(place)
        if raw == NOTHING:
            return self._unshown(place, why)
        try:
            item = self.stream.decode(raw)
        except Malformed as error:
            return self._unread(place, raw, str(error))
        self.items.append(item)
        if why:
            self.partial[item.id] = why
        return None

    def _unshown(self, place: int, why: str | None) -> None:
        if self.asked:
            self.unseen[self.asked[place]] = why or "it is not to be seen"
        else:
            self.hidden.append(why or LEFT_OUT)

    def _unread(self, place: int, raw: Raw, why: str) -> None:
        if one := identity(raw) or (self.asked[place] if self.asked else ""):
            self.missed[one] = why
        else:
            self.hidden.append(why)


def joined(parts: Sequence[Found]) -> Found:
    """All of them as one."""
    return Found(
        server_at=min((part.server_at for part in parts if part.server_at), default=None),
        items=tuple(item for part in parts for item in part.items),
        missed={one: why for part in parts for one, why in part.missed.items()},
        partial={one: why for part in parts for one, why in part.partial.items()},
        unseen={one: why for part in parts for one, why in part.unseen.items()},
        hidden=tuple(dict.fromkeys(cause for part in parts for cause in part.hidden)),
    )


def identity(raw: Raw) -> str:
    """The node id of whatever this is; empty where it has none."""
    try:
        return decode(raw, Identified).id
    except Malformed:
        return ""


def _kind(item: type[Item], name: str) -> type[Connection[Any]]:
    """Connection[Review] for the reviews of a pull request."""
    attribute = dict(zip(item.__struct_encode_fields__, item.__struct_fields__, strict=True))[name]
    kinds: tuple[type[Connection[Any]], ...] = get_args(get_type_hints(item)[attribute])
    return kinds[0]


def _counted(causes: Sequence[str]) -> tuple[str, ...]:
    """Each once, and how often it was given."""
    counts = sorted(Counter(causes).items())
    return tuple(f"{cause} ({times} times)" if times > 1 else cause for cause, times in counts)
