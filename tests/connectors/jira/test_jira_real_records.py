"""Real issues, served by the stand-in and read over HTTP: item by item what the dumps say."""

import gzip
import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import pytest

from connectors.records import (
    Account,
    Change,
    ItemType,
    Project,
    Sprint,
    StatedLink,
    Status,
    Version,
    WorkItem,
    Worklog,
)
from connectors.twin.dumps import arrow_jira, devlake_jira
from tests.connectors.jira.reading import Reader, reader
from tests.shared import shared

pytestmark = pytest.mark.real_data

Json = dict[str, Any]
T = TypeVar("T")
#: Lists of which an issue shows the first page alone, and what only a board's list of issues tells.
ELSEWHERE = {"comment", "worklog", "attachment", "epic", "sprint", "closedSprints", "flagged"}
RICH = {"description", "environment"}


#: How many issues, and links of them, Arrow's dump has by year of creation.
ISSUES = {2020: 3_603, 2021: 4_096, 2022: 3_192}
LINKS = {2020: 1_224, 2021: 1_777, 2022: 1_018}


@pytest.fixture(scope="module", params=[(2022,), pytest.param(tuple(ISSUES), marks=pytest.mark.soak)], ids=str)
def years(request: pytest.FixtureRequest) -> tuple[int, ...]:
    """The last year; by `make soak` all of them."""
    asked: tuple[int, ...] = request.param
    return asked


@pytest.fixture(scope="module")
def dump(years: tuple[int, ...]) -> list[Json]:
    """Arrow's issues of these years."""
    return [body for year in years for body in _lines(f"arrow/jira/ARROW-created-{year}.jsonl.gz")]


@pytest.fixture(scope="module")
def arrow(years: tuple[int, ...]) -> Iterator[Reader]:
    with reader(arrow_jira(shared("data/arrow"), years=years)) as someone:
        someone.poll()
        yield someone


@pytest.fixture(scope="module")
def devlake() -> Iterator[Reader]:
    with reader(devlake_jira(shared("data/devlake-raw")), projects=["EE", "K5"]) as someone:
        someone.poll()
        yield someone


def test_every_arrow_issue_comes_in_with_every_field(arrow: Reader, dump: list[Json], years: tuple[int, ...]) -> None:
    items = arrow.items
    assert len(dump) == len(items) == sum(ISSUES[year] for year in years)
    assert not arrow.stored.gaps
    for body in dump:
        assert json.loads(items[body["key"]].fields) == _set(body["fields"]), body["key"]


def test_arrow_issues_say_the_same_in_our_words(arrow: Reader) -> None:
    items = arrow.items
    for body in _lines("arrow/jira/ARROW-created-2022.jsonl.gz"):
        item, fields = items[body["key"]], body["fields"]
        assert item.ref == f"jira:issue:{body['id']}"
        assert item.title == fields["summary"]
        assert (item.body is None) == (not (fields["description"] or "").strip())
        assert (item.status, item.type) == (fields["status"]["name"], fields["issuetype"]["name"])
        assert item.labels == tuple(fields["labels"])
        assert item.components == tuple(part["name"] for part in fields["components"])
        assert item.fix_versions == tuple(version["name"] for version in fields["fixVersions"])
        assert item.parent_ref == (f"jira:issue:{fields['parent']['id']}" if "parent" in fields else None)
        assert item.level == (-1 if fields["issuetype"]["subtask"] else 0)
        assert item.resolution == (fields["resolution"] or {}).get("name")
        assert (item.resolved_at is None) == (fields["resolutiondate"] is None)


def test_arrows_versions_types_statuses_and_people_are_those_of_the_dump(arrow: Reader, dump: list[Json]) -> None:
    told_versions = {body["id"]: body for body in _lines("arrow/jira/ARROW-versions.jsonl.gz")}
    versions = {version.id: version for version in _records(arrow, Version)}
    assert versions.keys() == told_versions.keys()
    for identity, body in told_versions.items():
        version = versions[identity]
        said = (version.name, version.released, version.archived, version.project)
        assert said == (body["name"], body["released"], body["archived"], "ARROW")
        assert str(version.release_on or "") == body.get("releaseDate", "")
    for name, kind in (("status", Status), ("issuetype", ItemType)):
        told = {body["fields"][name]["id"]: body["fields"][name]["name"] for body in dump}
        assert {record.id: record.name for record in _records(arrow, kind)} == told
    people = {body["fields"][part]["key"] for body in dump for part in ("assignee", "creator") if body["fields"][part]}
    assert {f"jira:account:{key}" for key in people} <= {account.ref for account in _records(arrow, Account)}


def test_arrow_links_are_all_there_and_history_is_not_made_up(arrow: Reader, years: tuple[int, ...]) -> None:
    kinds = {kind for _, kind in arrow.stored.children}
    assert kinds == {"stated_links"}
    links = [row for rows in arrow.stored.children.values() for row in rows.rows if isinstance(row, StatedLink)]
    assert len(links) == sum(LINKS[year] for year in years)
    assert {"blocks", "blocked_by", "duplicates", "duplicated_by", "relates", "clones", "cloned_by"} <= {
        link.kind for link in links
    }


@pytest.mark.parametrize("years", [pytest.param(tuple(ISSUES), marks=pytest.mark.soak)], indirect=True)
def test_reading_arrow_costs_twelve_requests_per_thousand_issues(arrow: Reader) -> None:
    assert arrow.asked() / len(arrow.items) <= 12 / 1_000


def test_looking_at_arrow_again_costs_one_request(arrow: Reader) -> None:
    arrow.asked()
    assert arrow.poll() == []
    assert arrow.asked() == 1


def test_every_cloud_issue_comes_in_with_every_field_and_history(devlake: Reader) -> None:
    dump = [row["data"] for row in _lines("devlake-raw/jira/jira_api_issues.jsonl.gz")]
    assert len(dump) == len(devlake.items) == 33
    assert not devlake.stored.gaps
    histories = 0
    for body in dump:
        item = devlake.items[body["key"]]
        assert _without(json.loads(item.fields), RICH) == _without(_set(body["fields"]), RICH), item.key
        rows = devlake.stored.children[item.ref, "changes"]
        assert rows.complete
        assert {_said(row) for row in rows.rows} == set(_told(body["changelog"]["histories"]))
        histories += len(body["changelog"]["histories"])
    assert histories == 522


def test_every_cloud_sprint_status_type_and_user_is_that_of_the_dump(devlake: Reader) -> None:
    sprints = {sprint.id: sprint for sprint in _records(devlake, Sprint)}
    for row in _lines("devlake-raw/jira/jira_api_sprints.jsonl.gz"):
        body, sprint = row["data"], sprints.pop(str(row["data"]["id"]))
        assert (sprint.name, sprint.state, sprint.board) == (body["name"], body["state"], str(body["originBoardId"]))
        assert _millis(sprint.completed_at) == body.get("completeDate")
        assert _millis(sprint.start_at) == body.get("startDate")
    # No board lists the last one: an issue alone tells of it.
    assert [sprint.id for sprint in sprints.values()] == ["175"]
    for name, kind in (("status", Status), ("issue_types", ItemType)):
        rows = [row["data"] for row in _lines(f"devlake-raw/jira/jira_api_{name}.jsonl.gz")]
        dump = {row["id"]: row["name"] for row in reversed(rows)}  # of those told twice, the first
        assert dump.items() <= {record.id: record.name for record in _records(devlake, kind)}.items()
    kinds = {account.ref.rpartition("account:")[2]: account.kind for account in _records(devlake, Account)}
    for row in _lines("devlake-raw/jira/jira_api_users.jsonl.gz"):
        if row["data"]["accountId"] in kinds:
            assert (kinds[row["data"]["accountId"]] == "bot") == (row["data"]["accountType"] == "app")


def test_every_worklog_and_link_of_the_cloud_issues_is_that_of_the_dump(devlake: Reader) -> None:
    ours = {item.ref.rpartition(":")[2] for item in devlake.items.values()}
    logs = [row["data"] for row in _lines("devlake-raw/jira/jira_api_worklogs.jsonl.gz")]
    assert {(log.ref, log.item_ref, log.spent_s) for log in _records(devlake, Worklog)} == {
        (f"jira:worklog:{log['id']}", f"jira:issue:{log['issueId']}", log["timeSpentSeconds"])
        for log in logs
        if log["issueId"] in ours
    }
    links = {
        (row.item_ref, row.id, row.url)
        for (_, kind), rows in devlake.stored.children.items()
        for row in rows.rows
        if kind == "remote_links"
    }
    dump: dict[tuple[str, str], str] = {}
    for row in _lines("devlake-raw/jira/jira_api_remotelinks.jsonl.gz"):
        # One that comes twice was edited by the people who keep the dump.
        dump.setdefault((str(row["input"]["issue_id"]), str(row["data"]["id"])), row["data"]["object"]["url"])
    assert links == {(f"jira:issue:{issue}", link, url) for (issue, link), url in dump.items() if issue in ours}
    assert len(links) == 6


def _records(someone: Reader, kind: type[T]) -> list[T]:
    return [record for record in someone.stored.records.values() if isinstance(record, kind)]


def _millis(at: datetime | None) -> str | None:
    return at and at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def test_cloud_projects_keep_their_names_and_parents_are_known_in_every_form(devlake: Reader) -> None:
    names = {r.key: r.name for r in devlake.stored.records.values() if isinstance(r, Project)}
    assert names["EE"] == "Enterprise Edition"
    assert devlake.items["EE-25"].parent_ref == devlake.items["EE-1"].ref
    assert devlake.items["EE-25"].level == -1
    parents = [
        row
        for (_, kind), rows in devlake.stored.children.items()
        for row in rows.rows
        if kind == "changes" and row.field == "parent"
    ]
    # Epic Link, Parent and IssueParentAssociation, each with the parent's ref.
    assert len(parents) == 16 + 13 + 2
    assert all((row.from_id or row.to_id or "").startswith("jira:issue:") for row in parents)
    assert all(isinstance(item, WorkItem) and item.status for item in devlake.items.values())


def _said(row: Change) -> tuple[str, int, str | None, str | None]:
    return row.id, row.index, row.from_text or None, row.to_text or None


def _told(histories: list[Json]) -> Iterator[tuple[str, int, str | None, str | None]]:
    for history in histories:
        for index, item in enumerate(history["items"]):
            if item["field"] != "Rank":
                yield history["id"], index, item["fromString"] or None, item["toString"] or None


def _lines(path: str) -> Iterator[Json]:
    with gzip.open(shared("data") / Path(path), "rb") as lines:
        yield from map(json.loads, lines)


def _set(fields: Json) -> Json:
    return {name: value for name, value in fields.items() if value is not None and name not in ELSEWHERE}


def _without(fields: Json, names: set[str]) -> Json:
    return {name: value for name, value in fields.items() if name not in names}
