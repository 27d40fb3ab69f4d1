"""Who is who: teams with dates, calendars, and the accounts of one person."""

from datetime import date

import pytest

from mappings.identities import identities, suggested
from mappings.load import Problems, load_people
from mappings.people import People, team_of_accounts, with_bots
from tests.builders import tables

DAY = date(2026, 11, 20)
OCTO, SHIP = "jira:account:5b10a", "github:account:U_1"


def people(text: str) -> People:
    return load_people(text, "people.yaml")


def member(teams: str) -> People:
    return people(f"teams: [{{id: payments}}, {{id: web}}, {{id: data}}]\npeople: [{{id: p1, teams: [{teams}]}}]")


@pytest.mark.parametrize(
    ("teams", "on", "shares"),
    [
        ("{payments: 2026-01-01}", date(2025, 12, 31), {}),
        ("{payments: 2026-01-01}", DAY, {"payments": 1.0}),
        ("{payments: 2026-01-01}, {web: 2026-11-20}", DAY, {"web": 1.0}),
        ("{web: 2026-11-21}, {payments: 2026-01-01}", DAY, {"payments": 1.0}),
        ("{team: payments, from: 2026-01-01, to: 2026-11-19}", DAY, {}),
        ("{team: payments, from: 2026-01-01, to: 2026-11-20}", DAY, {"payments": 1.0}),
        (
            "{team: payments, from: 2026-01-01, share: 0.5}, {team: web, from: 2026-01-01, share: 0.25}",
            DAY,
            {"payments": 0.5, "web": 0.25},
        ),
        (
            "{payments: 2026-01-01}, {team: web, from: 2026-06-01, share: 0.25}",
            DAY,
            {"payments": 0.75, "web": 0.25},
        ),
    ],
)
def test_a_person_is_in_these_teams_with_these_shares(teams, on, shares):
    assert member(teams).people[0].teams_on(on) == shares


def test_the_team_that_has_most_of_a_persons_time_is_theirs():
    halves = "{team: payments, from: 2026-01-01, share: 0.5}, {team: web, from: 2026-02-01, share: 0.5}"
    assert member(halves).people[0].team_on(DAY) == "web"
    assert member("{payments: 2026-01-01}, {team: web, from: 2026-02-01, share: 0.4}").people[0].team_on(DAY) == (
        "payments"
    )


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (
            "teams: [{id: a}]\npeople: [{id: p, teams: [{team: b, from: 2026-01-01}]}]",
            "people.yaml:2:33: no team has the id 'b'; valid: a",
        ),
        (
            "teams: [{id: a}, {id: b}]\npeople:\n- id: p\n  teams: [{team: a, from: 2026-01-01, share: 0.7}, "
            "{team: b, from: 2026-03-01, share: 0.4}]",
            "people.yaml:4:10: the shares on 2026-03-01 add up to 1.1, which is more than 1",
        ),
        (
            "people: [{id: p, accounts: {jira: x}}, {id: q, accounts: {jira: X}}]",
            "people.yaml:1:65: the account 'X' of jira is of 'p' already",
        ),
        (
            "bots: {jira: [x]}\npeople: [{id: p, accounts: {jira: x}}]",
            "people.yaml:2:35: the account 'x' of jira is of the bots already",
        ),
        ("teams: [{id: a, holidays: [{from: 2026-12-26, to: 2026-12-24}]}]", "people.yaml:1:28: the last day, "),
        ("teams: [{id: a, hours: {from: '18:00', to: '09:00'}}]", "people.yaml:1:24: the hours end at 09:00"),
        ("teams: [{id: a, workdays: [monday]}]", "people.yaml:1:28: should be 'mon', 'tue'"),
        (
            "people: [{id: p, teams: [{a: 2026-01-01, b: 2026-01-01}]}]",
            "people.yaml:1:26: each entry should name one team",
        ),
    ],
)
def test_a_mistake_has_its_place(text, says):
    with pytest.raises(Problems) as caught:
        people(text)
    assert any(str(problem).startswith(says) for problem in caught.value.problems), caught.value


def test_a_calendar_has_its_working_days_and_its_holidays():
    text = "teams: [{id: a, workdays: [sun, mon], holidays: [2026-11-16, {from: 2026-11-22, to: 2026-11-23}]}]"
    team = people(text).teams[0]
    days = [date(2026, 11, day) for day in (15, 16, 20, 22, 23, 29)]
    assert [day.day for day in days if team.is_workday(day)] == [15, 29]
    assert people("teams: [{id: a}]").teams[0].is_workday(DAY)


def accounts(*rows: dict[str, str]):
    return tables(accounts=list(rows))["accounts"]


def known(found) -> dict[str, tuple[str, str]]:
    return {account.ref: (account.person, account.basis) for account in found}


def test_what_the_file_declares_is_one_person():
    file = people("people: [{id: p1, accounts: {jira: 5b10a, github: Octo-Dev}}]")
    rows = accounts({"ref": OCTO, "name": "Octo"}, {"ref": SHIP, "name": "octo-dev"}, {"ref": "jira:account:7"})
    assert known(identities(rows, file)) == {
        OCTO: ("p1", "declared"),
        SHIP: ("p1", "declared"),
        "jira:account:7": ("jira:account:7", "alone"),
    }


def test_an_address_that_both_sources_vouch_for_joins_two_accounts():
    rows = [{"ref": OCTO, "email": "Octo@example.test"}, {"ref": SHIP, "email": "octo@example.test"}]
    assert known(identities(accounts(*rows), People())) == {OCTO: (SHIP, "email"), SHIP: (SHIP, "email")}
    declared = people("people: [{id: p1, accounts: {jira: 5b10a}}]")
    assert known(identities(accounts(*rows), declared)) == {OCTO: ("p1", "declared"), SHIP: ("p1", "email")}


def test_an_address_joins_nobody_against_the_file():
    file = people("people: [{id: p1, accounts: {jira: 5b10a}}, {id: p2, accounts: {github: U_1}}]")
    shared = "octo@example.test"
    rows = accounts(
        {"ref": OCTO, "email": shared}, {"ref": SHIP, "email": shared}, {"ref": "jira:account:7", "email": shared}
    )
    assert known(identities(rows, file)) == {
        OCTO: ("p1", "declared"),
        SHIP: ("p2", "declared"),
        "jira:account:7": ("jira:account:7", "alone"),
    }


@pytest.mark.parametrize("email", ["123+octo-dev@users.noreply.github.com", "octo-dev@users.noreply.github.com"])
def test_a_no_reply_address_leads_to_the_account_that_it_names(email):
    rows = accounts({"ref": OCTO, "email": email}, {"ref": SHIP, "name": "octo-dev"})
    assert known(identities(rows, People())) == {OCTO: (SHIP, "noreply"), SHIP: (SHIP, "noreply")}


def test_accounts_that_are_called_alike_are_offered_and_never_joined():
    rows = accounts(
        {"ref": OCTO, "name": "Octo Dev"},
        {"ref": SHIP, "name": "octo-dev"},
        {"ref": "jira:account:1", "name": "QA"},
        {"ref": "github:account:U_9", "name": "qa"},
    )
    found = identities(rows, People())
    assert {account.basis for account in found} == {"alone"}
    assert [(each.person, each.account.ref) for each in suggested(found, People())] == [(SHIP, OCTO)]


def test_two_who_are_called_alike_at_one_source_are_offered_nothing():
    rows = accounts({"ref": OCTO, "name": "Octo Dev"}, {"ref": "jira:account:2", "name": "octo dev"})
    assert suggested(identities(rows, People()), People()) == ()


def test_bots_and_the_gone_are_no_people():
    rows = accounts({"ref": "github:account:b", "kind": "bot"}, {"ref": "github:account:g", "kind": "ghost"})
    assert identities(rows, People()) == ()


def test_what_the_file_calls_a_bot_is_one():
    file = people("bots: {github: [Deploy-User], jira: [5b10a]}")
    rows = accounts(
        {"ref": OCTO}, {"ref": SHIP, "name": "deploy-user"}, {"ref": "jira:account:7", "name": "deploy-user"}
    )
    told = with_bots(rows, file).to_pyarrow().to_pylist()
    assert {row["ref"]: row["kind"] for row in told} == {OCTO: "bot", SHIP: "bot", "jira:account:7": "person"}


def test_an_account_is_in_its_persons_team():
    file = people(
        "teams: [{id: payments}]\npeople: [{id: p1, teams: [{payments: 2026-01-01}], accounts: {jira: 5b10a}}]"
    )
    rows = accounts({"ref": OCTO}, {"ref": SHIP})
    assert team_of_accounts(rows, file, DAY).to_pyarrow().to_pylist() == [{"ref": OCTO, "team": "payments"}]
    assert team_of_accounts(rows, file, date(2025, 1, 1)).to_pyarrow().to_pylist() == []
