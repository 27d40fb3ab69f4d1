"""What one cheap question shows of many repositories: their names, and whether anything in them is new."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b

from connectors.github import wire
from connectors.github.api import Graph, causes
from connectors.github.streams import Watched


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A repository as the probe saw it."""

    id: str
    at: datetime  #: the server's clock
    repository: wire.Repository
    heads: Mapping[str, str]  #: by name: other than before as soon as anything is new; empty where nothing is there
    totals: Mapping[str, int]  #: by name, how many there are
    head: str | None = None  #: sha of the commit that the default branch ends with; None where it has none


def shown(graph: Graph[wire.Probe], asked: Sequence[str], watched: Sequence[Watched]) -> list[Shown]:
    """The repositories that are to be seen, by the ids they were `asked` by, each with the lists that are."""
    there = zip(asked, graph.data.nodes, strict=True)
    return [_shown(identity, found, graph.server_at, watched) for identity, found in there if found is not None]


def refused(graph: Graph[wire.Probe], watched: Sequence[Watched]) -> dict[str, str]:
    """Lists that this token may not read, and what the server says of them: they may hide a repository whole."""
    by_connection = {one.connection: one.name for one in watched}
    named = [(error.path[2], error.message) for error in graph.hidden if error.path and len(error.path) == 3]
    return {by_connection[str(name)]: message for name, message in named if name in by_connection}


def unseen(graph: Graph[wire.Probe], asked: Sequence[str]) -> dict[str, str]:
    """Ids of the repositories that are not to be seen, and what the server says of them."""
    return {
        identity: "; ".join(causes(graph.hidden, "nodes", place)) or "the repository is not to be seen"
        for place, (identity, found) in enumerate(zip(asked, graph.data.nodes, strict=True))
        if found is None
    }


def _shown(identity: str, found: wire.Probed, at: datetime, watched: Sequence[Watched]) -> Shown:
    lists = {one.name: newest for one in watched if (newest := found.newest(one.connection))}
    return Shown(
        id=identity,
        at=at,
        repository=_plain(found),
        heads={name: _head(newest) for name, newest in lists.items()},
        totals={name: newest.total_count for name, newest in lists.items()},
        head=found.head.target.oid if found.head and found.head.target else None,
    )


def _head(newest: wire.Newest) -> str:
    if not newest.total_count and not newest.nodes:
        return ""
    seen = b"\n".join([str(newest.total_count).encode(), *map(bytes, newest.nodes or ())])
    return blake2b(seen, digest_size=8).hexdigest()


def _plain(found: wire.Probed) -> wire.Repository:
    return wire.Repository(**{name: getattr(found, name) for name in wire.Repository.__struct_fields__})
