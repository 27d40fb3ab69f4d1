"""What `doctor` is told of a Jira: what holds, and what to do where it does not."""

import asyncio
import random
from collections.abc import Callable
from typing import Any

import pytest

from connectors.jira import Token, connect
from connectors.source import Check, Mirror
from connectors.twin.faults import Answer, Faults, Injection
from connectors.twin.jira import jira_app
from connectors.twin.jira_gateway import Accounts, gateway_app
from connectors.twin.jira_state import JiraSite
from connectors.twin.jira_visibility import Curtain
from connectors.twin.serve import serving
from tests.clocks import FakeClock
from tests.connectors.jira.sites import EMAIL, cloud_site, data_center_site

PROJECT = "project PAY"


def looked_at(
    site: JiraSite, *plan: Injection, accounts: Accounts | None = None, skew_s: float = 0, **options: Any
) -> dict[str, Check]:
    """Every check, by its subject."""

    async def discover(urls: dict[str, str]) -> list[Check]:
        clock = FakeClock(site.now())
        clock.wind(skew_s)
        named: dict[str, Any] = {
            "sign_in": Token(email=site.email, token=site.token or "t"),
            "projects": ["PAY"],
            "url": urls["jira"] + site.context,
        }
        source = connect(
            name="jira", **{**named, **options}, clock=clock, jitter=random.Random(1), gateway=urls["gateway"]
        )
        try:
            return await source.discover()
        finally:
            await source.close()

    apps = {"jira": Faults(jira_app(site), plan), "gateway": gateway_app(accounts or Accounts(site=site))}
    with serving(apps) as urls:
        checks = asyncio.run(discover(urls))
    assert len({check.subject for check in checks}) == len(checks)
    return {check.subject: check for check in checks}


def wrong(checks: dict[str, Check]) -> list[str]:
    return [subject for subject, check in checks.items() if not check.ok]


@pytest.mark.parametrize("edition", [cloud_site, data_center_site])
def test_a_site_that_is_well_set_up(edition: Callable[[], JiraSite]) -> None:
    site = edition()
    checks = looked_at(site, projects=["PAY", "WEB"])
    assert wrong(checks) == []
    about_site, about_us, *_ = checks.values()
    assert site.version in about_site.found
    assert "Europe/Berlin" in about_us.found
    assert {PROJECT, "project WEB", "clock", "boards", "webhooks"} <= checks.keys()


def test_a_refused_token_ends_the_looking() -> None:
    checks = looked_at(cloud_site(), sign_in=Token(email=EMAIL, token="wrong"))
    assert wrong(checks) == ["sign-in"]
    assert len(checks) == 2
    assert "token" in checks["sign-in"].hint
    assert "wrong" not in str(checks)


def test_a_stranger_is_no_account() -> None:
    """The site answers anybody (jira.md §5), and a proxy may answer for it."""
    stranger = Injection(fault=Answer(status=200, body="{}"), path="myself", times=None)
    assert wrong(looked_at(cloud_site(), stranger)) == ["sign-in"]
    nothing = Injection(fault=Answer(status=200), path="myself", times=None)
    assert wrong(looked_at(cloud_site(), nothing)) == ["sign-in"]


def test_a_site_that_is_down_is_no_fault_of_the_token() -> None:
    checks = looked_at(cloud_site(), Injection(fault=Answer(status=504), path="myself", times=None))
    assert wrong(checks) == ["sign-in"]
    assert "token" not in checks["sign-in"].hint


def test_a_scoped_token_is_looked_at_where_it_is_good() -> None:
    """Fault: scoped token 401 (§8 row 23). # sooperset/mcp-atlassian#968"""
    site = cloud_site()
    accounts = Accounts(site=site, scoped={"reader@serviceaccount.example": "scoped"})
    checks = looked_at(site, accounts=accounts, sign_in=Token(email="reader@serviceaccount.example", token="scoped"))
    assert wrong(checks) == []
    assert site.cloud_id in next(iter(checks))


def test_a_host_that_is_not_there_is_told() -> None:
    checks = looked_at(cloud_site(), url="http://127.0.0.1:9")
    assert wrong(checks) == ["http://127.0.0.1:9"]
    assert "`url`" in checks["http://127.0.0.1:9"].hint


def test_an_address_that_leads_to_another_host_is_told_with_the_one_to_set() -> None:
    elsewhere = Answer(status=302, headers={"Location": "https://jira.example/rest/api/2/serverInfo"})
    checks = looked_at(data_center_site(), Injection(fault=elsewhere, path="serverInfo", nth=2))
    assert wrong(checks) == ["address"]
    assert "https://jira.example" in checks["address"].found
    assert "`url`" in checks["address"].hint


def test_a_project_that_does_not_exist_is_told_beside_those_that_do() -> None:
    """Fault: issues silently absent, and the run reports success (§8 row 19): each project is looked at."""
    checks = looked_at(cloud_site(), projects=["PAY", "NONE"])
    assert wrong(checks) == ["project NONE"]
    assert "`projects`" in checks["project NONE"].hint


def test_a_project_that_is_hidden_is_told() -> None:
    site = cloud_site()
    Curtain(site=site).hide_project("PAY")
    assert wrong(looked_at(site)) == [PROJECT]


def test_a_project_that_may_not_be_browsed_is_told() -> None:
    site = cloud_site()
    site.closed.add("PAY")
    check = looked_at(site)[PROJECT]
    assert not check.ok
    assert "Browse Projects" in check.hint


@pytest.mark.parametrize("skew_s", [31, -31])
def test_clocks_that_disagree_are_told(skew_s: float) -> None:
    check = looked_at(cloud_site(), skew_s=skew_s)["clock"]
    assert not check.ok
    assert "31 s" in check.found


def test_clocks_that_agree_within_half_a_minute_are_well() -> None:
    assert looked_at(cloud_site(), skew_s=29)["clock"].ok


def test_which_fields_were_taken_and_why() -> None:
    """Fault: wrong field read (§8 row 17)."""
    checks = looked_at(cloud_site())
    assert checks["field for sprint"].found == "customfield_10020 (Sprint), by its kind"
    assert "by its kind" in checks["field for points"].found
    assert checks["field for team"].found == "none"


def test_a_field_that_is_named_is_taken_and_one_that_is_not_there_is_told() -> None:
    checks = looked_at(cloud_site(), field_ids={"points": ["customfield_10016"], "team": ["customfield_9"]})
    assert checks["field for points"].found.endswith("by `fields`")
    assert wrong(checks) == ["field for team"]
    assert "`fields`" in checks["field for team"].hint


def test_two_fields_for_points_are_told_with_the_way_out() -> None:
    site = cloud_site()
    twice = {"type": "number", "custom": "com.atlassian.jira.plugin.system.customfieldtypes:float"}
    site.fields.append({"id": "customfield_10777", "name": "Story Points", "schema": twice})
    check = looked_at(site)["field for points"]
    assert check.ok
    assert "customfield_10777" in check.found
    assert "`points`" in check.hint


def test_boards_without_their_scopes_are_told() -> None:
    """The Agile API has scopes of its own (jira.md §5)."""
    denied = Injection(fault=Answer(status=403, body='{"message": "scope"}'), path="agile", times=None)
    check = looked_at(cloud_site(), denied)["boards"]
    assert not check.ok
    assert "read:sprint:jira-software" in check.hint


def test_a_jira_without_boards_is_well() -> None:
    none = Injection(fault=Answer(status=404, body="{}"), path="agile", times=None)
    assert wrong(looked_at(cloud_site(), none)) == []


def test_how_webhooks_are_taken() -> None:
    assert "none" in looked_at(cloud_site())["webhooks"].found
    assert looked_at(cloud_site(), hook_secrets=["s"])["webhooks"].found == "signed ones are taken"
    assert "guess" in looked_at(cloud_site(), unsigned_hooks=True)["webhooks"].hint


def test_what_write_back_lacks_is_told() -> None:
    site = cloud_site()
    site.may_be_quiet = False
    checks = looked_at(site, mirror=Mirror(label_prefix="goal:"))
    assert wrong(checks) == ["write-back to PAY"]
    assert "Administer Projects" in checks["write-back to PAY"].hint
    site.may_be_quiet = True
    assert wrong(looked_at(site, mirror=Mirror(label_prefix="goal:"))) == []
