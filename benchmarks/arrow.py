"""Real records: Apache Arrow's tracker and repository, read from the twin and reported by the map in `examples/`."""

import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from benchmarks.process import Spent, spent
from benchmarks.reading import CLOCK, only_warnings
from benchmarks.recorded import RECORDS, example
from benchmarks.row import Row, Scale, Skipped
from benchmarks.twin import Served, Stand, twin
from connectors.twin.dumps import arrow_jira
from connectors.twin.github import github_app
from connectors.twin.github_dumps import arrow_github
from connectors.twin.jira import jira_app
from sync.work.embedded import opened

ARROW = RECORDS / "arrow"


def measure(_: Scale) -> Iterator[Row]:
    """There is one size of it."""
    if not ARROW.exists():
        raise Skipped(f"{ARROW} is not here: name its folder in FINGERPOST_SHARED")
    with tempfile.TemporaryDirectory() as folder, twin(jira, 1) as tracker, twin(github, 1) as repository:
        config, environment = example("arrow", Path(folder), urls={"jira": tracker.url, "github": repository.url})
        yield from _costs("read and stored", spent(sync, config, environment))
        for name, stand_in in (("Jira", tracker), ("GitHub", repository)):
            asked, (kind, count) = stand_in.requests().total(), next(iter(stand_in.served.counts.items()))
            on = f"{asked:,} for {count:,}"
            yield Row(what=f"{name}: requests per 1,000 {kind}", result=asked / count * 1000, unit="requests", on=on)
        yield from _costs("report", spent(report, config, environment))


def _costs(what: str, done: Spent[None]) -> Iterator[Row]:
    on = f"{done.cpu_seconds:,.1f} s of processor time"
    yield Row(what=what, result=done.seconds, unit="s", on=on)
    yield Row(what=f"{what}: peak memory", result=done.peak_mb, unit="MB")


def jira(_: int) -> Stand:
    site = arrow_jira(ARROW)
    return _stand(jira_app(site), site, {"issues": len(site.issues)})


def github(_: int) -> Stand:
    host = arrow_github(ARROW)
    return _stand(
        github_app(host), host, {"pull requests": sum(len(each["pullRequests"]) for each in host.repositories)}
    )


def _stand(app: Any, state: Any, counts: dict[str, int]) -> Stand:
    return Stand(app=app, state=state, served=Served(scope=(), counts=counts))


def sync(config: Path, environment: Mapping[str, str]) -> None:
    with opened(config, environment=environment, clock=CLOCK, verbose=False) as work:
        only_warnings()
        with work.reading() as reading:
            reading.sync()


def report(config: Path, environment: Mapping[str, str]) -> None:
    """From opening the store to the page."""
    with opened(config, environment=environment, clock=CLOCK, verbose=False) as work:
        only_warnings()
        work.render(work.report(as_of=None, period="2022-10"), "html")
