"""What it costs to stay current once all is read: requests of polls, webhook deliveries and censuses."""

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from benchmarks import edits, reading, sites
from benchmarks.edits import Told
from benchmarks.process import spent
from benchmarks.reading import Connect
from benchmarks.row import Row, Scale
from benchmarks.twin import Make, Twin, twin

REPOSITORIES = 50
ISSUES = 400
CALLED = 10_000
CHANGED, BURST, BURST_OF_PULLS = 100, 300, 20


@dataclass(frozen=True, kw_only=True)
class Site:
    """Who is read, and how things are renamed there."""

    name: str
    make: Make
    connect: Connect
    size: int
    rename: Callable[..., Told]


@dataclass(frozen=True, kw_only=True)
class Step:
    """So many items are renamed, and then a poll finds that, or it is told by webhook."""

    what: str
    renamed: int = 0
    told: bool = False
    rename: Callable[..., Told] | None = None  #: where it is not the usual items


GITHUB = Site(
    name="GitHub",
    make=sites.github_services,
    connect=reading.github_token,
    size=REPOSITORIES,
    rename=edits.rename_pulls,
)
JIRA = tuple(
    Site(name=f"Jira {name}", make=make, connect=connect, size=ISSUES, rename=edits.rename_issues)
    for name, make, connect in (
        ("Cloud", sites.jira_cloud, reading.jira_cloud),
        ("OAuth", sites.jira_oauth, reading.jira_oauth),
        ("Data Center", sites.jira_data_center, reading.jira_data_center),
    )
)
GITHUB_STEPS = (
    Step(what="a poll with nothing new, 50 repositories"),
    Step(what="a webhook on one item", renamed=1, told=True),
    Step(what="webhooks on 20 pull requests at once", renamed=BURST_OF_PULLS, told=True),
    Step(
        what="webhooks on 20 pull requests and issues at once",
        renamed=BURST_OF_PULLS,
        told=True,
        rename=edits.rename_items,
    ),
)
JIRA_STEPS = (
    Step(what="a poll with nothing new, all projects"),
    Step(what="a poll with 100 changed issues", renamed=CHANGED),
    Step(what="a webhook on one issue", renamed=1, told=True),
    Step(what="webhooks on 300 issues at once", renamed=BURST, told=True),
)


def measure(scale: Scale) -> Iterator[Row]:
    yield from _steps(GITHUB, GITHUB_STEPS)
    for site in JIRA:
        yield from _steps(site, JIRA_STEPS)
    yield _census(
        "GitHub: a census of 10,000 issues", sites.github_issues, reading.github_token, scale.of(CALLED), per=10_000
    )
    yield _census(
        "Jira Cloud: a census of 100,000 issues",
        sites.jira_helpdesk,
        reading.jira_cloud,
        scale.of(CALLED),
        per=100_000,
    )


def _steps(site: Site, steps: tuple[Step, ...]) -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as folder, twin(site.make, site.size) as stand_in:
        where: Any = (site.connect, stand_in.url, stand_in.served.scope, f"sqlite:///{folder}/store.db")
        spent(reading.read, *where)
        first = stand_in.requests().total()
        for number, step in enumerate(steps):
            told = _renamed(stand_in, step, step.rename or site.rename, minutes=len(steps) - number)
            done = spent(partial(reading.take, told=told) if step.told else reading.read, *where)
            yield Row(
                what=f"{site.name}: {step.what}",
                result=stand_in.requests().total(),
                unit="requests",
                on=f"after {first} requests of the first read; {done.seconds:.2f} s",
            )


def _renamed(stand_in: Twin, step: Step, rename: Callable[..., Told], *, minutes: int) -> Told:
    return stand_in.edit(rename, step.renamed, minutes=minutes) if step.renamed else []


def _census(what: str, make: Make, connect: Connect, size: int, *, per: int) -> Row:
    """Of everything that was read just before, so that it finds nobody missing."""
    with tempfile.TemporaryDirectory() as folder, twin(make, size) as stand_in:
        where: Any = (connect, stand_in.url, stand_in.served.scope, f"sqlite:///{folder}/store.db")
        spent(reading.read, *where)
        stand_in.requests()
        done = spent(reading.call_all, *where)
        asked, held = stand_in.requests().total(), stand_in.served.counts["issues"]
        return Row(
            what=what, result=asked / held * per, unit="requests", on=f"{asked} for {held:,}; {done.seconds:.2f} s"
        )
