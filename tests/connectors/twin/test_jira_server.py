"""Data Center as its callers meet it: offset pages, whole histories, a context path, a bearer token."""

from datetime import timedelta

import httpx
from jira import JIRA

from connectors.twin.jira import jira_app
from connectors.twin.serve import serving
from tests.connectors.twin.sites import DEV, NOON, client, keys, server, with_issues


def test_pages_are_capped_without_a_word_and_add_up() -> None:
    with client(with_issues(server(), 120)) as jira:
        query = {"jql": "project = PAY ORDER BY created ASC, key ASC", "maxResults": 1000}
        first = jira.get("/rest/api/2/search", params=query).json()
        rest = jira.post("/rest/api/2/search", json={**query, "startAt": 100}).json()
    assert (first["startAt"], first["maxResults"], first["total"]) == (0, 100, 120)
    got = [issue["key"] for issue in [*first["issues"], *rest["issues"]]]
    assert got == [f"PAY-{number}" for number in range(1, 121)]


def test_an_expanded_history_is_whole_and_oldest_first() -> None:
    site = with_issues(server(), 1)
    for minute in range(150):
        site.edit("PAY-1", at=NOON + timedelta(minutes=minute), author=DEV, summary=f"Version {minute}")
    with client(site) as jira:
        found = jira.get("/rest/api/2/search", params={"jql": "key = PAY-1", "expand": "changelog"}).json()
        plain = jira.get("/rest/api/2/issue/PAY-1").json()
    log = found["issues"][0]["changelog"]
    assert (log["total"], len(log["histories"])) == (150, 150)
    assert [history["items"][0]["toString"] for history in log["histories"][:2]] == ["Version 0", "Version 1"]
    assert "changelog" not in plain


def test_a_history_that_is_not_held_is_left_out() -> None:
    site = with_issues(server(), 1)
    site.issue("PAY-1").histories = None
    with client(site) as jira:
        assert "changelog" not in jira.get("/rest/api/2/issue/PAY-1", params={"expand": "changelog"}).json()


def test_fields_are_chosen_by_name() -> None:
    with client(with_issues(server(), 1)) as jira:

        def fields(wanted: str) -> set[str]:
            return set(jira.get("/rest/api/2/issue/PAY-1", params={"fields": wanted}).json().get("fields", {}))

        assert fields("summary,status") == {"summary", "status"}
        assert fields("*all") - fields("*all,-status") == {"status"}
        assert fields("nothing-like-it") == set()


def test_only_version_two_is_served_below_the_context_path() -> None:
    with client(with_issues(server(context="/jira"), 1)) as jira:
        assert jira.get("/rest/api/2/serverInfo").json()["deploymentType"] == "Server"
        assert jira.get("/rest/api/3/serverInfo").status_code == 404
        assert jira.get("/rest/api/2/search/jql", params={"jql": "project = PAY"}).status_code == 404
        assert httpx.get(str(jira.base_url).replace("/jira/", "/rest/api/2/serverInfo")).status_code == 404


def test_a_token_is_asked_of_everyone_but_for_the_servers_own_description() -> None:
    site = with_issues(server(token="right"), 1)
    with client(site) as anonymous, client(site, headers={"Authorization": "Bearer right"}) as known:
        assert anonymous.get("/rest/api/2/serverInfo").status_code == 200
        refused = anonymous.get("/rest/api/2/myself")
        assert (refused.status_code, refused.headers["X-Seraph-LoginReason"]) == (401, "AUTHENTICATED_FAILED")
        assert known.get("/rest/api/2/myself").status_code == 200


def test_the_date_is_the_sites_own() -> None:
    with client(server()) as jira:
        assert jira.get("/rest/api/2/myself").headers.get_list("Date") == ["Fri, 20 Nov 2026 12:00:00 GMT"]


def test_what_is_unknown_is_refused_in_jiras_words() -> None:
    with client(with_issues(server(), 1)) as jira:
        wrong = jira.get("/rest/api/2/search", params={"jql": "project = HR"})
        assert (wrong.status_code, wrong.json()["errorMessages"]) == (
            400,
            ["The value 'HR' does not exist for the field 'project'."],
        )
        assert jira.get("/rest/api/2/issue/PAY-9").status_code == 404
        assert jira.get("/rest/api/2/project/HR").status_code == 404
        assert jira.post("/rest/api/2/search", content=b"{").status_code == 400
        assert keys(jira.get("/rest/api/2/search", params={"jql": "project = PAY"})) == ["PAY-1"]


def test_the_usual_python_client_works() -> None:
    with serving({"jira": jira_app(with_issues(server(token="right"), 2))}) as urls:
        jira = JIRA(urls["jira"], token_auth="right")
        assert [issue.key for issue in jira.search_issues("project = PAY ORDER BY key")] == ["PAY-1", "PAY-2"]
        assert jira.project("PAY").name == "Payments"
        assert [board.type for board in jira.boards()][:2] == ["scrum", "scrum"]
        assert jira.sprints(1)[0].name == "PAY sprint 1"
