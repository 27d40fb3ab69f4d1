"""GitHub's objects as records, GitHub's events as changes."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.errors import Malformed
from connectors.github.accounts import Accounts
from connectors.github.streams import DEPLOYMENTS, ISSUES, PULL_REQUESTS, STREAMS, Stream
from connectors.records import Account, Change, ChildSet, Commit, Deployment, PullRequest, Record, StatedLink, WorkItem

AT = "2026-11-20T12:00:00Z"
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
DEV = {"__typename": "User", "id": "U_1", "login": "payments-dev-1"}
SHOP = {"nameWithOwner": "acme/shop"}
PULL = {
    "id": "PR_7",
    "number": 7,
    "repository": SHOP,
    "url": "https://github.com/acme/shop/pull/7",
    "title": "Faster basket",
    "state": "OPEN",
    "updatedAt": AT,
}
FILE = {"path": "cart.py", "additions": 3, "deletions": 1, "changeType": "RENAMED"}
ISSUE = PULL | {"id": "I_8", "number": 8, "createdAt": AT}
DEPLOYMENT = {"id": "DE_9", "repository": SHOP, "commitOid": "c0ffee", "createdAt": AT, "updatedAt": AT}


def parsed(stream: Stream, told: dict[str, Any]) -> tuple[Record, dict[str, ChildSet], tuple[Account, ...]]:
    """The record, what belongs to it, and the accounts met."""
    accounts = Accounts("github")
    one = stream.parse(stream.decode(msgspec.Raw(msgspec.json.encode(told))), accounts)
    return one.record, {child.kind: child for child in one.children}, accounts.met


def changes(stream: Stream, *events: dict[str, Any]) -> list[tuple[Any, ...]]:
    """Field, from and to (id, text) of every change these events amount to."""
    nodes = [{"id": f"EV_{n}", "createdAt": AT, "actor": DEV} | event for n, event in enumerate(events)]
    told = (PULL if stream is PULL_REQUESTS else ISSUE) | {"timelineItems": {"nodes": nodes}}
    _, children, _ = parsed(stream, told)
    rows = [row for row in children["changes"].rows if isinstance(row, Change)]
    return [(row.field, (row.from_id, row.from_text), (row.to_id, row.to_text)) for row in rows]


NONE = (None, None)
OTHER = {"id": "I_1", "number": 1, "repository": SHOP}
EVENTS: dict[str, tuple[Stream, list[dict[str, Any]], list[tuple[Any, ...]]]] = {
    "labels": (
        ISSUES,
        [
            {"__typename": "LabeledEvent", "label": {"name": "cart"}},
            {"__typename": "UnlabeledEvent", "label": {"name": "cart"}},
        ],
        [("labels", NONE, (None, "cart")), ("labels", (None, "cart"), NONE)],
    ),
    "assignees": (
        ISSUES,
        [{"__typename": "AssignedEvent", "assignee": DEV}, {"__typename": "UnassignedEvent", "assignee": DEV}],
        [
            ("assignees", NONE, ("github:account:U_1", "payments-dev-1")),
            ("assignees", ("github:account:U_1", "payments-dev-1"), NONE),
        ],
    ),
    "closed with a reason, opened again, closed": (
        ISSUES,
        [
            {"__typename": "ClosedEvent", "stateReason": "NOT_PLANNED"},
            {"__typename": "ReopenedEvent"},
            {"__typename": "ClosedEvent"},
        ],
        [
            ("status", ("open", "open"), ("closed", "closed")),
            ("resolution", NONE, ("not_planned", "not_planned")),
            ("status", ("closed", "closed"), ("open", "open")),
            ("resolution", ("not_planned", "not_planned"), NONE),
            ("status", ("open", "open"), ("closed", "closed")),
        ],
    ),
    "milestone": (
        ISSUES,
        [
            {"__typename": "MilestonedEvent", "milestoneTitle": "1.0"},
            {"__typename": "DemilestonedEvent", "milestoneTitle": "1.0"},
        ],
        [("milestone", NONE, (None, "1.0")), ("milestone", (None, "1.0"), NONE)],
    ),
    "title": (
        ISSUES,
        [{"__typename": "RenamedTitleEvent", "previousTitle": "Slow", "currentTitle": "Fast"}],
        [("title", (None, "Slow"), (None, "Fast"))],
    ),
    "parent, of another repository, and one that is hidden": (
        ISSUES,
        [
            {
                "__typename": "ParentIssueAddedEvent",
                "parent": {"id": "I_1", "number": 1, "repository": {"nameWithOwner": "acme/web"}},
            },
            {"__typename": "ParentIssueRemovedEvent", "parent": None},
        ],
        [("parent", NONE, ("github:issue:I_1", "acme/web#1")), ("parent", NONE, NONE)],
    ),
    "connected by hand": (
        ISSUES,
        [
            {
                "__typename": "ConnectedEvent",
                "connecting": {"__typename": "PullRequest", "id": "PR_7", "number": 7, "repository": SHOP},
            }
        ],
        [("connected", NONE, ("github:pull_request:PR_7", "acme/shop#7"))],
    ),
    "draft": (
        PULL_REQUESTS,
        [{"__typename": "ReadyForReviewEvent"}, {"__typename": "ConvertToDraftEvent"}],
        [("draft", ("true", "true"), ("false", "false")), ("draft", ("false", "false"), ("true", "true"))],
    ),
    "review requests, of a person and of a team": (
        PULL_REQUESTS,
        [
            {"__typename": "ReviewRequestedEvent", "requestedReviewer": DEV},
            {
                "__typename": "ReviewRequestedEvent",
                "requestedReviewer": {"__typename": "Team", "id": "T_1", "slug": "payments"},
            },
            {"__typename": "ReviewRequestRemovedEvent", "requestedReviewer": DEV},
        ],
        [
            ("review_request", NONE, ("github:account:U_1", "payments-dev-1")),
            ("review_request", NONE, ("github:account:T_1", "payments")),
            ("review_request", ("github:account:U_1", "payments-dev-1"), NONE),
        ],
    ),
    "force push": (
        PULL_REQUESTS,
        [{"__typename": "HeadRefForcePushedEvent", "beforeCommit": {"oid": "a"}, "afterCommit": {"oid": "b"}}],
        [("force_push", ("a", "a"), ("b", "b"))],
    ),
    "closed, opened again, merged (which closes)": (
        PULL_REQUESTS,
        [
            {"__typename": "ClosedEvent"},
            {"__typename": "ReopenedEvent"},
            {"__typename": "MergedEvent"},
            {"__typename": "ClosedEvent"},
        ],
        [
            ("state", ("open", "open"), ("closed", "closed")),
            ("state", ("closed", "closed"), ("open", "open")),
            ("state", ("open", "open"), ("merged", "merged")),
        ],
    ),
    "merge queue and auto-merge": (
        PULL_REQUESTS,
        [
            {"__typename": "AutoSquashEnabledEvent"},
            {"__typename": "AddedToMergeQueueEvent"},
            {"__typename": "RemovedFromMergeQueueEvent"},
            {"__typename": "AutoMergeDisabledEvent"},
        ],
        [
            ("auto_merge", ("false", "false"), ("true", "true")),
            ("merge_queue", ("false", "false"), ("true", "true")),
            ("merge_queue", ("true", "true"), ("false", "false")),
            ("auto_merge", ("true", "true"), ("false", "false")),
        ],
    ),
    "status on a board, the first of which is none": (
        ISSUES,
        [
            {"__typename": "AddedToProjectV2Event", "project": {"id": "PVT_1"}},
            {"__typename": "ProjectV2ItemStatusChangedEvent", "previousStatus": "", "status": "Todo"},
            {"__typename": "ProjectV2ItemStatusChangedEvent", "previousStatus": "Todo", "status": "Doing"},
            {"__typename": "RemovedFromProjectV2Event", "project": None},
        ],
        [
            ("boards", NONE, ("github:board:PVT_1", None)),
            ("board_status", NONE, (None, "Todo")),
            ("board_status", (None, "Todo"), (None, "Doing")),
            ("boards", NONE, NONE),
        ],
    ),
    "type": (
        ISSUES,
        [
            {"__typename": "IssueTypeAddedEvent", "issueType": {"name": "Task"}},
            {"__typename": "IssueTypeChangedEvent", "prevIssueType": {"name": "Task"}, "issueType": {"name": "Bug"}},
            {"__typename": "IssueTypeRemovedEvent", "issueType": {"name": "Bug"}},
        ],
        [("type", NONE, (None, "Task")), ("type", (None, "Task"), (None, "Bug")), ("type", (None, "Bug"), NONE)],
    ),
    "sub-issues, what blocks it, and where it came from": (
        ISSUES,
        [
            {"__typename": "SubIssueAddedEvent", "subIssue": OTHER},
            {"__typename": "SubIssueRemovedEvent", "subIssue": OTHER},
            {"__typename": "BlockedByAddedEvent", "blockingIssue": OTHER},
            {"__typename": "BlockedByRemovedEvent", "blockingIssue": OTHER},
            {"__typename": "TransferredEvent", "fromRepository": {"id": "R_1", "nameWithOwner": "acme/old"}},
        ],
        [
            ("sub_issues", NONE, ("github:issue:I_1", "acme/shop#1")),
            ("sub_issues", ("github:issue:I_1", "acme/shop#1"), NONE),
            ("blocked_by", NONE, ("github:issue:I_1", "acme/shop#1")),
            ("blocked_by", ("github:issue:I_1", "acme/shop#1"), NONE),
            ("repository", ("github:repository:R_1", "acme/old"), NONE),
        ],
    ),
    "another base": (
        PULL_REQUESTS,
        [{"__typename": "BaseRefChangedEvent", "previousRefName": "next", "currentRefName": "main"}],
        [("base", (None, "next"), (None, "main"))],
    ),
    "what nobody asked for": (ISSUES, [{"__typename": "SubscribedEvent"}, {}], []),
}


@pytest.mark.parametrize("name", EVENTS)
def test_events_are_changes(name: str) -> None:
    stream, events, expected = EVENTS[name]
    assert changes(stream, *events) == expected


def test_a_pull_request_that_says_next_to_nothing() -> None:
    record, children, met = parsed(PULL_REQUESTS, PULL)
    assert isinstance(record, PullRequest)
    assert (record.key, record.state, record.author, record.created_at) == ("acme/shop#7", "open", None, None)
    assert met == ()
    assert not any(child.complete for child in children.values()), "nothing was shown, so nothing is known"


def test_a_pull_request_in_a_state_that_is_new_is_open_until_it_was_closed() -> None:
    states = [parsed(PULL_REQUESTS, PULL | {"state": "PARKED", "closedAt": at})[0] for at in (None, AT)]
    assert [record.state for record in states if isinstance(record, PullRequest)] == ["open", "closed"]


def test_a_merge_is_told_by_its_instant() -> None:
    record, _, _ = parsed(PULL_REQUESTS, PULL | {"state": "CLOSED", "mergedAt": AT, "mergeCommit": {"oid": "c0ffee"}})
    assert isinstance(record, PullRequest)
    assert (record.state, record.merged_at, record.merge_sha) == ("merged", NOON, "c0ffee")


def test_commits_carry_utc_and_the_person_github_knows() -> None:
    """And no NUL, which PostgreSQL refuses. # apache/devlake#3564"""
    row = {
        "oid": "c0ffee",
        "message": "Basket\x00\n\nCo-authored-by: somebody",
        "authoredDate": "2026-11-20T14:00:00+02:00",
        "committedDate": AT,
        "author": {"user": DEV},
    }
    _, children, _ = parsed(PULL_REQUESTS, PULL | {"commits": {"nodes": [{"commit": row}]}})
    (commit,) = children["commits"].rows
    assert isinstance(commit, Commit)
    assert (commit.authored_at, commit.authored_at.tzinfo, commit.author) == (NOON, UTC, "github:account:U_1")
    assert "\x00" not in commit.message


@pytest.mark.parametrize("date", ["0001-01-01T00:00:00+05:00", "9999-12-31T23:59:59-05:00"])
def test_a_commit_of_the_end_of_the_calendar_is_read(date: str) -> None:
    row = {"oid": "c0ffee", "message": "", "authoredDate": date, "committedDate": date}
    _, children, _ = parsed(PULL_REQUESTS, PULL | {"commits": {"nodes": [{"commit": row}]}})
    assert children["commits"].complete
    assert [row.authored_at.utcoffset() for row in children["commits"].rows] == [timedelta(0)]


def test_closing_references_are_links_to_refs_that_last() -> None:
    closing = {"nodes": [{"id": "I_8", "number": 8, "repository": SHOP}]}
    _, children, _ = parsed(PULL_REQUESTS, PULL | {"closingIssuesReferences": closing})
    (link,) = children["stated_links"].rows
    assert isinstance(link, StatedLink)
    assert (link.kind, link.to_ref, link.to_key) == ("closes", "github:issue:I_8", "acme/shop#8")


def test_connected_by_hand_is_told_alike_on_either_side() -> None:
    sides = {
        "connecting": {"__typename": "PullRequest", "id": "PR_7", "number": 7, "repository": SHOP},
        "connected": {"__typename": "Issue", "id": "I_8", "number": 8, "repository": SHOP},
    }
    told = {"__typename": "ConnectedEvent"} | sides
    assert changes(ISSUES, told) == [("connected", NONE, ("github:pull_request:PR_7", "acme/shop#7"))]
    assert changes(PULL_REQUESTS, told) == [("connected", NONE, ("github:issue:I_8", "acme/shop#8"))]


def test_a_status_on_a_board_names_the_board() -> None:
    told = {"__typename": "ProjectV2ItemStatusChangedEvent", "id": "EV_1", "createdAt": AT, "status": "Doing"}
    nodes = [told | {"project": {"id": "PVT_1"}}]
    _, children, _ = parsed(ISSUES, ISSUE | {"timelineItems": {"nodes": nodes}})
    assert [row.field_id for row in children["changes"].rows] == ["github:board:PVT_1"]


def test_a_pull_request_with_all_that_belongs_to_it() -> None:
    team = {"__typename": "Team", "id": "T_1", "slug": "payments"}
    told = PULL | {
        "headRefOid": "c0ffee",
        "milestone": {"title": "1.0"},
        "statusCheckRollup": {"state": "FAILURE"},
        "assignees": {"nodes": [DEV]},
        "reviewRequests": {"nodes": [{"requestedReviewer": team}, {"requestedReviewer": None}]},
        "files": {"totalCount": 1, "nodes": [FILE]},
        "reviewThreads": {"nodes": [{"id": "T", "path": "cart.py", "isResolved": True, "resolvedBy": DEV}]},
    }
    record, children, met = parsed(PULL_REQUESTS, told)
    assert isinstance(record, PullRequest)
    assert (record.head_sha, record.milestone, record.checks) == ("c0ffee", "1.0", "failure")
    assert (record.assignees, record.reviewers) == (("github:account:U_1",), ("github:account:T_1",))
    assert [(file.id, file.kind, file.additions, file.deletions) for file in children["changed_files"].rows] == [
        ("cart.py", "renamed", 3, 1)
    ]
    assert [(row.path, row.resolved, row.resolved_by, row.outdated) for row in children["review_threads"].rows] == [
        ("cart.py", True, "github:account:U_1", False)
    ]
    assert [(account.name, account.kind) for account in met] == [("payments", "team"), ("payments-dev-1", "person")]


def test_rows_that_the_server_counts_and_does_not_show_are_missing() -> None:
    """GitHub shows 250 commits of a pull request and 3,000 files, and no further page. # apache/devlake#8615"""
    _, children, _ = parsed(PULL_REQUESTS, PULL | {"files": {"totalCount": 2, "nodes": [FILE]}})
    assert not children["changed_files"].complete


def test_comments_are_told_by_the_timeline() -> None:
    nodes = [
        {"__typename": "IssueComment", "id": "IC_1", "createdAt": AT, "updatedAt": AT, "author": DEV},
        {"__typename": "IssueComment", "id": "IC_2", "createdAt": AT, "author": None},
        {"__typename": "LabeledEvent", "id": "EV_1", "createdAt": AT, "label": {"name": "cart"}},
    ]
    for stream, told in ((PULL_REQUESTS, PULL), (ISSUES, ISSUE)):
        _, children, _ = parsed(stream, told | {"timelineItems": {"nodes": nodes}})
        assert [(row.id, row.author, row.updated_at) for row in children["comments"].rows] == [
            ("IC_1", "github:account:U_1", NOON),
            ("IC_2", None, None),
        ]


def test_an_issue_states_what_blocks_it_closes_it_and_speaks_of_it() -> None:
    pull = {"__typename": "PullRequest", "id": "PR_7", "number": 7, "repository": SHOP}
    events = [
        {"__typename": "ClosedEvent", "createdAt": AT, "closer": pull},
        {"__typename": "ClosedEvent", "createdAt": AT, "closer": {"__typename": "Commit"}},
        {"__typename": "CrossReferencedEvent", "createdAt": AT, "source": pull},
        {"__typename": "CrossReferencedEvent", "createdAt": AT, "source": pull},
    ]
    told = ISSUE | {
        "issueDependenciesSummary": {"totalBlockedBy": 1},
        "blockedBy": {"nodes": [OTHER]},
        "duplicateOf": OTHER,
        "timelineItems": {"nodes": events},
    }
    _, children, _ = parsed(ISSUES, told)
    assert children["stated_links"].complete
    assert [(link.kind, link.to_ref) for link in children["stated_links"].rows] == [
        ("blocked_by", "github:issue:I_1"),
        ("duplicates", "github:issue:I_1"),
        ("closed_by", "github:pull_request:PR_7"),
        ("mentioned_by", "github:pull_request:PR_7"),
    ]
    assert len({link.id for link in children["stated_links"].rows}) == 4


def test_an_issues_links_are_not_all_read_while_what_blocks_it_is_not() -> None:
    told = ISSUE | {"issueDependenciesSummary": {"totalBlockedBy": 1}, "timelineItems": {"nodes": []}}
    assert not parsed(ISSUES, told)[1]["stated_links"].complete
    assert parsed(ISSUES, told | {"issueDependenciesSummary": None})[1]["stated_links"].complete, "it knows of none"


def test_values_of_issue_fields_are_told_by_the_fields_id() -> None:
    values = [
        {"definition": None},
        {"field": {"id": "F_2", "name": "Phase"}, "name": "Design", "optionId": "o1"},
        {"field": {"id": "F_1", "name": "Effort"}, "number": 3.0},
    ]
    record, _, _ = parsed(ISSUES, ISSUE | {"issueFieldValues": {"nodes": values}})
    assert isinstance(record, WorkItem)
    assert record.fields == (
        '{"F_1":{"name":"Effort","value":3.0},"F_2":{"name":"Phase","value":"Design","option":"o1"}}'
    )


def test_reviews_that_are_only_drafts_are_left_out() -> None:
    told = [
        {"id": "1", "state": "PENDING", "submittedAt": None},
        {"id": "2", "state": "APPROVED", "submittedAt": AT, "body": " "},
        {"id": "3", "state": "COMMENTED", "submittedAt": AT, "body": "Why?"},
    ]
    _, children, _ = parsed(PULL_REQUESTS, PULL | {"reviews": {"nodes": told}})
    assert [(row.state, row.has_body) for row in children["reviews"].rows] == [("approved", False), ("commented", True)]


def test_an_issue_is_a_work_item() -> None:
    told = ISSUE | {
        "state": "CLOSED",
        "stateReason": "NOT_PLANNED",
        "closedAt": AT,
        "issueType": {"name": "Bug"},
        "parent": {"id": "I_1", "number": 1, "repository": SHOP},
        "milestone": {"title": "1.0"},
        "assignees": {"nodes": [DEV]},
        "labels": {"nodes": [{"name": "cart"}]},
    }
    record, _, met = parsed(ISSUES, told)
    assert isinstance(record, WorkItem)
    assert (record.status, record.status_category, record.resolution) == ("closed", "done", "not_planned")
    assert (record.type, record.parent_ref, record.milestone) == ("Bug", "github:issue:I_1", "1.0")
    assert (record.labels, record.assignees, record.resolved_at) == (("cart",), ("github:account:U_1",), NOON)
    assert [account.name for account in met] == ["payments-dev-1"]


def test_a_reason_for_closing_that_github_did_not_have_before_is_told_in_its_own_word() -> None:
    record, _, _ = parsed(ISSUES, ISSUE | {"state": "CLOSED", "stateReason": "SUPERSEDED", "closedAt": AT})
    assert isinstance(record, WorkItem)
    assert record.resolution == "superseded"


def test_an_issue_that_was_opened_again_is_not_resolved() -> None:
    record, _, _ = parsed(ISSUES, ISSUE | {"stateReason": "REOPENED", "closedAt": AT})
    assert isinstance(record, WorkItem)
    assert (record.status, record.resolution, record.resolved_at) == ("open", None, None)


def test_a_deployment_succeeded_when_it_first_did() -> None:
    """Whatever came after: `inactive` means that another took its place. # apache/devlake#8302"""
    later = "2026-11-21T12:00:00Z"
    times = [("INACTIVE", later), ("SUCCESS", later), ("SUCCESS", AT)]
    statuses = [{"id": f"DS_{n}", "state": state, "createdAt": at} for n, (state, at) in enumerate(times)]
    told = DEPLOYMENT | {"state": "INACTIVE", "statuses": {"nodes": statuses}}
    record, _, _ = parsed(DEPLOYMENTS, told)
    assert isinstance(record, Deployment)
    assert (record.state, record.succeeded_at) == ("inactive", NOON)


WHOLE = PULL | ISSUE | DEPLOYMENT | {"timelineItems": {"nodes": [{"__typename": "LabeledEvent"}]}, "author": DEV}
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*WHOLE, "nodes"]), inner, max_size=3),
    max_leaves=12,
)


@given(stream=st.sampled_from(STREAMS), changed=st.dictionaries(st.sampled_from([*WHOLE]), json_values, max_size=3))
def test_whatever_an_object_holds_it_is_read_or_malformed(stream: Stream, changed: dict[str, Any]) -> None:
    try:
        record, _, _ = parsed(stream, WHOLE | changed)
    except Malformed:
        return
    assert record.ref.startswith(f"github:{stream.kind}:")
