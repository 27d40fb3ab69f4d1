"""What is asked of each of GitHub's types."""

PAGE_INFO = "pageInfo { hasNextPage endCursor }"
PLACE = "id number repository { nameWithOwner }"
SUBJECT = f"{{ __typename ... on PullRequest {{ {PLACE} }} ... on Issue {{ {PLACE} }} }}"

#: What Enterprise Server 3.17 does not document (github.md §3): left out where the schema is unknown.
NEWER = frozenset(
    {
        "ClosedEvent.stateReason(enableDuplicate)",
        "Issue.issueType",
        "Issue.parent",
        "Issue.stateReason(enableDuplicate)",
        "IssueTimelineItemsItemType.PARENT_ISSUE_ADDED_EVENT",
        "IssueTimelineItemsItemType.PARENT_ISSUE_REMOVED_EVENT",
    }
)

#: Fields of each type; connections of items follow apart.
FIELDS: dict[str, tuple[str, ...]] = {
    "Repository": ("id", "nameWithOwner", "url", "isArchived", "isPrivate", "defaultBranchRef { name }"),
    "PullRequest": (
        *("id", "number", "repository { nameWithOwner }", "url", "title", "body", "state", "isDraft"),
        *("createdAt", "updatedAt", "closedAt", "mergedAt", "baseRefName", "headRefName"),
        *("additions", "deletions", "changedFiles", "mergeCommit { oid }"),
        *("author { ...actor }", "mergedBy { ...actor }"),
    ),
    "Issue": (
        *("id", "number", "repository { nameWithOwner }", "url", "title", "body", "state"),
        *("createdAt", "updatedAt", "closedAt", "author { ...actor }", "milestone { title }", "issueType { name }"),
        *(f"parent {{ {PLACE} }}", "stateReason(enableDuplicate: true)", "stateReason"),
    ),
    "Deployment": (
        *("id", "repository { nameWithOwner }", "state", "environment", "latestEnvironment", "commitOid"),
        *("ref { name }", "createdAt", "updatedAt"),
    ),
    "PullRequestReview": ("id", "state", "submittedAt", "body", "author { ...actor }"),
    "Commit": ("oid", "message", "authoredDate", "committedDate", "author { user { ...actor } }"),
}
CONNECTIONS = {
    "PullRequest": ("labels", "reviews", "commits", "closingIssuesReferences", "timelineItems"),
    "Issue": ("labels", "assignees", "timelineItems"),
    "Deployment": ("statuses",),
}
#: How much of a connection the probe shows, where not 10 by their update. Deployments know no order but creation,
#: and are news until they have ended.
NEWEST = {
    "deployments": ("first: 30, orderBy: {field: CREATED_AT, direction: DESC}", "id state updatedAt"),
}
LATEST_TEN = ("first: 10, orderBy: {field: UPDATED_AT, direction: DESC}", "id updatedAt")

_EVENT = ("id", "createdAt", "actor { ...actor }")
_REVIEWER = "requestedReviewer { ...actor ... on Team { __typename id slug } }"
EVENTS: dict[str, tuple[str, ...]] = {
    "LabeledEvent": (*_EVENT, "label { name }"),
    "UnlabeledEvent": (*_EVENT, "label { name }"),
    "AssignedEvent": (*_EVENT, "assignee { ...actor }"),
    "UnassignedEvent": (*_EVENT, "assignee { ...actor }"),
    "ClosedEvent": (*_EVENT, "stateReason(enableDuplicate: true)", "stateReason"),
    "ReopenedEvent": _EVENT,
    "MergedEvent": _EVENT,
    "MilestonedEvent": (*_EVENT, "milestoneTitle"),
    "DemilestonedEvent": (*_EVENT, "milestoneTitle"),
    "RenamedTitleEvent": (*_EVENT, "previousTitle", "currentTitle"),
    "ParentIssueAddedEvent": (*_EVENT, f"parent {{ {PLACE} }}"),
    "ParentIssueRemovedEvent": (*_EVENT, f"parent {{ {PLACE} }}"),
    "ConnectedEvent": (*_EVENT, f"connected: source {SUBJECT}"),
    "DisconnectedEvent": (*_EVENT, f"disconnected: source {SUBJECT}"),
    "ReadyForReviewEvent": _EVENT,
    "ConvertToDraftEvent": _EVENT,
    "ReviewRequestedEvent": (*_EVENT, _REVIEWER),
    "ReviewRequestRemovedEvent": (*_EVENT, _REVIEWER),
    "HeadRefForcePushedEvent": (*_EVENT, "beforeCommit { oid }", "afterCommit { oid }"),
}
_BOTH = (
    *("LabeledEvent", "UnlabeledEvent", "AssignedEvent", "UnassignedEvent", "MilestonedEvent", "DemilestonedEvent"),
    *("RenamedTitleEvent", "ClosedEvent", "ReopenedEvent"),
)
TIMELINES = {
    "Issue": (*_BOTH, "ParentIssueAddedEvent", "ParentIssueRemovedEvent", "ConnectedEvent", "DisconnectedEvent"),
    "PullRequest": (
        *(*_BOTH, "MergedEvent", "ReadyForReviewEvent", "ConvertToDraftEvent"),
        *("ReviewRequestedEvent", "ReviewRequestRemovedEvent", "HeadRefForcePushedEvent"),
    ),
}
