"""The streams that are read of every repository, and how each is read."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from msgspec import Raw

from connectors.github.accounts import Accounts
from connectors.github.deployments import deployment
from connectors.github.issues import issue
from connectors.github.items import Deployment, Issue, Item, PullRequest
from connectors.github.parse import Parsed, decode
from connectors.github.pull_requests import pull_request


@dataclass(frozen=True, kw_only=True)
class Watched:
    """A list of a repository's of which the probe shows the newest."""

    name: str
    connection: str  #: GitHub's name for it


@dataclass(frozen=True, kw_only=True)
class Stream(Watched):
    """One kind of item, read by walking from its latest to its oldest."""

    kind: str  #: in the refs of its items
    typename: str  #: GitHub's name for it
    first: int  #: items in the first page, which then costs a point or two (github.md §2a)
    wire: type[Item]
    parse: Callable[[Any, Accounts], Parsed]

    def decode(self, raw: Raw) -> Item:
        """The item as GitHub tells it; `Malformed` where it is something else."""
        return decode(raw, self.wire)

    def moved_at(self, item: Item) -> datetime:
        """Since when it is as it is. Pages are ordered by it, but for those of deployments, which are ordered by
        creation: what is older than the first page and moved all the same is on the watch list.
        """
        return item.updated_at


PULL_REQUESTS = Stream(
    name="pull_requests",
    kind="pull_request",
    typename="PullRequest",
    connection="pullRequests",
    first=25,
    wire=PullRequest,
    parse=pull_request,
)
ISSUES = Stream(
    name="issues",
    kind="issue",
    typename="Issue",
    connection="issues",
    first=37,
    wire=Issue,
    parse=issue,
)
DEPLOYMENTS = Stream(
    name="deployments",
    kind="deployment",
    typename="Deployment",
    connection="deployments",
    first=100,
    wire=Deployment,
    parse=deployment,
)
STREAMS = (PULL_REQUESTS, ISSUES, DEPLOYMENTS)
