"""One GitHub host as it stands: accounts, repositories and what is in them, found by id, by name and by number."""

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from connectors.twin.github_objects import Node, complete, identify, latest
from connectors.twin.github_schema import Dialect
from connectors.twin.github_terms import App, Secondary


def written(at: datetime) -> str:
    """The instant as GitHub writes it: UTC, to the second."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


ITEMS = {"issues": "Issue", "pullRequests": "PullRequest"}
VIEWS_KEPT = 1024


@dataclass(kw_only=True, eq=False)
class GitHubHost:
    """A host that serves `repositories`: dicts by GraphQL field names (see `github_objects`), with `owner` and `name`.

    The host fills in ids and back references in place. Whoever changes an object calls `changed` with it afterwards;
    the functions of `github_edits` do.
    """

    now: Callable[[], datetime]
    repositories: list[Node] = field(default_factory=list)
    organizations: list[Node] = field(default_factory=list)
    users: list[Node] = field(default_factory=list)
    viewer: Node = field(default_factory=lambda: {"login": "fingerpost-reader"})
    token: str | None = None
    """The token asked for; None lets everyone in."""
    token_expires_at: datetime | None = None
    scopes: str | None = None
    """Of a classic token: `repo, read:org`. Others have permissions, which no header tells."""
    app: App | None = None
    denied: set[str] = field(default_factory=set)
    """Permissions that the token lacks, by GitHub's name (`issues`, `contents`); `issues:write` for writing alone."""
    sso: set[str] = field(default_factory=set)
    """Organizations, by login in lower case, for which the token was not authorized to single sign-on."""
    dialect: Dialect = "github.com"
    version: str = "3.17.0"
    """Of an Enterprise Server."""
    hourly_limit: int | None = 5000
    """Points and requests an hour, each. None means no limits, as Enterprise Server has them by default; 0 means none
    either, told as zeros (apache/devlake#8020)."""
    secondary: Secondary | None = None
    nullable: frozenset[str] = frozenset()
    """Fields that are non-null on GitHub and that the data cannot fill, such as `PullRequest.createdAt`."""
    web: str = "https://github.com"

    def __post_init__(self) -> None:
        self.by_id: dict[str, Node] = {}
        self.numbered: dict[tuple[str, int], Node] = {}
        self.named: dict[str, Node] = {}
        self.accounts: dict[str, Node] = {}
        self.moved: dict[tuple[str, int], Node] = {}
        """Issues that were transferred, by the repository and number they had."""
        self.deleted: set[tuple[str, int]] = set()
        self.deliveries: list[Any] = []
        """What webhooks would have been sent, oldest first (`github_hooks.Delivery`)."""
        self._completed: set[str] = set()
        self._views: dict[Hashable, Any] = {}
        for account in [*self.organizations, *self.users, self.viewer]:
            self._open_account(account, "Organization" if account in self.organizations else "User")
        for repository in self.repositories:
            self.open_repository(repository)

    def open_repository(self, repository: Node) -> None:
        """Take the repository in; its issues and pull requests are completed when they are first met."""
        owner = repository.setdefault("owner", {"login": repository.get("nameWithOwner", "/").split("/")[0]})
        self._open_account(owner, "Organization")
        repository["owner"] = self.accounts[owner["login"].lower()]
        repository.setdefault("name", repository.get("nameWithOwner", "/").split("/")[-1])
        repository["nameWithOwner"] = f"{owner['login']}/{repository['name']}"
        identify(repository, "Repository", place=f"repository {repository['nameWithOwner'].lower()}")
        self.named[repository["nameWithOwner"].lower()] = repository
        complete(repository, "Repository", place="", owners={}, meet=self._meet)
        for name, kind in ITEMS.items():
            for item in repository.setdefault(name, []):
                self.open_item(repository, item, kind)

    def open_item(self, repository: Node, item: Node, kind: str) -> None:
        """Make the issue or pull request findable."""
        item.setdefault("__typename", kind)
        item.setdefault("repository", repository["id"])
        identify(item, kind, place=f"{repository['id']}/{item['number']}")
        if not item.get("updatedAt"):
            item["updatedAt"] = latest(item)
        self.numbered[repository["id"], item["number"]] = item
        self._meet(item)

    def define(self, repository: Node, part: Node, kind: str) -> None:
        """Take in a part of the repository's own: a label, a milestone, a release, a deployment."""
        place = f"{repository['id']}/{kind}/{part.get('name') or part.get('title') or part.get('createdAt')}"
        complete(part, kind, place=place, owners={"repository": repository["id"]}, meet=self._meet)
        self._views.clear()

    def changed(self, *objects: Node) -> None:
        """Take note that these objects, or what they hold, are no longer what they were."""
        self._completed.difference_update(o["id"] for o in objects)
        self._views.clear()

    def close_repository(self, repository: Node) -> None:
        """Let the repository go, with all that is in it: it was deleted, or is out of this token's sight."""
        self.repositories = [each for each in self.repositories if each is not repository]
        self.named = {name: each for name, each in self.named.items() if each is not repository}
        del self.by_id[repository["id"]]
        self._views.clear()

    def seen(self, node_id: str) -> Node | None:
        """The object with that node id, as it stands; None where it, or what it is part of, is gone or hidden."""
        found = self.by_id.get(node_id)
        holder = (found or {}).get("repository") or (found or {}).get("pullRequest")
        return None if holder is not None and self.seen(holder) is None else found

    def node(self, node_id: str) -> Node | None:
        """The object with that node id, complete."""
        found = self.seen(node_id)
        return None if found is None else self.completed(found)

    def completed(self, item: Node) -> Node:
        """The item itself, with ids and back references all through."""
        if item["id"] not in self._completed:
            self._completed.add(item["id"])
            owners = {"repository": item["repository"]} if "repository" in item else {}
            complete(item, item["__typename"], place=item["id"], owners=owners, meet=self._meet)
        return item

    def repository(self, owner: str, name: str, *, follow_renames: bool = True) -> Node | None:
        """The repository that has, or had, that name."""
        found = self.named.get(f"{owner}/{name}".lower())
        renamed = found is not None and found["nameWithOwner"].lower() != f"{owner}/{name}".lower()
        return None if renamed and not follow_renames else found

    def item(self, repository: Node, number: int) -> Node | None:
        """The issue or pull request with that number, complete."""
        found = self.numbered.get((repository["id"], number))
        return None if found is None else self.completed(found)

    def items(self, kind: str) -> Iterable[Node]:
        """All issues (`issues`) or pull requests (`pullRequests`) of the host."""
        return (item for repository in self.repositories for item in repository[kind])

    def account(self, login: str) -> Node | None:
        """The user or organization with that login."""
        return self.accounts.get(login.lower())

    def repositories_of(self, login: str) -> list[Node]:
        """The repositories that account owns."""
        return [r for r in self.repositories if r["owner"]["login"].lower() == login.lower()]

    def view(self, key: Hashable, make: Callable[[], Any]) -> Any:
        """What `make` computes from the state, kept under `key` until the state changes."""
        if key not in self._views:
            if len(self._views) >= VIEWS_KEPT:
                self._views.clear()
            self._views[key] = make()
        return self._views[key]

    def _open_account(self, account: Node, kind: str) -> None:
        known = self.accounts.setdefault(account["login"].lower(), account)
        if known is account:
            complete(account, kind, place=f"account {account['login']}", owners={}, meet=self._meet)

    def _meet(self, node: Node) -> None:
        self.by_id[node["id"]] = node
