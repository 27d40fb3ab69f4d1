"""What `doctor` finds out about a GitHub source: who signs in, until when, and what may be read of which kind."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from connectors.source import Check
from connectors.twin.faults import Answer, Injection, Reset
from tests.connectors.github.hosts import NOW, connect, host_of, pull, repository, staged

KINDS = [
    "issues",
    "pull requests",
    "commits, releases and tags",
    "deployments",
    "checks",
    "workflow runs",
    "boards",
    "teams",
]
HEAD = {"__typename": "Commit", "oid": f"{1:040x}", "statusCheckRollup": {"state": "SUCCESS"}}


def examined(*plan: Injection, skew_s: float = 0, options: dict[str, Any] | None = None, **host: Any) -> list[Check]:
    """What is found at a host of one repository."""
    shop = repository(pullRequests=[pull(1)], defaultBranchRef={"name": "main", "target": HEAD})
    with staged(host_of(shop, **host), *plan) as stage:
        stage.clock.wind(skew_s)

        async def look() -> list[Check]:
            source = connect(stage, **(options or {}))
            try:
                return await source.discover()
            finally:
                await source.close()

        return asyncio.run(look())


def of(checks: list[Check], subject: str) -> Check:
    (found,) = [check for check in checks if check.subject == subject]
    return found


def test_all_is_well() -> None:
    checks = examined(viewer={"login": "fingerpost-reader"})
    assert [check.subject for check in checks] == ["token", "clock", "rate limit", "repositories", *KINDS]
    assert [check for check in checks if not check.ok] == []
    assert of(checks, "token").found == "signed in as fingerpost-reader (fine-grained token)"


def test_a_classic_token_is_told_by_its_scopes() -> None:
    assert of(examined(scopes="repo, read:org"), "token").found.endswith("(classic token, scopes: repo, read:org)")


@pytest.mark.parametrize(("days", "ok"), [(90, True), (13, False)])
def test_a_token_that_ends_soon_is_told(days: int, ok: bool) -> None:
    ends = of(examined(token_expires_at=NOW + timedelta(days=days)), "token ends")
    assert (ends.ok, ends.found) == (ok, f"on {NOW + timedelta(days=days):%Y-%m-%d}")


def test_a_bad_token_is_no_rate_limit() -> None:
    """chaoss/grimoirelab-perceval#546, #683"""
    (check,) = examined(options={"token": "wrong"})
    assert (check.subject, check.ok) == ("token", False)
    assert "Bad credentials" in check.found
    assert "new token" in check.hint


@pytest.mark.parametrize(
    ("denied", "kinds"),
    [
        ("issues", ["issues"]),
        ("pull_requests", ["pull requests"]),
        ("contents", ["commits, releases and tags"]),
        ("deployments", ["deployments"]),
        ("checks", ["checks"]),
        ("actions", ["workflow runs"]),
        ("organization_projects", ["boards"]),
        ("members", ["teams"]),
    ],
)
def test_a_missing_permission_is_named_with_the_kind_it_hides(denied: str, kinds: list[str]) -> None:
    """airbytehq/airbyte#2365, singer-io/tap-github#233: it ends nothing, and is not left to be guessed."""
    missing = [check for check in examined(denied={denied}) if not check.ok]
    assert [check.subject for check in missing] == kinds
    assert all(check.hint.startswith("Give the token read access to") for check in missing)


def test_single_sign_on_is_named_with_its_fix() -> None:
    """jasperapp/jasper#187: the answer is there in part, with FORBIDDEN and saml_failure."""
    told = [f"{check.found} {check.hint}" for check in examined(sso={"acme"}) if not check.ok]
    assert any("single sign-on" in text for text in told)


@pytest.mark.parametrize(("skew_s", "found"), [(95, "95 s ahead of GitHub's"), (-45, "45 s behind GitHub's")])
def test_a_clock_that_is_wrong_is_told(skew_s: float, found: str) -> None:
    clock = of(examined(skew_s=skew_s), "clock")
    assert (clock.ok, clock.found) == (False, found)
    assert "time server" in clock.hint


@pytest.mark.parametrize(("version", "ok"), [("3.17.2", True), ("3.9.0", False), ("4.0", True)])
def test_an_enterprise_server_tells_its_version(version: str, ok: bool) -> None:
    server = of(examined(dialect="ghes", version=version), "Enterprise Server")
    assert (server.ok, server.found) == (ok, version)


@pytest.mark.parametrize("hourly_limit", [None, 0])
def test_an_enterprise_server_without_limits_is_not_spent(hourly_limit: int | None) -> None:
    """apache/devlake#8020"""
    limit = of(examined(dialect="ghes", hourly_limit=hourly_limit), "rate limit")
    assert (limit.ok, limit.found) == (True, "none")


def test_what_is_left_of_the_hour_is_told() -> None:
    limit = of(examined(hourly_limit=5000), "rate limit")
    assert "of 5000 of graphql" in limit.found
    assert "of 5000 of core" in limit.found


def test_nobody_waits_for_a_spent_quota() -> None:
    spent = Answer(status=200, body='{"resources": {"graphql": {"limit": 5000, "remaining": 0, "reset": 1795201200}}}')
    checks = examined(Injection(fault=spent, path="/rate_limit"))
    assert [(check.subject, check.ok) for check in checks][-1] == ("rate limit", False)
    assert "0 of 5000 of graphql left" in checks[-1].found


@pytest.mark.parametrize(
    "fault", [Reset(), Answer(status=200, body="<html>"), Answer(status=200, body='{"resources": {"core": {}}}')]
)
def test_no_page_of_limits_is_needed(fault: Answer | Reset) -> None:
    assert of(examined(Injection(fault=fault, path="/rate_limit", times=None)), "rate limit").found == "none"


def test_a_web_page_signs_nobody_in() -> None:
    page = Injection(fault=Answer(status=200, body="<html>", content_type="text/html"), path="/user")
    (check,) = examined(page)
    assert not check.ok
    assert "no GitHub API" in check.found


def test_each_configured_name_is_looked_at() -> None:
    checks = examined(options={"repositories": ["acme/*", "acme/nowhere"]})
    assert of(checks, "repositories").ok
    assert not of(checks, "acme/nowhere").ok


def test_nothing_is_asked_of_each_repository() -> None:
    host = host_of(*(repository(f"shop-{n}") for n in range(40)))
    with staged(host) as stage:
        asyncio.run(connect(stage).discover())
    assert len(stage.requests) < 20
