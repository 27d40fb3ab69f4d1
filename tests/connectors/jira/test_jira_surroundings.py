"""What surrounds issues: types, versions, boards, sprints; and what is told apart from them: worklogs, comments, links
to pages outside, the development panel."""

from datetime import UTC, date, datetime, timedelta
from itertools import product
from typing import Any

import pytest

from connectors.records import (
    Board,
    Comment,
    ItemType,
    RemoteLink,
    Sprint,
    StatedLink,
    Status,
    Version,
    Worklog,
)
from connectors.twin import jira_beside, jira_edits
from connectors.twin.faults import Answer, Changed, Injection, html
from connectors.twin.jira_state import JiraSite
from tests.connectors.jira.reading import Reader, reader
from tests.connectors.jira.sites import cloud_site, data_center_site
from tests.connectors.twin.sites import DEV, NOON, PM, cloud, server, with_issues

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def later(someone: Reader, passed: timedelta) -> None:
    """Time passes, there and here."""
    now = someone.site.now() + passed
    someone.site.now = lambda: now
    someone.clock.wind(passed.total_seconds())


def rows(someone: Reader, key: str, kind: str) -> list[Any]:
    return list(someone.stored.children[someone.items[key].ref, kind].rows)


def records(someone: Reader, kind: type) -> dict[str, Any]:
    return {record.id: record for record in someone.stored.records.values() if isinstance(record, kind)}


@pytest.mark.parametrize("site", [cloud_site(size=60), data_center_site(size=60)], ids=["cloud", "data center"])
def test_what_issues_refer_to_is_read_once_a_day_and_told_anew(site: JiraSite) -> None:
    with reader(site) as someone:
        someone.poll()
        types, versions, boards = (records(someone, kind) for kind in (ItemType, Version, Board))
        assert {kind.level for kind in types.values()} == {-1, 0, 1, 2}
        assert {(version.project, version.released) for version in versions.values()} == {
            ("DATA", True),
            ("DATA", False),
        }
        assert all(isinstance(version.release_on, date) for version in versions.values())
        listed = {one.scope: set(one.refs) for one in someone.stored.listed}
        assert listed["DATA"] == {version.ref for version in versions.values()}
        assert {board.kind for board in boards.values()} == {"scrum", "kanban", "simple"}
        later(someone, timedelta(days=1))
        site.statuses[0]["statusCategory"] = site.statuses[-1]["statusCategory"]
        assert {Status, ItemType, Version, Board, Sprint} <= {type(record) for record in someone.poll()}


def test_a_board_tells_its_columns_from_the_left() -> None:
    with reader(cloud_site(size=60)) as someone:
        someone.poll()
    told = {ref: sets.rows for (ref, kind), sets in someone.stored.children.items() if kind == "board_columns"}
    assert told.keys() == {board.ref for board in records(someone, Board).values()}
    known = set(records(someone, Status))
    for columns in told.values():
        assert [column.index for column in columns] == list(range(len(columns)))
        assert {status for column in columns for status in column.status_ids} <= known


def test_a_type_of_one_project_says_so() -> None:
    site = with_issues(cloud(), 1)
    site.issue_types[0]["scope"] = {"type": "PROJECT", "project": {"id": site.project("PAY")["id"]}}
    with reader(site) as someone:
        someone.poll()
    assert records(someone, ItemType)[site.issue_types[0]["id"]].project == "PAY"


STORY_POINTS = "customfield_10050"


def test_what_the_board_estimates_by_wins_and_nothing_is_added_up() -> None:
    """fivetran/dbt_jira PR #93: the wrong one of two fields of points."""
    site = with_issues(cloud(), 3)
    site.fields.append(_number(STORY_POINTS, "Story Points"))
    issue = site.issue("PAY-1")
    issue.fields[STORY_POINTS] = 8
    site.edit("PAY-1", at=NOON, author=DEV, points=3)
    assert reading(site) == {"PAY-1": 3.0, "PAY-2": None, "PAY-3": None}
    for configuration in site.configurations.values():
        configuration["estimation"] = {"type": "field", "field": {"fieldId": STORY_POINTS, "displayName": "x"}}
    with reader(site) as someone:
        someone.poll()
        assert someone.items["PAY-1"].points == 8.0
        assert someone.changes("PAY-1", "points") == []
        assert someone.changes("PAY-1", "Story point estimate") == [(None, "3")]
    assert reading(site, field_ids={"points": [jira_edits.POINTS]})["PAY-1"] == 3.0


def reading(site: JiraSite, **options: Any) -> dict[str, float | None]:
    with reader(site) as someone:
        someone.poll(**options)
        return {key: item.points for key, item in someone.items.items()}


def test_a_board_that_estimates_in_time_tells_no_points() -> None:
    site = with_issues(cloud(), 1)
    site.fields.append({**_number("timeoriginalestimate", "Original estimate"), "custom": False})
    site.issue("PAY-1").fields["timeoriginalestimate"] = 3600
    for configuration in site.configurations.values():
        configuration["estimation"] = {"type": "field", "field": {"fieldId": "timeoriginalestimate"}}
    assert reading(site) == {"PAY-1": None}


def _number(identity: str, name: str) -> dict[str, Any]:
    kind = "com.atlassian.jira.plugin.system.customfieldtypes:float"
    return {"id": identity, "key": identity, "name": name, "custom": True, "schema": {"type": "number", "custom": kind}}


@pytest.mark.parametrize("status", [400, 403, 404, 422])
@pytest.mark.parametrize("path", ["board/1/configuration", "board/1/sprint"])
def test_a_board_that_refuses_costs_that_board_alone(path: str, status: int) -> None:
    """airbytehq/airbyte#23915, estuary/connectors#4848: boards without sprints, or without a mapped column."""
    site = cloud_site(size=60)
    with reader(site, Injection(fault=Answer(status=status), path=path, times=None)) as someone:
        someone.poll()
    assert someone.stored.gaps == []
    assert len(records(someone, Board)) == len(site.boards)
    assert len(someone.items) == len(site.issues)


def test_a_sprint_of_another_projects_board_is_read_once_with_its_real_start_and_end() -> None:
    site = with_issues(cloud(), 5)
    foreign = {
        "id": 900,
        "name": "Shared sprint",
        "state": "active",
        "originBoardId": 77,
        "startDate": "2026-11-16T08:00:00.000Z",
        "activatedDate": "2026-11-16T09:30:00.000Z",
    }
    site.sprints[77] = [foreign]
    for key in ("PAY-1", "PAY-2"):
        site.edit(key, at=NOON, author=DEV, sprints=[foreign, {"id": 901, "name": "Deleted", "state": "closed"}])
    with reader(site) as someone:
        someone.poll()
        assert someone.asked("sprint/90") == 2
        sprint = records(someone, Sprint)["900"]
        assert (sprint.board, sprint.activated_at) == ("77", datetime(2026, 11, 16, 9, 30, tzinfo=UTC))
        assert records(someone, Sprint)["901"].name == "Deleted"
        foreign |= {"state": "closed", "completeDate": "2026-11-27T15:00:00.000Z"}
        later(someone, timedelta(days=1))
        someone.poll()
        assert someone.asked("sprint/90") == 1
        assert records(someone, Sprint)["900"].completed_at == datetime(2026, 11, 27, 15, tzinfo=UTC)
        later(someone, timedelta(days=1))
        someone.poll()
        assert someone.asked("sprint/90") == 0


@pytest.mark.parametrize("make", [cloud, server], ids=["cloud", "data center"])
def test_worklogs_come_by_their_feeds_and_only_where_a_history_tells_of_time(make: Any) -> None:
    site = with_issues(make(), 5)
    first = jira_beside.log_work(site, "PAY-1", at=NOON - HOUR, author=DEV, spent_s=1800)
    with reader(site) as someone:
        someone.poll()
        told = someone.stored.records[f"jira:worklog:{first}"]
        assert isinstance(told, Worklog)
        assert (told.item_ref, told.spent_s, told.started_at) == (someone.items["PAY-1"].ref, 1800, NOON - HOUR)
        later(someone, HOUR)
        someone.asked()
        someone.poll()
        assert someone.asked() == 1
        site.relabel("PAY-2", ["cart"], at=site.now(), author=DEV)
        someone.poll()
        assert someone.asked("/worklog/") == 0
        second = jira_beside.log_work(site, "PAY-2", at=site.now(), author=DEV, spent_s=600)
        someone.poll()
        # The feed withholds the last minute, so it is asked until it must have told.
        assert f"jira:worklog:{second}" not in someone.stored.records
        later(someone, 3 * MINUTE)
        someone.poll()
        assert f"jira:worklog:{second}" in someone.stored.records
        someone.asked()
        later(someone, 3 * MINUTE)
        someone.poll()
        assert someone.asked() == 1


def test_a_deleted_worklog_is_gone_within_a_day() -> None:
    site = with_issues(cloud(), 2)
    identity = jira_beside.log_work(site, "PAY-1", at=NOON - HOUR, author=DEV, spent_s=1800)
    with reader(site) as someone:
        someone.poll()
        later(someone, HOUR)
        jira_beside.delete_worklog(site, identity, at=site.now())
        later(someone, timedelta(days=1))
        tombstones = [tombstone for batch in someone.batches() for tombstone in batch.tombstones]
    assert [(one.ref, one.reason) for one in tombstones] == [(f"jira:worklog:{identity}", "deleted")]


def test_worklogs_of_other_projects_are_left_alone_and_pages_are_turned(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jira_beside, "FEED_PAGE", 7)
    site = with_issues(with_issues(cloud(), 3), 3, project="WEB")
    for number in range(30):
        key = "PAY-1" if number % 2 else "WEB-1"
        jira_beside.log_work(site, key, at=NOON - HOUR + number * MINUTE / 3, author=DEV, spent_s=60)
    with reader(site, projects=["PAY"]) as someone:
        someone.poll()
        assert someone.stored.gaps == []
        assert len(records_of(someone, Worklog)) == 15


def test_worklogs_of_a_project_that_was_given_another_key_are_read() -> None:
    """The site finds it by the old key too, and tells the new one (§3.4)."""
    site = with_issues(cloud(), 2)
    jira_beside.log_work(site, "PAY-1", at=NOON - HOUR, author=DEV, spent_s=60)
    renamed = Changed(
        change=lambda answer: {
            "issues": [
                {**issue, "fields": {"project": {**issue["fields"]["project"], "key": "NEW"}}}
                for issue in answer["issues"]
            ]
        }
    )
    with reader(site, Injection(fault=renamed, path="bulkfetch", body=r'\["project"\]')) as someone:
        someone.poll()
        assert len(records_of(someone, Worklog)) == 1


def records_of(someone: Reader, kind: type) -> list[Any]:
    return [record for record in someone.stored.records.values() if isinstance(record, kind)]


@pytest.mark.parametrize(
    ("path", "entry"),
    [
        ("/worklog/updated", {"worklogId": "ten", "updatedTime": 1}),
        ("/worklog/deleted", {"worklogId": 10, "updatedTime": 10**17}),
    ],
)
def test_a_feed_of_worklogs_that_makes_no_sense_is_a_gap_and_the_issues_are_read(path: str, entry: Any) -> None:
    odd = Injection(fault=Changed(change=lambda feed: {**feed, "values": [entry]}), path=path, times=None)
    with reader(with_issues(cloud(), 2), odd) as someone:
        someone.poll()
        assert [gap.stream for gap in someone.stored.gaps] == ["worklogs"]
        assert len(someone.items) == 2


def test_worklogs_that_may_not_be_read_are_said_once_and_those_that_fail_are_asked_for_again() -> None:
    site = with_issues(cloud(), 2)
    jira_beside.log_work(site, "PAY-1", at=NOON - HOUR, author=DEV, spent_s=1800)
    denied = Injection(fault=Answer(status=403), path="/worklog/", times=1)
    with reader(site, denied) as someone:
        someone.poll()
        assert [gap.stream for gap in someone.stored.gaps] == ["worklogs"]
    failing = Injection(fault=html(502), path="worklog/list", times=6)
    with reader(site, failing) as someone:
        someone.poll()
        assert [gap.stream for gap in someone.stored.gaps] == ["worklogs"]
        assert len(someone.items) == 2
        someone.poll()
        assert len(records_of(someone, Worklog)) == 1


@pytest.mark.parametrize("make", [cloud, server], ids=["cloud", "data center"])
def test_comments_tell_who_and_when_and_never_what(make: Any) -> None:
    site = with_issues(make(), 3)
    for number in range(45):  # more than an issue shows
        jira_beside.comment(site, "PAY-1", at=NOON - HOUR + number * MINUTE, author=PM, text="Secret words")
    jira_beside.comment(site, "PAY-2", at=NOON, author=DEV, text="Secret words")
    with reader(site) as someone:
        someone.poll()
        assert len(rows(someone, "PAY-1", "comments")) == 45
        assert rows(someone, "PAY-2", "comments") == [
            Comment(
                item_ref=someone.items["PAY-2"].ref,
                id=str(site.last_comment_id),
                author=f"jira:account:{DEV}",
                created_at=NOON,
                updated_at=NOON,
            )
        ]
        assert all("Secret" not in item.fields for item in someone.items.values())
        # Only the one issue that shows fewer than it has is asked for the rest.
        assert someone.asked("/comment") == (1 if site.deployment == "Cloud" else 0)


def test_comments_whose_rest_cannot_be_read_add_and_do_not_replace() -> None:
    with reader(with_comments(1), Injection(fault=Answer(status=403), path="/comment", times=2)) as someone:
        someone.poll()
        told = someone.stored.children[someone.items["PAY-1"].ref, "comments"]
        assert (told.complete, len(told.rows)) == (False, 20)
        assert [gap.ref for gap in someone.stored.gaps] == [someone.items["PAY-1"].ref]
        someone.poll()
        assert len(rows(someone, "PAY-1", "comments")) == 25, "it is tried again at each poll"


def test_comments_that_several_issues_refuse_are_said_once_and_asked_for_no_more() -> None:
    with reader(with_comments(8), Injection(fault=Answer(status=403), path="/comment", times=None)) as someone:
        someone.poll()
    assert [gap.cause for gap in someone.stored.gaps if gap.stream == "comments"] == [
        "Jira does not show the comments of issues to this account: Jira denies access to comments (403)"
    ]


def with_comments(count: int) -> JiraSite:
    """Issues each with more comments than it shows."""
    site = with_issues(cloud(), count)
    for issue, number in product(range(1, count + 1), range(25)):
        jira_beside.comment(site, f"PAY-{issue}", at=NOON - HOUR + number * MINUTE, author=PM, text="x")
    return site


def test_a_comment_that_moves_an_issue_without_a_history_raises_no_doubt() -> None:
    site = with_issues(cloud(), 3)
    with reader(site) as someone:
        someone.poll()
        later(someone, HOUR)
        jira_beside.comment(site, "PAY-1", at=site.now(), author=PM, text="x")
        someone.asked()
        someone.poll()
        assert someone.asked() == 2


def test_links_to_pages_outside_are_asked_for_only_where_a_history_tells_of_one() -> None:
    site = with_issues(cloud(), 40)
    jira_beside.link_page(site, "PAY-7", at=NOON - HOUR, author=DEV, url="https://wiki.example/7", title="Plan")
    with reader(site) as someone:
        someone.poll()
        assert someone.asked("remotelink") == 1
        assert rows(someone, "PAY-7", "remote_links") == [
            RemoteLink(
                item_ref=someone.items["PAY-7"].ref,
                id="10001",
                url="https://wiki.example/7",
                title="Plan",
                kind="mentioned in",
            )
        ]
        later(someone, HOUR)
        site.relabel("PAY-7", ["cart"], at=site.now(), author=DEV)
        someone.poll()
        assert someone.asked("remotelink") == 0
        jira_beside.link_page(site, "PAY-7", at=site.now(), author=DEV, url="https://wiki.example/8", title="Next")
        someone.poll()
        assert len(rows(someone, "PAY-7", "remote_links")) == 2


def test_links_to_pages_outside_that_fail_are_owed() -> None:
    site = with_issues(cloud(), 3)
    jira_beside.link_page(site, "PAY-2", at=NOON - HOUR, author=DEV, url="https://wiki.example/7", title="Plan")
    with reader(site, Injection(fault=html(502), path="remotelink", times=12)) as someone:
        someone.poll()
        assert [gap.ref for gap in someone.stored.gaps] == [someone.items["PAY-2"].ref]
        someone.poll()
        assert len(rows(someone, "PAY-2", "remote_links")) == 1


def test_the_development_panel_is_asked_for_where_that_is_wished_one_request_an_issue() -> None:
    site = with_issues(cloud(), 3)
    site.panels[site.issue("PAY-1").id] = [{"pullRequests": [{"id": "#7", "url": "https://github.example/a/b/pull/7"}]}]
    with reader(site) as someone:
        someone.poll()
        assert someone.asked("dev-status") == 0
    with reader(site) as someone:
        someone.poll(development=True)
        assert someone.asked("dev-status") == 3
    assert rows(someone, "PAY-1", "stated_links") == [
        StatedLink(
            item_ref=someone.items["PAY-1"].ref,
            id="https://github.example/a/b/pull/7",
            kind="development",
            to_ref=None,
            to_key="https://github.example/a/b/pull/7",
        )
    ]


def test_a_flag_is_known_by_its_option_where_the_field_has_a_translated_name() -> None:
    site = with_issues(cloud(), 2)
    for told in site.fields:
        if told["id"] == jira_edits.FLAGGED:
            told["name"] = "Markiert"
    site.edit("PAY-1", at=NOON, author=DEV, flagged=True)
    for history in site.issue("PAY-1").histories or ():
        history["items"][0]["field"] = "Markiert"
    with reader(site) as someone:
        someone.poll()
    assert {key: item.flagged for key, item in someone.items.items()} == {"PAY-1": True, "PAY-2": False}
    assert someone.changes("PAY-1", "flagged") == [("", "Impediment")]


def test_an_entry_of_a_list_that_is_not_as_described_costs_no_other() -> None:
    site = with_issues(cloud(), 1)
    count = len(site.statuses)
    site.statuses.append({"name": "No id"})
    site.issue_types.append({"id": [], "name": 7})
    with reader(site) as someone:
        someone.poll()
    assert len(records(someone, Status)) == count
    assert {gap.stream for gap in someone.stored.gaps} == {"statuses", "types"}
    assert len(someone.items) == 1
