"""How issues are related and planned: parents, dependencies, types, and the fields of boards."""

from typing import Any

from connectors.twin import github_boards as boards
from connectors.twin.github_hooks import bodies, organization, tell, tell_item
from connectors.twin.github_objects import Node
from connectors.twin.github_state import GitHubHost
from connectors.twin.github_traces import record, touch


def set_parent(host: GitHubHost, issue: Node, parent: Node | None, *, at: str, by: Node, touches: bool = True) -> None:
    """Make the issue a part of another, or of none. Nobody documents whether that touches them: `touches` decides."""
    before = host.node(issue["parent"]) if issue.get("parent") else None
    issue["parent"] = parent["id"] if parent else None
    moves = [(before, "Removed", "removed"), (parent, "Added", "added")]
    for other, word, action in ((o, w, a) for o, w, a in moves if o is not None):
        record(issue, f"ParentIssue{word}Event", at=at, by=by, parent=other["id"])
        record(other, f"SubIssue{word}Event", at=at, by=by, subIssue=issue["id"])
        _settle(host, issue, other, at=at, touches=touches)
        about = _pair(host, parent=other, sub=issue)
        tell(host, f"sub_issues.parent_issue_{action}", by=by, repository=_repository(host, issue), **about)
        tell(host, f"sub_issues.sub_issue_{action}", by=by, repository=_repository(host, other), **about)


def block(host: GitHubHost, issue: Node, blocker: Node, *, at: str, by: Node, touches: bool = True) -> None:
    """Let the issue wait for another."""
    issue["blockedBy"] = [*issue.get("blockedBy", ()), blocker["id"]]
    record(issue, "BlockedByAddedEvent", at=at, by=by, blockingIssue=blocker["id"])
    record(blocker, "BlockingAddedEvent", at=at, by=by, blockedIssue=issue["id"])
    _tell_dependency(host, issue, blocker, "added", at=at, by=by, touches=touches)


def unblock(host: GitHubHost, issue: Node, blocker: Node, *, at: str, by: Node, touches: bool = True) -> None:
    """Let the issue wait no longer."""
    issue["blockedBy"] = [each for each in issue.get("blockedBy", ()) if each != blocker["id"]]
    record(issue, "BlockedByRemovedEvent", at=at, by=by, blockingIssue=blocker["id"])
    record(blocker, "BlockingRemovedEvent", at=at, by=by, blockedIssue=issue["id"])
    _tell_dependency(host, issue, blocker, "removed", at=at, by=by, touches=touches)


def set_type(host: GitHubHost, issue: Node, name: str | None, *, at: str, by: Node) -> None:
    """Give the issue one of its organization's types, or none."""
    before, after = issue.get("issueType"), {"name": name} if name else None
    issue["issueType"] = after
    kind = "Changed" if before and after else "Added" if after else "Removed"
    told = {"prevIssueType": before} if kind == "Changed" else {}
    record(issue, f"IssueType{kind}Event", at=at, by=by, issueType=after or before, **told)
    touch(host, issue, at)
    tell_item(host, issue, "typed" if after else "untyped", by=by, type=bodies(host).issue_type(after or before))


def set_field(host: GitHubHost, item: Node, field: Node, value: Node | None, *, at: str, by: Node) -> None:
    """Give a board's item a value of a field, or none; only its status is told in a timeline."""
    before = boards.held(item, field)
    boards.set_value(host, item, field, value, at=at, by=by)
    change = {
        "field_node_id": field["id"],
        "field_name": field["name"],
        "field_type": field["dataType"].lower(),
        "project_number": host.by_id[item["project"]]["number"],
        "from": _shown(field, before),
        "to": _shown(field, value),
    }
    _tell_item(host, item, "edited", by=by, changes={"field_value": change})


def add_to_board(host: GitHubHost, board: Node, content: Node, *, at: str, by: Node) -> Node:
    """Put an issue or pull request on a board."""
    item: Node = {"content": content["id"], "createdAt": at, "updatedAt": at, "fieldValues": []}
    board.setdefault("items", []).append(item)
    record(content, "AddedToProjectV2Event", at=at, by=by, project=board["id"])
    host.changed(board, content)
    host.completed(board)
    _tell_item(host, item, "created", by=by)
    return item


def archive(host: GitHubHost, item: Node, *, at: str, by: Node, archived: bool = True) -> None:
    """Put a board's item away, or back."""
    item.update(isArchived=archived, updatedAt=at)
    host.changed(item)
    _tell_item(host, item, "archived" if archived else "restored", by=by)


def remove_from_board(host: GitHubHost, board: Node, item: Node, *, at: str, by: Node) -> None:
    """Take an item off a board."""
    board["items"] = [each for each in board["items"] if each is not item]
    content = host.by_id.get(item["content"]) if isinstance(item.get("content"), str) else None
    if content is not None:
        record(content, "RemovedFromProjectV2Event", at=at, by=by, project=board["id"])
        host.changed(content)
    _tell_item(host, item, "deleted", by=by)
    del host.by_id[item["id"]]
    host.changed(board)


def _shown(field: Node, value: Node | None) -> Any:
    """A value as payloads show it: an option or iteration whole, anything else as it is."""
    if value is None:
        return None
    chosen = value.get("optionId") or value.get("iterationId")
    if chosen is None:
        return next((value[word] for word in boards.PLAIN if word in value), None)
    return next((dict(each) for each in boards.choices(field) if each["id"] == chosen), None)


def _tell_item(host: GitHubHost, item: Node, action: str, *, by: Node, **more: Any) -> None:
    """Keep a delivery about a board's item; only boards of organizations send any."""
    owner = host.by_id[host.by_id[item["project"]]["owner"]]
    if owner["__typename"] != "Organization":
        return
    content = item.get("content")
    found = host.by_id.get(content) if isinstance(content, str) else content
    told = {
        "id": int(item["fullDatabaseId"]),
        "node_id": item["id"],
        "project_node_id": item["project"],
        "content_node_id": (found or {}).get("id"),
        "content_type": (found or {}).get("__typename"),
        "created_at": item["createdAt"],
        "updated_at": item["updatedAt"],
        "archived_at": item["updatedAt"] if item.get("isArchived") else None,
        "creator": bodies(host).account(by),
    }
    tell(host, f"projects_v2_item.{action}", by=by, projects_v2_item=told, **more, **organization(owner))


def _pair(host: GitHubHost, *, parent: Node, sub: Node) -> Node:
    shown = bodies(host)
    sides = {"parent": parent, "sub": sub}
    ids = {f"{side}_issue_id": int(issue["fullDatabaseId"]) for side, issue in sides.items()}
    issues = {f"{side}_issue": shown.issue(host.completed(issue)) for side, issue in sides.items()}
    places = {f"{side}_issue_repo": shown.repository(_repository(host, issue)) for side, issue in sides.items()}
    return {**ids, **issues, **places}


def _tell_dependency(
    host: GitHubHost, issue: Node, blocker: Node, action: str, *, at: str, by: Node, touches: bool
) -> None:
    _settle(host, issue, blocker, at=at, touches=touches)
    shown = bodies(host)
    sides = {"blocked": issue, "blocking": blocker}
    about: Node = {f"{side}_issue_id": int(each["fullDatabaseId"]) for side, each in sides.items()}
    about |= {f"{side}_issue": shown.issue(host.completed(each)) for side, each in sides.items()}
    for side, word in (("blocked_by", issue), ("blocking", blocker)):
        tell(host, f"issue_dependencies.{side}_{action}", by=by, repository=_repository(host, word), **about)


def _settle(host: GitHubHost, *issues: Node, at: str, touches: bool) -> None:
    for issue in issues:
        if touches:
            touch(host, issue, at)
        host.changed(issue)


def _repository(host: GitHubHost, issue: Node) -> Node:
    return host.by_id[issue["repository"]]
