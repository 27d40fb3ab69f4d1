"""What is asked of each of GitHub's types."""

PAGE_INFO = "pageInfo { hasNextPage endCursor }"
PLACE = "id number repository { nameWithOwner }"
SUBJECT = f"{{ __typename ... on PullRequest {{ {PLACE} }} ... on Issue {{ {PLACE} }} }}"
REVIEWER = "requestedReviewer { ...actor ... on Team { __typename id slug } }"

#: What Enterprise Server 3.17 does not document (github.md §3): left out where the schema is unknown.
NEWER = frozenset(
    {
        "ClosedEvent.stateReason(enableDuplicate)",
        "Issue.blockedBy",
        "Issue.duplicateOf",
        "Issue.issueDependenciesSummary",
        "Issue.issueFieldValues",
        "Issue.issueType",
        "Issue.parent",
        "Issue.stateReason(enableDuplicate)",
        "IssueTimelineItemsItemType.ADDED_TO_PROJECT_V2_EVENT",
        "IssueTimelineItemsItemType.BLOCKED_BY_ADDED_EVENT",
        "IssueTimelineItemsItemType.BLOCKED_BY_REMOVED_EVENT",
        "IssueTimelineItemsItemType.ISSUE_TYPE_ADDED_EVENT",
        "IssueTimelineItemsItemType.ISSUE_TYPE_CHANGED_EVENT",
        "IssueTimelineItemsItemType.ISSUE_TYPE_REMOVED_EVENT",
        "IssueTimelineItemsItemType.PARENT_ISSUE_ADDED_EVENT",
        "IssueTimelineItemsItemType.PARENT_ISSUE_REMOVED_EVENT",
        "IssueTimelineItemsItemType.PROJECT_V2_ITEM_STATUS_CHANGED_EVENT",
        "IssueTimelineItemsItemType.REMOVED_FROM_PROJECT_V2_EVENT",
        "IssueTimelineItemsItemType.SUB_ISSUE_ADDED_EVENT",
        "IssueTimelineItemsItemType.SUB_ISSUE_REMOVED_EVENT",
        "PullRequestTimelineItemsItemType.ADDED_TO_PROJECT_V2_EVENT",
        "PullRequestTimelineItemsItemType.PROJECT_V2_ITEM_STATUS_CHANGED_EVENT",
        "PullRequestTimelineItemsItemType.REMOVED_FROM_PROJECT_V2_EVENT",
    }
)

#: Fields of each type; connections of items follow apart.
FIELDS: dict[str, tuple[str, ...]] = {
    "Repository": ("id", "nameWithOwner", "url", "isArchived", "isPrivate", "defaultBranchRef { name }"),
    "PullRequest": (
        *("id", "number", "repository { nameWithOwner }", "url", "title", "body", "state", "isDraft"),
        *("createdAt", "updatedAt", "closedAt", "mergedAt", "baseRefName", "headRefName", "headRefOid", "baseRefOid"),
        *("additions", "deletions", "changedFiles", "mergeCommit { oid }", "milestone { title }"),
        *("statusCheckRollup { state }", "author { ...actor }", "mergedBy { ...actor }"),
    ),
    "Issue": (
        *("id", "number", "repository { nameWithOwner }", "url", "title", "body", "state"),
        *("createdAt", "updatedAt", "closedAt", "author { ...actor }", "milestone { title }", "issueType { name }"),
        *(f"parent {{ {PLACE} }}", f"duplicateOf {{ {PLACE} }}", "issueDependenciesSummary { totalBlockedBy }"),
        *("stateReason(enableDuplicate: true)", "stateReason"),
    ),
    "Deployment": (
        *("id", "repository { nameWithOwner }", "state", "environment", "latestEnvironment", "commitOid"),
        *("ref { name }", "createdAt", "updatedAt", "creator { ...actor }"),
    ),
    "PullRequestReview": ("id", "state", "submittedAt", "body", "author { ...actor }"),
    "PullRequestReviewThread": ("id", "path", "isResolved", "isOutdated", "resolvedBy { ...actor }"),
    "PullRequestChangedFile": ("path", "additions", "deletions", "changeType"),
    "Commit": ("oid", "message", "authoredDate", "committedDate", "author { user { ...actor } }"),
    "DeploymentStatus": ("id", "state", "createdAt"),
}
#: Of each connection, what is asked of a row where that is no type of `FIELDS`.
ROWS = {
    "assignees": "...actor",
    "blockedBy": PLACE,
    "closingIssuesReferences": PLACE,
    "labels": "name",
    "reviewRequests": REVIEWER,
}
ROW_TYPES = {
    "files": "PullRequestChangedFile",
    "reviewThreads": "PullRequestReviewThread",
    "reviews": "PullRequestReview",
    "statuses": "DeploymentStatus",
}
#: Connections of which GitHub holds back rows without a word: 250 commits, 3,000 files (docs: rest/pulls/pulls).
COUNTED = ("commits", "files")
#: Connections of an item in a page. No second level: its rows would multiply the cost (github.md §2a).
CONNECTIONS = {
    "PullRequest": (
        *("labels", "assignees", "reviewRequests", "reviews", "reviewThreads", "commits", "files"),
        *("closingIssuesReferences", "timelineItems"),
    ),
    "Issue": ("labels", "assignees", "issueFieldValues", "timelineItems"),
    "Deployment": ("statuses",),
}
#: Those that few items have: read with the few that say so.
SELDOM = {"Issue": ("blockedBy",)}

#: How much of a connection the probe shows, where not 10 by their update. Deployments know no order but creation,
#: and are news until they have ended.
NEWEST = {
    "deployments": ("first: 30, orderBy: {field: CREATED_AT, direction: DESC}", "id state updatedAt"),
    "releases": ("first: 10, orderBy: {field: CREATED_AT, direction: DESC}", "id updatedAt"),
}
LATEST_TEN = ("first: 10, orderBy: {field: UPDATED_AT, direction: DESC}", "id updatedAt")

#: Fields of the values of an organisation's issue fields: `value` is of another type in each.
VALUES: dict[str, tuple[str, ...]] = {
    "IssueFieldDateValue": ("date: value", "field { ... on IssueFieldDate { id name } }"),
    "IssueFieldMultiSelectValue": ("options: value", "field { ... on IssueFieldMultiSelect { id name } }"),
    "IssueFieldNumberValue": ("number: value", "field { ... on IssueFieldNumber { id name } }"),
    "IssueFieldSingleSelectValue": ("name", "optionId", "field { ... on IssueFieldSingleSelect { id name } }"),
    "IssueFieldTextValue": ("text: value", "field { ... on IssueFieldText { id name } }"),
}

_EVENT = ("id", "createdAt", "actor { ...actor }")
_PROJECT = "project { id }"
EVENTS: dict[str, tuple[str, ...]] = {
    "AddedToMergeQueueEvent": _EVENT,
    "AddedToProjectV2Event": (*_EVENT, _PROJECT),
    "AssignedEvent": (*_EVENT, "assignee { ...actor }"),
    "AutoMergeDisabledEvent": _EVENT,
    "AutoMergeEnabledEvent": _EVENT,
    "AutoRebaseEnabledEvent": _EVENT,
    "AutoSquashEnabledEvent": _EVENT,
    "BaseRefChangedEvent": (*_EVENT, "previousRefName", "currentRefName"),
    "BlockedByAddedEvent": (*_EVENT, f"blockingIssue {{ {PLACE} }}"),
    "BlockedByRemovedEvent": (*_EVENT, f"blockingIssue {{ {PLACE} }}"),
    "ClosedEvent": (
        *_EVENT,
        "stateReason(enableDuplicate: true)",
        "stateReason",
        f"closer {{ __typename ... on PullRequest {{ {PLACE} }} }}",
    ),
    "ConnectedEvent": (*_EVENT, f"connecting: source {SUBJECT}", f"connected: subject {SUBJECT}"),
    "ConvertToDraftEvent": _EVENT,
    "CrossReferencedEvent": (*_EVENT, f"source {SUBJECT}"),
    "DemilestonedEvent": (*_EVENT, "milestoneTitle"),
    "DisconnectedEvent": (*_EVENT, f"disconnecting: source {SUBJECT}", f"disconnected: subject {SUBJECT}"),
    "HeadRefForcePushedEvent": (*_EVENT, "beforeCommit { oid }", "afterCommit { oid }"),
    "IssueComment": ("id", "createdAt", "updatedAt", "author { ...actor }"),
    "IssueTypeAddedEvent": (*_EVENT, "issueType { name }"),
    "IssueTypeChangedEvent": (*_EVENT, "issueType { name }", "prevIssueType { name }"),
    "IssueTypeRemovedEvent": (*_EVENT, "issueType { name }"),
    "LabeledEvent": (*_EVENT, "label { name }"),
    "MergedEvent": _EVENT,
    "MilestonedEvent": (*_EVENT, "milestoneTitle"),
    "ParentIssueAddedEvent": (*_EVENT, f"parent {{ {PLACE} }}"),
    "ParentIssueRemovedEvent": (*_EVENT, f"parent {{ {PLACE} }}"),
    "ProjectV2ItemStatusChangedEvent": (*_EVENT, "previousStatus", "status", _PROJECT),
    "ReadyForReviewEvent": _EVENT,
    "RemovedFromMergeQueueEvent": _EVENT,
    "RemovedFromProjectV2Event": (*_EVENT, _PROJECT),
    "RenamedTitleEvent": (*_EVENT, "previousTitle", "currentTitle"),
    "ReopenedEvent": _EVENT,
    "ReviewRequestedEvent": (*_EVENT, REVIEWER),
    "ReviewRequestRemovedEvent": (*_EVENT, REVIEWER),
    "SubIssueAddedEvent": (*_EVENT, f"subIssue {{ {PLACE} }}"),
    "SubIssueRemovedEvent": (*_EVENT, f"subIssue {{ {PLACE} }}"),
    "TransferredEvent": (*_EVENT, "fromRepository { id nameWithOwner }"),
    "UnassignedEvent": (*_EVENT, "assignee { ...actor }"),
    "UnlabeledEvent": (*_EVENT, "label { name }"),
}
_BOTH = (
    *("LabeledEvent", "UnlabeledEvent", "AssignedEvent", "UnassignedEvent", "MilestonedEvent", "DemilestonedEvent"),
    *("RenamedTitleEvent", "ClosedEvent", "ReopenedEvent", "IssueComment", "CrossReferencedEvent"),
    *("ConnectedEvent", "DisconnectedEvent"),
    *("AddedToProjectV2Event", "RemovedFromProjectV2Event", "ProjectV2ItemStatusChangedEvent"),
)
TIMELINES = {
    "Issue": (
        *(*_BOTH, "ParentIssueAddedEvent", "ParentIssueRemovedEvent", "SubIssueAddedEvent", "SubIssueRemovedEvent"),
        *("BlockedByAddedEvent", "BlockedByRemovedEvent", "TransferredEvent"),
        *("IssueTypeAddedEvent", "IssueTypeChangedEvent", "IssueTypeRemovedEvent"),
    ),
    "PullRequest": (
        *(*_BOTH, "MergedEvent", "ReadyForReviewEvent", "ConvertToDraftEvent", "BaseRefChangedEvent"),
        *("ReviewRequestedEvent", "ReviewRequestRemovedEvent", "HeadRefForcePushedEvent"),
        *("AddedToMergeQueueEvent", "RemovedFromMergeQueueEvent"),
        *("AutoMergeEnabledEvent", "AutoRebaseEnabledEvent", "AutoSquashEnabledEvent", "AutoMergeDisabledEvent"),
    ),
}
