"""The synthetic company's Jira, as Cloud and as Data Center."""

import json
from dataclasses import replace

from connectors.twin.company import company
from connectors.twin.jira_state import Issue, JiraSite

EMAIL = "fingerpost@example.test"


def cloud_site(*, size: int = 60, rankings: float = 2.0) -> JiraSite:
    return replace(company(size=size, rankings=rankings).jira, email=EMAIL, token="right")


def data_center_site(*, size: int = 60) -> JiraSite:
    """The same company on Data Center, where people have keys in place of account ids."""
    site = company(size=size).jira
    moved = replace(site, deployment="Server", version="9.12.2", context="/jira", token="right", issues={})
    moved.add([_with_user_keys(issue) for issue in site.issues.values()])
    return moved


def keys(site: JiraSite) -> list[str]:
    return [project["key"] for project in site.projects]


def _with_user_keys(issue: Issue) -> Issue:
    told = json.dumps([issue.body, issue.histories]).replace('"accountId"', '"key"')
    return Issue(*json.loads(told))
