"""Cloud: what it costs to read, what is missed and made up for, and what is found out about a site."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from connectors.errors import Malformed, Refused, TooLarge
from connectors.records import Change, Field, Sprint, Status, WorkItem
from connectors.twin import jira_cloud
from connectors.twin.faults import Answer, Changed, Injection, html
from connectors.twin.jira_state import JiraSite
from tests.connectors.contract import Stored
from tests.connectors.jira.reading import Reader, reader
from tests.connectors.jira.sites import cloud_site
from tests.connectors.twin.sites import DEV, NOON, cloud, with_issues


def read_once(site: JiraSite, *plan: Injection) -> Stored:
    with reader(site, *plan) as someone:
        someone.poll()
    return someone.stored


def later(someone: Reader, **by: float) -> None:
    """Time passes, there and here."""
    passed = timedelta(**by)
    now = someone.site.now() + passed
    someone.site.now = lambda: now
    someone.clock.wind(passed.total_seconds())


def test_a_thousand_issues_with_twenty_histories_each_cost_five_requests() -> None:
    """Every entry, by its own issue. # apache/devlake#8834, singer-io/tap-jira#10"""
    site = cloud_site(size=1_780, rankings=14.4)
    histories = {issue.id: len(issue.histories or ()) for issue in site.issues.values()}
    assert sum(histories.values()) / len(histories) >= 19
    with reader(site) as someone:
        someone.poll()
        backfill = someone.requests.count("search/jql|bulkfetch")
    assert backfill / len(histories) * 1000 <= 5
    read = {ref.rpartition(":")[2]: rows for (ref, kind), rows in someone.stored.children.items() if kind == "changes"}
    # One issue's histories lie on several pages of 10,000, and none is missing but those of rank alone.
    assert read.keys() == histories.keys()
    assert all(rows.complete for rows in read.values())
    told = {(i, h["id"]) for i in site.issues for h in site.issues[i].histories or () if not _only_rank(h)}
    assert {(i, row.id) for i, rows in read.items() for row in rows.rows} == told


def _only_rank(history: dict[str, list[dict[str, str]]]) -> bool:
    return all(item["field"] == "Rank" for item in history["items"])


def test_nothing_new_is_one_request_and_a_change_is_two() -> None:
    """A status and its history come together. # apache/devlake#5876"""
    with reader(with_issues(cloud(), 150)) as someone:
        someone.poll()
        later(someone, minutes=15)
        someone.asked()
        assert someone.poll() == []
        assert someone.asked() == 1
        someone.site.transition("PAY-7", "In Progress", at=someone.site.now(), author=DEV)
        assert [record.key for record in someone.poll() if isinstance(record, WorkItem)] == ["PAY-7"]
        assert someone.asked() == 2
        assert someone.items["PAY-7"].status == "In Progress"
        assert someone.changes("PAY-7", "status") == [("Backlog", "In Progress")]


def test_what_the_overlap_shows_again_is_not_read_again() -> None:
    with reader(with_issues(cloud(), 20)) as someone:
        someone.poll()
        later(someone, minutes=5)
        someone.site.relabel("PAY-3", ["cart"], at=someone.site.now(), author=DEV)
        later(someone, seconds=10)
        someone.poll()
        someone.asked()
        for _ in range(3):
            later(someone, minutes=2)
            assert someone.poll() == []
            assert someone.asked() == 1


def test_a_second_change_within_the_second_is_read_all_the_same() -> None:
    """Sites that keep whole seconds show the same `updated` for both."""
    with reader(with_issues(cloud(), 3)) as someone:
        someone.poll()
        later(someone, hours=1)
        for labels in (["cart"], ["cart", "checkout"]):
            someone.site.relabel("PAY-3", labels, at=someone.site.now(), author=DEV)
            someone.poll()
        assert someone.items["PAY-3"].labels == ("cart", "checkout")


def test_many_changes_are_read_like_a_backfill() -> None:
    with reader(with_issues(cloud(), 350)) as someone:
        someone.poll()
        later(someone, hours=1)
        for number in range(1, 321):
            someone.site.relabel(f"PAY-{number}", ["cart"], at=someone.site.now(), author=DEV)
        someone.asked()
        someone.poll()
        assert someone.asked() <= 6
        assert [key for key, item in someone.items.items() if item.labels == ()] == [
            f"PAY-{n}" for n in range(321, 351)
        ]


@pytest.mark.parametrize("zone", ["Pacific/Pago_Pago", "Pacific/Kiritimati", "America/New_York"])
def test_the_accounts_zone_means_nothing(zone: str) -> None:
    """America/New_York: across the night in which its clocks go back."""
    site = with_issues(cloud(zone=zone), 5)
    with reader(site) as someone:
        later(someone, days=-19)
        someone.poll()
        for _ in range(4):
            later(someone, hours=1)
            someone.site.edit("PAY-2", at=someone.site.now(), author=DEV, summary=f"At {someone.site.now()}")
            someone.poll()
            assert someone.items["PAY-2"].title == f"At {someone.site.now()}"


def test_issues_of_one_minute_that_fill_pages_are_all_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """An import: 250 issues of one instant, and more ids than fit on a page. # elastic/integrations#7898"""
    monkeypatch.setattr(jira_cloud, "IDS_PAGE", 40)
    site = with_issues(cloud(), 30)
    for number in range(250):
        site.create("PAY", "Task", f"Imported {number}", at=NOON, author=DEV, status="Backlog")
    with reader(with_issues(site, 30)) as someone:
        someone.poll()
        assert len(someone.items) == len(site.issues) == 310


def test_a_moved_issue_stays_itself() -> None:
    """constructorfabric/insight#3372"""
    with reader(with_issues(cloud(), 3)) as someone:
        someone.poll()
        before = someone.items["PAY-2"]
        later(someone, hours=1)
        key = someone.site.move("PAY-2", "WEB", at=someone.site.now(), author=DEV, status="To Do")
        someone.poll()
        moved = someone.items[key]
        assert (moved.ref, moved.project, moved.url[-5:]) == (before.ref, "WEB", key)
        assert "PAY-2" not in someone.items
        assert someone.changes(key, "key") == [("PAY-2", key)]
        assert someone.changes(key, "project") == [("PAY", "WEB")]


def test_a_project_added_later_is_read_from_its_start() -> None:
    """Projects are read, whatever boards show of them. # apache/devlake#8196"""
    site = with_issues(with_issues(cloud(), 3), 4, project="WEB")
    with reader(site, projects=["PAY"]) as someone:
        someone.poll()
        assert {item.project for item in someone.items.values()} == {"PAY"}
        someone.poll(projects=["PAY", "WEB"])
        assert len(someone.items) == 7


def test_a_project_left_out_later_is_asked_for_no_more() -> None:
    site = with_issues(with_issues(cloud(), 3), 4, project="WEB")
    with reader(site, projects=["PAY", "WEB"]) as someone:
        someone.poll()
        site.projects = [project for project in site.projects if project["key"] != "WEB"]
        assert [record for record in someone.poll(projects=["PAY"]) if isinstance(record, WorkItem)] == []


def test_since_bounds_the_backfill_by_what_was_updated() -> None:
    site = with_issues(cloud(), 100)
    with reader(site, since=NOON.date()) as someone:
        someone.poll()
        assert len(someone.items) == 12
        later(someone, hours=1)
        someone.site.relabel("PAY-1", ["cart"], at=someone.site.now(), author=DEV)
        someone.poll()
        assert len(someone.items) == 13
        someone.poll(since=date(2026, 1, 1))
        assert len(someone.items) == 100


def test_only_the_search_that_cloud_still_has_is_asked() -> None:
    """apache/devlake#8563, #8647, pycontribs/jira#2367, singer-io/tap-jira#122: the other one answers 410."""
    with reader(with_issues(cloud(), 120)) as someone:
        someone.poll()
        later(someone, hours=1)
        someone.site.relabel("PAY-3", ["cart"], at=someone.site.now(), author=DEV)
        someone.poll()
        searched = {request.path for request in someone.requests.seen if "/search" in request.path}
        assert {path.rpartition("/rest/")[2] for path in searched} <= {"api/3/search/jql", "api/3/project/search"}
    assert len(someone.items) == 120
    assert someone.items["PAY-3"].labels == ("cart",)


def test_who_is_taken_out_of_a_sprint_is_in_it_no_more_and_when_is_known() -> None:
    """apache/devlake#1752, fivetran/dbt_jira#161: the current sprint stayed after the removal."""
    site = with_issues(cloud(), 1)
    first, second = (next(iter(site.sprints.values()))[place] for place in (0, 1))
    site.edit("PAY-1", at=NOON, author=DEV, sprints=[first, second])
    with reader(site) as someone:
        someone.poll()
        assert [len(item.sprints) for item in someone.items.values()] == [2]
        later(someone, hours=1)
        site.edit("PAY-1", at=site.now(), author=DEV, sprints=[])
        someone.poll()
        assert someone.items["PAY-1"].sprints == ()
        assert someone.changes("PAY-1", "sprints")[-1] == (f"{first['name']}, {second['name']}", "")


def test_metadata_is_read_once_a_day() -> None:
    with reader(with_issues(cloud(), 2)) as someone:
        someone.poll()
        kinds = {type(record) for record in someone.stored.records.values()}
        assert {Field, Sprint, Status} <= kinds
        someone.asked()
        later(someone, hours=23)
        someone.poll()
        assert someone.asked("serverInfo|/field|/status|/board|/project") == 0
        later(someone, hours=2)
        someone.poll()
        assert someone.asked("serverInfo|/field|/status|/board|/project") > 4


@pytest.mark.parametrize("status", [400, 403, 404])
@pytest.mark.parametrize("path", ["issue/bulkfetch", "changelog/bulkfetch"])
def test_a_site_without_bulk_reads_is_read_all_the_same(path: str, status: int) -> None:
    site = cloud_site(size=60)
    for minute in range(120):  # a history that a search cuts
        site.edit("PAY-1", at=NOON + timedelta(minutes=minute), author=DEV, summary=f"Version {minute}")
    whole = read_once(site)
    missing = Injection(fault=Answer(status=status, body='{"message": "null for uri"}'), path=path, times=None)
    assert _same(read_once(site, missing), whole)


@pytest.mark.parametrize("status", [400, 403, 404])
def test_a_site_that_lists_no_projects_is_asked_for_each(status: int) -> None:
    refused = Injection(fault=Answer(status=status), path="project/search", times=None)
    assert len(read_once(with_issues(cloud(), 3), refused).gaps) == 0


def test_an_issue_that_spoils_the_page_of_changes_is_found_by_bulk_reads() -> None:
    with reader(with_issues(cloud(), 3)) as someone:
        someone.poll()
        later(someone, hours=1)
        for key in ("PAY-1", "PAY-2"):
            someone.site.edit(key, at=someone.site.now(), author=DEV, summary=f"New {key}")
    spoilt = Injection(fault=Answer(status=200, body='{"issues": [{"id": "1'), path="jql.*all", times=None)
    with reader(someone.site, spoilt) as again:
        again.stored = someone.stored
        again.poll()
        assert again.items["PAY-2"].title == "New PAY-2"


@pytest.mark.parametrize("plan", [[], [Injection(fault=Answer(status=404), path="bulkfetch", times=None)]])
def test_an_issue_that_is_gone_when_fetched_is_missed_and_the_others_are_not(plan: list[Injection]) -> None:
    with reader(with_issues(cloud(), 3), *plan) as someone:
        someone.poll()
        kept, lost = someone.items["PAY-1"].ref, someone.items["PAY-2"].ref
        someone.site.delete("PAY-2")
        batch = someone.fetch(kept, lost)
    assert [record.ref for record in batch.records if isinstance(record, WorkItem)] == [kept]
    assert [gap.ref for gap in batch.gaps] == [lost]


def test_a_site_that_takes_a_hundred_at_a_time_is_remembered() -> None:
    too_many = Answer(status=400, body='{"errorMessages": ["The number of issues must be between 1 and 100"]}')
    with reader(with_issues(cloud(), 120), Injection(fault=too_many, path="issue/bulkfetch")) as someone:
        someone.poll()
        assert (len(someone.items), someone.requests.count("issue/bulkfetch")) == (120, 3)
        assert '"bulk_size":100' in someone.stored.capabilities["ways"]


def test_an_issue_that_cannot_be_read_is_owed_until_it_can() -> None:
    site = with_issues(cloud(), 10)
    bad = site.issue("PAY-4").id
    site.unreadable[bad] = "Try again"
    with reader(site, Injection(fault=html(500), path=f"issue/{bad}[?]", times=6)) as someone:
        someone.poll()
        assert "PAY-4" not in someone.items
        assert [gap.ref for gap in someone.stored.gaps] == [f"jira:issue:{bad}"]
        assert "tried again at each poll" in someone.stored.gaps[0].cause
        site.unreadable.clear()
        later(someone, hours=1)
        someone.stored.gaps.clear()
        someone.poll()
        assert len(someone.items) == 10
        assert not someone.stored.gaps
        someone.asked()
        someone.poll()
        assert someone.asked() == 1


def test_what_bulk_reads_fail_on_is_read_alone() -> None:
    """apache/devlake#2226: one issue that cannot be read kills no run."""
    site = with_issues(cloud(), 40)
    site.unreadable[site.issue("PAY-4").id] = "Try again"
    bad = site.issue("PAY-9").id
    failing = Injection(fault=html(502), path="changelog/bulkfetch", body=f'"{bad}"', times=None)
    with reader(site, failing) as someone:
        someone.poll()
    assert len(someone.items) == 40
    read = {ref for ref, kind in someone.stored.children if kind == "changes"}
    assert read == {item.ref for item in someone.items.values()}
    assert someone.stored.gaps == []


@pytest.mark.parametrize("path", ["issue/bulkfetch", "changelog/bulkfetch", "bulkfetch"])
def test_bulk_reads_that_always_fail_are_done_without(path: str) -> None:
    site = cloud_site(size=60)
    whole = read_once(site)
    failing = Injection(fault=html(500), path=path, times=None)
    assert _same(read_once(site, failing), whole)


def test_bulk_reads_that_always_fail_are_waited_for_but_once_a_day() -> None:
    failing = Injection(fault=html(502), path="changelog/bulkfetch", times=None)
    with reader(with_issues(cloud(), 3), failing) as someone:
        someone.poll()
        later(someone, hours=1)
        someone.site.edit("PAY-1", at=someone.site.now(), author=DEV, summary="New")
        someone.asked()
        someone.poll()
        assert someone.items["PAY-1"].title == "New"
        assert someone.requests.count("bulkfetch") == 0


def test_a_site_that_is_down_is_not_taken_for_bad_issues() -> None:
    down = Injection(fault=html(502), path="bulkfetch|search/jql.*all|issue/", times=None)
    with reader(with_issues(cloud(), 40), down) as someone, pytest.raises(TooLarge, match="502"):
        someone.poll()
    assert someone.stored.gaps == []


def test_boards_that_may_not_be_read_are_said_once() -> None:
    denied = Injection(fault=Answer(status=401, body='{"message": "scope does not match"}'), path="agile", times=None)
    with reader(with_issues(cloud(), 2), denied) as someone:
        someone.poll()
        assert [gap.stream for gap in someone.stored.gaps] == ["boards"]
        later(someone, days=2)
        someone.poll()
        assert len(someone.stored.gaps) == 1
        assert len(someone.items) == 2


@pytest.mark.parametrize("path", ["agile/1.0/board$|board[?]", "/sprint"])
def test_boards_that_fail_keep_no_issue_back_and_are_tried_again(path: str) -> None:
    site = cloud_site(size=60)
    with reader(site, Injection(fault=html(500), path=path, times=6)) as someone:
        someone.poll()
        assert len(someone.items) == len(site.issues)
        assert {gap.stream for gap in someone.stored.gaps} <= {"boards", "sprints"}
        assert someone.stored.gaps
        someone.stored.gaps.clear()
        later(someone, hours=1)
        someone.poll()
        assert someone.stored.gaps == []
        assert any(isinstance(record, Sprint) for record in someone.stored.records.values())


def test_a_list_that_gives_one_page_again_and_again_ends() -> None:
    circle = Answer(status=200, body='{"values": [{"id": 1, "type": "kanban"}], "isLast": false}')
    stored = read_once(with_issues(cloud(), 2), Injection(fault=circle, path="agile/1.0/board", times=50))
    assert [gap.stream for gap in stored.gaps] == ["boards"]
    assert "again and again" in stored.gaps[0].cause


def test_a_project_that_does_not_exist_is_named() -> None:
    """airbytehq/airbyte#14163: no access, no rows, and no word of it."""
    with reader(cloud(), projects=["PAY", "NONE"]) as someone, pytest.raises(Refused, match="NONE") as refused:
        someone.poll()
    assert "projects" in refused.value.hint


def test_a_last_page_that_tells_its_own_token_again_is_the_end() -> None:
    """Fault: the walk leads on from its last page (JRACLOUD-95477)."""
    begins = Changed(change=lambda page: {**page, "nextPageToken": "last"})
    ends = Answer(status=200, body='{"issues": [], "isLast": true, "nextPageToken": "last"}')
    plan = [
        Injection(fault=ends, path="nextPageToken=last", times=None),
        Injection(fault=begins, path="search/jql", times=None),
    ]
    with reader(with_issues(cloud(), 3), *plan) as someone:
        someone.poll()
    assert len(someone.items) == 3
    assert not someone.stored.gaps


def test_a_page_token_that_comes_again_ends_the_walk_with_an_error() -> None:
    """jira.md §8, row 26: repeated tokens."""
    circle = Answer(status=200, body='{"issues": [], "nextPageToken": "again"}')
    endless = Injection(fault=circle, path="search/jql", times=None)
    with reader(cloud(), endless) as someone, pytest.raises(Malformed, match="nowhere"):
        someone.poll()


@pytest.mark.parametrize("body", ['{"errorMessages": ["oops"]}', "[]", '"login"'])
def test_a_document_of_another_kind_is_never_an_empty_site(body: str) -> None:
    """airbytehq/airbyte#19347"""
    other = Injection(fault=Answer(status=200, body=body), path="search/jql", times=None)
    with reader(with_issues(cloud(), 2), other) as someone, pytest.raises(Malformed, match="not what was asked for"):
        someone.poll()


def test_histories_dated_in_milliseconds_are_the_same() -> None:
    site = cloud_site(size=60)
    said = read_once(site)
    site.bulk_changelog_in_ms = True
    assert _same(read_once(site), said)


def test_flags_points_sprints_and_parents_are_found_by_their_kind() -> None:
    """apache/devlake#1854: a field read by its name."""
    stored = read_once(cloud_site(size=200))
    items = [record for record in stored.records.values() if isinstance(record, WorkItem)]
    assert {item.level for item in items} == {-1, 0, 1, 2}
    tests: list[Callable[[WorkItem], object]] = [
        lambda item: item.points,
        lambda item: item.sprints,
        lambda item: item.parent_ref in stored.records,
        lambda item: item.labels and item.components and item.body,
        lambda item: item.resolution and item.resolved_at and item.status_category == "done",
    ]
    for test in tests:
        assert any(test(item) for item in items)
    changed = {row.field for rows in stored.children.values() for row in rows.rows if isinstance(row, Change)}
    assert {"status", "sprints", "points", "assignees", "flagged"} <= changed
    assert "Rank" not in changed


def _same(one: Stored, other: Stored) -> bool:
    return one.facts == other.facts
