"""Set-up: what `doctor` is told, and where a scoped token is good for."""

import asyncio
import random
from collections.abc import Iterator

import pytest
import respx

from connectors.errors import Refused
from connectors.jira import Jira, Token, connect
from connectors.records import Batch
from connectors.source import Check, Memory
from connectors.twin.jira import jira_app
from connectors.twin.jira_state import JiraSite
from connectors.twin.serve import serving
from tests.clocks import FakeClock
from tests.connectors.jira.sites import EMAIL, cloud_site, data_center_site

SITE, GATEWAY = "https://acme.example", "https://gateway.example"
BEHIND = f"{GATEWAY}/ex/jira/c-1"


def looked_at(
    site: JiraSite, *, email: str | None, token: str = "right", projects: tuple[str, ...] = ("PAY",)
) -> list[Check]:
    async def discover(url: str) -> list[Check]:
        source = jira(url, email=email, token=token, projects=projects)
        try:
            return await source.discover()
        finally:
            await source.close()

    with serving({"jira": jira_app(site)}) as urls:
        return asyncio.run(discover(urls["jira"] + site.context))


def jira(url: str, *, email: str | None = EMAIL, token: str = "right", projects: tuple[str, ...] = ("PAY",)) -> Jira:
    return connect(
        name="jira",
        url=url,
        sign_in=Token(email=email, token=token),
        projects=projects,
        since=None,
        clock=FakeClock(),
        jitter=random.Random(1),
        gateway=GATEWAY,
    )


@pytest.mark.parametrize(("site", "email"), [(cloud_site(), EMAIL), (data_center_site(), None)])
def test_a_site_that_is_well_set_up(site: JiraSite, email: str | None) -> None:
    checks = looked_at(site, email=email, projects=("PAY", "WEB"))
    assert [check.ok for check in checks] == [True, True, True, True]
    assert site.version in checks[0].found
    assert "Europe/Berlin" in checks[1].found


def test_a_refused_token_ends_the_looking() -> None:
    checks = looked_at(cloud_site(), email=EMAIL, token="wrong")
    assert [check.ok for check in checks] == [True, False]
    assert "token" in checks[1].hint
    assert "wrong" not in str(checks)


def test_a_project_that_does_not_exist_is_told_beside_those_that_do() -> None:
    checks = looked_at(cloud_site(), email=EMAIL, projects=("PAY", "NONE"))
    assert [(check.subject, check.ok) for check in checks[2:]] == [("project PAY", True), ("project NONE", False)]


def test_a_host_that_is_not_there_is_told() -> None:
    async def discover() -> list[Check]:
        source = jira("http://127.0.0.1:9")
        try:
            return await source.discover()
        finally:
            await source.close()

    (check,) = asyncio.run(discover())
    assert not check.ok
    assert "url" in check.hint


@pytest.fixture
def web() -> Iterator[respx.MockRouter]:
    with respx.mock(assert_all_called=False) as router:
        router.get(f"{SITE}/rest/api/2/serverInfo").respond(json={"deploymentType": "Cloud"})
        router.get(url__startswith=f"{SITE}/rest/api/3/").respond(401)
        yield router


def polled() -> list[Batch]:
    async def poll() -> list[Batch]:
        source = jira(SITE)
        try:
            return [batch async for batch in source.poll(Memory())]
        finally:
            await source.close()

    return asyncio.run(poll())


def test_a_scoped_token_is_taken_to_the_gateway(web: respx.MockRouter) -> None:
    """The site refuses it; browse links stay the site's (jira.md §5)."""
    web.get(f"{SITE}/_edge/tenant_info").respond(json={"cloudId": "c-1"})
    web.get(f"{BEHIND}/rest/api/2/serverInfo").respond(json={"deploymentType": "Cloud"})
    web.get(f"{BEHIND}/rest/api/3/project/search").respond(
        json={"values": [{"id": "1", "key": "PAY", "name": "Payments"}], "total": 1}
    )
    web.get(f"{BEHIND}/rest/api/3/field").respond(json=[])
    web.get(f"{BEHIND}/rest/api/3/status").respond(json=[])
    web.get(f"{BEHIND}/rest/api/3/search/jql").respond(json={"issues": []})
    batches = polled()
    assert [record.url for record in batches[0].records] == [f"{SITE}/browse/PAY"]
    assert BEHIND in batches[1].capabilities["site"]


def test_a_token_that_the_gateway_refuses_too_is_refused(web: respx.MockRouter) -> None:
    web.get(f"{SITE}/_edge/tenant_info").respond(json={"cloudId": "c-1"})
    web.get(url__startswith=BEHIND).respond(401)
    with pytest.raises(Refused, match="does not accept the token"):
        polled()


def test_a_site_that_is_not_atlassians_has_no_gateway(web: respx.MockRouter) -> None:
    web.get(f"{SITE}/_edge/tenant_info").respond(404)
    with pytest.raises(Refused, match="does not accept the token"):
        polled()
    assert not [call for call in web.calls if call.request.url.host == "gateway.example"]
