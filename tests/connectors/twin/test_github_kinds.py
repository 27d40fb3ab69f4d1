"""Every kind that the stand-in knows, asked of the invented company and of real records: no part fails to resolve."""

from collections.abc import Iterator
from itertools import islice
from typing import Any

import msgspec
import pytest

from connectors.twin.company import company
from connectors.twin.github_dumps import bitcoin_github
from connectors.twin.github_graphql import answer
from connectors.twin.github_limits import Limits
from connectors.twin.github_state import GitHubHost
from tests.shared import shared

WHO = "__typename ... on User { login } ... on Bot { login } ... on Team { slug }"
ACTOR = "{ __typename login url ... on Node { id } }"
PLACE = "{ __typename ... on Issue { number } ... on PullRequest { number } }"
EVENT = f"id createdAt actor {ACTOR}"
ISSUE = f"""
  id fullDatabaseId number title state stateReason createdAt closedAt milestone {{ id title dueOn state }}
  parent {{ number }} duplicateOf {{ number }} issueType {{ id name }} subIssuesSummary {{ total completed }}
  issueDependenciesSummary {{ totalBlockedBy totalBlocking }} blockedBy(first: 5) {{ nodes {{ number }} }}
  projectItems(first: 5) {{ nodes {{ id project {{ title }} fieldValueByName(name: "Status") {{
    ... on ProjectV2ItemFieldSingleSelectValue {{ name optionId }} }} }} }}
  issueFieldValues(first: 5) {{ nodes {{ __typename }} }} comments(first: 50) {{ totalCount }}
  timelineItems(first: 100) {{ nodes {{ __typename ... on Node {{ id }} ... on ClosedEvent {{ closer {{ __typename }} }}
    ... on CrossReferencedEvent {{ {EVENT} willCloseTarget source {PLACE} target {PLACE} }}
    ... on ProjectV2ItemStatusChangedEvent {{ {EVENT} previousStatus status project {{ title }} }}
    ... on AddedToProjectV2Event {{ {EVENT} project {{ number }} }}
    ... on MilestonedEvent {{ {EVENT} milestoneTitle }} ... on IssueComment {{ author {ACTOR} createdAt }} }} }}"""
PULL = f"""
  id fullDatabaseId number title state isDraft isInMergeQueue headRefOid additions deletions changedFiles
  statusCheckRollup {{ state }} milestone {{ title }} assignees(first: 10) {{ nodes {{ login }} }}
  files(first: 100) {{ totalCount nodes {{ path additions deletions changeType }} }}
  reviewThreads(first: 100) {{ nodes {{ id path isResolved isOutdated resolvedBy {{ login }}
    comments(first: 5) {{ nodes {{ body author {ACTOR} }} }} }} }}
  reviewRequests(first: 10) {{ nodes {{ asCodeOwner requestedReviewer {{ {WHO} }} }} }}
  projectItems(first: 5) {{ nodes {{ id }} }}
  timelineItems(first: 100) {{ nodes {{ __typename ... on Node {{ id }}
    ... on AddedToMergeQueueEvent {{ {EVENT} }} ... on RemovedFromMergeQueueEvent {{ {EVENT} reason }}
    ... on AutoSquashEnabledEvent {{ {EVENT} }} ... on HeadRefForcePushedEvent {{ {EVENT} beforeCommit {{ oid }} }}
    ... on ReviewRequestedEvent {{ requestedReviewer {{ {WHO} }} }} ... on PullRequestCommit {{ commit {{ oid }} }}
    ... on PullRequestReview {{ state }} ... on IssueComment {{ createdAt }} }} }}"""
REPOSITORY = """
  labels(first: 100) { nodes { id name color description } } milestones(first: 100) { nodes { id number title } }
  tags: refs(refPrefix: "refs/tags/", first: 100, orderBy: {field: TAG_COMMIT_DATE, direction: DESC}) { nodes {
    name target { __typename oid ... on Tag { tagger { date } target { oid } } ... on Commit { committedDate } } } }
  releases(first: 100, orderBy: {field: CREATED_AT, direction: DESC}) { nodes {
    id tagName isDraft isLatest isPrerelease publishedAt createdAt tag { name } tagCommit { oid } author { login } } }
  deployments(first: 100, orderBy: {field: CREATED_AT, direction: DESC}) { nodes {
    id state commitOid statuses(first: 20) { nodes { id state createdAt } } } }"""
OWNER = """{ organization(login: "acme-shops") {
  teams(first: 100) { nodes { id slug combinedSlug organization { login }
    members(first: 100) { edges { role node { login } } } } }
  projectsV2(first: 20) { nodes { id title owner { __typename id } items(first: 100) { totalCount nodes {
      type isArchived content { __typename ... on DraftIssue { title } } fieldValues(first: 20) { nodes { __typename
        ... on ProjectV2ItemFieldSingleSelectValue { name optionId field { ... on ProjectV2SingleSelectField { id } } }
        ... on ProjectV2ItemFieldIterationValue { title startDate duration }
        ... on ProjectV2ItemFieldNumberValue { number } ... on ProjectV2ItemFieldTextValue { text } } } } }
    fields(first: 50) { nodes { ... on ProjectV2FieldCommon { id name dataType }
      ... on ProjectV2SingleSelectField { options { id name description } }
      ... on ProjectV2IterationField { configuration { iterations { id title } completedIterations { id } } }
    } } } } } }"""


def data(host: GitHubHost, query: str, **variables: Any) -> Any:
    answered = answer(host, Limits(host), msgspec.json.encode({"query": query, "variables": variables}))
    assert "errors" not in answered, answered["errors"][:3]
    return answered["data"]


def walk(host: GitHubHost, repository: str, connection: str, fields: str) -> Iterator[Any]:
    owner, name = repository.split("/")
    query = f"""query($after: String) {{ repository(owner: "{owner}", name: "{name}") {{
      {connection}(first: 50, after: $after) {{ pageInfo {{ hasNextPage endCursor }} nodes {{ {fields} }} }} }} }}"""
    after, more = None, True
    while more:
        page = data(host, query, after=after)["repository"][connection]
        yield from page["nodes"]
        after, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]


@pytest.fixture(scope="module")
def acme() -> GitHubHost:
    host = company().github
    host.hourly_limit = None
    return host


SHOPS = ("payments", "storefront", "playground")


def kinds(items: list[Any]) -> set[str]:
    return {event["__typename"] for item in items for event in item["timelineItems"]["nodes"]}


def test_the_companys_pull_requests_have_files_threads_comments_and_a_queue(acme: GitHubHost) -> None:
    pulls = [p for name in SHOPS for p in walk(acme, f"acme-shops/{name}", "pullRequests", PULL)]
    assert len(pulls) > 100
    for pull in pulls:
        files = pull["files"]["nodes"]
        assert pull["files"]["totalCount"] == pull["changedFiles"]
        if pull["changedFiles"] <= len(files):
            assert sum(f["additions"] for f in files) == pull["additions"]
            assert sum(f["deletions"] for f in files) == pull["deletions"]
    threads = [thread for pull in pulls for thread in pull["reviewThreads"]["nodes"]]
    assert {thread["isResolved"] for thread in threads} == {True, False}
    assert all((thread["resolvedBy"] is not None) == thread["isResolved"] for thread in threads)
    wanted = {"AddedToMergeQueueEvent", "RemovedFromMergeQueueEvent", "AutoSquashEnabledEvent", "IssueComment"}
    assert wanted | {"HeadRefForcePushedEvent", "PullRequestCommit", "PullRequestReview"} <= kinds(pulls)
    assert any(pull["reviewRequests"]["nodes"] for pull in pulls)


def test_the_companys_issues_stand_on_a_board_and_under_a_milestone(acme: GitHubHost) -> None:
    issues = list(walk(acme, "acme-shops/themes", "issues", ISSUE))
    assert {"ProjectV2ItemStatusChangedEvent", "AddedToProjectV2Event", "CrossReferencedEvent"} <= kinds(issues)
    statuses = {i["projectItems"]["nodes"][0]["fieldValueByName"]["name"]: i["state"] for i in issues}
    assert statuses == {"Done": "CLOSED", "In Progress": "OPEN"}
    assert {i["milestone"]["title"] for i in issues} == {"Summer look", "Winter look"}
    assert [i["issueDependenciesSummary"]["totalBlockedBy"] for i in issues].count(1) == 1
    assert [i["number"] for i in issues if i["parent"]] != []


def test_the_companys_repositories_define_labels_tags_releases_and_deploy(acme: GitHubHost) -> None:
    found = {
        r["name"]: data(
            acme, f"query($id: ID!) {{ node(id: $id) {{ ... on Repository {{ {REPOSITORY} }} }} }}", id=r["id"]
        )
        for r in acme.repositories
    }
    mobile, numbers = (found[name]["node"] for name in ("mobile-app", "merchant-numbers"))
    assert [r["isLatest"] for r in mobile["releases"]["nodes"]].count(True) == 1
    assert {(r["isDraft"], r["publishedAt"] is None, r["tagCommit"] is None) for r in mobile["releases"]["nodes"]} == {
        (True, True, True),
        (False, False, False),
    }
    assert {t["target"]["__typename"] for t in mobile["tags"]["nodes"]} == {"Commit"}
    dated = [t["target"]["tagger"]["date"] for t in numbers["tags"]["nodes"]]
    assert len(dated) > 5
    assert dated == sorted(dated, reverse=True)
    assert {label["name"] for label in found["themes"]["node"]["labels"]["nodes"]} == {"bug", "question"}
    states = {d["state"] for d in found["payments"]["node"]["deployments"]["nodes"]}
    assert {"ACTIVE", "INACTIVE"} <= states


def test_the_companys_organization_has_teams_and_a_board_with_every_kind_of_field(acme: GitHubHost) -> None:
    organization = data(acme, OWNER)["organization"]
    teams = {team["combinedSlug"]: team["members"]["edges"] for team in organization["teams"]["nodes"]}
    assert [m["role"] for m in teams["acme-shops/payments"]].count("MAINTAINER") == 1
    (board,) = organization["projectsV2"]["nodes"]
    assert board["owner"]["__typename"] == "Organization"
    assert {f["dataType"] for f in board["fields"]["nodes"]} >= {"TITLE", "SINGLE_SELECT", "ITERATION", "NUMBER"}
    types = [item["type"] for item in board["items"]["nodes"]]
    assert set(types) == {"ISSUE", "DRAFT_ISSUE"}
    rounds = [v["title"] for item in board["items"]["nodes"] for v in item["fieldValues"]["nodes"] if "title" in v]
    assert len(rounds) == types.count("ISSUE")
    assert all(title.startswith("Round ") for title in rounds)


STATUS = """mutation($item: ID!, $field: ID!, $option: String) { updateProjectV2ItemFieldValue(input: {
    projectId: "PVT_themes", itemId: $item, fieldId: $field, value: {singleSelectOptionId: $option}}) {
  projectV2Item { fieldValueByName(name: "Status") { ... on ProjectV2ItemFieldSingleSelectValue { name } } } } }"""


def test_a_boards_status_can_be_set_and_is_told_to_its_issue() -> None:
    host = company(size=200).github
    board = host.organizations[0]["projectsV2"][0]
    item = next(each for each in board["items"] if each["fieldValues"][1]["optionId"] == "option-2")
    given = {"item": item["id"], "field": "PVTSSF_Status", "option": "option-0"}
    payload = data(host, STATUS, **given)["updateProjectV2ItemFieldValue"]
    assert payload["projectV2Item"]["fieldValueByName"] == {"name": "Todo"}
    issue = host.node(item["content"])
    assert issue is not None
    told = issue["timelineItems"][-1]
    assert (told["previousStatus"], told["status"]) == ("Done", "Todo")
    body = msgspec.json.encode({"query": STATUS, "variables": {**given, "option": "option-9"}})
    assert answer(host, Limits(host), body)["errors"][0]["type"] == "UNPROCESSABLE"
    body = msgspec.json.encode({"query": STATUS, "variables": {**given, "item": "PVTI_none"}})
    assert answer(host, Limits(host), body)["errors"][0]["type"] == "NOT_FOUND"


@pytest.mark.real_data
def test_real_records_resolve_in_every_part_that_rest_tells() -> None:
    host = bitcoin_github(shared("data/bitcoin-core-github"))
    host.hourly_limit = None
    pulls = list(islice(walk(host, "bitcoin-core/gui", "pullRequests", PULL.replace("isResolved", "")), 100))
    assert any(pull["reviewRequests"]["nodes"] for pull in pulls)
    assert sum(len(thread["comments"]["nodes"]) > 0 for p in pulls for thread in p["reviewThreads"]["nodes"]) > 200
    issues = list(islice(walk(host, "bitcoin-core/gui", "issues", ISSUE), 100))
    assert sum(issue["comments"]["totalCount"] for issue in issues) > 100
    labels = data(host, '{ repository(owner: "bitcoin-core", name: "gui") { labels(first: 100) { totalCount } } }')
    assert labels["repository"]["labels"]["totalCount"] > 10
