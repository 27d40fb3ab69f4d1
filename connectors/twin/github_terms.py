"""On what terms a host is asked: Apps and where they are installed, and the limits beside the hourly ones."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from connectors.twin.github_objects import Node

READ = (
    *("metadata", "issues", "pull_requests", "contents", "deployments", "actions", "checks"),
    *("members", "organization_projects"),
)


@dataclass(kw_only=True, eq=False)
class Installation:
    """An App on one account, with all of its repositories or the named ones."""

    id: int
    account: str
    """The login of the account."""
    repositories: set[str] | None = None
    """Names without owner; None for all."""
    permissions: Mapping[str, str] = field(default_factory=lambda: dict.fromkeys(READ, "read"))
    suspended: bool = False

    def covers(self, repository: Node) -> bool:
        """Whether the repository is the account's and among those the App was given."""
        owned = repository["owner"]["login"].lower() == self.account.lower()
        return bool(owned) and (self.repositories is None or repository["name"] in self.repositories)


@dataclass(kw_only=True, eq=False)
class App:
    """A GitHub App and where it is installed."""

    id: int
    client_id: str = "Iv1.fingerpost"
    slug: str = "fingerpost"
    owner: str = "acme"
    installations: list[Installation] = field(default_factory=list)
    by_clock: bool = False
    """Whether its assertions are held against the host's clock; whoever signs by another clock leaves it off."""


def at_once(_: int) -> float:
    """No query takes any time."""
    return 0.0


@dataclass(kw_only=True, eq=False)
class Secondary:
    """The limits beside the hourly ones; None for one that is not watched.

    https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api#about-secondary-rate-limits
    """

    graphql_points: int | None = 2000
    """A minute; a query is one point, a mutation five."""
    rest_points: int | None = 900
    """A minute and endpoint; a write is five points."""
    graphql_cpu_s: float | None = 60.0
    """Seconds of work in a minute, for GraphQL alone."""
    takes: Callable[[int], float] = at_once
    """How many seconds a query of so many points works; a test may let its clock pass them."""
    retry_after_s: int | None = 60
    """What a refusal tells; None where it tells nothing."""
