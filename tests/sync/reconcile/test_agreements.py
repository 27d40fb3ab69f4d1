"""What teams agreed on: kinds they are not asked about, limits of their own, and the line that says so."""

from datetime import date
from typing import Any

import pytest

from mappings.agreements import agreements_on
from mappings.load import load_mappings
from mappings.problems import Problems
from sync.reconcile.agreements import AgreementLine, by_agreement
from sync.reconcile.checks import every_finding, ghost_wip, limits_of, untagged_work
from sync.reconcile.findings import Finding
from tests.sync.reconcile.checks.given import facts

AGREED = """
agreements:
  - {team: web, from: 2026-01-01, reason: They ship by the month, without: [M01], limits: {ghost_days: 30}}
  - {team: web, from: 2026-12-01, reason: No more}
  - {team: payments, reason: A new team, limits: {ghost_days: 3}}
"""


@pytest.fixture(scope="module")
def judged() -> tuple[list[Finding], tuple[AgreementLine, ...]]:
    """Two ghosts and one untagged item of the web team; of payments one item that is quiet for four days."""
    known = facts(
        work_items=[
            {"key": "WEB-1", "team": "web"},
            {"key": "WEB-2", "team": "web", "created_us": "2026-09-02T09:00Z"},
            {"key": "WEB-3", "team": "web", "created_us": "2026-11-10T09:00Z"},
            {"key": "PAY-1", "team": "payments", "created_us": "2026-11-12T07:00Z"},
        ],
        flow={
            "WEB-1": {"started": "2026-09-02T09:00Z"},
            "WEB-2": {"started": "2026-11-02T09:00Z"},
            "WEB-3": {"started": "2026-11-10T10:00Z"},
            "PAY-1": {"started": "2026-11-12T07:00Z"},
        },
        effort=[{"item": "WEB-3", "team": "web", "on": date(2026, 11, 10), "days": 1}],
        tags={"WEB-3": "untagged"},
        mappings=AGREED,
    )
    return by_agreement(every_finding(known), agreements_on(known.mappings.agreements, known.today), known)


def test_a_team_is_judged_by_its_own_limits(judged: tuple[list[Finding], Any]) -> None:
    assert sorted(one.subject_key for one in judged[0] if one.kind == "M25") == ["PAY-1", "WEB-1"]
    assert not any(one.kind == "M01" for one in judged[0])


def test_what_a_team_is_not_asked_about_is_counted(judged: tuple[Any, tuple[AgreementLine, ...]]) -> None:
    assert [(line.team, line.limits, line.withheld, line.reason) for line in judged[1]] == [
        ("payments", {"ghost_days": 3}, {}, "A new team"),
        ("web", {"ghost_days": 30}, {"M01": 1}, "They ship by the month"),
    ]


def test_the_latest_that_has_begun_is_in_force() -> None:
    agreements = load_mappings(AGREED, "mappings.yaml").agreements
    told = agreements_on(agreements, date(2026, 12, 1))
    assert [(each.team, each.reason) for each in told] == [("payments", "A new team"), ("web", "No more")]


def test_only_checks_that_ask_for_a_limit_are_asked_again() -> None:
    assert "ghost_days" in limits_of(ghost_wip)
    assert "ghost_days" not in limits_of(untagged_work)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("agreements: [{team: web, reason: a}, {team: web, reason: b}]", "two agreements of 'web' begin on one day"),
        ("agreements: [{team: web, reason: a, without: [M99]}]", "String should match pattern"),
        ("agreements: [{team: web, reason: a, limits: {ghost_day: 3}}]", "unknown key 'ghost_day'"),
        ("agreements: [{team: web, without: [M01]}]", "the key 'reason' is missing"),
    ],
)
def test_a_wrong_agreement_is_told_where_it_stands(text: str, message: str) -> None:
    with pytest.raises(Problems) as raised:
        load_mappings(text, "mappings.yaml")
    assert any(message in str(problem) for problem in raised.value.problems)
