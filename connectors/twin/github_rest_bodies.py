"""The host's objects in the words of the REST API."""

from collections.abc import Callable, Mapping
from typing import Any

from connectors.twin.github_derived import DERIVED, item_url, repository_url
from connectors.twin.github_filters import state
from connectors.twin.github_objects import Node, identify, snake
from connectors.twin.github_state import GitHubHost

# The issue side of a pull request has an id of its own (spec of `GET /repos/{owner}/{repo}/issues`).
ISSUE_SIDE = 2**49
EVENT_NAMES = {
    "CrossReferencedEvent": "cross-referenced",
    "IssueComment": "commented",
    "PullRequestCommit": "committed",
    "PullRequestReview": "reviewed",
    "ProjectV2ItemStatusChangedEvent": "project_v2_item_status_changed",
    "AddedToProjectV2Event": "added_to_project_v2",
    "RemovedFromProjectV2Event": "removed_from_project_v2",
}
# Whom REST names where GraphQL names nobody.
GHOST: Node = {"__typename": "User", "login": "ghost", "databaseId": 10137}
Part = Callable[[Any], Any]


class Bodies:
    """REST bodies of a host whose API root is `api`."""

    def __init__(self, host: GitHubHost, api: str) -> None:
        self.host, self.api = host, api

    def account(self, node: Node | None) -> Node | None:
        """A user, bot or organization; a bot's login ends in `[bot]` here and nowhere else."""
        if node is None:
            return None
        kind = node.setdefault("__typename", "User")
        identify(node, kind, place=f"account {node['login']}")
        login = f"{node['login']}[bot]" if kind == "Bot" and not node["login"].endswith("[bot]") else node["login"]
        return {
            "login": login,
            "id": node.get("databaseId"),
            "node_id": node.get("id"),
            "type": kind,
            "name": node.get("name"),
            "email": node.get("email"),
            "site_admin": False,
            "url": f"{self.api}/users/{login}",
            "html_url": f"{self.host.web}/{node['login']}",
        }

    def repository(self, node: Node) -> Node:
        """A repository."""
        return {
            "id": node["databaseId"],
            "node_id": node["id"],
            "name": node["name"],
            "full_name": node["nameWithOwner"],
            "owner": self.account(node["owner"]),
            "private": bool(node.get("isPrivate")),
            "fork": bool(node.get("isFork")),
            "archived": bool(node.get("isArchived")),
            "description": node.get("description"),
            "default_branch": (node.get("defaultBranchRef") or {}).get("name", "main"),
            "visibility": str(DERIVED["Repository.visibility"](self.host, node)).lower(),
            "has_issues": node.get("hasIssuesEnabled", True),
            "created_at": node.get("createdAt"),
            "updated_at": node.get("updatedAt"),
            "pushed_at": node.get("pushedAt"),
            "url": self.repository_api(node),
            "html_url": repository_url(self.host, node),
        }

    def repository_api(self, node: Node) -> str:
        """The API's URL of a repository."""
        return f"{self.api}/repos/{node['nameWithOwner']}"

    def item(self, node: Node) -> Node:
        """What an issue and a pull request have in common."""
        repository = self.host.by_id[node["repository"]]
        return {
            "node_id": node["id"],
            "number": node["number"],
            "title": node.get("title") or "",
            "body": node.get("body"),
            "state": "open" if state(self.host, node) == "OPEN" else "closed",
            "locked": bool(node.get("locked")),
            "user": self.account(node.get("author") or GHOST),
            "labels": [self.label(label) for label in node.get("labels") or ()],
            "assignee": self.account(next(iter(node.get("assignees") or ()), None)),
            "assignees": [self.account(a) for a in node.get("assignees") or ()],
            "milestone": self.milestone(node.get("milestone")),
            "created_at": node.get("createdAt"),
            "updated_at": node.get("updatedAt"),
            "closed_at": node.get("closedAt"),
            "repository_url": self.repository_api(repository),
            "html_url": item_url(self.host, node),
        }

    def issue(self, node: Node) -> Node:
        """An issue, or the issue side of a pull request."""
        number, of_pull = int(node["fullDatabaseId"]), node["__typename"] == "PullRequest"
        reason = node.get("stateReason")
        extra = {"pull_request": {"url": self.pull_api(node), "merged_at": node.get("mergedAt")}} if of_pull else {}
        return {
            **self.item(node),
            "id": number + ISSUE_SIDE if of_pull else number,
            "state_reason": reason.lower() if reason else None,
            "type": self.issue_type(node.get("issueType")),
            "comments": len(node.get("comments") or ()),
            "url": self.issue_api(node),
            **extra,
        }

    def issue_api(self, node: Node) -> str:
        """The API's URL of an issue, or of the issue side of a pull request."""
        return f"{self.repository_api(self.host.by_id[node['repository']])}/issues/{node['number']}"

    def pull_api(self, node: Node) -> str:
        """The API's URL of a pull request."""
        return f"{self.repository_api(self.host.by_id[node['repository']])}/pulls/{node['number']}"

    def pull(self, node: Node) -> Node:
        """A pull request as lists have it."""
        return {
            **self.item(node),
            "id": int(node["fullDatabaseId"]),
            "draft": bool(node.get("isDraft")),
            "merged_at": node.get("mergedAt"),
            "merge_commit_sha": (node.get("mergeCommit") or {}).get("oid"),
            "head": {"ref": node.get("headRefName"), "sha": DERIVED["PullRequest.headRefOid"](self.host, node)},
            "base": {"ref": node.get("baseRefName"), "sha": node.get("baseRefOid")},
            "url": self.pull_api(node),
            "issue_url": self.issue_api(node),
            "requested_reviewers": self.asked(node)["users"],
        }

    def asked(self, node: Node) -> Node:
        """Who is asked to review a pull request and has not answered."""
        asked = [each["requestedReviewer"] for each in node.get("reviewRequests") or ()]
        people = [self.account(who) for who in asked if who.get("__typename") != "Team"]
        return {"users": people, "teams": [{"name": who["name"]} for who in asked if who.get("__typename") == "Team"]}

    def whole_pull(self, node: Node) -> Node:
        """A pull request as it is read alone, with what lists leave out."""
        counted = {
            field: (node[field] if field in node else DERIVED[f"PullRequest.{field}"](self.host, node)) or 0
            for field in ("additions", "deletions", "changedFiles")
        }
        return {
            **self.pull(node),
            "merged": bool(node.get("mergedAt")),
            "merged_by": self.account(node.get("mergedBy")),
            "additions": counted["additions"],
            "deletions": counted["deletions"],
            "changed_files": counted["changedFiles"],
            "commits": len(node.get("commits") or ()),
            "comments": len(node.get("comments") or ()),
            "review_comments": sum(len(thread.get("comments") or ()) for thread in node.get("reviewThreads") or ()),
        }

    def label(self, node: Node) -> Node:
        """A label."""
        number = _number(node)
        told = {"description": node.get("description"), "default": bool(node.get("isDefault"))}
        return {"id": number, "node_id": node.get("id"), "name": node["name"], "color": node.get("color", ""), **told}

    def deployment(self, node: Node) -> Node:
        """A deployment."""
        repository = self.repository_api(self.host.by_id[node["repository"]])
        url = f"{repository}/deployments/{node['databaseId']}"
        return {
            "id": node["databaseId"],
            "node_id": node["id"],
            "sha": (node.get("commit") or {}).get("oid"),
            "ref": (node.get("ref") or {}).get("name"),
            "task": node.get("task") or "deploy",
            "environment": node.get("environment"),
            "production_environment": bool(node.get("isProduction", node.get("environment") == "production")),
            "transient_environment": bool(node.get("isTransient")),
            "creator": self.account(node.get("creator")),
            "payload": {},
            "description": node.get("description"),
            "created_at": node["createdAt"],
            "updated_at": node.get("updatedAt") or node["createdAt"],
            "statuses_url": f"{url}/statuses",
            "repository_url": repository,
            "url": url,
        }

    def issue_type(self, node: Node | None) -> Node | None:
        """A type of issues."""
        if node is None:
            return None
        identify(node, "IssueType", place="issue type")
        told = {"description": node.get("description"), "is_enabled": node.get("isEnabled", True)}
        return {"id": _number(node), "node_id": node["id"], "name": node["name"], **told}

    def milestone(self, node: Node | None) -> Node | None:
        """A milestone."""
        if node is None:
            return None
        words = {"node_id": "id", "number": "number", "title": "title", "due_on": "dueOn", "closed_at": "closedAt"}
        return {rest: node.get(field) for rest, field in words.items()}

    def comment(self, node: Node) -> Node:
        """A comment of an issue or pull request."""
        dates = {"created_at": node["createdAt"], "updated_at": node.get("updatedAt")}
        number = int(node["fullDatabaseId"])
        return {"id": number, "node_id": node["id"], "user": self.account(node.get("author")), **dates} | {
            "body": node.get("body") or ""
        }

    def review(self, node: Node) -> Node:
        """A review."""
        return {
            "id": int(node["fullDatabaseId"]),
            "node_id": node["id"],
            "user": self.account(node.get("author")),
            "body": node.get("body") or "",
            "state": node["state"],
            "submitted_at": node.get("submittedAt"),
            "commit_id": (node.get("commit") or {}).get("oid"),
        }

    def commit(self, node: Node) -> Node:
        """A commit of a pull request."""
        commit = node["commit"]
        sides = {side: commit.get(side) or {} for side in ("author", "committer")}
        git = {side: {name: who.get(name) for name in ("name", "email", "date")} for side, who in sides.items()}
        return {
            "sha": commit["oid"],
            "node_id": commit["id"],
            "commit": {"message": commit.get("message", ""), **git},
            **{side: self.account(who.get("user")) for side, who in sides.items()},
        }

    def event(self, node: Node) -> Node:
        """An item of a timeline."""
        kind = node["__typename"]
        if kind == "PullRequestReview":
            return {**self.review(node), "event": "reviewed"}
        if kind == "PullRequestCommit":
            return {**self.commit(node), **self.commit(node)["commit"], "event": "committed"}
        return {
            "node_id": node["id"],
            "event": event_name(kind),
            "actor": self.account(node.get("actor") or node.get("author")),
            "created_at": node.get("createdAt"),
            **self.event_parts(node),
        }

    def event_parts(self, node: Node) -> Node:
        """What only some kinds of event have."""
        parts: Mapping[str, tuple[str, Part]] = {
            "label": ("label", lambda v: {"name": v["name"], "color": v.get("color", "")}),
            "assignee": ("assignee", self.account),
            "milestoneTitle": ("milestone", lambda v: {"title": v}),
            "requestedReviewer": ("requested_reviewer", lambda v: self.account(v) if "login" in v else None),
            "stateReason": ("state_reason", lambda v: v.lower()),
            "body": ("body", str),
            "commit": ("commit_id", lambda v: v.get("oid")),
            "currentTitle": ("rename", lambda v: {"from": node.get("previousTitle"), "to": v}),
        }
        return {rest: part(node[field]) for field, (rest, part) in parts.items() if node.get(field) is not None}


def _number(node: Node) -> int:
    """A number for what has only a node id in GraphQL."""
    return int.from_bytes(str(node.get("id")).encode()[-5:], "big")


def event_name(kind: str) -> str:
    """`ReadyForReviewEvent` is `ready_for_review`."""
    return EVENT_NAMES.get(kind, snake(kind.removesuffix("Event")))
