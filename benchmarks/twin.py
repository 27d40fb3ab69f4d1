"""A stand-in in a process of its own, over real HTTP on loopback, that tells what it was asked."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any, TypeAlias

from connectors.twin.faults import Faults, Injection, Late
from connectors.twin.serve import serving


@dataclass(frozen=True, kw_only=True)
class Served:
    """What there is to read."""

    scope: tuple[str, ...]  #: project keys, or names of repositories
    counts: dict[str, int]  #: by kind: issues, histories, pull requests
    path: str = ""  #: below the server's root


Make: TypeAlias = Callable[[int], tuple[Any, Served]]


class Twin:
    """A stand-in that is up at `url`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        root, self.served = connection.recv()
        self.url: str = root + self.served.path

    def requests(self) -> Counter[str]:
        """How many requests came since the last time, by GraphQL operation or else by path."""
        self._connection.send("requests")
        asked: Counter[str] = self._connection.recv()
        return asked


@contextmanager
def twin(make: Make, size: int, *, latency_s: float = 0.0) -> Iterator[Twin]:
    """The application that `make`, a function at the top of its module, gives for that size."""
    ours, theirs = get_context("spawn").Pipe()
    process = get_context("spawn").Process(target=_serve, args=(theirs, make, size, latency_s), daemon=True)
    process.start()
    theirs.close()
    try:
        yield Twin(ours)
    finally:
        ours.close()
        process.join()


def _serve(connection: Connection, make: Make, size: int, latency_s: float) -> None:
    app, served = make(size)
    plan = [Injection(fault=Late(seconds=latency_s), times=None)] if latency_s else []
    faults = Faults(app, plan)
    with serving({"twin": faults}) as urls:
        connection.send((urls["twin"], served))
        while _told(connection):
            connection.send(Counter(request.operation or request.path for request in faults.requests.seen))
            faults.requests.seen.clear()


def _told(connection: Connection) -> bool:
    """Whether the other side asks on; not, once it has closed its end."""
    try:
        connection.recv()
    except EOFError:
        return False
    return True
