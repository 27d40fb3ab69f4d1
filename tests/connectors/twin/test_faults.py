"""Faults on real connections: each arrives as its caller would meet it, at the request it was planned for."""

import httpx
import pytest

from connectors.twin.faults import (
    Answer,
    Cut,
    Fault,
    Faults,
    Injection,
    Late,
    Reset,
    graphql_errors,
    html,
    rate_limited,
    secondary_limit,
)
from connectors.twin.jira import jira_app
from connectors.twin.serve import serving
from tests.connectors.twin.sites import cloud, with_issues

PATH = "/rest/api/3/myself"


def answers(*plan: Injection, count: int = 2) -> tuple[list[httpx.Response | Exception], Faults]:
    """What `count` requests for the account get, and the application with its list of requests."""
    app = Faults(jira_app(with_issues(cloud(), 1)), plan)
    got: list[httpx.Response | Exception] = []
    with serving({"jira": app}) as urls, httpx.Client(base_url=urls["jira"], verify=False) as jira:
        for _ in range(count):
            try:
                got.append(jira.get(PATH))
            except httpx.TransportError as error:
                got.append(error)
    return got, app


def first(fault: Fault) -> httpx.Response | Exception:
    got, _ = answers(Injection(fault=fault))
    assert isinstance(got[1], httpx.Response)
    assert got[1].status_code == 200
    return got[0]


def response(fault: Fault) -> httpx.Response:
    got = first(fault)
    assert isinstance(got, httpx.Response)
    return got


def test_without_a_plan_nothing_is_changed_and_everything_is_noted() -> None:
    got, app = answers()
    assert [answer.status_code for answer in got if isinstance(answer, httpx.Response)] == [200, 200]
    assert [(request.method, request.path, request.status) for request in app.requests.seen] == [("GET", PATH, 200)] * 2
    assert app.requests.count("/myself") == 2
    assert app.requests.count("/search") == 0


@pytest.mark.parametrize(
    ("fault", "status", "retry_after"),
    [
        (rate_limited(retry_after="30"), 429, "30"),
        (rate_limited(retry_after="Fri, 20 Nov 2026 12:00:30 GMT"), 429, "Fri, 20 Nov 2026 12:00:30 GMT"),
        (rate_limited(), 429, None),
        (secondary_limit(retry_after="60"), 403, "60"),
        (Answer(status=503), 503, None),
    ],
)
def test_a_refusal_comes_with_its_headers(fault: Fault, status: int, retry_after: str | None) -> None:
    got = response(fault)
    assert (got.status_code, got.headers.get("Retry-After")) == (status, retry_after)


def test_a_proxys_page_comes_with_a_good_status() -> None:
    got = response(html())
    assert (got.status_code, got.headers["Content-Type"]) == (200, "text/html")


def test_graphql_errors_come_with_a_good_status() -> None:
    assert response(graphql_errors({"type": "RATE_LIMITED"})).json() == {
        "data": None,
        "errors": [{"type": "RATE_LIMITED"}],
    }


@pytest.mark.parametrize("after_headers", [False, True])
def test_a_reset_breaks_the_connection(after_headers: bool) -> None:
    assert isinstance(first(Reset(after_headers=after_headers)), httpx.ReadError)


def test_a_cut_body_is_missed_by_http_or_by_json_alone() -> None:
    assert isinstance(first(Cut()), httpx.RemoteProtocolError)
    got = response(Cut(admitted=True))
    with pytest.raises(ValueError, match="Unterminated string"):
        got.json()


def test_a_late_answer_is_the_applications_own() -> None:
    assert response(Late(seconds=0.001)).json()["displayName"] == "Fingerpost"


def test_a_fault_hits_the_requests_it_counts() -> None:
    got, app = answers(Injection(fault=Answer(status=500), path="myself", nth=2, times=2), count=5)
    assert [request.status for request in app.requests.seen] == [200, 500, 500, 200, 200]
    assert len(got) == 5


def test_a_fault_for_ever_never_ends() -> None:
    _, app = answers(Injection(fault=Answer(status=500), nth=2, times=None), count=4)
    assert [request.status for request in app.requests.seen] == [200, 500, 500, 500]


def test_a_fault_is_chosen_by_method_path_operation_and_body() -> None:
    plan = [
        Injection(fault=Answer(status=501), method="POST", body="summary"),
        Injection(fault=Answer(status=502), path=r"/graphql", operation="Pulls"),
    ]
    app = Faults(jira_app(with_issues(cloud(), 1)), plan)
    with serving({"jira": app}) as urls, httpx.Client(base_url=urls["jira"], verify=False) as jira:
        search = "/rest/api/3/search/jql"
        assert jira.post(search, json={"jql": "project = PAY", "fields": ["key"]}).status_code == 200
        assert jira.post(search, json={"jql": "project = PAY", "fields": ["summary"]}).status_code == 501
        assert jira.post("/graphql", json={"query": "query Issues { x }"}).status_code == 404
        assert jira.post("/graphql", json={"query": "query Pulls { x }"}).status_code == 502
    assert [request.operation for request in app.requests.seen] == [None, None, "Issues", "Pulls"]
