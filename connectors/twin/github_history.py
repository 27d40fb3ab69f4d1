"""The commits of a repository and what they follow on: a commit names the shas before it in `follows`."""

import heapq
from collections.abc import Iterator, Mapping
from typing import Any

from connectors.twin.github_objects import Node
from connectors.twin.github_state import GitHubHost


def commits(host: GitHubHost, repository: Node) -> Mapping[str, Node]:
    """Every commit of the repository by its sha, however it is met: on a branch, under a tag, deployed, in a pull
    request.
    """
    return host.view(("commits", repository["id"]), lambda: _met(host, repository))  # type: ignore[no-any-return]


def history(host: GitHubHost, commit: Node) -> list[Node]:
    """The commit and all before it, the latest first, as `git rev-list` lists them."""
    return host.view(("history", commit["id"]), lambda: list(_back(host, commit)))  # type: ignore[no-any-return]


def parents(host: GitHubHost, commit: Node) -> list[Node]:
    """The commits it follows on, as far as they are known."""
    known = commits(host, host.by_id[commit["repository"]])
    return [known[oid] for oid in commit.get("follows", ()) if oid in known]


def advance(host: GitHubHost, repository: Node, commit: Node) -> None:
    """Let the default branch end with this commit, if it is known where it ended."""
    branch = repository.get("defaultBranchRef") or {}
    if branch.get("target"):
        commit.setdefault("follows", [branch["target"]["oid"]])
        host.define(repository, commit, "Commit")
        branch["target"] = commit
        host.changed(repository)


def _met(host: GitHubHost, repository: Node) -> dict[str, Node]:
    found: dict[str, Node] = {}
    for commit in _stated(repository):
        if "repository" not in commit:
            host.define(repository, commit, "Commit")
        if "follows" in commit or commit["oid"] not in found:
            found[commit["oid"]] = commit
    return found


def _stated(repository: Node) -> Iterator[Node]:
    yield from repository.get("commits") or ()
    for ref in filter(None, [repository.get("defaultBranchRef"), *(repository.get("refs") or ())]):
        target: Any = ref.get("target") or {}
        yield from (each for each in (target, target.get("target") or {}) if "oid" in each and "tagger" not in each)
    yield from filter(None, (deployment.get("commit") for deployment in repository.get("deployments") or ()))
    for pull in repository["pullRequests"]:
        yield from (each["commit"] for each in pull.get("commits") or ())
        if pull.get("mergeCommit"):
            yield pull["mergeCommit"]


def _back(host: GitHubHost, commit: Node) -> Iterator[Node]:
    """By date, each after one that follows on it."""
    seen, waiting = {commit["oid"]}, [(_later_first(commit), commit["oid"], commit)]
    while waiting:
        *_, latest = heapq.heappop(waiting)
        yield latest
        for parent in parents(host, latest):
            if parent["oid"] not in seen:
                seen.add(parent["oid"])
                heapq.heappush(waiting, (_later_first(parent), parent["oid"], parent))


def _later_first(commit: Node) -> tuple[int, ...]:
    date = commit.get("committedDate") or (commit.get("committer") or {}).get("date") or ""
    return tuple(-ord(sign) for sign in date)
