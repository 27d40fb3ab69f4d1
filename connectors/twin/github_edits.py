"""Changes to a host as GitHub makes them: the object, its `updatedAt`, its timeline and where it can be found.

Instants are written as GitHub writes them (`2026-11-20T18:00:00Z`); `by` is the account that acts.
"""

from collections.abc import Sequence
from typing import Any

from connectors.twin.github_derived import DERIVED
from connectors.twin.github_objects import Node
from connectors.twin.github_state import ITEMS, GitHubHost


def open_issue(host: GitHubHost, repository: Node, *, title: str, at: str, by: Node, **fields: Any) -> Node:
    """A new issue under the next number."""
    return _open(host, repository, "issues", {"title": title, "author": by, "createdAt": at, "updatedAt": at, **fields})


def open_pull_request(host: GitHubHost, repository: Node, *, title: str, at: str, by: Node, **fields: Any) -> Node:
    """A new pull request under the next number."""
    base = {"baseRefName": "main", "headRefName": "work", "commits": []}
    opened = {"title": title, "author": by, "createdAt": at, "updatedAt": at}
    return _open(host, repository, "pullRequests", base | opened | fields)


def edit(host: GitHubHost, item: Node, *, at: str, by: Node, **fields: Any) -> None:
    """Give fields another value; a new title is told in the timeline."""
    if "title" in fields and fields["title"] != item["title"]:
        titles = {"previousTitle": item["title"], "currentTitle": fields["title"]}
        _tell(item, "RenamedTitleEvent", at=at, by=by, **titles)
    item.update(fields)
    _touch(host, item, at)


def close(host: GitHubHost, item: Node, *, at: str, by: Node, reason: str | None = None) -> None:
    """Close an issue, or a pull request without merging it."""
    item.update(closedAt=at, state="CLOSED")
    if item["__typename"] == "Issue":
        item["stateReason"] = reason or "COMPLETED"
    _tell(item, "ClosedEvent", at=at, by=by, stateReason=item.get("stateReason"))
    _touch(host, item, at)


def reopen(host: GitHubHost, item: Node, *, at: str, by: Node) -> None:
    """Open again what was closed."""
    item.update(closedAt=None, state="OPEN")
    if item["__typename"] == "Issue":
        item["stateReason"] = "REOPENED"
    _tell(item, "ReopenedEvent", at=at, by=by)
    _touch(host, item, at)


def merge(host: GitHubHost, pull: Node, *, at: str, by: Node, oid: str) -> None:
    """Merge a pull request, and close the issues it closes."""
    commit = {"oid": oid, "message": pull["title"], "author": {"date": at}, "committer": {"date": at}}
    pull.update(mergedAt=at, closedAt=at, state="MERGED", mergedBy=by, mergeCommit=commit)
    _tell(pull, "MergedEvent", at=at, by=by, commit=commit, mergeRefName=pull["baseRefName"])
    _tell(pull, "ClosedEvent", at=at, by=by)
    _touch(host, pull, at)
    for issue in filter(None, map(host.node, pull.get("closingIssuesReferences", ()))):
        close(host, issue, at=at, by=by)
        issue["timelineItems"][-1]["closer"] = pull["id"]


def define_label(host: GitHubHost, repository: Node, name: str, *, at: str, **fields: Any) -> Node:
    """A new label of the repository's."""
    defined = DERIVED["Repository.labels"](host, repository) if "labels" not in repository else repository["labels"]
    made = {"name": name, "createdAt": at, "updatedAt": at, **fields}
    repository["labels"] = [*defined, made]
    host.define(repository, made, "Label")
    return made


def label(host: GitHubHost, item: Node, name: str, *, at: str, by: Node) -> None:
    """Put a label on."""
    item.setdefault("labels", []).append({"name": name})
    _tell(item, "LabeledEvent", at=at, by=by, label={"name": name})
    _touch(host, item, at)


def unlabel(host: GitHubHost, item: Node, name: str, *, at: str, by: Node) -> None:
    """Take a label off."""
    item["labels"] = [each for each in item.get("labels", ()) if each["name"] != name]
    _tell(item, "UnlabeledEvent", at=at, by=by, label={"name": name})
    _touch(host, item, at)


def review(host: GitHubHost, pull: Node, *, at: str, by: Node, state: str = "APPROVED") -> None:
    """Submit a review."""
    pull.setdefault("reviews", []).append({"state": state, "author": by, "createdAt": at, "submittedAt": at})
    _touch(host, pull, at)


def push(host: GitHubHost, pull: Node, commits: Sequence[Node], *, at: str, by: Node, force: bool = False) -> None:
    """Add commits; with `force` they replace those that were there."""
    before = pull.get("commits") or []
    pull["commits"] = [*([] if force else before), *({"commit": commit} for commit in commits)]
    if force:
        moved = {"beforeCommit": before[-1]["commit"] if before else None, "afterCommit": commits[-1]}
        _tell(pull, "HeadRefForcePushedEvent", at=at, by=by, **moved)
    _touch(host, pull, at)


def delete(host: GitHubHost, issue: Node) -> None:
    """Delete an issue: it leaves every list, and its number answers that it is gone."""
    _remove(host, issue)
    host.deleted.add((issue["repository"], issue["number"]))


def transfer(host: GitHubHost, issue: Node, to: Node, *, at: str, by: Node) -> Node:
    """Move an issue to another repository, under a new number and id there; the old number leads to it."""
    place = issue["repository"], issue["number"]
    _remove(host, issue)
    kept = {k: v for k, v in issue.items() if k not in ("id", "number", "repository", "fullDatabaseId")}
    moved = _open(host, to, "issues", {**kept, "updatedAt": at})
    _tell(moved, "TransferredEvent", at=at, by=by, fromRepository=place[0])
    host.moved[place] = moved
    _touch(host, moved, at)
    return moved


def rename_repository(host: GitHubHost, repository: Node, name: str) -> None:
    """Give the repository another name; the old one leads to it until it is taken."""
    repository["name"] = name
    repository["nameWithOwner"] = f"{repository['owner']['login']}/{name}"
    host.named[repository["nameWithOwner"].lower()] = repository
    host.changed(repository)


def _open(host: GitHubHost, repository: Node, listed_in: str, item: Node) -> Node:
    taken = (i["number"] for name in ITEMS for i in repository[name])
    gone = (number for holder, number in [*host.deleted, *host.moved] if holder == repository["id"])
    item = {"number": max([*taken, *gone], default=0) + 1, "body": "", **item}
    repository[listed_in].append(item)
    host.open_item(repository, item, ITEMS[listed_in])
    host.changed(item)
    return item


def _remove(host: GitHubHost, item: Node) -> None:
    listed = host.by_id[item["repository"]]["issues"]
    listed[:] = [other for other in listed if other is not item]
    del host.numbered[item["repository"], item["number"]], host.by_id[item["id"]]
    host.changed(item)


def _tell(item: Node, kind: str, *, at: str, by: Node, **fields: Any) -> None:
    item.setdefault("timelineItems", []).append({"__typename": kind, "createdAt": at, "actor": by, **fields})


def _touch(host: GitHubHost, item: Node, at: str) -> None:
    item["updatedAt"] = max(at, item["updatedAt"])
    host.changed(item)
