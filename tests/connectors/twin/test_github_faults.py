"""The faults that other readers of GitHub met, each as a server makes it."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from connectors.twin import github_edits as edits
from connectors.twin.faults import (
    Answer,
    Faults,
    Injection,
    Late,
    Stale,
    Stall,
    asks_more_than,
    holed,
    overloaded,
)
from connectors.twin.github import github_app
from connectors.twin.github_state import GitHubHost
from connectors.twin.serve import serving

DEV = {"__typename": "User", "login": "payments-dev-1"}
OPENED, LATER = "2026-10-01T09:00:00Z", "2026-10-02T09:00:00Z"
WISHES = """query wishes($first: Int!) { repository(owner: "acme", name: "shop") {
              issues(first: $first) { totalCount nodes { number title } } } }"""


def shop() -> GitHubHost:
    host = GitHubHost(
        now=lambda: datetime(2026, 11, 20, tzinfo=UTC), repositories=[{"owner": {"login": "acme"}, "name": "shop"}]
    )
    for n in range(3):
        edits.open_issue(host, host.repositories[0], title=f"Wish {n + 1}", at=OPENED, by=DEV)
    return host


@contextmanager
def served(host: GitHubHost, *plan: Injection) -> Iterator[tuple[httpx.Client, Faults]]:
    app = Faults(github_app(host), plan)
    with serving({"github": app}) as urls, httpx.Client(base_url=urls["github"]) as client:
        yield client, app


def ask(client: httpx.Client, first: int = 10, **options: Any) -> httpx.Response:
    return client.post("/graphql", json={"query": WISHES, "variables": {"first": first}}, **options)


def numbers(answer: httpx.Response) -> list[Any]:
    nodes = answer.json()["data"]["repository"]["issues"]["nodes"]
    return [node and node["number"] for node in nodes]


def test_a_page_that_is_too_large_is_a_502_and_a_smaller_one_is_not() -> None:
    """apache/devlake#3708: the same query never succeeds, however often it is sent."""
    too_large = Injection(fault=Answer(status=502), where=asks_more_than(2), times=None)
    with served(shop(), too_large) as (client, _):
        assert [ask(client, size).status_code for size in (3, 3, 2)] == [502, 502, 200]


def test_an_answer_that_never_ends() -> None:
    """apache/devlake#8614."""
    with served(shop(), Injection(fault=Stall())) as (client, app):
        with pytest.raises(httpx.ReadTimeout):
            ask(client, timeout=0.2)
        assert app.requests.seen[0].status == 200
        assert numbers(ask(client)) == [1, 2, 3]


def test_a_query_that_grew_too_dear_has_null_nodes_and_says_why_inside_a_200() -> None:
    """spiceai/spiceai#13762."""
    with served(shop(), Injection(fault=overloaded())) as (client, _):
        refused = ask(client)
        assert (refused.status_code, numbers(refused)) == (200, [None, None, None])
        assert [error["type"] for error in refused.json()["errors"]] == ["RESOURCE_LIMITS_EXCEEDED"]
        assert numbers(ask(client)) == [1, 2, 3]


def test_one_thing_that_cannot_be_read_is_a_hole_with_an_error_of_its_own() -> None:
    """apache/devlake#3491."""
    gone = {"type": "NOT_FOUND", "message": "Could not resolve to a User with the login of 'gone'."}
    hole = Injection(fault=holed("repository", "issues", "nodes", 1, error=gone))
    with served(shop(), hole) as (client, _):
        answered = ask(client)
    assert numbers(answered) == [1, None, 3]
    assert [error["path"] for error in answered.json()["errors"]] == [["repository", "issues", "nodes", 1]]


def test_a_copy_that_lags_behind_answers_as_before() -> None:
    host = shop()
    with served(host, Injection(fault=Stale(), nth=2)) as (client, _):
        ask(client)
        edits.edit(host, host.repositories[0]["issues"][0], title="Better wish", at=LATER, by=DEV)
        titles = [ask(client).json()["data"]["repository"]["issues"]["nodes"][0]["title"] for _ in range(2)]
    assert titles == ["Wish 1", "Better wish"]


def test_how_many_requests_are_under_way_at_a_time_is_noted() -> None:
    with served(shop(), Injection(fault=Late(seconds=0.2), times=None)) as (client, app):
        threads = [threading.Thread(target=ask, args=(client,)) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert app.requests.most_at_once["/graphql"] == 3
        assert app.requests.under_way == set()


def test_what_is_asked_for_by_ids_has_a_size_too() -> None:
    query = "query some($ids: [ID!]!) { nodes(ids: $ids) { id } }"
    with served(shop(), Injection(fault=Answer(status=502), where=asks_more_than(1))) as (client, _):
        body = json.dumps({"query": query, "variables": {"ids": ["a", "b"]}})
        assert client.post("/graphql", content=body).status_code == 502
