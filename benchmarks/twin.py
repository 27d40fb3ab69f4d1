"""A stand-in in a process of its own, over real HTTP on loopback, that tells what it was asked."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any, Concatenate, ParamSpec, TypeAlias, TypeVar

from benchmarks.questions import question
from connectors.twin.faults import Faults, Injection, Late
from connectors.twin.serve import serving

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Served:
    """What there is to read."""

    scope: tuple[str, ...]  #: project keys, or names of repositories
    counts: dict[str, int]  #: by kind: issues, histories, pull requests
    path: str = ""  #: below the server's root


@dataclass(frozen=True, kw_only=True)
class Stand:
    """An application, and the site or host behind it, which edits change."""

    app: Any
    state: Any
    served: Served


Make: TypeAlias = Callable[[int], Stand]


class Twin:
    """A stand-in that is up at `url`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        root, self.served = connection.recv()
        self.url: str = root + self.served.path

    def requests(self) -> Counter[str]:
        """How many requests came since the last time, by the kind of question."""
        self._connection.send(None)
        asked: Counter[str] = self._connection.recv()
        return asked

    def most_at_once(self, path: str) -> int:
        """How many requests for that path were ever under way at a time."""
        self._connection.send(path)
        most: int = self._connection.recv()
        return most

    def edit(self, change: Callable[Concatenate[Any, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """What `change`, a function at the top of its module, gives when it is called there with the site or host."""
        self._connection.send((change, args, kwargs))
        told: T = self._connection.recv()
        return told


@contextmanager
def twin(make: Make, size: int, *, latency_s: float = 0.0) -> Iterator[Twin]:
    """What `make`, a function at the top of its module, gives for that size."""
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
    stand = make(size)
    plan = [Injection(fault=Late(seconds=latency_s), times=None)] if latency_s else []
    faults = Faults(stand.app, plan)
    with serving({"twin": faults}) as urls:
        connection.send((urls["twin"], stand.served))
        for wish in _wishes(connection):
            connection.send(_granted(wish, stand, faults))


def _wishes(connection: Connection) -> Iterator[Any]:
    """What the other side asks, until it closes its end."""
    while True:
        try:
            yield connection.recv()
        except EOFError:
            return


def _granted(wish: Any, stand: Stand, faults: Faults) -> Any:
    if isinstance(wish, str):
        return faults.requests.most_at_once[wish]
    if wish is not None:
        change, args, kwargs = wish
        return change(stand.state, *args, **kwargs)
    asked = Counter(map(question, faults.requests.seen))
    faults.requests.seen.clear()
    return asked
