"""Workflow runs and labels over REST: windows, attempts, the cap; writing that is idempotent where GitHub's is."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from connectors.twin import github_edits as edits
from connectors.twin.github import github_app
from connectors.twin.github_state import GitHubHost, written
from connectors.twin.serve import serving

NOW = datetime(2026, 11, 20, 18, tzinfo=UTC)
START = datetime(2026, 10, 1, 9, tzinfo=UTC)
DEV = {"__typename": "User", "login": "payments-dev-1"}
RUNS = "/repos/acme/shop/actions/runs"


@pytest.fixture
def host() -> GitHubHost:
    """`acme/shop` with an issue, and a run a day from the first of October on."""
    host = GitHubHost(now=lambda: NOW, repositories=[{"owner": {"login": "acme"}, "name": "shop"}])
    shop = host.repositories[0]
    edits.open_issue(host, shop, title="Wish", at=written(START), by=DEV)
    for n in range(10):
        edits.run(host, shop, "checks", at=written(START + timedelta(days=n)), by=DEV, sha=f"{n:040x}")
    return host


@pytest.fixture
def client(host: GitHubHost) -> Iterator[httpx.Client]:
    with serving({"github": github_app(host)}) as urls, httpx.Client(base_url=urls["github"]) as client:
        yield client


def days(answer: httpx.Response) -> list[int]:
    assert answer.status_code == 200
    return [datetime.fromisoformat(run["created_at"]).day for run in answer.json()["workflow_runs"]]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, [10, 9, 8, 7, 6, 5, 4, 3, 2, 1]),
        ({"created": "2026-10-03..2026-10-05"}, [5, 4, 3]),
        ({"created": "2026-10-03T09:00:01Z..2026-10-05T09:00:00Z"}, [5, 4]),
        ({"created": ">=2026-10-09"}, [10, 9]),
        ({"created": ">2026-10-09"}, [10]),
        ({"created": "*..2026-10-02"}, [2, 1]),
        ({"created": "2026-10-07"}, [7]),
        ({"status": "failure"}, []),
        ({"head_sha": f"{4:040x}"}, [5]),
    ],
)
def test_runs_by_window_the_newest_first(client: httpx.Client, asked: dict[str, str], found: list[int]) -> None:
    answer = client.get(RUNS, params=asked)
    assert days(answer) == found
    assert answer.json()["total_count"] == len(found)


def test_runs_lead_on_by_link(client: httpx.Client) -> None:
    first = client.get(RUNS, params={"per_page": 4, "created": ">=2026-10-01"})
    second = client.get(first.links["next"]["url"])
    third = client.get(second.links["next"]["url"])
    assert [len(days(page)) for page in (first, second, third)] == [4, 4, 2]
    assert "next" not in third.links


def test_a_filter_shows_a_thousand_and_no_more(host: GitHubHost, client: httpx.Client) -> None:
    """airbytehq/airbyte#13926: whoever filters must ask by smaller windows."""
    attempts = [{"status": "completed", "conclusion": "success", "startedAt": written(NOW), "updatedAt": written(NOW)}]
    run = {"name": "checks", "path": "", "event": "push", "headBranch": "main", "headSha": "", "attempts": attempts}
    host.repositories[0]["workflowRuns"] = [
        {**run, "id": n, "runNumber": n, "createdAt": written(START + timedelta(minutes=n))} for n in range(1100)
    ]
    shown, url = 0, f"{RUNS}?per_page=100&created=2026-10-01..2026-10-31"
    while url:
        page = client.get(url)
        assert page.json()["total_count"] == 1100
        shown, url = shown + len(days(page)), page.links.get("next", {}).get("url", "")
    assert shown == 1000


def test_a_run_is_listed_as_its_latest_attempt_and_leads_to_the_earlier_ones(
    host: GitHubHost, client: httpx.Client
) -> None:
    """airbytehq/airbyte#66498."""
    shop = host.repositories[0]
    later = written(START + timedelta(days=30))
    edits.run_again(host, shop, shop["workflowRuns"][0], at=later, by=DEV, conclusion="failure")
    again = client.get(RUNS, params={"created": "2026-10-01"}).json()["workflow_runs"][0]
    assert (again["run_attempt"], again["conclusion"], again["created_at"]) == (2, "failure", written(START))
    assert (again["run_started_at"], again["updated_at"]) == (later, later)
    assert again["id"] > 2**32
    first = client.get(again["previous_attempt_url"]).json()
    assert (first["id"], first["run_attempt"], first["conclusion"]) == (again["id"], 1, "success")
    assert first["previous_attempt_url"] is None
    assert client.get(f"{RUNS}/{again['id']}/attempts/3").status_code == 404


ISSUE = "/repos/acme/shop/issues/1"


def labels(client: httpx.Client) -> list[str]:
    return [label["name"] for label in client.get(f"{ISSUE}/labels").json()]


def told(host: GitHubHost) -> list[tuple[str, Any]]:
    events = host.repositories[0]["issues"][0].get("timelineItems", ())
    return [(event["__typename"], event["label"]["name"]) for event in events]


def test_a_label_is_put_on_once_and_taken_off_once(host: GitHubHost, client: httpx.Client) -> None:
    for _ in range(2):
        assert client.post(f"{ISSUE}/labels", json={"labels": ["goal/checkout"]}).status_code == 200
    assert labels(client) == ["goal/checkout"]
    assert client.delete(f"{ISSUE}/labels/goal%2Fcheckout").json() == []
    gone = client.delete(f"{ISSUE}/labels/goal%2Fcheckout")
    assert (gone.status_code, gone.json()["message"]) == (404, "Label does not exist")
    assert told(host) == [("LabeledEvent", "goal/checkout"), ("UnlabeledEvent", "goal/checkout")]
    assert host.repositories[0]["issues"][0]["updatedAt"] == written(NOW)


def test_a_label_is_defined_once_in_whatever_case(client: httpx.Client) -> None:
    made = client.post("/repos/acme/shop/labels", json={"name": "checkout", "color": "00ff00"})
    assert (made.status_code, made.json()["name"]) == (201, "checkout")
    again = client.post("/repos/acme/shop/labels", json={"name": "Checkout"})
    assert (again.status_code, again.json()["errors"][0]["code"]) == (422, "already_exists")
    assert [label["name"] for label in client.get("/repos/acme/shop/labels").json()] == ["checkout"]


def test_what_is_gone_takes_no_label(host: GitHubHost, client: httpx.Client) -> None:
    edits.delete(host, host.repositories[0]["issues"][0])
    assert client.post(f"{ISSUE}/labels", json={"labels": ["late"]}).status_code == 410
