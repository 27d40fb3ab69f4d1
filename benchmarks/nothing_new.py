"""A poll that finds nothing new: requests."""

import tempfile
from collections.abc import Callable, Iterator

from benchmarks.process import spent
from benchmarks.reading import read_github, read_jira_cloud, read_jira_data_center
from benchmarks.row import Row, Scale
from benchmarks.sites import github_services, jira_cloud, jira_data_center
from benchmarks.twin import Make, twin

REPOSITORIES = 50
ISSUES = 600

Read = Callable[[str, tuple[str, ...], str], None]


def measure(scale: Scale) -> Iterator[Row]:
    yield _row("GitHub: requests of a poll, 50 repositories", github_services, read_github, REPOSITORIES)
    yield _row("Jira Cloud: requests of a poll, all projects", jira_cloud, read_jira_cloud, scale.of(ISSUES))
    yield _row(
        "Jira Data Center: requests of a poll, all projects", jira_data_center, read_jira_data_center, scale.of(ISSUES)
    )


def _row(what: str, make: Make, read: Read, size: int) -> Row:
    with tempfile.TemporaryDirectory() as folder, twin(make, size) as stand_in:
        store = f"sqlite:///{folder}/store.db"
        spent(read, stand_in.url, stand_in.served.scope, store)
        first = stand_in.requests().total()
        again = spent(read, stand_in.url, stand_in.served.scope, store)
        return Row(
            what=what,
            result=stand_in.requests().total(),
            unit="requests",
            on=f"after {first} requests of the first read; {again.seconds:.2f} s",
        )
