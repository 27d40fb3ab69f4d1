"""What somebody would write without fingerpost, a plain loop with the vendors' libraries, and fingerpost beside it.

The loops read a sample: they make the same requests for every item. GitHub's closing links are not among what they
read; REST does not tell them.
"""

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from benchmarks.process import spent
from benchmarks.reading import read_github, read_jira_cloud
from benchmarks.row import Row, Scale
from benchmarks.sites import EMAIL, TOKEN, github_pulls, jira_cloud
from benchmarks.twin import Make, twin

LATENCY_S = 0.1


@dataclass(frozen=True, kw_only=True)
class Loop:
    name: str
    items: str
    make: Make
    sample: int
    read: Callable[[str, tuple[str, ...]], None]


def measure(scale: Scale) -> Iterator[Row]:
    for loop in LOOPS:
        yield from _rows(loop, scale.of(loop.sample))


def _rows(loop: Loop, size: int) -> Iterator[Row]:
    with twin(loop.make, size, latency_s=LATENCY_S) as stand_in:
        read = spent(loop.read, stand_in.url, stand_in.served.scope)
        asked, count = stand_in.requests().total(), stand_in.served.counts[loop.items]
    on = f"{asked:,} for {count:,}, {LATENCY_S * 1000:.0f} ms latency"
    what = f"per 1,000 {loop.items}"
    yield Row(what=f"{loop.name}: requests {what}", result=asked / count * 1000, unit="requests", on=on)
    yield Row(what=f"{loop.name}: seconds {what}", result=read.seconds / count * 1000, unit="s", on=on)


def _pygithub(url: str, repositories: tuple[str, ...]) -> None:
    """Each pull request with its reviews, commits, timeline and size; without PyGithub's own pause of 0.25 s."""
    from github import Auth, Github

    github = Github(base_url=url, auth=Auth.Token(TOKEN), per_page=100, seconds_between_requests=None)
    for name in repositories:
        for pull in github.get_repo(name).get_pulls(state="all"):
            _ = list(pull.get_reviews()), list(pull.get_commits()), list(pull.as_issue().get_timeline())
            _ = pull.additions  # one more request: a list of pull requests leaves it out


def _jira(url: str, projects: tuple[str, ...]) -> None:
    """Each issue with the newest part of its changelog, as far as a search shows it."""
    from jira import JIRA

    query = f"project in ({', '.join(projects)}) ORDER BY created"
    JIRA(url, basic_auth=(EMAIL, TOKEN)).enhanced_search_issues(query, maxResults=0, expand="changelog")


def _fingerpost(read: Callable[[str, tuple[str, ...], str], None], url: str, scope: tuple[str, ...]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        read(url, scope, f"sqlite:///{folder}/store.db")


LOOPS = (
    Loop(name="PyGithub loop", items="pull requests", make=github_pulls, sample=60, read=_pygithub),
    Loop(
        name="fingerpost",
        items="pull requests",
        make=github_pulls,
        sample=1_000,
        read=partial(_fingerpost, read_github),
    ),
    Loop(name="jira loop", items="issues", make=jira_cloud, sample=1_000, read=_jira),
    Loop(name="fingerpost", items="issues", make=jira_cloud, sample=1_000, read=partial(_fingerpost, read_jira_cloud)),
)
