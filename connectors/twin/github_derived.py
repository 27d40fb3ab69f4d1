"""Fields that GitHub computes from others: used where an object does not state them itself."""

from collections.abc import Callable, Mapping
from typing import Any

from connectors.twin.github_objects import Node
from connectors.twin.github_state import GitHubHost

Derive = Callable[[GitHubHost, Node], Any]


def issue_state(_: GitHubHost, issue: Node) -> str:
    """OPEN, or CLOSED once it has a closing date."""
    return "CLOSED" if issue.get("closedAt") else "OPEN"


def pull_request_state(_: GitHubHost, pull: Node) -> str:
    """OPEN, CLOSED or MERGED."""
    return "MERGED" if pull.get("mergedAt") else "CLOSED" if pull.get("closedAt") else "OPEN"


def issue_closed(host: GitHubHost, issue: Node) -> bool:
    """Whether the issue is closed."""
    return bool(issue.get("state", issue_state(host, issue)) == "CLOSED")


def pull_request_closed(host: GitHubHost, pull: Node) -> bool:
    """Whether the pull request is closed; a merged one is."""
    return bool(pull.get("state", pull_request_state(host, pull)) != "OPEN")


def head_oid(_: GitHubHost, pull: Node) -> str:
    """The last commit's."""
    commits = pull.get("commits") or [{}]
    return str(commits[-1].get("commit", {}).get("oid", "0" * 40))


def head_rollup(_: GitHubHost, pull: Node) -> Any:
    """The last commit's check rollup."""
    commits = pull.get("commits") or [{}]
    return commits[-1].get("commit", {}).get("statusCheckRollup")


def subjects(host: GitHubHost, field: str, kind: str) -> Mapping[str, list[str]]:
    """For each node id named in that field of a kind of item, the ids of the items that name it."""
    return host.view(("named by", kind, field), lambda: _named_by(host, field, kind))  # type: ignore[no-any-return]


def _named_by(host: GitHubHost, field: str, kind: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for item in host.items(kind):
        value = item.get(field) or []
        for target in value if isinstance(value, list) else [value]:
            found.setdefault(target if isinstance(target, str) else target["id"], []).append(item["id"])
    return found


def sub_issues(host: GitHubHost, issue: Node) -> list[str]:
    """The issues whose `parent` this is."""
    return list(subjects(host, "parent", "issues").get(issue["id"], ()))


def blocking(host: GitHubHost, issue: Node) -> list[str]:
    """The issues that name this one in `blockedBy`."""
    return list(subjects(host, "blockedBy", "issues").get(issue["id"], ()))


def closing_pull_requests(host: GitHubHost, issue: Node) -> list[str]:
    """The pull requests that name this issue in `closingIssuesReferences`."""
    return list(subjects(host, "closingIssuesReferences", "pullRequests").get(issue["id"], ()))


def sub_issues_summary(host: GitHubHost, issue: Node) -> Node:
    """How many sub-issues there are, and how many are closed."""
    ids = sub_issues(host, issue)
    closed = sum(not _open(host, i) for i in ids)
    return {"total": len(ids), "completed": closed, "percentCompleted": 100 * closed // len(ids) if ids else 0}


def dependencies_summary(host: GitHubHost, issue: Node) -> Node:
    """The open, and all, issues on both sides of the dependency."""
    blockers, blocked = issue.get("blockedBy") or [], blocking(host, issue)
    return {
        "blockedBy": sum(_open(host, i) for i in blockers),
        "blocking": sum(_open(host, i) for i in blocked),
        "totalBlockedBy": len(blockers),
        "totalBlocking": len(blocked),
    }


def _open(host: GitHubHost, issue_id: str) -> bool:
    issue = host.by_id.get(issue_id)
    return issue is not None and not issue_closed(host, issue)


def pull_requests_of(host: GitHubHost, commit: Node) -> list[str]:
    """The pull requests this commit is part of, or is the merge of."""
    return list(host.view("pull requests by commit", lambda: _by_commit(host)).get(commit["oid"], ()))


def _by_commit(host: GitHubHost) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for pull in host.items("pullRequests"):
        commits = [c.get("commit") or {} for c in pull.get("commits") or ()]
        for oid in dict.fromkeys(c.get("oid") for c in [*commits, pull.get("mergeCommit") or {}]):
            found.setdefault(str(oid), []).append(pull["id"])
    return found


def latest_status(_: GitHubHost, deployment: Node) -> Node | None:
    """The status set last."""
    return max(deployment.get("statuses") or (), key=lambda s: str(s["createdAt"]), default=None)


def deployment_state(host: GitHubHost, deployment: Node) -> str:
    """The latest status as a deployment state: a success is ACTIVE."""
    state = (latest_status(host, deployment) or {}).get("state", "PENDING")
    return "ACTIVE" if state == "SUCCESS" else str(state)


def repository_url(host: GitHubHost, repository: Node) -> str:
    """Its page."""
    return f"{host.web}/{repository['nameWithOwner']}"


def item_url(host: GitHubHost, item: Node) -> str:
    """The page of an issue or pull request."""
    section = "pull" if item["__typename"] == "PullRequest" else "issues"
    return f"{repository_url(host, host.by_id[item['repository']])}/{section}/{item['number']}"


def part_url(host: GitHubHost, part: Node) -> str:
    """The page of what lies inside a repository or pull request, by its id."""
    holder = host.by_id.get(part.get("pullRequest") or part.get("repository") or "")
    if holder is None:
        return host.web
    page = item_url(host, holder) if "number" in holder else repository_url(host, holder)
    return f"{page}#{part.get('id')}"


def commit_url(host: GitHubHost, commit: Node) -> str:
    """The page of a commit."""
    return f"{repository_url(host, host.by_id[commit['repository']])}/commit/{commit['oid']}"


def headline(_: GitHubHost, commit: Node) -> str:
    """The first line of the message."""
    return str(commit.get("message", "")).partition("\n")[0]


def message_body(_: GitHubHost, commit: Node) -> str:
    """The message without its first line."""
    return str(commit.get("message", "")).partition("\n")[2].strip("\n")


def git_date(side: str) -> Derive:
    """The date the author or committer carries."""
    return lambda _, commit: (commit.get(side) or {}).get("date")


def lines(which: str) -> Derive:
    """The changed lines of all files, where the files are known."""
    return lambda _, pull: sum(f[which] for f in pull["files"]) if "files" in pull else None


def content_type(host: GitHubHost, item: Node) -> str:
    """What a project item stands for."""
    content = item.get("content")
    found = host.by_id.get(content) if isinstance(content, str) else content
    return {"Issue": "ISSUE", "PullRequest": "PULL_REQUEST"}.get((found or {}).get("__typename", ""), "DRAFT_ISSUE")


DERIVED: Mapping[str, Derive] = {
    "Issue.closed": issue_closed,
    "Issue.state": issue_state,
    "Issue.subIssues": sub_issues,
    "Issue.subIssuesSummary": sub_issues_summary,
    "Issue.blocking": blocking,
    "Issue.issueDependenciesSummary": dependencies_summary,
    "Issue.closedByPullRequestsReferences": closing_pull_requests,
    "Issue.url": item_url,
    "PullRequest.additions": lines("additions"),
    "PullRequest.changedFiles": lambda _, pull: len(pull["files"]) if "files" in pull else None,
    "PullRequest.deletions": lines("deletions"),
    "PullRequest.closed": pull_request_closed,
    "PullRequest.headRefOid": head_oid,
    "PullRequest.merged": lambda _, pull: bool(pull.get("mergedAt")),
    "PullRequest.state": pull_request_state,
    "PullRequest.statusCheckRollup": head_rollup,
    "PullRequest.url": item_url,
    "Commit.abbreviatedOid": lambda _, commit: commit["oid"][:7],
    "Commit.associatedPullRequests": pull_requests_of,
    "Commit.authoredDate": git_date("author"),
    "Commit.committedDate": git_date("committer"),
    "Commit.messageBody": message_body,
    "Commit.messageHeadline": headline,
    "Commit.url": commit_url,
    "CrossReferencedEvent.referencedAt": lambda _, event: event["createdAt"],
    "Deployment.commitOid": lambda _, deployment: (deployment.get("commit") or {}).get("oid", ""),
    "Deployment.latestEnvironment": lambda _, deployment: deployment.get("environment"),
    "Deployment.latestStatus": latest_status,
    "Deployment.originalEnvironment": lambda _, deployment: deployment.get("environment"),
    "Deployment.state": deployment_state,
    "Milestone.closed": lambda _, milestone: bool(milestone.get("closedAt")),
    "Milestone.state": lambda _, milestone: "CLOSED" if milestone.get("closedAt") else "OPEN",
    "ProjectV2Item.type": content_type,
    "Ref.prefix": lambda _, __: "refs/heads/",
    "Repository.isInOrganization": lambda _, repository: repository["owner"]["__typename"] == "Organization",
    "Repository.url": repository_url,
    "Repository.visibility": lambda _, repository: "PRIVATE" if repository.get("isPrivate") else "PUBLIC",
}
