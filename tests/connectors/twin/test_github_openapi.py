"""The stand-in's REST answers against GitHub's own OpenAPI document: each part that is there is of the right type."""

import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from connectors.twin.company import company
from connectors.twin.github import github_app
from connectors.twin.github_terms import App, Installation
from connectors.twin.serve import serving
from tests.connectors.twin.apps import assertion
from tests.connectors.twin.described import document, problems

REST = "rest-openapi.api.github.com.json.gz"
SHOP, THEMES, APP = "/repos/acme-shops/payments", "/repos/acme-shops/themes", "/app"


@pytest.fixture(scope="module")
def acme() -> Iterator[httpx.Client]:
    """A client of the company's host, signed in as its App's installation."""
    host = company(size=200).github
    host.app = App(id=7, installations=[Installation(id=70, account="acme-shops")])
    host.app.installations[0].permissions = {**host.app.installations[0].permissions, "issues": "write"}
    with serving({"github": github_app(host)}) as urls, httpx.Client(base_url=urls["github"]) as client:
        client.headers["authorization"] = f"Bearer {assertion(7)}"
        token = client.post("/app/installations/70/access_tokens")
        client.headers["authorization"] = f"Bearer {token.json()['token']}"
        yield client


READS = (
    "/meta",
    "/rate_limit",
    "/users/acme-shops",
    "/orgs/acme-shops",
    "/orgs/acme-shops/repos",
    "/installation/repositories",
    SHOP,
    f"{SHOP}/actions/runs",
    f"{SHOP}/deployments",
    f"{SHOP}/labels",
    f"{SHOP}/pulls?state=all",
    f"{SHOP}/pulls/3",
    f"{SHOP}/pulls/3/reviews",
    f"{SHOP}/pulls/3/commits",
    f"{THEMES}/issues?state=all",
    f"{THEMES}/issues/1",
    f"{THEMES}/issues/1/labels",
)
SIGNED = (
    "/app",
    "/app/installations",
    "/app/installations/70",
    "/orgs/acme-shops/installation",
    f"{SHOP}/installation",
)
WRITES = (
    ("POST", f"{THEMES}/labels", {"name": "checkout"}, 201),
    ("POST", f"{THEMES}/issues/1/labels", {"labels": ["checkout"]}, 200),
    ("DELETE", f"{THEMES}/issues/1/labels/checkout", None, 200),
)


def described(path: str, method: str, status: int) -> Any:
    """The schema of that answer; of a path the most literal template that fits."""
    paths = document(REST)["paths"]
    plain = path.partition("?")[0]
    fitting = [each for each in paths if re.fullmatch(re.sub(r"\{\w+\}", r"[^/]+", each), plain)]
    template = min(fitting, key=lambda each: each.count("{"))
    return paths[template][method.lower()]["responses"][str(status)]["content"]["application/json"]["schema"]


def found_wrong(answer: httpx.Response, status: int = 200) -> list[str]:
    assert answer.status_code == status, answer.text
    path = answer.request.url.path
    return problems(REST, described(path, answer.request.method, status), answer.json())


@pytest.mark.parametrize("path", READS)
def test_what_is_read_is_as_described(acme: httpx.Client, path: str) -> None:
    assert found_wrong(acme.get(path)) == []


@pytest.mark.parametrize("path", SIGNED)
def test_what_an_app_reads_of_itself_is_as_described(acme: httpx.Client, path: str) -> None:
    assert found_wrong(acme.get(path, headers={"authorization": f"Bearer {assertion(7)}"})) == []


def test_a_run_and_each_of_its_attempts_are_as_described(acme: httpx.Client) -> None:
    run = acme.get(f"{SHOP}/actions/runs").json()["workflow_runs"][0]
    for path in ("", "/attempts/1"):
        assert found_wrong(acme.get(f"{SHOP}/actions/runs/{run['id']}{path}")) == []


def test_what_is_written_is_answered_as_described(acme: httpx.Client) -> None:
    for method, path, sent, status in WRITES:
        assert found_wrong(acme.request(method, path, json=sent), status) == []
