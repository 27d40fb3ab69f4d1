"""Real Jira records as the stand-in serves them: all of them, and nothing that they do not say."""

from pathlib import Path

import httpx
import pytest

from connectors.twin.dumps import arrow_jira, devlake_jira
from connectors.twin.jira_state import JiraSite
from tests.connectors.twin.sites import client
from tests.shared import shared

pytestmark = pytest.mark.real_data


@pytest.fixture(scope="module")
def arrow() -> JiraSite:
    return arrow_jira(shared("data/arrow"))


@pytest.fixture(scope="module")
def devlake() -> JiraSite:
    return devlake_jira(shared("data/devlake-raw"))


def test_arrow_is_a_server_with_every_issue(arrow: JiraSite) -> None:
    with client(arrow) as jira:
        total = jira.get("/rest/api/2/search", params={"jql": "project = ARROW", "maxResults": 1}).json()["total"]
        assert total == 10_891
        statuses = {status["name"] for status in jira.get("/rest/api/2/status").json()}
        assert statuses == {"Open", "In Progress", "Reopened", "Resolved", "Closed"}
        assert len(jira.get("/rest/api/2/project/ARROW/versions").json()) == 53
        assert jira.get("/rest/agile/1.0/board").json()["values"] == []


def test_arrow_shows_no_history_that_it_does_not_hold(arrow: JiraSite) -> None:
    with client(arrow) as jira:
        issue = jira.get("/rest/api/2/issue/ARROW-11095", params={"expand": "changelog"}).json()
    assert "changelog" not in issue
    assert issue["fields"]["summary"] == "[Python] Access pyarrow.RecordBatch column by name"
    assert issue["fields"]["updated"] == "2022-11-23T17:21:17.000+0000"


def test_arrows_clock_stands_after_its_newest_update(arrow: JiraSite) -> None:
    with client(arrow) as jira:
        date = jira.get("/rest/api/2/myself").headers["Date"]
        recent = jira.get("/rest/api/2/search", params={"jql": 'updated >= "-2m"', "fields": "key"}).json()
    assert date == "Mon, 12 Dec 2022 23:49:15 GMT"
    assert recent["total"] == 1


def test_devlakes_histories_are_whole(devlake: JiraSite) -> None:
    ids = list(devlake.issues)
    with client(devlake) as jira:
        log = bulk(jira, ids)
        fields = {field["id"]: field["schema"].get("custom") for field in jira.get("/rest/api/3/field").json()}
        sprints = jira.get("/rest/agile/1.0/board/8/sprint").json()["values"]
    assert len(ids) == 33
    assert sum(map(len, log.values())) == 522
    assert fields["customfield_10020"] == "com.pyxis.greenhopper.jira:gh-sprint"
    assert len(sprints) == 30


def test_a_folder_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        arrow_jira(tmp_path)


def bulk(jira: httpx.Client, ids: list[str]) -> dict[str, list[str]]:
    """The ids of each issue's histories, over all pages."""
    found: dict[str, list[str]] = {}
    body: dict[str, object] = {"issueIdsOrKeys": ids, "maxResults": 200}
    while True:
        page = jira.post("/rest/api/3/changelog/bulkfetch", json=body).json()
        for log in page["issueChangeLogs"]:
            found.setdefault(log["issueId"], []).extend(history["id"] for history in log["changeHistories"])
        if "nextPageToken" not in page:
            return found
        body["nextPageToken"] = page["nextPageToken"]
