"""Small Jira sites to try the stand-in on."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from connectors.twin.company.site import empty_site
from connectors.twin.company.world import account_id
from connectors.twin.jira import jira_app
from connectors.twin.jira_state import JiraSite
from connectors.twin.serve import serving

DEV, PM = account_id("payments-dev-1"), account_id("payments-pm")
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def cloud(**options: Any) -> JiraSite:
    """A Cloud site without issues."""
    return replace(empty_site(["payments-dev-1", "payments-pm"]), now=lambda: NOON, **options)


def server(**options: Any) -> JiraSite:
    """A Data Center site without issues, where people have keys in place of account ids."""
    site = cloud(deployment="Server", version="9.12.2", **options)
    site.users = {key: {"name": key, "key": key, "displayName": key, "active": True} for key in (DEV, PM)}
    return site


def with_issues(site: JiraSite, count: int, *, project: str = "PAY") -> JiraSite:
    """`count` tasks, one an hour, the newest an hour before noon."""
    status = "Backlog" if project == "PAY" else "To Do"
    for number in range(count):
        at = NOON - timedelta(hours=count - number)
        site.create(project, "Task", f"Task {number + 1}", at=at, author=PM, status=status)
    return site


@contextmanager
def client(site: JiraSite, **options: Any) -> Iterator[httpx.Client]:
    """A client of the site, which is served for as long; on loopback there are no certificates to load."""
    with (
        serving({"jira": jira_app(site)}) as urls,
        httpx.Client(base_url=urls["jira"] + site.context, verify=False, **options) as it,
    ):
        yield it


def keys(answer: httpx.Response) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [issue["key"] for issue in answer.json()["issues"]]
