"""Cloud as its callers meet it: tokens, caps, bulk reads, and what it cuts without a word."""

from datetime import timedelta
from typing import Any

import httpx
import pytest
from jira import JIRA

from connectors.twin.jira import jira_app
from connectors.twin.jira_edits import IMPEDIMENT, blocking
from connectors.twin.serve import serving
from tests.connectors.twin.sites import DEV, NOON, PM, client, cloud, keys, with_issues


def walk(jira: httpx.Client, **body: Any) -> tuple[list[str], int]:
    """The ids of every page, and how many pages there were."""
    ids: list[str] = []
    token, pages = None, 0
    while pages == 0 or token:
        page = jira.post("/rest/api/3/search/jql", json={**body, **({"nextPageToken": token} if token else {})}).json()
        ids += [issue["id"] for issue in page["issues"]]
        token, pages = page.get("nextPageToken"), pages + 1
        assert page["isLast"] is (token is None)
    return ids, pages


def test_a_walk_by_tokens_meets_every_issue_once() -> None:
    with client(with_issues(cloud(), 230)) as jira:
        ids, pages = walk(jira, jql="project = PAY ORDER BY created ASC", maxResults=5000, fields=["summary"])
        assert (len(ids), len(set(ids)), pages) == (230, 230, 3)
        assert walk(jira, jql="project = PAY", maxResults=5000, fields=["id"])[1] == 1
        assert walk(jira, jql="project = PAY")[1] == 5  # 50 a page by default


def test_ids_alone_are_the_default() -> None:
    with client(with_issues(cloud(), 1)) as jira:
        found = jira.get("/rest/api/3/search/jql", params={"jql": "project = PAY"}).json()
        named = jira.get("/rest/api/3/search/jql", params={"jql": "project = PAY", "fields": "id,key"}).json()
    assert found == {"issues": [{"id": "10001"}], "isLast": True}
    assert set(named["issues"][0]) == {"expand", "id", "key", "self"}


@pytest.mark.parametrize("jql", ["", "ORDER BY created"])
def test_an_unbounded_query_is_refused(jql: str) -> None:
    with client(with_issues(cloud(), 1)) as jira:
        for path in ("search/jql", "search/approximate-count"):
            refused = jira.post(f"/rest/api/3/{path}", json={"jql": jql})
            assert refused.status_code == 400
            assert "Unbounded JQL" in refused.json()["errorMessages"][0]


def test_a_token_of_another_query_is_refused() -> None:
    with client(with_issues(cloud(), 60)) as jira:
        token = jira.get("/rest/api/3/search/jql", params={"jql": "project = PAY"}).json()["nextPageToken"]
        for body in ({"jql": "project = WEB", "nextPageToken": token}, {"jql": "project = PAY", "nextPageToken": "?"}):
            assert jira.post("/rest/api/3/search/jql", json=body).status_code == 400


def test_the_old_search_is_gone() -> None:
    with client(cloud()) as jira:
        for answer in (jira.get("/rest/api/3/search"), jira.post("/rest/api/2/search", json={"jql": "x"})):
            assert answer.status_code == 410
            assert "CHANGE-2046" in answer.json()["errorMessages"][0]


def test_counts_are_bounded_and_right() -> None:
    with client(with_issues(cloud(), 7)) as jira:
        assert jira.post("/rest/api/3/search/approximate-count", json={"jql": "project = PAY"}).json() == {"count": 7}


def test_lists_cut_a_history_to_the_newest_forty_without_a_word() -> None:
    site = with_issues(cloud(), 1)
    for minute in range(120):
        site.edit("PAY-1", at=NOON + timedelta(minutes=minute), author=DEV, summary=f"Version {minute}")
    with client(site) as jira:
        search = {"jql": "project = PAY", "fields": "summary", "expand": "changelog"}
        listed = jira.get("/rest/api/3/search/jql", params=search).json()["issues"][0]["changelog"]
        one = jira.get("/rest/api/3/issue/PAY-1", params={"expand": "changelog"}).json()["changelog"]
        paged = jira.get("/rest/api/3/issue/PAY-1/changelog", params={"startAt": 100, "maxResults": 1000}).json()
    assert len(listed["histories"]) == 40
    assert listed["histories"][0]["items"][0]["toString"] == "Version 119"
    assert len(one["histories"]) == 100
    assert (paged["maxResults"], paged["total"], paged["isLast"], len(paged["values"])) == (100, 120, True, 20)
    assert paged["values"][0]["items"][0]["toString"] == "Version 100"


class TestBulkIssues:
    def test_a_thousand_by_named_fields_in_ascending_ids(self) -> None:
        with client(with_issues(cloud(), 300)) as jira:
            asked = [str(number) for number in range(10_300, 10_000, -1)]
            found = jira.post(
                "/rest/api/3/issue/bulkfetch", json={"issueIdsOrKeys": asked, "fields": ["summary"]}
            ).json()
        assert [issue["id"] for issue in found["issues"]] == sorted(asked, key=int)

    @pytest.mark.parametrize("more", [{}, {"fields": ["*all"]}, {"fields": ["comment"]}, {"expand": ["changelog"]}])
    def test_a_hundred_of_anything_heavier(self, more: dict[str, Any]) -> None:
        body = {"issueIdsOrKeys": [str(number) for number in range(10_001, 10_102)], "fields": ["summary"], **more}
        if not more:
            del body["fields"]
        with client(with_issues(cloud(), 101)) as jira:
            assert jira.post("/rest/api/3/issue/bulkfetch", json=body).status_code == 400
            body["issueIdsOrKeys"].pop()
            assert jira.post("/rest/api/3/issue/bulkfetch", json=body).status_code == 200

    def test_former_keys_lead_on_and_misses_are_silent_or_errors(self) -> None:
        site = with_issues(cloud(), 3)
        site.move("PAY-1", "WEB", at=NOON, author=PM, status="To Do")
        site.unreadable["10002"] = "The issue could not be read."
        with client(site) as jira:
            body = {"issueIdsOrKeys": ["PAY-1", "10002", "PAY-3", "99999"], "fields": ["summary"]}
            found = jira.post("/rest/api/3/issue/bulkfetch", json=body).json()
        assert [issue["key"] for issue in found["issues"]] == ["WEB-1", "PAY-3"]
        assert found["issueErrors"] == [{"id": "10002", "errorMessage": "The issue could not be read."}]


class TestBulkChangelogs:
    def test_pages_are_oldest_first_across_issues_so_that_one_straddles(self) -> None:
        site = with_issues(cloud(), 2)
        for minute in range(6):
            key = "PAY-1" if minute % 2 else "PAY-2"
            site.edit(key, at=NOON + timedelta(minutes=minute), author=DEV, summary=f"Version {minute}")
        with client(site) as jira:
            body: dict[str, Any] = {"issueIdsOrKeys": ["10001", "10002"], "maxResults": 4}
            first = jira.post("/rest/api/3/changelog/bulkfetch", json=body).json()
            body["nextPageToken"] = first["nextPageToken"]
            second = jira.post("/rest/api/3/changelog/bulkfetch", json=body).json()
        assert versions(first) == {"10001": ["Version 1", "Version 3"], "10002": ["Version 0", "Version 2"]}
        assert versions(second) == {"10001": ["Version 5"], "10002": ["Version 4"]}
        assert "nextPageToken" not in second

    def test_a_filter_drops_what_has_no_field_id(self) -> None:
        site = with_issues(cloud(), 2)
        site.edit("PAY-2", at=NOON, author=PM, parent="PAY-1", summary="Below")
        with client(site) as jira:
            body = {"issueIdsOrKeys": ["10002"], "fieldIds": ["summary", "parent"]}
            log = jira.post("/rest/api/3/changelog/bulkfetch", json=body).json()["issueChangeLogs"]
        assert [item["field"] for item in log[0]["changeHistories"][0]["items"]] == ["summary"]

    def test_dates_may_come_in_milliseconds(self) -> None:
        site = with_issues(cloud(bulk_changelog_in_ms=True), 1)
        site.edit("PAY-1", at=NOON, author=PM, summary="New")
        with client(site) as jira:
            log = jira.post("/rest/api/3/changelog/bulkfetch", json={"issueIdsOrKeys": ["PAY-1"]}).json()
        assert log["issueChangeLogs"][0]["changeHistories"][0]["created"] == int(NOON.timestamp() * 1000)

    @pytest.mark.parametrize(
        "body",
        [{"issueIdsOrKeys": []}, {"issueIdsOrKeys": ["1"], "maxResults": 10_001}, {"issueIdsOrKeys": ["1"] * 1001}],
    )
    def test_more_than_the_caps_is_refused(self, body: dict[str, Any]) -> None:
        with client(cloud()) as jira:
            assert jira.post("/rest/api/3/changelog/bulkfetch", json=body).status_code == 400


def versions(page: dict[str, Any]) -> dict[str, list[str]]:
    return {
        log["issueId"]: [history["items"][0]["toString"] for history in log["changeHistories"]]
        for log in page["issueChangeLogs"]
    }


def test_version_three_renders_text_as_a_document_and_version_two_does_not() -> None:
    site = with_issues(cloud(), 1)
    site.issue("PAY-1").fields["description"] = "First line\nsecond\n\nNext block"
    with client(site) as jira:
        document = jira.get("/rest/api/3/issue/PAY-1").json()["fields"]["description"]
        text = jira.get("/rest/api/2/issue/PAY-1").json()["fields"]["description"]
    assert text == "First line\nsecond\n\nNext block"
    assert document["type"] == "doc"
    assert [block["type"] for block in document["content"]] == ["paragraph", "paragraph"]
    assert [node["type"] for node in document["content"][0]["content"]] == ["text", "hardBreak", "text"]


def test_two_statuses_share_a_name_where_a_project_has_its_own() -> None:
    with client(cloud()) as jira:
        found = jira.get("/rest/api/3/statuses/search").json()["values"]
    scopes = [status["scope"]["type"] for status in found if status["name"] == "To Do"]
    assert sorted(scopes) == ["GLOBAL", "PROJECT", "PROJECT"]


def test_permissions_must_be_named() -> None:
    with client(cloud()) as jira:
        assert jira.get("/rest/api/3/mypermissions").status_code == 400
        found = jira.get("/rest/api/3/mypermissions", params={"permissions": "BROWSE_PROJECTS,ADMINISTER"}).json()
    held = {name: permission["havePermission"] for name, permission in found["permissions"].items()}
    assert held == {"BROWSE_PROJECTS": True, "ADMINISTER": False}


def test_a_kanban_board_has_no_sprints_and_says_so() -> None:
    with client(cloud()) as jira:
        boards = jira.get("/rest/agile/1.0/board").json()["values"]
        kanban = next(board for board in boards if board["type"] == "kanban")
        refused = jira.get(f"/rest/agile/1.0/board/{kanban['id']}/sprint")
        active = jira.get("/rest/agile/1.0/board/1/sprint", params={"state": "active"}).json()["values"]
    assert (refused.status_code, refused.json()["errorMessages"]) == (400, ["The board does not support sprints"])
    assert [sprint["state"] for sprint in active] == ["active"]


def test_an_email_and_a_token_sign_in() -> None:
    site = with_issues(cloud(email="me@acme.example", token="right"), 1)
    with client(site) as anonymous, client(site, auth=("me@acme.example", "right")) as known:
        assert anonymous.get("/_edge/tenant_info").status_code == 200
        assert anonymous.get("/rest/api/3/myself").status_code == 401
        assert keys(known.get("/rest/api/3/search/jql", params={"jql": "project = PAY", "fields": "key"})) == ["PAY-1"]


def test_the_usual_python_client_works() -> None:
    with serving({"jira": jira_app(with_issues(cloud(), 2))}) as urls:
        jira = JIRA(urls["jira"], basic_auth=("me@acme.example", "any"))
        assert [issue.key for issue in jira.search_issues("project = PAY ORDER BY key")] == ["PAY-1", "PAY-2"]
        assert jira.approximate_issue_count("project = PAY") == 2


class TestEdits:
    """What an edit leaves behind, as a later poll finds it."""

    def test_a_transition_writes_its_history_and_moves_the_dates(self) -> None:
        site = with_issues(cloud(), 1)
        site.transition("PAY-1", "In Progress", at=NOON, author=DEV)
        site.transition("PAY-1", "Done", at=NOON + timedelta(hours=1), author=DEV)
        issue = site.issue("PAY-1")
        assert (issue.fields["updated"], issue.fields["resolutiondate"]) == ("2026-11-20T13:00:00.000+0000",) * 2
        assert [[item["field"] for item in history["items"]] for history in issue.histories or []] == [
            ["status"],
            ["resolution", "status"],
        ]
        site.transition("PAY-1", "In Progress", at=NOON + timedelta(hours=2), author=DEV)
        assert (issue.fields["resolution"], issue.fields["resolutiondate"]) == (None, None)

    def test_moving_within_a_category_leaves_the_categorys_date(self) -> None:
        site = with_issues(cloud(), 1)
        site.transition("PAY-1", "In Progress", at=NOON, author=DEV)
        site.transition("PAY-1", "In Review", at=NOON + timedelta(hours=1), author=DEV)
        assert site.issue("PAY-1").fields["statuscategorychangedate"] == "2026-11-20T12:00:00.000+0000"

    def test_nothing_changed_is_nothing_written(self) -> None:
        site = with_issues(cloud(), 1)
        before = site.issue("PAY-1").fields["updated"]
        site.relabel("PAY-1", [], at=NOON, author=DEV)
        assert (site.issue("PAY-1").histories, site.issue("PAY-1").fields["updated"]) == ([], before)

    def test_each_edit_says_what_jira_says(self) -> None:
        site = with_issues(cloud(), 2)
        sprints = site.sprints[1][:2]
        components = site.components["PAY"][:2]
        for number, values in enumerate(
            (
                {"sprints": sprints[:1]},
                {"sprints": sprints},
                {"points": 2.5},
                {"flagged": True},
                {"flagged": False},
                {"parent": "PAY-1"},
                {"components": components},
                {"labels": ["a", "b"]},
            )
        ):
            site.edit("PAY-2", at=NOON + timedelta(minutes=number), author=PM, **values)
        items = [item for history in site.issue("PAY-2").histories or [] for item in history["items"]]
        said = [(item["field"], item["from"], item["fromString"], item["to"], item["toString"]) for item in items]
        assert said == [
            ("Sprint", "", "", "101", "PAY sprint 1"),
            ("Sprint", "101", "PAY sprint 1", "101, 102", "PAY sprint 1, PAY sprint 2"),
            ("Story point estimate", None, None, None, "2.5"),
            ("Flagged", "", "", f"[{IMPEDIMENT['id']}]", "Impediment"),
            ("Flagged", f"[{IMPEDIMENT['id']}]", "Impediment", "", ""),
            ("IssueParentAssociation", None, None, "10001", "PAY-1"),
            ("Component", None, None, components[0]["id"], "checkout"),
            ("Component", None, None, components[1]["id"], "basket"),
            ("labels", "", "", "", "a b"),
        ]
        assert [item.get("fieldId") for item in items][5] is None

    def test_a_link_is_a_sentence_in_the_history_and_an_issue_in_the_field(self) -> None:
        site = with_issues(cloud(), 2)
        here, _ = blocking(1, {"id": "10001", "key": "PAY-1"}, {"id": "10002", "key": "PAY-2"})
        site.edit("PAY-1", at=NOON, author=PM, links=[here])
        with client(site) as jira:
            link = jira.get("/rest/api/3/issue/PAY-1").json()["fields"]["issuelinks"][0]
        assert (link["type"]["outward"], link["outwardIssue"]["fields"]["summary"]) == ("blocks", "Task 2")
        assert (site.issue("PAY-1").histories or [])[0]["items"][0]["toString"] == "This issue blocks PAY-2"

    def test_a_moved_issue_keeps_its_id_and_answers_to_its_old_key(self) -> None:
        site = with_issues(cloud(), 1)
        assert site.move("PAY-1", "WEB", at=NOON, author=PM, status="To Do") == "WEB-1"
        with client(site) as jira:
            assert jira.get("/rest/api/3/issue/PAY-1").json()["key"] == "WEB-1"
            assert keys(jira.get("/rest/api/3/search/jql", params={"jql": "key = PAY-1", "fields": "key"})) == ["WEB-1"]
        items = [item["field"] for item in (site.issue("WEB-1").histories or [])[0]["items"]]
        assert items == ["Key", "project", "status"]

    def test_a_deleted_issue_is_silence(self) -> None:
        site = with_issues(cloud(), 2)
        site.delete("PAY-1")
        with client(site) as jira:
            assert jira.get("/rest/api/3/issue/PAY-1").status_code == 404
            assert keys(jira.get("/rest/api/3/search/jql", params={"jql": "project = PAY", "fields": "key"})) == [
                "PAY-2"
            ]

    def test_a_parent_is_shown_as_it_is_now(self) -> None:
        site = with_issues(cloud(), 2)
        site.edit("PAY-2", at=NOON, author=PM, parent="PAY-1")
        site.edit("PAY-1", at=NOON, author=PM, summary="Renamed")
        with client(site) as jira:
            parent = jira.get("/rest/api/3/issue/PAY-2").json()["fields"]["parent"]
        assert (parent["key"], parent["fields"]["summary"]) == ("PAY-1", "Renamed")
