"""Issues and pull requests as REST answers recorded them, with their timelines, as the objects GraphQL serves."""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from connectors.twin.github_objects import Node
from connectors.twin.github_schema import github_schema

NAMED_OTHERWISE = {
    "commented": "IssueComment",
    "committed": "PullRequestCommit",
    "renamed": "RenamedTitleEvent",
    "reviewed": "PullRequestReview",
}
GHOST = "ghost"
# https://docs.github.com/issues/tracking-your-work-with-issues/linking-a-pull-request-to-an-issue
CLOSING = re.compile(r"\b(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?):?\s+#(\d+)\b", re.IGNORECASE)

# Non-null on GitHub, and not told by REST.
UNTOLD = frozenset(
    {
        "ConnectedEvent.isCrossRepository",
        "ConnectedEvent.source",
        "ConnectedEvent.subject",
        "PullRequestReview.createdAt",
        "PullRequestReviewThread.isResolved",
        "ReferencedEvent.isCrossRepository",
        "ReferencedEvent.isDirectReference",
    }
)


def issue(body: Node, events: Sequence[Node]) -> Node:
    """An issue with its timeline."""
    timeline = list(_timeline(events, "IssueTimelineItems"))
    reason = body.get("state_reason")
    return {
        **_item(body),
        "state": body["state"].upper(),
        "stateReason": reason.upper() if reason else None,
        "comments": [each for each in timeline if each["__typename"] == "IssueComment"],
        "timelineItems": timeline,
    }


def pull_request(body: Node, events: Sequence[Node], comments: Sequence[Node]) -> Node:
    """A pull request with its timeline, reviews, commits and review threads; `merged_at` decides whether it merged."""
    timeline = list(_timeline(events, "PullRequestTimelineItems"))
    merged_at = body.get("merged_at")
    reviews = _of(timeline, "PullRequestReview")
    return {
        **_item(body),
        **_branches(body),
        "state": "MERGED" if merged_at else body["state"].upper(),
        "isDraft": body["draft"],
        "additions": body["additions"],
        "deletions": body["deletions"],
        "changedFiles": body["changed_files"],
        "mergedAt": merged_at,
        "mergedBy": account(body.get("merged_by")),
        # Of what never merged, `merge_commit_sha` is a trial that no branch has.
        "mergeCommit": {"oid": body["merge_commit_sha"]} if merged_at and "merge_commit_sha" in body else None,
        "reviewRequests": [{"requestedReviewer": account(who)} for who in body["requested_reviewers"]],
        "comments": _of(timeline, "IssueComment"),
        "commits": _of(timeline, "PullRequestCommit"),
        "reviews": reviews,
        "reviewThreads": list(_threads(comments, {r["fullDatabaseId"]: r["id"] for r in reviews})),
        "timelineItems": timeline,
    }


def repository(body: Node) -> Node:
    """A repository, with nothing in it yet."""
    dates = {"createdAt": body["created_at"], "updatedAt": body["updated_at"], "pushedAt": body["pushed_at"]}
    return {
        **dates,
        "id": body["node_id"],
        "databaseId": body["id"],
        "name": body["name"],
        "owner": account(body["owner"]),
        "description": body.get("description"),
        "isPrivate": body["private"],
        "isFork": body["fork"],
        "isArchived": body["archived"],
        "hasIssuesEnabled": body["has_issues"],
        "defaultBranchRef": {"name": body["default_branch"]},
    }


def close_by_keyword(pulls: Sequence[Node], issues: Sequence[Node], *, branch: str) -> None:
    """Link each pull request into that branch to the issues its description closes, as GitHub does."""
    ids = {each["number"]: each["id"] for each in issues}
    for pull in pulls:
        named = dict.fromkeys(int(number) for number in CLOSING.findall(pull["body"] or ""))
        closes = [ids[number] for number in named if number in ids]
        pull["closingIssuesReferences"] = closes if pull["baseRefName"] == branch else []


def account(body: Node | None) -> Node | None:
    """An account; a deleted one is nobody. A bot has no `[bot]` in its login here."""
    if body is None or body["login"] == GHOST:
        return None
    login = body["login"].removesuffix("[bot]")
    return {"__typename": body["type"], "login": login, "id": body["node_id"], "databaseId": body["id"]}


def _item(body: Node) -> Node:
    return {
        "id": body["node_id"],
        "fullDatabaseId": str(body["id"]),
        "number": body["number"],
        "title": body["title"],
        "body": body.get("body"),
        "locked": body["locked"],
        "author": account(body["user"]),
        "labels": [_label(label) for label in body["labels"]],
        "assignees": [who for who in map(account, body["assignees"]) if who],
        "milestone": _milestone(body["milestone"]) if body.get("milestone") else None,
        "createdAt": body["created_at"],
        "updatedAt": body["updated_at"],
        "closedAt": body.get("closed_at"),
    }


def _label(body: Node) -> Node:
    words = {"id": "node_id", "name": "name", "color": "color", "description": "description", "isDefault": "default"}
    return {field: body.get(rest) for field, rest in words.items()}


def _milestone(body: Node) -> Node:
    words = {"id": "node_id", "number": "number", "title": "title", "description": "description", "dueOn": "due_on"}
    dates = {"createdAt": "created_at", "updatedAt": "updated_at", "closedAt": "closed_at"}
    return {field: body.get(rest) for field, rest in (words | dates).items()}


def _branches(body: Node) -> Node:
    head, base = body["head"], body["base"]
    return {
        "headRefName": head["ref"],
        "headRefOid": head["sha"],
        "baseRefName": base["ref"],
        "baseRefOid": base["sha"],
        "headRepositoryOwner": account(head.get("user")),
        "isCrossRepository": (head.get("repo") or {}).get("id") != base["repo"]["id"],
    }


def _timeline(events: Sequence[Node], union: str) -> Iterator[Node]:
    """The events of types the schema has; what nobody reads (subscriptions, mentions, locks) is left out."""
    for event in events:
        kind = NAMED_OTHERWISE.get(event["event"]) or f"{_camel(event['event'])}Event"
        # The source of a cross-reference is an issue of another repository, which the records do not hold.
        if kind in _members(union) and kind != "CrossReferencedEvent":
            yield {"__typename": kind, **_SHAPES.get(kind, _event)(event)}


@cache
def _members(union: str) -> frozenset[str]:
    kind: Any = github_schema().type_map[union]
    return frozenset(member.name for member in kind.types)


def _camel(name: str) -> str:
    return "".join(part.capitalize() for part in re.split("[_-]", name))


def _event(event: Node) -> Node:
    commit = {"oid": event["commit_id"]} if event.get("commit_id") else None
    told: Mapping[str, Any] = {
        "label": event.get("label"),
        "assignee": account(event.get("assignee")),
        "milestoneTitle": (event.get("milestone") or {}).get("title"),
        "previousTitle": (event.get("rename") or {}).get("from"),
        "currentTitle": (event.get("rename") or {}).get("to"),
        "requestedReviewer": account(event.get("requested_reviewer")),
        "previousReviewState": (event.get("dismissed_review") or {}).get("state"),
        "commit": commit if event["event"] in ("merged", "referenced") else None,
        "closer": commit if event["event"] == "closed" else None,
        "afterCommit": commit if event["event"] == "head_ref_force_pushed" else None,
    }
    base = {"id": event["node_id"], "createdAt": event["created_at"], "actor": account(event.get("actor"))}
    return base | {field: value for field, value in told.items() if value is not None}


def _comment(event: Node) -> Node:
    return {
        "id": event["node_id"],
        "fullDatabaseId": str(event["id"]),
        "author": account(event.get("user")),
        "body": event.get("body"),
        "createdAt": event["created_at"],
        "updatedAt": event["updated_at"],
    }


def _review(event: Node) -> Node:
    return {
        "id": event["node_id"],
        "fullDatabaseId": str(event["id"]),
        "author": account(event.get("user")),
        "body": event.get("body"),
        "state": event["state"].upper(),
        "submittedAt": event["submitted_at"],
        "updatedAt": event.get("updated_at"),
        "commit": {"oid": event["commit_id"]},
    }


def _commit(event: Node) -> Node:
    sides = {side: {name: event[side].get(name) for name in ("name", "email", "date")} for side in _SIDES}
    return {"commit": {"id": event["node_id"], "oid": event["sha"], "message": event["message"], **sides}}


_SIDES = ("author", "committer")
_SHAPES = {"IssueComment": _comment, "PullRequestReview": _review, "PullRequestCommit": _commit}


def _of(timeline: Sequence[Node], kind: str) -> list[Node]:
    return [each for each in timeline if each["__typename"] == kind]


def _threads(comments: Sequence[Node], reviews: Mapping[str, str]) -> Iterator[Node]:
    """Review comments by the comment they answer. Whether a thread was resolved, REST does not say."""
    threads: dict[int, list[Node]] = {}
    for comment in comments:
        threads.setdefault(comment.get("in_reply_to_id") or comment["id"], []).append(comment)
    for found in threads.values():
        told = [{**_comment(c), "path": c["path"], "pullRequestReview": _review_of(c, reviews)} for c in found]
        yield {"path": found[0]["path"], "isOutdated": found[0].get("position") is None, "comments": told}


def _review_of(comment: Node, reviews: Mapping[str, str]) -> str | None:
    return reviews.get(str(comment.get("pull_request_review_id")))
