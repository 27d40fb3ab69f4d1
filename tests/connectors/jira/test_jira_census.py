"""Who is there, and what became of those who are not (jira.md §3.3, §3.4)."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from connectors.census import CensusKind, Confirmed, Fate, Roll
from connectors.errors import Refused, Retry
from connectors.jira import Jira
from connectors.records import Count, ItemRef, Project
from connectors.source import Memory
from connectors.twin import jira_cloud, jira_server
from connectors.twin.faults import Answer, Injection
from connectors.twin.jira_state import JiraSite
from connectors.twin.jira_visibility import Curtain, redact
from tests.connectors.jira.reading import Reader, reader
from tests.connectors.twin.sites import DEV, NOON, PM, cloud, server, with_issues

EDITIONS: list[Callable[..., JiraSite]] = [cloud, server]
BROWSING = r"mypermissions"


def rolls(someone: Reader, kind: CensusKind = "all") -> dict[str, Roll]:
    async def call(source: Jira) -> list[Roll]:
        try:
            return [roll async for roll in source.census(kind, someone.stored.memory)]
        finally:
            await source.close()

    return {roll.scope: roll for roll in asyncio.run(call(someone.source()))}


def confirmed(someone: Reader, *keys: str) -> Confirmed:
    """What became of these, as they were last known."""
    missing = {ItemRef.parse(someone.items[key].ref): key for key in keys}

    async def confirm(source: Jira) -> Confirmed:
        try:
            return await source.confirm(missing, someone.stored.memory)
        finally:
            await source.close()

    return asyncio.run(confirm(someone.source()))


def fate(someone: Reader, key: str) -> Fate:
    (found,) = confirmed(someone, key).fates
    return found


def ids(site: JiraSite, project: str) -> set[str]:
    return {issue.id for issue in site.issues.values() if issue.project["key"] == project}


def two_projects(site: JiraSite, *, pay: int = 30, web: int = 10) -> JiraSite:
    return with_issues(with_issues(site, pay), web, project="WEB")


@pytest.mark.parametrize("edition", EDITIONS)
def test_every_issue_is_called_project_by_project(edition: Callable[..., JiraSite]) -> None:
    site = two_projects(edition())
    with reader(site, projects=["PAY", "WEB"]) as someone:
        someone.poll()
        called = rolls(someone)
    assert {scope: set(roll.called) for scope, roll in called.items()} == {
        "PAY": ids(site, "PAY"),
        "WEB": ids(site, "WEB"),
    }
    assert [(roll.kind, roll.void, roll.began_at) for roll in called.values()] == [("issue", None, NOON)] * 2


def test_a_hundred_thousand_ids_cost_twenty_requests(monkeypatch: pytest.MonkeyPatch) -> None:
    """5,000 ids a page: a 250th of both stands for it."""
    monkeypatch.setattr(jira_cloud, "IDS_PAGE", 20)
    with reader(with_issues(cloud(), 400), projects=["PAY"]) as someone:
        someone.poll()
        someone.asked()
        assert len(rolls(someone)["PAY"].called) == 400
        assert someone.asked() == 20


def test_data_center_is_called_from_what_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fault: small-page sources (§8 row 26): a server gives what it likes."""
    monkeypatch.setattr(jira_server, "SEARCH_CAP", 7)
    with reader(with_issues(server(), 60), projects=["PAY"]) as someone:
        someone.poll()
        assert len(rolls(someone)["PAY"].called) == 60


@pytest.mark.parametrize("edition", EDITIONS)
def test_only_what_the_poll_would_read_is_called(edition: Callable[..., JiraSite]) -> None:
    site = with_issues(edition(), 60)
    since = (NOON - timedelta(days=1)).date()
    with reader(site, projects=["PAY"], since=since) as someone:
        someone.poll()
        assert set(rolls(someone)["PAY"].called) == {ItemRef.parse(item.ref).id for item in someone.items.values()}
        assert len(someone.items) < 60


@pytest.mark.parametrize("edition", EDITIONS)
def test_the_open_ones_are_called_with_when_they_changed(edition: Callable[..., JiraSite]) -> None:
    site = with_issues(edition(), 5)
    site.transition("PAY-2", "Done", at=NOON, author=DEV)
    with reader(site, projects=["PAY"]) as someone:
        someone.poll()
        called = rolls(someone, "open")["PAY"].called
    assert called == {
        ItemRef.parse(item.ref).id: item.updated_at for key, item in someone.items.items() if key != "PAY-2"
    }


def test_a_census_that_ended_short_is_void() -> None:
    """Fault: a token walk that ends early, without an error (nascimentolimaandre-cloud/pulse#9)."""
    short = Answer(status=200, body='{"issues": [{"id": "10001"}], "isLast": true}')
    with reader(with_issues(cloud(), 60), projects=["PAY"]) as someone:
        someone.poll()
        with reader(someone.site, Injection(fault=short, path="search/jql"), projects=["PAY"]) as later:
            later.stored = someone.stored
            roll = rolls(later)["PAY"]
    assert roll.void is not None
    assert "1 of some 60" in roll.void


def test_a_data_center_that_shows_less_than_it_counts_is_void(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jira_server, "SEARCH_CAP", 40)
    empty = Answer(status=200, body='{"issues": [], "total": 60, "startAt": 40, "maxResults": 40}')
    with reader(with_issues(server(), 60), projects=["PAY"]) as someone:
        someone.poll()
        with reader(someone.site, Injection(fault=empty, path="search.*startAt=40"), projects=["PAY"]) as later:
            later.stored = someone.stored
            assert "40 of some 60" in (rolls(later)["PAY"].void or "")


def test_a_site_that_does_not_count_is_counted_by_estimate() -> None:
    site = with_issues(cloud(), 60)
    site.insight = False
    with reader(site, projects=["PAY"]) as someone:
        someone.poll()
        someone.asked()
        assert rolls(someone)["PAY"].void is None
        assert someone.asked("approximate-count") == 1


def test_a_count_that_lags_behind_deletions_is_asked_again() -> None:
    """The total that the survey told is a day old: fewer are there by now, and that is no fault."""
    site = with_issues(cloud(), 60)
    with reader(site, projects=["PAY"]) as someone:
        someone.poll()
        for number in range(1, 31):
            site.delete(f"PAY-{number}")
        roll = rolls(someone)["PAY"]
    assert (len(roll.called), roll.void) == (30, None)


@pytest.mark.parametrize("edition", EDITIONS)
def test_a_project_that_cannot_be_called_is_void_and_the_others_are_called(edition: Callable[..., JiraSite]) -> None:
    site = two_projects(edition())
    with reader(site, projects=["PAY", "WEB"]) as someone:
        someone.poll()
        Curtain(site=site).hide_project("WEB")
        called = rolls(someone)
    assert len(called["PAY"].called) == 30
    assert called["PAY"].void is None
    assert "WEB" in (called["WEB"].void or "")


def test_a_site_that_is_down_is_no_census() -> None:
    with reader(with_issues(cloud(), 5), projects=["PAY"]) as someone:
        someone.poll()
        down = Injection(fault=Answer(status=503), path="search/jql", times=None)
        with reader(someone.site, down, projects=["PAY"]) as later:
            later.stored = someone.stored
            with pytest.raises(Retry):
                rolls(later)


@pytest.mark.parametrize("edition", EDITIONS)
def test_a_deleted_issue_is_unseen_in_a_project_that_is_seen(edition: Callable[..., JiraSite]) -> None:
    """Fault: deleted issues live on (§8 row 9). One answer is no proof yet: it may be hidden. # apache/devlake#7534"""
    site = with_issues(edition(), 5)
    with reader(site, projects=["PAY"]) as someone:
        someone.poll()
        site.delete("PAY-3")
        told = fate(someone, "PAY-3")
    assert told.word == "unseen"
    assert told.at == NOON
    assert "404" in told.evidence
    assert "PAY may be browsed" in told.evidence


@pytest.mark.parametrize("edition", EDITIONS)
def test_a_hidden_issue_looks_the_same(edition: Callable[..., JiraSite]) -> None:
    site = with_issues(edition(), 5)
    with reader(site, projects=["PAY"]) as someone:
        someone.poll()
        Curtain(site=site).hide("PAY-3")
        assert fate(someone, "PAY-3").word == "unseen"


@pytest.mark.parametrize("edition", EDITIONS)
def test_one_that_the_search_forgot_is_there(edition: Callable[..., JiraSite]) -> None:
    """Archived issues and those that the index lags behind leave the search, and answer by their id."""
    site = with_issues(edition(), 5)
    with reader(site, projects=["PAY"]) as someone:
        someone.poll()
        site.archived.add(site.issue("PAY-3").id)
        site.revision += 1
        assert site.issue("PAY-3").id not in rolls(someone)["PAY"].called
        found = confirmed(someone, "PAY-3")
    assert [told.word for told in found.fates] == ["there"]
    assert someone.items["PAY-3"].ref in {record.ref for record in found.batch.records}


@pytest.mark.parametrize("edition", EDITIONS)
def test_one_that_moved_is_there_by_its_new_key(edition: Callable[..., JiraSite]) -> None:
    """Fault: moved issue written twice or looping (§8 row 25): it is the id that is held."""
    site = two_projects(edition())
    with reader(site, projects=["PAY", "WEB"]) as someone:
        someone.poll()
        held = someone.items["PAY-3"].ref
        site.move("PAY-3", "WEB", at=NOON, author=PM, status="To Do")
        found = confirmed(someone, "PAY-3")
        someone.stored.apply(found.batch)
    assert [(told.ref, told.word) for told in found.fates] == [(held, "there")]
    assert someone.items["WEB-11"].ref == held
    assert ("PAY-3", "WEB-11") in someone.changes("WEB-11", "key")


@pytest.mark.parametrize("edition", EDITIONS)
def test_a_project_lost_whole_decides_nothing_of_its_issues(edition: Callable[..., JiraSite]) -> None:
    """Access lost is not deletion: the project is said to be lost, its issues stay."""
    site = two_projects(edition())
    with reader(site, projects=["PAY", "WEB"]) as someone:
        someone.poll()
        Curtain(site=site).hide_project("WEB")
        found = confirmed(someone, "WEB-1", "WEB-2")
    assert {told.word for told in found.fates} == {"unknown"}
    (lost,) = [record for record in found.batch.records if isinstance(record, Project)]
    assert (lost.key, lost.lost_at) == ("WEB", NOON)
    assert [gap.ref for gap in found.batch.gaps] == [lost.ref]
    assert "access" in found.batch.gaps[0].cause


def test_a_project_that_is_listed_and_may_not_be_browsed_is_lost_too() -> None:
    """Its administrator sees it in the list of projects, and none of its issues."""
    site = with_issues(cloud(), 5)
    with reader(site, projects=["PAY"]) as someone:
        someone.poll()
        Curtain(site=site).hide("PAY-1", "PAY-2")
        site.closed.add("PAY")
        assert fate(someone, "PAY-1").word == "unknown"


def test_a_lost_project_is_asked_after_but_once() -> None:
    site = two_projects(cloud())
    with reader(site, projects=["PAY", "WEB"]) as someone:
        someone.poll()
        Curtain(site=site).hide_project("WEB")
        someone.asked()
        confirmed(someone, *(key for key in someone.items if key.startswith("WEB")))
        assert someone.requests.count(BROWSING) == 1
        assert someone.requests.count("/issue/1") == 0


def test_an_issue_that_bulk_reads_fail_on_is_there_all_the_same() -> None:
    site = with_issues(cloud(), 5)
    with reader(site, projects=["PAY"]) as someone:
        someone.poll()
        site.unreadable[site.issue("PAY-3").id] = "Something is wrong with it"
        assert fate(someone, "PAY-3").word == "there"


def test_an_issue_that_only_fails_is_unknown() -> None:
    site = with_issues(cloud(), 5)
    with reader(site, projects=["PAY"]) as someone:
        someone.poll()
        identity = site.issue("PAY-3").id
        site.delete("PAY-3")
        failing = Injection(fault=Answer(status=500), path=f"/issue/{identity}", times=None)
        with reader(site, failing, projects=["PAY"]) as later:
            later.stored = someone.stored
            assert fate(later, "PAY-3").word == "unknown"


@pytest.mark.parametrize("edition", EDITIONS)
def test_a_poll_goes_on_without_a_project_that_was_lost(edition: Callable[..., JiraSite]) -> None:
    """Fault: one hidden thing kills the run (§8 row 10): a query that names it is refused whole."""
    site = two_projects(edition())
    with reader(site, projects=["PAY", "WEB"]) as someone:
        someone.poll()
        Curtain(site=site).hide_project("WEB")
        site.transition("PAY-1", "In Progress", at=NOON, author=DEV)
        found = someone.poll()
        assert someone.items["PAY-1"].status == "In Progress"
        assert [(p.key, p.lost_at) for p in found if isinstance(p, Project)] == [("PAY", None), ("WEB", NOON)]
        (gap,) = someone.stored.gaps
        assert "WEB is not to be seen any more" in gap.cause
        assert len([key for key in someone.items if key.startswith("WEB")]) == 10
        someone.poll()
        assert [gap.ref for gap in someone.stored.gaps] == [gap.ref] * 2, (
            "every poll says it, also one without a survey"
        )


@pytest.mark.parametrize("edition", EDITIONS)
def test_a_project_that_is_found_again_is_read_again(edition: Callable[..., JiraSite]) -> None:
    site = two_projects(edition())
    with reader(site, projects=["PAY", "WEB"]) as someone:
        someone.poll()
        curtain = Curtain(site=site)
        curtain.hide_project("WEB")
        someone.poll()
        curtain.lift()
        site.transition("WEB-1", "In Progress", at=NOON, author=DEV)
        someone.clock.wind(3600)
        found = someone.poll()
        assert [p.lost_at for p in found if isinstance(p, Project) and p.key == "WEB"] == [None]
        assert someone.items["WEB-1"].status == "In Progress"


def test_when_every_project_is_lost_the_poll_says_so_and_ends() -> None:
    site = with_issues(cloud(), 5)
    with reader(site, projects=["PAY"]) as someone:
        someone.poll()
        Curtain(site=site).hide_project("PAY")
        someone.poll()
        assert len(someone.items) == 5
        assert [gap.stream for gap in someone.stored.gaps] == ["projects"]


def test_a_project_that_was_never_to_be_seen_is_refused() -> None:
    with reader(with_issues(cloud(), 1), projects=["PAY", "NONE"]) as someone, pytest.raises(Refused, match="NONE"):
        someone.poll()


def test_how_many_a_project_holds_is_told_at_once() -> None:
    """A fall of `totalIssueCount` calls for a census before it is due (§3.3)."""

    async def counted(source: Jira) -> list[Count]:
        try:
            return [count async for batch in source.poll(Memory()) for count in batch.counts]
        finally:
            await source.close()

    with reader(two_projects(cloud()), projects=["PAY", "WEB"]) as someone:
        counts = asyncio.run(counted(someone.source()))
    assert [(count.scope, count.kind, count.total) for count in counts] == [("PAY", "issue", 30), ("WEB", "issue", 10)]


@pytest.mark.parametrize("edition", EDITIONS)
def test_a_history_that_was_redacted_is_replaced(edition: Callable[..., JiraSite]) -> None:
    """Cloud rewrites history (§1.3): rows are replaced by issue, never only added."""
    site = with_issues(edition(), 2)
    site.edit("PAY-1", at=NOON, author=DEV, summary="A name that must go")
    with reader(site, projects=["PAY"]) as someone:
        someone.poll()
        redact(site, "PAY-1", "summary", at=NOON + timedelta(minutes=1))
        someone.poll()
        assert someone.changes("PAY-1", "title") == [("[redacted]", "[redacted]")]


def test_when_the_call_began_is_said_by_the_sites_clock() -> None:
    site = with_issues(cloud(), 2)
    with reader(site, projects=["PAY"]) as someone:
        someone.clock.wind(3 * 3600)  # ours is wrong
        someone.poll()
        began: datetime = rolls(someone)["PAY"].began_at
    assert began == NOON
