"""Data Center: pages that shrink and are capped, histories that are not there, parents known by key."""

import json
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import pytest

from connectors.errors import Refused
from connectors.records import Sprint, WorkItem
from connectors.twin import jira_server
from connectors.twin.faults import Answer, Changed, Injection, html
from connectors.twin.jira import jira_app
from connectors.twin.jira_state import Issue
from tests.connectors.jira.reading import reader
from tests.connectors.jira.sites import data_center_site
from tests.connectors.twin.sites import DEV, NOON, server, with_issues

Message = MutableMapping[str, Any]
App = Callable[[Message, Callable[[], Awaitable[Message]], Callable[[Message], Awaitable[None]]], Awaitable[None]]

EPIC_LINK, EPIC_NAME = "customfield_10014", "customfield_10011"


def test_a_thousand_issues_with_histories_cost_twelve_requests() -> None:
    site = data_center_site(size=1_000)
    with reader(site) as someone:
        someone.poll()
        assert someone.requests.count("/search") / len(site.issues) * 1000 <= 12
    assert len(someone.items) == len(site.issues)
    complete = [rows for (_, kind), rows in someone.stored.children.items() if kind == "changes" and rows.complete]
    assert len(complete) == len(site.issues)


def test_nothing_new_is_one_request_and_so_is_a_change() -> None:
    with reader(with_issues(server(context="/jira"), 30)) as someone:
        someone.poll()
        someone.asked()
        assert someone.poll() == []
        someone.site.transition("PAY-7", "In Progress", at=NOON, author=DEV)
        someone.poll()
        assert someone.asked() == 2
        assert someone.changes("PAY-7", "status") == [("Backlog", "In Progress")]


@pytest.mark.parametrize("cap", [1, 7, 100])
def test_a_server_that_gives_less_than_asked_is_read_to_the_end(cap: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """dlt-hub/verified-sources#274: the next page begins where this one ended, not where it was asked to."""
    monkeypatch.setattr(jira_server, "SEARCH_CAP", cap)
    with reader(with_issues(server(), 60)) as someone:
        someone.poll()
    assert len(someone.items) == 60


def test_a_page_that_is_too_large_is_halved_and_remembered() -> None:
    """Whole histories of more than 30 issues exhaust this server."""
    exhausted = Injection(fault=html(504), path=r"maxResults=(?:[3-9]\d|\d{3})&.*changelog", times=None)
    with reader(with_issues(server(), 260), exhausted) as someone:
        someone.poll()
        assert len(someone.items) == 260
        assert not someone.stored.gaps
        assert '"size":25' in someone.stored.capabilities["pace"]
        someone.asked()
        someone.poll()
        assert someone.asked() == 1


def test_an_issue_whose_history_no_server_can_carry_comes_without_it() -> None:
    site = with_issues(server(), 40)
    with reader(site) as someone:
        someone.app.inner = failing(jira_app(site), lambda body: '"PAY-23"' in body and '"histories"' in body)
        someone.poll()
    assert len(someone.items) == 40
    bad = someone.items["PAY-23"].ref
    assert [gap.ref for gap in someone.stored.gaps] == [bad]
    assert (bad, "changes") not in someone.stored.children


def test_an_issue_that_no_server_can_carry_is_owed() -> None:
    site = with_issues(server(), 40)
    with reader(site) as someone:
        someone.app.inner = failing(jira_app(site), lambda body: '"Task 23"' in body)
        someone.poll()
        assert len(someone.items) == 39
        assert [gap.ref for gap in someone.stored.gaps] == [f"jira:issue:{site.issue('PAY-23').id}"]
        someone.app.inner = jira_app(site)
        someone.stored.gaps.clear()
        someone.poll()
    assert len(someone.items) == 40
    assert not someone.stored.gaps


def test_a_row_that_no_search_can_carry_blocks_none_after_it_and_is_read_once_it_can() -> None:
    """Its very id fails: the row is passed over, said with its place, and looked for again (apache/devlake#2226)."""
    site = with_issues(server(), 40)
    with reader(site) as someone:
        someone.app.inner = failing(jira_app(site), lambda body: '"PAY-23"' in body)
        someone.poll()
        assert len(someone.items) == 39
        (gap,) = someone.stored.gaps
        assert gap.ref is None
        assert "created on or after 2026-11-19 1" in gap.cause
        someone.stored.gaps.clear()
        someone.poll()
        assert len(someone.stored.gaps) == 1
        someone.app.inner = jira_app(site)
        someone.stored.gaps.clear()
        assert [record.key for record in someone.poll() if isinstance(record, WorkItem)].count("PAY-23") == 1
        assert len(someone.items) == 40
        assert not someone.stored.gaps
        someone.asked()
        someone.poll()
        assert someone.asked() == 1


def test_a_row_that_no_search_can_carry_and_one_without_instants_after_it_block_none_after_them() -> None:
    """Nothing bounds the place of the one until a row says when it was created (jira.md §3.5)."""
    site = with_issues(server(), 40)
    undated = Changed(
        change=lambda page: {
            **page,
            "issues": [
                {**issue, "fields": {**issue["fields"], "created": "soon"}} if issue["key"] == "PAY-24" else issue
                for issue in page.get("issues", ())
            ],
        }
    )
    with reader(site, Injection(fault=undated, path="/search", times=None)) as someone:
        someone.app.inner = failing(jira_app(site), lambda body: '"PAY-23"' in body)
        someone.poll()
        assert {"PAY-1", "PAY-22", "PAY-25", "PAY-40"} <= someone.items.keys()
        told = {gap.ref for gap in someone.stored.gaps}
        assert f"jira:issue:{site.issue('PAY-24').id}" in told
        assert None in told


def test_a_count_that_is_never_reached_ends_no_pass_and_is_looked_into_until_it_is() -> None:
    """Fault: pages that nodes of a cluster count differently (pycontribs/jira#197, JRASERVER-69860)."""
    site = with_issues(server(), 40)
    too_many = Changed(change=lambda page: {**page, "total": page["total"] + 2} if "total" in page else page)
    with reader(site, Injection(fault=too_many, path="/search", times=None)) as someone:
        for _ in range(3):
            someone.stored.gaps.clear()
            someone.poll()
            assert len(someone.items) == 40
            assert all("shows none after" in gap.cause for gap in someone.stored.gaps)
            assert 1 <= len(someone.stored.gaps) <= 2
    with reader(site) as healed:
        healed.stored.watermarks = someone.stored.watermarks
        healed.poll()
        assert not healed.stored.gaps
        healed.asked()
        healed.poll()
        assert healed.asked() == 1


def test_a_count_that_is_less_than_what_came_ends_no_walk() -> None:
    low = Changed(change=lambda page: {**page, "total": 0} if page.get("issues") else page)
    with reader(with_issues(server(), 120), Injection(fault=low, path="/search", times=None)) as someone:
        someone.poll()
    assert len(someone.items) == 120
    assert not someone.stored.gaps


def test_an_issue_without_a_key_is_owed_and_costs_no_other() -> None:
    """Fault: one broken item kills the run (§8 row 10)."""
    keyless = Changed(
        change=lambda page: {
            **page,
            "issues": [{**issue, "key": None} if issue["key"] == "PAY-3" else issue for issue in page["issues"]],
        }
    )
    site = with_issues(server(), 5)
    with reader(site, Injection(fault=keyless, path="/search")) as someone:
        someone.poll()
    assert len(someone.items) == 5  # asked for alone, it has its key
    assert not someone.stored.gaps


def test_a_short_outage_makes_no_page_smaller() -> None:
    with reader(with_issues(server(), 260), Injection(fault=html(502), path="/search", times=1, nth=2)) as someone:
        someone.poll()
        assert len(someone.items) == 260
        assert '"size":100' in someone.stored.capabilities["pace"]


def test_an_issue_without_a_changelog_has_no_history_rather_than_an_empty_one() -> None:
    site = with_issues(server(), 2)
    site.add([Issue(site.issue("PAY-1").body, None)])
    with reader(site) as someone:
        someone.poll()
    assert {ref for ref, kind in someone.stored.children if kind == "changes"} == {someone.items["PAY-2"].ref}
    assert not someone.stored.gaps


def test_a_history_that_is_cut_adds_and_does_not_replace() -> None:
    """pycontribs/jira#712, #911: as many entries as the total says, or it is not whole."""
    site = with_issues(server(), 1)
    site.relabel("PAY-1", ["cart"], at=NOON, author=DEV)
    whole = site.issue("PAY-1")
    issue = {**whole.body, "changelog": {"total": 9, "histories": whole.histories}}
    search = Answer(status=200, body=json.dumps({"issues": [issue], "total": 1}))
    one = Answer(status=200, body=json.dumps(issue))
    plan = [Injection(fault=search, path="/search", times=None), Injection(fault=one, path="/issue/", times=None)]
    with reader(site, *plan) as someone:
        someone.poll()
    (rows,) = [rows for (_, kind), rows in someone.stored.children.items() if kind == "changes"]
    assert (rows.complete, len(rows.rows)) == (False, 1)
    assert {gap.cause for gap in someone.stored.gaps} == {
        "1 of the 9 entries of its history came. It is tried again at each poll."
    }


def test_an_empty_page_before_the_end_is_asked_again() -> None:
    nothing = Answer(status=200, body='{"issues": [], "total": 250, "startAt": 100}')
    with reader(with_issues(server(), 250), Injection(fault=nothing, path="/search", nth=2)) as someone:
        someone.poll()
    assert len(someone.items) == 250


@pytest.mark.parametrize("cap", [20, 100])
def test_a_row_that_leaves_while_pages_are_turned_shifts_no_other_out(
    cap: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """pycontribs/jira#197"""
    monkeypatch.setattr(jira_server, "SEARCH_CAP", cap)
    site = with_issues(server(), 250)
    with reader(site) as someone:
        asked = jira_app(site)

        async def turning(scope: Message, receive: Any, send: Any) -> None:
            await asked(scope, receive, send)
            if scope["path"].endswith("/search") and "PAY-5" in site.ids_by_key:
                site.delete("PAY-5")

        someone.app.inner = turning
        someone.poll()
    assert len(someone.items) == 250


def test_an_epic_is_found_by_its_key_and_known_by_its_name() -> None:
    """Epic links tell a key alone, before and after the epic itself is read; one is of an epic that nobody may see."""
    site = with_issues(server(), 4)
    site.fields += [_field(EPIC_LINK, "gh-epic-link"), _field(EPIC_NAME, "gh-epic-label")]
    for issue in site.issues.values():
        issue.fields["issuetype"] = {"id": "1", "name": "Vorgang", "subtask": False}
    site.issue("PAY-3").fields[EPIC_NAME] = "Faster basket"
    for key, epic in (("PAY-1", "PAY-3"), ("PAY-4", "PAY-3"), ("PAY-2", "GONE-1")):
        site.issue(key).fields[EPIC_LINK] = epic
    with reader(site) as someone:
        someone.poll()
    epic = someone.items["PAY-3"]
    assert {key: item.parent_ref for key, item in someone.items.items()} == {
        "PAY-1": epic.ref,
        "PAY-2": None,
        "PAY-3": None,
        "PAY-4": epic.ref,
    }
    assert {key: item.level for key, item in someone.items.items()} == {"PAY-1": 0, "PAY-2": 0, "PAY-3": 1, "PAY-4": 0}


def test_a_sprint_without_dates_is_read_however_the_server_says_so() -> None:
    """apache/devlake#8221: Server 7 writes an empty `startDate`."""
    site = with_issues(server(), 1)
    sprint = next(iter(site.sprints.values()))[0]
    sprint |= {"startDate": "", "endDate": None, "completeDate": "", "state": "FUTURE"}
    with reader(site) as someone:
        someone.poll()
    told = someone.stored.records[f"jira:sprint:{sprint['id']}"]
    assert isinstance(told, Sprint)
    assert (told.state, told.start_at, told.end_at, told.completed_at) == ("future", None, None, None)
    assert not someone.stored.gaps


def test_the_search_that_cloud_has_instead_is_not_asked_here() -> None:
    """singer-io/tap-jira#131: what Cloud removed is all that a Data Center has."""
    with reader(with_issues(server(), 3)) as someone:
        someone.poll()
        assert someone.asked("search/jql|bulkfetch") == 0
    assert len(someone.items) == 3


def test_people_are_known_by_the_key_that_a_rename_leaves() -> None:
    with reader(data_center_site()) as someone:
        someone.poll()
    authors = {item.author for item in someone.items.values() if isinstance(item, WorkItem)}
    assert authors
    assert authors <= someone.stored.records.keys()


def test_an_address_that_is_no_jira_is_said() -> None:
    with reader(server()) as someone, pytest.raises(Refused, match="there is no Jira at") as refused:
        someone.poll(url=f"{someone.url}/elsewhere")
    assert "context path" in refused.value.hint


def test_a_page_of_a_single_sign_on_is_said() -> None:
    with (
        reader(server(), Injection(fault=html(), times=None)) as someone,
        pytest.raises(Exception, match="web page") as said,
    ):
        someone.poll()
    assert "single sign-on" in said.value.hint


def _field(identity: str, kind: str) -> dict[str, Any]:
    custom = {"type": "any", "custom": f"com.pyxis.greenhopper.jira:{kind}", "customId": int(identity[12:])}
    return {"id": identity, "key": identity, "name": kind, "custom": True, "schema": custom}


def failing(app: Any, fails: Callable[[str], bool]) -> Any:
    """The application, with a 504 for each answer that would say too much."""

    async def answer(scope: Message, receive: Any, send: Any) -> None:
        kept: list[Message] = []

        async def keep(message: Message) -> None:
            kept.append(message)

        await app(scope, receive, keep)
        if fails("".join(message.get("body", b"").decode() for message in kept)):
            kept[:] = [
                {"type": "http.response.start", "status": 504, "headers": []},
                {"type": "http.response.body", "body": b"{}"},
            ]
        for message in kept:
            await send(message)

    return answer
