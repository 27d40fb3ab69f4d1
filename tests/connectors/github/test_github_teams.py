"""Teams and their members, by the day, where the organisation shows them."""

import json
from typing import Any

from connectors.github.teams import Memory
from connectors.records import Account, ChildSet, Member
from connectors.remembered import recalled
from connectors.twin.faults import Answer, Injection
from connectors.twin.github_state import GitHubHost
from tests.connectors.contract import Stored
from tests.connectors.github.hosts import host_of, issue, poll_of, read, repository, staged

DAY_S = 86_400.0


def person(number: int) -> dict[str, Any]:
    return {"__typename": "User", "login": f"dev-{number}", "id": f"U_{number}"}


def team(slug: str, *members: dict[str, Any]) -> dict[str, Any]:
    return {"id": f"T_{slug}", "slug": slug, "name": slug.title(), "members": list(members)}


def host(*teams: dict[str, Any]) -> GitHubHost:
    owner = {"login": "acme", "id": "O_acme", "teams": list(teams)}
    return host_of(repository(issues=[issue(1)]), organizations=[owner])


def members(stored: Stored, slug: str) -> ChildSet:
    return stored.children[f"github:account:T_{slug}", "members"]


def test_a_team_is_an_account_and_its_members_belong_to_it() -> None:
    with staged(host(team("payments", person(1), person(2)))) as stage:
        stored = poll_of(stage)
    told = stored.records["github:account:T_payments"]
    assert isinstance(told, Account)
    assert (told.name, told.kind) == ("payments", "team")
    assert members(stored, "payments").complete
    assert {row.id for row in members(stored, "payments").rows if isinstance(row, Member)} == {
        "github:account:U_1",
        "github:account:U_2",
    }


def test_all_members_of_a_large_team_are_read() -> None:
    """github.md §5, row 4: every nested list is drained."""
    with staged(host(team("all", *(person(n) for n in range(230))), team("few", person(1)))) as stage:
        stored = poll_of(stage)
    assert len(members(stored, "all").rows) == 230
    assert members(stored, "all").complete
    assert len(members(stored, "few").rows) == 1


def test_who_left_is_a_member_no_more_after_a_day() -> None:
    github = host(team("payments", person(1), person(2)))
    with staged(github) as stage:
        stored = poll_of(stage)
        github.organizations[0]["teams"][0]["members"].pop()
        github.changed(github.organizations[0]["teams"][0])
        stage.clock.wind(60)
        read(stage, stored)
        assert len(members(stored, "payments").rows) == 2
        stage.clock.wind(DAY_S)
        read(stage, stored)
    assert [row.id for row in members(stored, "payments").rows if isinstance(row, Member)] == ["github:account:U_1"]


def test_a_team_that_was_dissolved_has_no_members_after_a_day() -> None:
    github = host(team("payments", person(1)), team("old", person(2)))
    with staged(github) as stage:
        stored = poll_of(stage)
        github.organizations[0]["teams"].pop()
        github.changed(github.organizations[0])
        stage.clock.wind(DAY_S)
        read(stage, stored)
    assert (len(members(stored, "payments").rows), len(members(stored, "old").rows)) == (1, 0)


def test_a_member_who_is_hidden_makes_the_set_incomplete() -> None:
    def hide(operation: str, answer: Any) -> Any:
        for node in answer["data"].values() if operation == "lists" else ():
            for row in node["rows"]["nodes"] if node and "T_payments" in str(node) else ():
                row["members"]["nodes"][0] = None
        return answer

    with staged(host(team("payments", person(1), person(2))), change=hide) as stage:
        stored = poll_of(stage)
    assert not members(stored, "payments").complete


def test_where_teams_may_not_be_read_it_is_noted_and_is_no_failure() -> None:
    """github.md §5, row 15: teams are an extra; `read:org` or the permission for Members shows them."""
    refusal = {"errors": [{"type": "INSUFFICIENT_SCOPES", "message": "requires one of the scopes: ['read:org']"}]}
    fault = Injection(fault=Answer(status=200, body=json.dumps(refusal)), body="teams", operation="lists", times=None)
    with staged(host(team("payments", person(1))), fault) as stage:
        stored = poll_of(stage)
        asked = len(stage.requests)
        stage.clock.wind(60)
        read(stage, stored)
        assert len(stage.requests) - asked == 1
    assert not stored.gaps
    assert "github:issue:I_1" in stored.records
    noted = recalled(stored.capabilities["teams"], Memory)
    assert noted is not None
    assert "read:org" in noted.refused["acme"]


def test_an_owner_who_is_a_person_has_no_teams_and_is_not_asked_for_any() -> None:
    owner = {"__typename": "User", "login": "dev", "id": "U_dev"}
    users = host_of(repository(owner=owner, issues=[issue(1)]), users=[owner])
    with staged(users) as stage:
        stored = poll_of(stage, repositories=("dev/*",))
        assert not [request for request in stage.requests.seen if b"teams" in request.body and b"lists" in request.body]
    assert not stored.gaps
