"""Draws findings on real records, to be judged by hand: `python -m benchmarks.draw arrow`

The records are read from the twin into a new store, by the map in `examples/`. Each finding is told once, as of the
first of the days that it is found on; of each kind a sample is drawn by a fixed seed, and printed as lines of
`sync/work/precision.csv` whose verdict and reason are still to be given.
"""

import argparse
import csv
import hashlib
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from starlette.applications import Starlette

from benchmarks.reading import CLOCK, only_warnings
from benchmarks.recorded import RECORDS, example
from connectors.twin.dumps import arrow_jira, devlake_jira
from connectors.twin.github import github_app
from connectors.twin.github_dumps import arrow_github, bitcoin_github
from connectors.twin.github_state import GitHubHost
from connectors.twin.jira import jira_app
from connectors.twin.jira_state import JiraSite
from connectors.twin.serve import serving
from sync.reconcile.findings import Finding
from sync.work.embedded import Work, opened

SEED, MOST = 22, 50
COLUMNS = ("records", "kind", "as_of", "key", "counterpart", "title", "evidence")


@dataclass(frozen=True, kw_only=True)
class Records:
    """Real records, and the days that they are asked about."""

    folder: str
    days: Sequence[datetime]
    jira: Callable[[Path], JiraSite] | None = None
    github: Callable[[Path], GitHubHost] | None = None


def starts(years: Iterable[int], *, every: int = 1) -> list[datetime]:
    """The beginning of each month of these years, or of every so many months."""
    return [datetime(year, month, 1, tzinfo=UTC) for year in years for month in range(1, 13, every)]


RECORDED: Mapping[str, Records] = {
    "arrow": Records(
        folder="arrow",
        days=[*starts((2021, 2022)), datetime(2022, 12, 12, tzinfo=UTC)],  # the last day that the tracker knows of
        jira=arrow_jira,
        github=arrow_github,
    ),
    "bitcoin": Records(
        folder="bitcoin-core-github",
        days=[*starts(range(2021, 2027), every=12), datetime(2026, 8, 21, tzinfo=UTC)],
        github=bitcoin_github,
    ),
    "devlake": Records(
        folder="devlake-raw",
        days=[*starts((2020, 2021), every=3), datetime(2022, 7, 31, tzinfo=UTC)],
        jira=devlake_jira,
    ),
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.draw", description=__doc__)
    parser.add_argument("records", choices=RECORDED)
    parser.add_argument("--kinds", nargs="*", help="default all")
    asked = parser.parse_args()
    found = findings_of(asked.records)
    lines = csv.writer(sys.stdout, lineterminator="\n")
    lines.writerow(COLUMNS)
    for kind in asked.kinds or sorted(found):
        lines.writerows(line(asked.records, *each) for each in sample(found.get(kind, {})))


def sample(found: Mapping[str, tuple[datetime, Finding]]) -> list[tuple[datetime, Finding]]:
    """At most so many as are judged, in the order of their keys.

    Each has its lot, by the seed: when tuning silences some, the others stay drawn.
    """
    lots = sorted(found, key=lambda each: hashlib.sha256(f"{SEED}|{each}".encode()).digest())
    drawn = [found[each] for each in lots[:MOST]]
    return sorted(drawn, key=lambda each: (each[1].subject_key, each[1].counterpart_key or ""))


def line(records: str, day: datetime, found: Finding) -> tuple[str, ...]:
    evidence = "; ".join(f"{each.says} {each.at or ''}".strip() for each in found.evidence)
    counterpart = found.counterpart_key or ""
    return records, found.kind, f"{day:%Y-%m-%d}", found.subject_key, counterpart, found.title, evidence


def findings_of(name: str) -> dict[str, dict[str, tuple[datetime, Finding]]]:
    """By kind and id, what is found, and the first of the days that it is found on."""
    told: dict[str, dict[str, tuple[datetime, Finding]]] = defaultdict(dict)
    with read(name) as work:
        for day in RECORDED[name].days:
            for found in work.report(as_of=day, period=None).findings:
                told[found.kind].setdefault(found.id, (day, found))
    return told


@contextmanager
def read(name: str) -> Iterator[Work]:
    """A store of the records, read by the example's configuration."""
    records = RECORDED[name]
    with tempfile.TemporaryDirectory() as folder, serving(_apps(records)) as urls:
        config, environment = example(name, Path(folder), urls=urls)
        with opened(config, environment=environment, clock=CLOCK, verbose=False) as work:
            only_warnings()
            with work.reading() as reading:
                reading.sync()
            yield work


def _apps(records: Records) -> dict[str, Starlette]:
    folder = RECORDS / records.folder
    sites = {"jira": jira_app(records.jira(folder))} if records.jira else {}
    return sites | ({"github": github_app(records.github(folder))} if records.github else {})


if __name__ == "__main__":
    main()
