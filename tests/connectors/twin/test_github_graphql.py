"""What the stand-in answers to GraphQL: data, refusals, cursors, order and cost, over real HTTP."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import Any

import httpx
import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.twin import github_edits as edits
from connectors.twin.github import github_app
from connectors.twin.github_graphql import answer
from connectors.twin.github_limits import Limits
from connectors.twin.github_state import GitHubHost
from connectors.twin.serve import serving

Ask = Callable[..., Any]

NOW = datetime(2026, 11, 20, 18, tzinfo=UTC)
DEV = {"__typename": "User", "login": "payments-dev-1"}


def day(n: int) -> str:
    return f"2026-10-{n:02d}T09:00:00Z"


def pull(number: int, **fields: Any) -> dict[str, Any]:
    opened = {"number": number, "title": f"Change {number}", "author": DEV, "createdAt": day(number)}
    branches = {"baseRefName": "main", "headRefName": f"change-{number}"}
    return {**opened, **branches, "updatedAt": day(number), **fields}


def issue(number: int, **fields: Any) -> dict[str, Any]:
    opened = {"number": number, "title": f"Wish {number}", "author": DEV, "createdAt": day(number)}
    return {**opened, "updatedAt": day(number), **fields}


def shop(**fields: Any) -> dict[str, Any]:
    return {"owner": {"login": "acme"}, "name": "shop", "createdAt": day(1), "issues": [], "pullRequests": [], **fields}


def host_of(*repositories: dict[str, Any], **fields: Any) -> GitHubHost:
    return GitHubHost(now=lambda: NOW, repositories=list(repositories), **fields)


@pytest.fixture
def asking() -> Iterator[Callable[[GitHubHost], Ask]]:
    """A way to ask a host: `ask(query, **variables)` gives the whole answer and HTTP's headers."""
    with ExitStack() as stack:
        client = stack.enter_context(httpx.Client())

        def asking(host: GitHubHost) -> Ask:
            path = "/api/graphql" if host.dialect == "ghes" else "/graphql"
            url = stack.enter_context(serving({"github": github_app(host)}))["github"] + path

            def ask(query: str, **variables: Any) -> Any:
                response = client.post(url, json={"query": query, "variables": variables})
                assert response.status_code == 200
                return {**response.json(), "headers": response.headers}

            return ask

        yield asking


Asking = Callable[[GitHubHost], Ask]


def test_an_object_is_answered_from_its_plain_dict_and_what_follows_from_it(asking: Asking) -> None:
    merged = pull(7, mergedAt=day(9), closedAt=day(9), mergeCommit={"oid": "a" * 40}, labels=[{"name": "bug"}])
    answered = asking(host_of(shop(pullRequests=[merged])))(
        """{ repository(owner: "acme", name: "shop") { nameWithOwner pullRequest(number: 7) {
             __typename title body state merged closed isDraft url repository { nameWithOwner }
             author { __typename login } mergeCommit { oid abbreviatedOid }
             labels(first: 5) { totalCount nodes { name } } reviews(first: 5) { totalCount nodes { state } } } } }"""
    )
    assert "errors" not in answered
    assert answered["data"]["repository"]["pullRequest"] == {
        "__typename": "PullRequest",
        "title": "Change 7",
        "body": "",
        "state": "MERGED",
        "merged": True,
        "closed": True,
        "isDraft": False,
        "url": "https://github.com/acme/shop/pull/7",
        "repository": {"nameWithOwner": "acme/shop"},
        "author": {"__typename": "User", "login": "payments-dev-1"},
        "mergeCommit": {"oid": "a" * 40, "abbreviatedOid": "a" * 7},
        "labels": {"totalCount": 1, "nodes": [{"name": "bug"}]},
        "reviews": {"totalCount": 0, "nodes": []},
    }


def test_a_date_that_nobody_wrote_down_is_an_error_and_never_invented(asking: Asking) -> None:
    host = host_of(shop(pullRequests=[pull(1, createdAt=None)]))
    query = '{ repository(owner: "acme", name: "shop") { pullRequest(number: 1) { createdAt } } }'
    answered = asking(host)(query)
    assert answered["data"] == {"repository": {"pullRequest": None}}
    assert "non-nullable field PullRequest.createdAt" in answered["errors"][0]["message"]
    host.nullable = frozenset({"PullRequest.createdAt"})
    assert asking(host)(query)["data"] == {"repository": {"pullRequest": {"createdAt": None}}}


@pytest.mark.parametrize(
    ("query", "error"),
    [
        (
            '{ repository(owner: "acme", name: "shop") { issuez } }',
            {
                "path": ["query", "issuez"],
                "extensions": {"code": "undefinedField", "typeName": "Repository", "fieldName": "issuez"},
                "locations": [{"line": 1, "column": 45}],
                "message": "Field 'issuez' doesn't exist on type 'Repository'",
            },
        ),
        (
            '{ repository(owner: "acme", name: "shop") { issues { nodes { id } } } }',
            {
                "type": "MISSING_PAGINATION_BOUNDARIES",
                "path": ["repository", "issues"],
                "locations": [{"line": 1, "column": 45}],
                "message": "You must provide a `first` or `last` value to properly paginate the `issues` connection.",
            },
        ),
        (
            '{ repository(owner: "acme", name: "shop") { issues(first: 101) { nodes { id } } } }',
            {
                "type": "EXCESSIVE_PAGINATION",
                "path": ["repository", "issues"],
                "locations": [{"line": 1, "column": 45}],
                "message": "Requesting 101 records on the `issues` connection "
                "exceeds the `first` limit of 100 records.",
            },
        ),
        (
            '{ repository(owner: "acme", name: "shop") { issues(first: 5, after: "nonsense") { nodes { id } } } }',
            {
                "type": "INVALID_CURSOR_ARGUMENTS",
                "path": ["repository", "issues"],
                "locations": [{"line": 1, "column": 45}],
                "message": "`nonsense` does not appear to be a valid cursor.",
            },
        ),
        (
            '{ repository(owner: "acme", name: "shop") { issues(first: 100) { nodes { timelineItems(first: 100) '
            "{ nodes { ... on CrossReferencedEvent { source { ... on Issue { "
            "labels(first: 100) { nodes { id } } } } } } } } } } }",
            {
                "type": "MAX_NODE_LIMIT_EXCEEDED",
                "message": "This query requests up to 1,010,100 possible nodes "
                "which exceeds the maximum limit of 500,000.",
            },
        ),
    ],
    ids=["unknown field", "no first", "first too large", "bad cursor", "too many nodes"],
)
def test_a_query_github_refuses_is_refused_inside_a_200(asking: Asking, query: str, error: dict[str, Any]) -> None:
    assert asking(host_of(shop()))(query)["errors"] == [error]


def test_a_fragment_lists_a_connection_as_well_as_a_field_does(asking: Asking) -> None:
    query = """query { repository(owner: "acme", name: "shop") { issues { ...counted } labels { ...listed } } }
               fragment counted on IssueConnection { totalCount } fragment listed on LabelConnection { nodes { id } }"""
    answered = asking(host_of(shop(issues=[issue(1)])))(query)
    assert answered["data"]["repository"] == {"issues": {"totalCount": 1}, "labels": None}
    assert [e["type"] for e in answered["errors"]] == ["MISSING_PAGINATION_BOUNDARIES"]


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b'{"query": 3}'])
def test_a_body_without_a_query_is_an_error(body: bytes) -> None:
    with serving({"github": github_app(host_of())}) as urls:
        answered = httpx.post(urls["github"] + "/graphql", content=body)
    assert answered.json() == {"errors": [{"message": "A query attribute must be specified and must be a string."}]}


def test_each_alias_fails_alone(asking: Asking) -> None:
    answered = asking(host_of(shop()))(
        """{ here: repository(owner: "acme", name: "shop") { name issue(number: 9) { id } }
             gone: repository(owner: "acme", name: "gone") { name } }"""
    )
    assert answered["data"] == {"here": {"name": "shop", "issue": None}, "gone": None}
    assert {(e["type"], tuple(e["path"]), e["message"]) for e in answered["errors"]} == {
        ("NOT_FOUND", ("here", "issue"), "Could not resolve to an Issue with the number of 9."),
        ("NOT_FOUND", ("gone",), "Could not resolve to a Repository with the name 'acme/gone'."),
    }


def test_of_many_ids_those_that_are_gone_are_null_with_their_own_error(asking: Asking) -> None:
    host = host_of(shop(issues=[issue(1), issue(2)]))
    first, second = host.repositories[0]["issues"]
    edits.delete(host, second)
    query = "query($ids: [ID!]!) { nodes(ids: $ids) { ... on Issue { number } } }"
    answered = asking(host)(query, ids=[first["id"], second["id"]])
    assert answered["data"] == {"nodes": [{"number": 1}, None]}
    assert [(e["type"], e["path"]) for e in answered["errors"]] == [("NOT_FOUND", ["nodes", 1])]
    refused = asking(host)(query, ids=["I_x"] * 101)["errors"][0]
    assert refused["type"] == "ARGUMENT_LIMIT"


def walk(ask: Ask, connection: str, arguments: str, *, size: int) -> list[int]:
    """The numbers on all pages."""
    query = f"""query($after: String) {{ repository(owner: "acme", name: "shop") {{
      {connection}(first: {size}, after: $after{arguments}) {{
        pageInfo {{ hasNextPage endCursor }} nodes {{ number }}
      }}
    }} }}"""
    numbers: list[int] = []
    after = None
    while True:
        page = ask(query, after=after)["data"]["repository"][connection]
        numbers += [node["number"] for node in page["nodes"]]
        if not page["pageInfo"]["hasNextPage"]:
            return numbers
        after = page["pageInfo"]["endCursor"]


@pytest.mark.parametrize(
    ("order", "numbers"),
    [
        ("", [1, 2, 3, 4, 5]),
        (", orderBy: {field: UPDATED_AT, direction: DESC}", [2, 5, 4, 3, 1]),
        (", orderBy: {field: UPDATED_AT, direction: ASC}", [1, 3, 4, 5, 2]),
        (", orderBy: {field: CREATED_AT, direction: DESC}", [5, 4, 3, 2, 1]),
        (", states: [MERGED]", [4]),
        (', labels: ["bug"]', [3]),
        (', baseRefName: "release"', [5]),
    ],
)
def test_pull_requests_in_the_asked_order(asking: Asking, order: str, numbers: list[int]) -> None:
    extra: dict[int, dict[str, Any]] = {
        2: {"updatedAt": day(20)},
        3: {"labels": [{"name": "bug"}]},
        4: {"mergedAt": day(4)},
        5: {"baseRefName": "release"},
    }
    host = host_of(shop(pullRequests=[pull(n, **extra.get(n, {})) for n in range(1, 6)]))
    assert walk(asking(host), "pullRequests", order, size=2) == numbers


@settings(max_examples=25, deadline=None)
@given(touched=st.lists(st.integers(1, 12), max_size=6), size=st.integers(1, 5))
def test_items_that_move_in_mid_walk_neither_hide_nor_repeat_others(touched: list[int], size: int) -> None:
    """Walking from the newest update: whoever is touched jumps to the front, everybody else is seen exactly once."""
    host = host_of(shop(issues=[issue(n) for n in range(1, 13)]))
    issues = {i["number"]: i for i in host.repositories[0]["issues"]}
    seen: list[int] = []
    after, more = None, True
    while more:
        answered = inside(host, after, size)
        seen += [node["number"] for node in answered["nodes"]]
        after, more = answered["pageInfo"]["endCursor"], answered["pageInfo"]["hasNextPage"]
        if touched:
            edits.edit(host, issues[touched.pop()], at="2026-11-01T00:00:00Z", by=DEV, body="new")
    assert len(seen) == len(set(seen))
    untouched = [n for n in issues if issues[n]["updatedAt"] < "2026-11"]
    assert set(untouched) <= set(seen)


def inside(host: GitHubHost, after: str | None, size: int) -> Any:
    """A page of issues without HTTP, for many examples."""
    query = """query($after: String, $size: Int) { repository(owner: "acme", name: "shop") {
        issues(first: $size, after: $after, orderBy: {field: UPDATED_AT, direction: DESC}) {
          pageInfo { hasNextPage endCursor } nodes { number } } } }"""
    body = msgspec.json.encode({"query": query, "variables": {"after": after, "size": size}})
    return answer(host, Limits(host), body)["data"]["repository"]["issues"]


def test_since_is_inclusive(asking: Asking) -> None:
    host = host_of(shop(issues=[issue(n) for n in range(1, 6)]))
    assert walk(asking(host), "issues", f', filterBy: {{since: "{day(3)}"}}', size=10) == [3, 4, 5]


def test_a_nested_connection_stops_at_first_and_says_so(asking: Asking) -> None:
    reviews = [{"state": "COMMENTED", "createdAt": day(2), "submittedAt": day(2), "body": str(n)} for n in range(5)]
    ask = asking(host_of(shop(pullRequests=[pull(1, reviews=reviews)])))
    query = """query($after: String) { repository(owner: "acme", name: "shop") { pullRequest(number: 1) {
        reviews(first: 3, after: $after) { totalCount pageInfo { hasNextPage endCursor } nodes { body } } } } }"""
    head = ask(query)["data"]["repository"]["pullRequest"]["reviews"]
    assert (head["totalCount"], head["pageInfo"]["hasNextPage"]) == (5, True)
    tail = ask(query, after=head["pageInfo"]["endCursor"])["data"]["repository"]["pullRequest"]["reviews"]
    assert [r["body"] for r in head["nodes"] + tail["nodes"]] == ["0", "1", "2", "3", "4"]
    assert tail["pageInfo"]["hasNextPage"] is False


def test_a_timeline_shows_the_asked_types_and_counts_the_others_too(asking: Asking) -> None:
    events = [
        {"__typename": "LabeledEvent", "createdAt": day(2), "actor": DEV, "label": {"name": "bug"}},
        {"__typename": "ReadyForReviewEvent", "createdAt": day(3), "actor": DEV},
        {"__typename": "LabeledEvent", "createdAt": day(4), "actor": None, "label": {"name": "late"}},
    ]
    answered = asking(host_of(shop(pullRequests=[pull(1, timelineItems=events)])))(
        """{ repository(owner: "acme", name: "shop") { pullRequest(number: 1) {
             timelineItems(first: 10, itemTypes: [LABELED_EVENT], since: "2026-10-03T00:00:00Z") {
               totalCount filteredCount pageCount
               nodes { __typename ... on LabeledEvent { createdAt actor { login } label { name } } } } } } }"""
    )
    assert answered["data"]["repository"]["pullRequest"]["timelineItems"] == {
        "totalCount": 3,
        "filteredCount": 1,
        "pageCount": 1,
        "nodes": [{"__typename": "LabeledEvent", "createdAt": day(4), "actor": None, "label": {"name": "late"}}],
    }


def test_links_between_issues_and_pull_requests_are_seen_from_both_ends(asking: Asking) -> None:
    epic, part = issue(1, id="I_epic"), issue(2, id="I_part", parent="I_epic", closedAt=day(5), blockedBy=["I_epic"])
    fix = pull(3, closingIssuesReferences=["I_part", "I_hidden"])
    answered = asking(host_of(shop(issues=[epic, part], pullRequests=[fix])))(
        """{ epic: node(id: "I_epic") { ... on Issue { subIssues(first: 5) { nodes { number } }
                subIssuesSummary { total completed percentCompleted } issueDependenciesSummary { blocking } } }
             part: node(id: "I_part") { ... on Issue { parent { number } blockedBy(first: 5) { nodes { number } }
                closedByPullRequestsReferences(first: 5, includeClosedPrs: true) { nodes { number } } } }
             repository(owner: "acme", name: "shop") { pullRequest(number: 3) {
                closingIssuesReferences(first: 5) { totalCount nodes { number } } } } }"""
    )
    assert answered["data"] == {
        "epic": {
            "subIssues": {"nodes": [{"number": 2}]},
            "subIssuesSummary": {"total": 1, "completed": 1, "percentCompleted": 100},
            "issueDependenciesSummary": {"blocking": 0},
        },
        "part": {
            "parent": {"number": 1},
            "blockedBy": {"nodes": [{"number": 1}]},
            "closedByPullRequestsReferences": {"nodes": [{"number": 3}]},
        },
        "repository": {
            "pullRequest": {"closingIssuesReferences": {"totalCount": 1, "nodes": [{"number": 2}]}},
        },
    }


def test_deployments_with_their_statuses(asking: Asking) -> None:
    bot = {"__typename": "Bot", "login": "deploy-bot"}
    statuses = [
        {"state": state, "createdAt": day(n), "creator": bot}
        for n, state in enumerate(["QUEUED", "SUCCESS", "INACTIVE"], start=2)
    ]
    deployed = {"createdAt": day(2), "environment": "production", "creator": bot, "commit": {"oid": "b" * 40}}
    answered = asking(host_of(shop(deployments=[{**deployed, "statuses": statuses}])))(
        """{ repository(owner: "acme", name: "shop") {
             deployments(first: 5, orderBy: {field: CREATED_AT, direction: DESC}) { nodes {
               state environment commitOid latestStatus { state } creator { login }
               statuses(first: 10) { nodes { state createdAt deployment { environment } } } } } } }"""
    )
    (node,) = answered["data"]["repository"]["deployments"]["nodes"]
    assert (node["state"], node["commitOid"], node["latestStatus"]) == ("INACTIVE", "b" * 40, {"state": "INACTIVE"})
    assert [s["createdAt"] for s in node["statuses"]["nodes"]] == [day(2), day(3), day(4)]
    assert node["statuses"]["nodes"][0]["deployment"] == {"environment": "production"}


PLAN = """{ repository(owner: "acme", name: "shop") { pullRequests(first: 20) { nodes {
  labels(first: 20) { nodes { id } } assignees(first: 10) { nodes { id } } reviews(first: 30) { nodes { id } }
  commits(first: 50) { nodes { id } } closingIssuesReferences(first: 10) { nodes { id } }
  timelineItems(first: 60) { nodes { __typename } } reviewThreads(first: 30) { nodes { id } } } } }
  rateLimit { cost nodeCount limit remaining used resetAt } }"""


def test_cost_by_githubs_formula_in_the_answer_and_in_the_headers(asking: Asking) -> None:
    """The one-point page of twenty pull requests with seven connections: 141 requests, 4,220 nodes."""
    ask = asking(host_of(shop()))
    answered = ask(PLAN)
    assert answered["data"]["rateLimit"] == {
        "cost": 1,
        "nodeCount": 4220,
        "limit": 5000,
        "remaining": 4999,
        "used": 1,
        "resetAt": "2026-11-20T19:00:00Z",
    }
    again = ask(PLAN)["headers"]
    assert {name: again[f"x-ratelimit-{name}"] for name in ("limit", "remaining", "used", "resource", "reset")} == {
        "limit": "5000",
        "remaining": "4998",
        "used": "2",
        "resource": "graphql",
        "reset": str(int(datetime(2026, 11, 20, 19, tzinfo=UTC).timestamp())),
    }
    assert again["date"] == "Fri, 20 Nov 2026 18:00:00 GMT"


@pytest.mark.parametrize(
    ("query", "cost", "nodes"),
    [
        ("{ viewer { login } rateLimit { cost nodeCount } }", 1, 0),
        # https://docs.github.com/graphql/overview/rate-limits-and-query-limits-for-the-graphql-api: 51 points
        (
            '{ organization(login: "acme") { repositories(first: 100) { nodes { issues(first: 50) { nodes { '
            "labels(first: 60) { nodes { id } } } } } } } rateLimit { cost nodeCount } }",
            51,
            100 + 100 * 50 + 100 * 50 * 60,
        ),
        # A count alone is free; of fragments on different types the dearest counts.
        (
            '{ repository(owner: "acme", name: "shop") { issues { totalCount } issueOrPullRequest(number: 1) {'
            " ... on Issue { labels(first: 10) { nodes { id } } }"
            " ... on PullRequest { labels(first: 10) { nodes { id } } reviews(first: 30) { nodes { id } } } } }"
            " rateLimit { cost nodeCount } }",
            1,
            40,
        ),
    ],
)
def test_cost_of_other_queries(asking: Asking, query: str, cost: int, nodes: int) -> None:
    host = host_of(shop(issues=[issue(1)]))
    assert asking(host)(query)["data"]["rateLimit"] == {"cost": cost, "nodeCount": nodes}


def test_ids_cost_like_a_page_of_that_many(asking: Asking) -> None:
    host = host_of(shop(pullRequests=[pull(n) for n in range(1, 21)]))
    query = """query($ids: [ID!]!) { nodes(ids: $ids) { ... on PullRequest { reviews(first: 100) { nodes { id } } } }
               rateLimit { cost nodeCount } }"""
    answered = asking(host)(query, ids=[p["id"] for p in host.repositories[0]["pullRequests"]])
    assert answered["data"]["rateLimit"] == {"cost": 1, "nodeCount": 20 + 2000}


def test_an_hour_that_is_spent_is_an_error_in_a_200_until_it_resets(asking: Asking) -> None:
    hour = [18]
    host = host_of(shop(), hourly_limit=2)
    host.now = lambda: NOW.replace(hour=hour[0])
    ask = asking(host)
    answers = [ask("{ viewer { login } }") for _ in range(3)]
    assert ["errors" in a for a in answers] == [False, False, True]
    assert answers[2]["errors"][0]["type"] == "RATE_LIMITED"
    assert answers[2]["headers"]["x-ratelimit-remaining"] == "0"
    hour[0] = 19
    assert "errors" not in ask("{ viewer { login } }")


def test_a_renamed_repository_is_found_by_its_old_name(asking: Asking) -> None:
    host = host_of(shop())
    edits.rename_repository(host, host.repositories[0], "store")
    ask = asking(host)
    assert ask('{ repository(owner: "acme", name: "shop") { nameWithOwner } }')["data"] == {
        "repository": {"nameWithOwner": "acme/store"}
    }
    strict = ask('{ repository(owner: "acme", name: "shop", followRenames: false) { name } }')
    assert strict["errors"][0]["type"] == "NOT_FOUND"


def test_an_enterprise_server_has_no_limits_and_an_older_schema(asking: Asking) -> None:
    ask = asking(host_of(shop(), dialect="ghes", hourly_limit=None))
    answered = ask("{ viewer { login } rateLimit { cost } }")
    assert answered["data"] == {"viewer": {"login": "fingerpost-reader"}, "rateLimit": None}
    assert not [name for name in answered["headers"] if name.startswith("x-ratelimit")]
    fields = ask('{ __type(name: "Issue") { fields { name } } }')["data"]["__type"]["fields"]
    assert {"name": "title"} in fields
    assert {"name": "issueType"} not in fields


def test_introspection_shows_no_trace_of_our_marks(asking: Asking) -> None:
    answered = asking(host_of())("{ __schema { directives { name } types { name } } }")
    names = {d["name"] for d in answered["data"]["__schema"]["directives"]}
    assert names & {"newer", "cloud"} == set()
    assert {"name": "ProjectV2ItemStatusChangedEvent"} in answered["data"]["__schema"]["types"]


def test_a_project_item_by_field_name(asking: Asking) -> None:
    status = {
        "__typename": "ProjectV2SingleSelectField",
        "name": "Status",
        "createdAt": day(1),
        "dataType": "SINGLE_SELECT",
    }
    value = {"__typename": "ProjectV2ItemFieldSingleSelectValue", "name": "Doing", "createdAt": day(2), "field": status}
    item = {"content": "I_1", "createdAt": day(2), "fieldValues": [value]}
    board = {"number": 4, "title": "Board", "createdAt": day(1), "items": [item]}
    acme = {"__typename": "Organization", "login": "acme", "projectsV2": [board]}
    host = host_of(shop(issues=[issue(1, id="I_1")]), organizations=[acme])
    answered = asking(host)(
        """{ organization(login: "acme") { projectV2(number: 4) { title items(first: 5) { nodes {
             type content { ... on Issue { number } }
             status: fieldValueByName(name: "Status") { ... on ProjectV2ItemFieldSingleSelectValue { name } }
             points: fieldValueByName(name: "Points") { __typename } } } } } }"""
    )
    (node,) = answered["data"]["organization"]["projectV2"]["items"]["nodes"]
    assert node == {"type": "ISSUE", "content": {"number": 1}, "status": {"name": "Doing"}, "points": None}
