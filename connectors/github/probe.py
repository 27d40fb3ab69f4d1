"""What one cheap question shows of many repositories: their names, and whether anything in them is new."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b

from connectors.github import wire
from connectors.github.api import Graph, causes
from connectors.github.streams import Stream


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A repository as the probe saw it."""

    id: str
    at: datetime  #: the server's clock
    repository: wire.Repository
    heads: Mapping[str, str]  #: by stream: other than before as soon as anything is new; empty where nothing is there


def shown(graph: Graph[wire.Probe], asked: Sequence[str], streams: Sequence[Stream]) -> list[Shown]:
    """The repositories that are to be seen, by the ids they were `asked` by, each with the streams that are."""
    return [
        Shown(
            id=identity,
            at=graph.server_at,
            repository=_plain(found),
            heads={stream.name: _head(newest) for stream in streams if (newest := _newest(found, stream))},
        )
        for identity, found in zip(asked, graph.data.nodes, strict=True)
        if found is not None
    ]


def refused(graph: Graph[wire.Probe], streams: Sequence[Stream]) -> dict[str, str]:
    """Streams that this token may not read, and what the server says of them: they may hide a repository whole."""
    by_connection = {stream.connection: stream.name for stream in streams}
    named = [(error.path[2], error.message) for error in graph.hidden if error.path and len(error.path) == 3]
    return {by_connection[str(name)]: message for name, message in named if name in by_connection}


def unseen(graph: Graph[wire.Probe], asked: Sequence[str]) -> dict[str, str]:
    """Ids of the repositories that are not to be seen, and what the server says of them."""
    return {
        identity: "; ".join(causes(graph.hidden, "nodes", place)) or "the repository is not to be seen"
        for place, (identity, found) in enumerate(zip(asked, graph.data.nodes, strict=True))
        if found is None
    }


def _newest(found: wire.Probed, stream: Stream) -> wire.Newest | None:
    by_stream = {"pull_requests": found.pull_requests, "issues": found.issues, "deployments": found.deployments}
    return by_stream[stream.name]


def _head(newest: wire.Newest) -> str:
    if not newest.total_count and not newest.nodes:
        return ""
    seen = b"\n".join([str(newest.total_count).encode(), *map(bytes, newest.nodes or ())])
    return blake2b(seen, digest_size=8).hexdigest()


def _plain(found: wire.Probed) -> wire.Repository:
    return wire.Repository(**{name: getattr(found, name) for name in wire.Repository.__struct_fields__})
