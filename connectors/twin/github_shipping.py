"""What follows from a deployment's statuses and from a release's tag."""

from collections.abc import Callable, Mapping
from typing import Any

from connectors.twin.github_objects import Node
from connectors.twin.github_state import GitHubHost


def latest_status(_: GitHubHost, deployment: Node) -> Node | None:
    """The status set last; of one second, the later."""
    return max(reversed(deployment.get("statuses") or []), key=lambda s: str(s["createdAt"]), default=None)


def deployment_state(host: GitHubHost, deployment: Node) -> str:
    """The latest status as a deployment state: a success is ACTIVE."""
    state = (latest_status(host, deployment) or {}).get("state", "PENDING")
    return "ACTIVE" if state == "SUCCESS" else str(state)


def tag_of(host: GitHubHost, release: Node) -> Node | None:
    """The tag a release was made from; a draft's need not exist yet."""
    refs = host.by_id[release["repository"]].get("refs") or ()
    tags = (r for r in refs if r.get("prefix") == "refs/tags/" and r["name"] == release["tagName"])
    return next(tags, None)


def tagged_commit(host: GitHubHost, release: Node) -> Node | None:
    """The commit a release's tag leads to, through an annotated tag too."""
    target = (tag_of(host, release) or {}).get("target")
    return target.get("target") if target and target["__typename"] == "Tag" else target


def is_latest(host: GitHubHost, release: Node) -> bool:
    """Whether no full release was published later."""
    published = [
        r
        for r in host.by_id[release["repository"]]["releases"]
        if r.get("publishedAt") and not r.get("isDraft") and not r.get("isPrerelease")
    ]
    return bool(published) and max(published, key=lambda r: str(r["publishedAt"])) is release


SHIPPED: Mapping[str, Callable[[GitHubHost, Node], Any]] = {
    "Deployment.commitOid": lambda _, deployment: (deployment.get("commit") or {}).get("oid", ""),
    "Deployment.latestEnvironment": lambda _, deployment: deployment.get("environment"),
    "Deployment.latestStatus": latest_status,
    "Deployment.originalEnvironment": lambda _, deployment: deployment.get("environment"),
    "Deployment.state": deployment_state,
    "Release.isLatest": is_latest,
    "Release.tag": tag_of,
    "Release.tagCommit": tagged_commit,
}
