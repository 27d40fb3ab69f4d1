"""What somebody would write without fingerpost, a plain loop with the vendors' libraries, and fingerpost beside it.

The loops read a sample: they make the same requests for every item. GitHub's closing links, review threads, files
and checks are not among what they read: REST does not tell the first, and each of the others is one request more.
"""

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from benchmarks import reading, sites
from benchmarks.process import spent
from benchmarks.reading import Connect
from benchmarks.row import Row, Scale
from benchmarks.sites import EMAIL, TOKEN
from benchmarks.twin import Make, twin

LATENCIES_S = (0.0, 0.1)


@dataclass(frozen=True, kw_only=True)
class Loop:
    name: str
    items: str
    make: Make
    sample: int
    read: Callable[[str, tuple[str, ...]], None]


def measure(scale: Scale) -> Iterator[Row]:
    for loop in LOOPS:
        for latency_s in LATENCIES_S:
            yield from _rows(loop, scale.of(loop.sample), latency_s)


def _rows(loop: Loop, size: int, latency_s: float) -> Iterator[Row]:
    with twin(loop.make, size, latency_s=latency_s) as stand_in:
        read = spent(loop.read, stand_in.url, stand_in.served.scope)
        asked, count = stand_in.requests().total(), stand_in.served.counts[loop.items.removeprefix("Jira ")]
    on, what = f"{asked:,} for {count:,}", f"per 1,000 {loop.items}"
    if latency_s:  # the requests are the same without
        yield Row(what=f"{loop.name}: requests {what}", result=asked / count * 1000, unit="requests", on=on)
    latency = f"{latency_s * 1000:.0f} ms latency"
    yield Row(what=f"{loop.name}: seconds {what}, {latency}", result=read.seconds / count * 1000, unit="s", on=on)


def _pull_requests(url: str, repositories: tuple[str, ...]) -> None:
    """Each with its reviews, commits, timeline (with its comments) and size; without PyGithub's pause of 0.25 s."""
    from github import Auth, Github

    github = Github(base_url=url, auth=Auth.Token(TOKEN), per_page=100, seconds_between_requests=None)
    for name in repositories:
        for pull in github.get_repo(name).get_pulls(state="all"):
            _ = list(pull.get_reviews()), list(pull.get_commits()), list(pull.as_issue().get_timeline())
            _ = pull.additions  # one more request: a list of pull requests leaves it out


def _issues(url: str, repositories: tuple[str, ...]) -> None:
    """Each with its timeline (comments are in it)."""
    from github import Auth, Github

    github = Github(base_url=url, auth=Auth.Token(TOKEN), per_page=100, seconds_between_requests=None)
    for name in repositories:
        for issue in github.get_repo(name).get_issues(state="all"):
            _ = list(issue.get_timeline())


def _jira(url: str, projects: tuple[str, ...]) -> None:
    """Each issue with the newest part of its changelog, as far as a search shows it."""
    from jira import JIRA

    query = f"project in ({', '.join(projects)}) ORDER BY created"
    JIRA(url, basic_auth=(EMAIL, TOKEN)).enhanced_search_issues(query, maxResults=0, expand="changelog")


def _fingerpost(connect: Connect, url: str, scope: tuple[str, ...]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        reading.read(connect, url, scope, f"sqlite:///{folder}/store.db")


GITHUB, JIRA_CLOUD = partial(_fingerpost, reading.github_token), partial(_fingerpost, reading.jira_cloud)

LOOPS = (
    Loop(name="PyGithub loop", items="pull requests", make=sites.github_pulls, sample=60, read=_pull_requests),
    Loop(name="fingerpost", items="pull requests", make=sites.github_pulls, sample=1_000, read=GITHUB),
    Loop(name="PyGithub loop", items="issues", make=sites.github_issues, sample=100, read=_issues),
    Loop(name="fingerpost", items="issues", make=sites.github_issues, sample=1_000, read=GITHUB),
    Loop(name="jira loop", items="Jira issues", make=sites.jira_cloud, sample=1_000, read=_jira),
    Loop(name="fingerpost", items="Jira issues", make=sites.jira_cloud, sample=1_000, read=JIRA_CLOUD),
)
