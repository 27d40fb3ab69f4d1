"""Cloud's answers against Atlassian's own OpenAPI documents.

The documents mark nothing as nullable although Jira answers with nulls, so a null passes wherever a property is not
required. Paths and status codes are the documents' too.
"""

import gzip
import json
from collections.abc import Iterator
from datetime import timedelta
from functools import cache
from typing import Any

import httpx
import pytest
from jsonschema import Draft7Validator

from connectors.twin import jira_beside
from connectors.twin.company import company
from connectors.twin.jira import jira_app
from connectors.twin.jira_state import JiraSite
from connectors.twin.serve import serving
from tests.shared import shared

pytestmark = pytest.mark.real_data

Json = dict[str, Any]
PLATFORM, SOFTWARE = "cloud-platform-v3.openapi.json.gz", "cloud-software-agile.openapi.json.gz"

GETS = [
    (PLATFORM, "/rest/api/3/serverInfo", {}),
    (PLATFORM, "/rest/api/3/myself", {}),
    (PLATFORM, "/rest/api/3/mypermissions", {"permissions": "BROWSE_PROJECTS"}),
    (PLATFORM, "/rest/api/3/field", {}),
    (PLATFORM, "/rest/api/3/status", {}),
    (PLATFORM, "/rest/api/3/statuses/search", {}),
    (PLATFORM, "/rest/api/3/issuetype", {}),
    (PLATFORM, "/rest/api/3/priority", {}),
    (PLATFORM, "/rest/api/3/resolution", {}),
    (PLATFORM, "/rest/api/3/project", {}),
    (PLATFORM, "/rest/api/3/project/search", {}),
    (PLATFORM, "/rest/api/3/project/{projectIdOrKey}", {"projectIdOrKey": "PAY"}),
    (PLATFORM, "/rest/api/3/project/{projectIdOrKey}/versions", {"projectIdOrKey": "DATA"}),
    (PLATFORM, "/rest/api/3/project/{projectIdOrKey}/version", {"projectIdOrKey": "DATA"}),
    (PLATFORM, "/rest/api/3/project/{projectIdOrKey}/components", {"projectIdOrKey": "PAY"}),
    (PLATFORM, "/rest/api/3/search/jql", {"jql": "project = PAY"}),
    (PLATFORM, "/rest/api/3/issue/{issueIdOrKey}", {"issueIdOrKey": "PAY-9", "expand": "changelog"}),
    (PLATFORM, "/rest/api/3/issue/{issueIdOrKey}/changelog", {"issueIdOrKey": "PAY-9"}),
    (PLATFORM, "/rest/api/3/worklog/updated", {"since": "0"}),
    (PLATFORM, "/rest/api/3/worklog/deleted", {"since": "0"}),
    (PLATFORM, "/rest/api/3/issue/{issueIdOrKey}/comment", {"issueIdOrKey": "PAY-9"}),
    (SOFTWARE, "/rest/agile/1.0/board", {}),
    (SOFTWARE, "/rest/agile/1.0/board/{boardId}/configuration", {"boardId": "1"}),
]
IDS = [str(number) for number in range(10_001, 10_101)]
POSTS = [
    ("/rest/api/3/search/jql", {"jql": "project = PAY", "fields": ["*all"], "expand": "changelog", "maxResults": 100}),
    ("/rest/api/3/search/approximate-count", {"jql": "project = PAY"}),
    ("/rest/api/3/issue/bulkfetch", {"issueIdsOrKeys": IDS, "fields": ["*all"], "expand": ["changelog"]}),
    ("/rest/api/3/changelog/bulkfetch", {"issueIdsOrKeys": IDS, "maxResults": 100}),
    ("/rest/api/3/worklog/list", {"ids": [10_001, 10_002]}),
]


@cache
def document(name: str) -> Json:
    """The document, with nulls allowed for what is not required."""
    return nullable(json.loads(gzip.decompress(shared(f"contracts/jira/{name}").read_bytes())))


def nullable(node: Any) -> Any:
    if isinstance(node, list):
        return [nullable(child) for child in node]
    if not isinstance(node, dict):
        return node
    found = {name: nullable(child) for name, child in node.items()}
    properties = found.get("properties")
    if isinstance(properties, dict) and found.get("type") == "object":
        required = found.get("required", [])
        found["properties"] = {
            n: s if n in required else {"anyOf": [s, {"type": "null"}]} for n, s in properties.items()
        }
    return found


def problems(name: str, path: str, method: str, answer: httpx.Response) -> list[str]:
    """Where the answer is not what the document says of that path and method."""
    whole = document(name)
    described = whole["paths"][path][method]["responses"][str(answer.status_code)]
    schema = next(iter(described["content"].values()))["schema"]
    validator = Draft7Validator({**schema, "components": whole["components"]})
    return [f"{error.json_path}: {error.message[:200]}" for error in validator.iter_errors(answer.json())]


def site() -> JiraSite:
    """The company's, with what it tells apart from its issues."""
    site = company().jira
    at, author = site.now() - timedelta(hours=1), next(iter(site.users))
    jira_beside.delete_worklog(site, jira_beside.log_work(site, "PAY-9", at=at, author=author, spent_s=60), at=at)
    for _ in range(2):
        jira_beside.log_work(site, "PAY-9", at=at, author=author, spent_s=60)
        jira_beside.comment(site, "PAY-9", at=at, author=author, text="Seen")
        jira_beside.link_page(site, "PAY-9", at=at, author=author, url="https://wiki.example/9", title="Plan")
    return site


@pytest.fixture(scope="module")
def jira() -> Iterator[httpx.Client]:
    with (
        serving({"jira": jira_app(site())}) as urls,
        httpx.Client(base_url=urls["jira"], verify=False) as client,
    ):
        yield client


@pytest.mark.parametrize(("name", "path", "arguments"), GETS, ids=[path for _, path, _ in GETS])
def test_what_is_read_is_as_described(jira: httpx.Client, name: str, path: str, arguments: dict[str, str]) -> None:
    query = {name: value for name, value in arguments.items() if f"{{{name}}}" not in path}
    assert problems(name, path, "get", jira.get(path.format(**arguments), params=query)) == []


@pytest.mark.parametrize(("path", "body"), POSTS, ids=[path for path, _ in POSTS])
def test_what_is_read_in_bulk_is_as_described(jira: httpx.Client, path: str, body: Json) -> None:
    answer = jira.post(path, json=body)
    assert answer.status_code == 200
    assert problems(PLATFORM, path, "post", answer) == []


def test_each_link_to_a_page_outside_is_as_described(jira: httpx.Client) -> None:
    """The document describes one link; its own example, and Jira, tell a list of them."""
    described = document(PLATFORM)["components"]
    validator = Draft7Validator({**described["schemas"]["RemoteIssueLink"], "components": described})
    links = jira.get("/rest/api/3/issue/PAY-9/remotelink").json()
    assert len(links) == 2
    assert [error.message for link in links for error in validator.iter_errors(link)] == []


def test_sprints_have_the_fields_of_the_documents_example(jira: httpx.Client) -> None:
    """The software document describes sprints by an example alone; the real start is known from jira.md §1.5."""
    described = document(SOFTWARE)["paths"]["/rest/agile/1.0/board/{boardId}/sprint"]["get"]["responses"]["200"]
    example = json.loads(described["content"]["application/json"]["example"])
    answer = jira.get("/rest/agile/1.0/board/1/sprint").json()
    assert set(answer) == set(example)
    assert {name for sprint in answer["values"] for name in sprint} == {*example["values"][0], "activatedDate"}


def test_the_check_can_fail(jira: httpx.Client) -> None:
    other = jira.get("/rest/api/3/myself")
    assert problems(PLATFORM, "/rest/api/3/serverInfo", "get", other) != []
