"""What is done to issues and to pull requests alike, and to issues alone."""

from typing import Any

from connectors.twin.github_history import advance
from connectors.twin.github_hooks import bodies, tell, tell_item, tell_push
from connectors.twin.github_objects import Node
from connectors.twin.github_state import ITEMS, GitHubHost
from connectors.twin.github_traces import record, touch


def open_issue(host: GitHubHost, repository: Node, *, title: str, at: str, by: Node, **fields: Any) -> Node:
    """A new issue under the next number."""
    opened = {"title": title, "author": by, "createdAt": at, "updatedAt": at, **fields}
    made = _open(host, repository, "issues", opened)
    tell_item(host, made, "opened", by=by)
    return made


def open_pull_request(host: GitHubHost, repository: Node, *, title: str, at: str, by: Node, **fields: Any) -> Node:
    """A new pull request under the next number."""
    base = {"baseRefName": "main", "headRefName": "work", "commits": []}
    opened = {"title": title, "author": by, "createdAt": at, "updatedAt": at}
    made = _open(host, repository, "pullRequests", base | opened | fields)
    tell_item(host, made, "opened", by=by)
    return made


def edit(host: GitHubHost, item: Node, *, at: str, by: Node, **fields: Any) -> None:
    """Give fields another value; a new title is told in the timeline."""
    changes = {name: {"from": item.get(name)} for name in fields}
    if "title" in fields and fields["title"] != item["title"]:
        titles = {"previousTitle": item["title"], "currentTitle": fields["title"]}
        record(item, "RenamedTitleEvent", at=at, by=by, **titles)
    item.update(fields)
    touch(host, item, at)
    tell_item(host, item, "edited", by=by, changes=changes)


def close(host: GitHubHost, item: Node, *, at: str, by: Node, reason: str | None = None, **fields: Any) -> None:
    """Close an issue, or a pull request without merging it; `closer` is the id of what did it."""
    item.update(closedAt=at, state="CLOSED")
    if item["__typename"] == "Issue":
        item["stateReason"] = reason or "COMPLETED"
    record(item, "ClosedEvent", at=at, by=by, stateReason=item.get("stateReason"), **fields)
    touch(host, item, at)
    tell_item(host, item, "closed", by=by)


def close_as_duplicate(host: GitHubHost, issue: Node, of: Node, *, at: str, by: Node) -> None:
    """Close an issue in favour of another."""
    issue["duplicateOf"] = of["id"]
    record(issue, "MarkedAsDuplicateEvent", at=at, by=by, canonical=of["id"], duplicate=issue["id"])
    close(host, issue, at=at, by=by, reason="DUPLICATE")


def reopen(host: GitHubHost, item: Node, *, at: str, by: Node) -> None:
    """Open again what was closed."""
    item.update(closedAt=None, state="OPEN")
    if item["__typename"] == "Issue":
        item["stateReason"] = "REOPENED"
    record(item, "ReopenedEvent", at=at, by=by)
    touch(host, item, at)
    tell_item(host, item, "reopened", by=by)


def merge(host: GitHubHost, pull: Node, *, at: str, by: Node, oid: str) -> None:
    """Merge a pull request, and close the issues it closes."""
    commit = {"oid": oid, "message": pull["title"], "author": {"date": at}, "committer": {"date": at}}
    pull.update(mergedAt=at, closedAt=at, state="MERGED", mergedBy=by, mergeCommit=commit)
    record(pull, "MergedEvent", at=at, by=by, commit=commit, mergeRefName=pull["baseRefName"])
    record(pull, "ClosedEvent", at=at, by=by)
    touch(host, pull, at)
    advance(host, host.by_id[pull["repository"]], commit)
    tell_item(host, pull, "closed", by=by)
    tell_push(host, host.by_id[pull["repository"]], pull["baseRefName"], before="0" * 40, after=oid, by=by)
    for issue in filter(None, map(host.node, pull.get("closingIssuesReferences", ()))):
        close(host, issue, at=at, by=by, closer=pull["id"])


def label(host: GitHubHost, item: Node, name: str, *, at: str, by: Node) -> None:
    """Put a label on."""
    item.setdefault("labels", []).append({"name": name})
    record(item, "LabeledEvent", at=at, by=by, label={"name": name})
    touch(host, item, at)
    tell_item(host, item, "labeled", by=by, label=bodies(host).label(host.completed(item)["labels"][-1]))


def unlabel(host: GitHubHost, item: Node, name: str, *, at: str, by: Node) -> None:
    """Take a label off."""
    told = [bodies(host).label(each) for each in host.completed(item).get("labels", ()) if each["name"] == name]
    item["labels"] = [each for each in item.get("labels", ()) if each["name"] != name]
    record(item, "UnlabeledEvent", at=at, by=by, label={"name": name})
    touch(host, item, at)
    tell_item(host, item, "unlabeled", by=by, label=told[0] if told else {"name": name})


def assign(host: GitHubHost, item: Node, who: Node, *, at: str, by: Node) -> None:
    """Give the item to somebody too."""
    item["assignees"] = [*item.get("assignees", ()), who]
    record(item, "AssignedEvent", at=at, by=by, assignee=who)
    touch(host, item, at)
    tell_item(host, item, "assigned", by=by, assignee=bodies(host).account(who))


def unassign(host: GitHubHost, item: Node, who: Node, *, at: str, by: Node) -> None:
    """Take the item from somebody."""
    item["assignees"] = [each for each in item.get("assignees", ()) if each["login"] != who["login"]]
    record(item, "UnassignedEvent", at=at, by=by, assignee=who)
    touch(host, item, at)
    tell_item(host, item, "unassigned", by=by, assignee=bodies(host).account(who))


def set_milestone(host: GitHubHost, item: Node, milestone: Node | None, *, at: str, by: Node) -> None:
    """Plan the item for a milestone, for another one, or for none."""
    if before := item.get("milestone"):
        record(item, "DemilestonedEvent", at=at, by=by, milestoneTitle=before["title"])
    if milestone:
        record(item, "MilestonedEvent", at=at, by=by, milestoneTitle=milestone["title"])
    item["milestone"] = milestone
    touch(host, item, at)
    action, told = ("milestoned", milestone) if milestone else ("demilestoned", before)
    tell_item(host, item, action, by=by, milestone=bodies(host).milestone(told))


def comment(host: GitHubHost, item: Node, *, at: str, by: Node, body: str = "Seen.") -> Node:
    """Say something."""
    said: Node = {"__typename": "IssueComment", "author": by, "body": body, "createdAt": at, "updatedAt": at}
    item.setdefault("comments", []).append(said)
    touch(host, item, at)
    host.completed(item)
    shown = bodies(host)
    about = {"issue": shown.issue(item), "comment": shown.comment(said)}
    tell(host, "issue_comment.created", by=by, repository=host.by_id[item["repository"]], **about)
    return said


def mention(host: GitHubHost, item: Node, source: Node, *, at: str, by: Node, closes: bool = False) -> None:
    """Name the item in another one's text: no delivery tells of it, and the item's `updatedAt` stays."""
    ends = {"source": source["id"], "target": item["id"], "willCloseTarget": closes}
    apart = source["repository"] != item["repository"]
    record(item, "CrossReferencedEvent", at=at, by=by, isCrossRepository=apart, **ends)
    host.changed(item)


def delete(host: GitHubHost, issue: Node, *, by: Node | None = None) -> None:
    """Delete an issue: it leaves every list, and its number answers that it is gone."""
    tell_item(host, issue, "deleted", by=by or host.viewer)
    _remove(host, issue)
    host.deleted.add((issue["repository"], issue["number"]))


def transfer(host: GitHubHost, issue: Node, to: Node, *, at: str, by: Node) -> Node:
    """Move an issue to another repository, under a new number and id there; the old number leads to it."""
    place = issue["repository"], issue["number"]
    kept = {k: v for k, v in issue.items() if k not in ("id", "number", "repository", "fullDatabaseId")}
    moved = _open(host, to, "issues", {**kept, "updatedAt": at})
    record(moved, "TransferredEvent", at=at, by=by, fromRepository=place[0])
    touch(host, moved, at)
    shown = bodies(host)
    changes = {"new_issue": shown.issue(host.completed(moved)), "new_repository": shown.repository(to)}
    tell_item(host, issue, "transferred", by=by, changes=changes)
    _remove(host, issue)
    host.moved[place] = moved
    came_from = {"old_issue": {"number": place[1]}, "old_repository": shown.repository(host.by_id[place[0]])}
    tell_item(host, moved, "opened", by=by, changes=came_from)
    return moved


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
