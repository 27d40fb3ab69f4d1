"""Fields that GitHub computes from others: used where an object does not state them itself."""

from collections.abc import Callable, Mapping
from typing import Any

from connectors.twin import github_boards as boards
from connectors.twin import github_history as git
from connectors.twin.github_objects import Node
from connectors.twin.github_shipping import SHIPPED
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
    """What a project item stands for; what the token may not see is redacted."""
    content = item.get("content")
    found = host.seen(content) if isinstance(content, str) else content
    return CONTENT_TYPES[found["__typename"]] if found else "REDACTED"


CONTENT_TYPES = {"DraftIssue": "DRAFT_ISSUE", "Issue": "ISSUE", "PullRequest": "PULL_REQUEST"}


def project_items(host: GitHubHost, item: Node) -> list[Node]:
    """The places of an issue or pull request on the boards of all owners."""
    return list(host.view("project items", lambda: _places(host)).get(item["id"], ()))


def _places(host: GitHubHost) -> dict[str, list[Node]]:
    found: dict[str, list[Node]] = {}
    for account in host.accounts.values():
        for board in account.get("projectsV2") or ():
            for place in board.get("items") or ():
                if isinstance(place.get("content"), str):
                    found.setdefault(place["content"], []).append(place)
    return found


def timeline(item: Node) -> list[Node]:
    """The commits, reviews, comments and events of a complete item, in their order of time."""
    items = (item.get(part) or () for part in ("timelineItems", "commits", "reviews", "comments"))
    unique = {each["id"]: each for part in items for each in part}
    return sorted(unique.values(), key=_dated)


def _dated(node: Node) -> str:
    committed = (node.get("commit") or {}).get("committer") or {}
    return str(node.get("createdAt") or node.get("submittedAt") or committed.get("date") or "")


def chosen(part: str) -> Derive:
    """A part of the option or iteration that a board's value names by id."""

    def find(host: GitHubHost, value: Node) -> Any:
        field = host.by_id[value["field"]] if isinstance(value["field"], str) else value["field"]
        known = {each["id"]: each for each in boards.choices(field)}
        return known.get(value.get("optionId") or value.get("iterationId"), {}).get(part)

    return find


def catalogue(part: str) -> Derive:
    """What the items of a repository bear (`labels`, `milestone`), each once: its catalogue, where it states none."""
    return lambda host, repository: host.view((part, repository["id"]), lambda: _borne(host, repository, part))


def _borne(host: GitHubHost, repository: Node, part: str) -> list[Node]:
    found: dict[str, Node] = {}
    for item in (*repository["issues"], *repository["pullRequests"]):
        borne = host.completed(item).get(part) or []
        found |= {each["id"]: each for each in (borne if isinstance(borne, list) else [borne])}
    return list(found.values())


def in_merge_queue(_: GitHubHost, pull: Node) -> bool:
    """Whether it was put into the merge queue and has not left it."""
    moves = [e["__typename"] for e in pull.get("timelineItems") or () if "MergeQueue" in e.get("__typename", "")]
    return bool(moves) and moves[-1] == "AddedToMergeQueueEvent" and not pull.get("closedAt")


DERIVED: Mapping[str, Derive] = {
    **SHIPPED,
    "Issue.closed": issue_closed,
    "Issue.state": issue_state,
    "Issue.subIssues": sub_issues,
    "Issue.subIssuesSummary": sub_issues_summary,
    "Issue.blocking": blocking,
    "Issue.issueDependenciesSummary": dependencies_summary,
    "Issue.projectItems": project_items,
    "Issue.closedByPullRequestsReferences": closing_pull_requests,
    "Issue.url": item_url,
    "PullRequest.additions": lines("additions"),
    "PullRequest.changedFiles": lambda _, pull: len(pull["files"]) if "files" in pull else None,
    "PullRequest.deletions": lines("deletions"),
    "PullRequest.closed": pull_request_closed,
    "PullRequest.headRefOid": head_oid,
    "PullRequest.isInMergeQueue": in_merge_queue,
    "PullRequest.projectItems": project_items,
    "PullRequest.merged": lambda _, pull: bool(pull.get("mergedAt")),
    "PullRequest.state": pull_request_state,
    "PullRequest.statusCheckRollup": head_rollup,
    "PullRequest.url": item_url,
    "Commit.abbreviatedOid": lambda _, commit: commit["oid"][:7],
    "Commit.associatedPullRequests": pull_requests_of,
    "Commit.authoredDate": git_date("author"),
    "Commit.history": git.history,
    "Commit.committedDate": git_date("committer"),
    "Commit.messageBody": message_body,
    "Commit.messageHeadline": headline,
    "Commit.parents": git.parents,
    "Commit.url": commit_url,
    "CrossReferencedEvent.referencedAt": lambda _, event: event["createdAt"],
    "Milestone.closed": lambda _, milestone: bool(milestone.get("closedAt")),
    "Milestone.state": lambda _, milestone: "CLOSED" if milestone.get("closedAt") else "OPEN",
    "ProjectV2Item.type": content_type,
    "ProjectV2ItemFieldIterationValue.duration": chosen("duration"),
    "ProjectV2ItemFieldIterationValue.startDate": chosen("startDate"),
    "ProjectV2ItemFieldIterationValue.title": chosen("title"),
    "ProjectV2ItemFieldSingleSelectValue.name": chosen("name"),
    "PullRequestChangedFile.changeType": lambda _, __: "MODIFIED",
    "Ref.prefix": lambda _, __: "refs/heads/",
    "Repository.isInOrganization": lambda _, repository: repository["owner"]["__typename"] == "Organization",
    "Repository.labels": catalogue("labels"),
    "Repository.milestones": catalogue("milestone"),
    "Repository.url": repository_url,
    "Repository.visibility": lambda _, repository: "PRIVATE" if repository.get("isPrivate") else "PUBLIC",
    "OrganizationMemberEdge.role": lambda _, edge: edge["node"].get("role", "MEMBER"),
    "Team.combinedSlug": lambda host, team: f"{host.by_id[team['organization']]['login']}/{team['slug']}",
    "Team.privacy": lambda _, __: "VISIBLE",
    "TeamMemberEdge.role": lambda _, edge: edge["node"].get("role", "MEMBER"),
}
