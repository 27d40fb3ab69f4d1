"""Edits made at a stand-in, and what its webhooks tell of them."""

from collections.abc import Mapping
from datetime import timedelta
from itertools import chain, islice
from typing import Any, TypeAlias

from benchmarks.sites import DEVELOPER
from connectors.twin.company.setting import END
from connectors.twin.company.world import account_id
from connectors.twin.github_edits_items import edit
from connectors.twin.github_state import GitHubHost
from connectors.twin.jira_hooks import Webhook
from connectors.twin.jira_state import JiraSite

Told: TypeAlias = list[tuple[Mapping[str, str], bytes]]

SECRET = "shared"


def rename_issues(site: JiraSite, count: int, *, minutes: int) -> Told:
    """So many issues get another title, those minutes before the site's clock stood still."""
    author, webhook = account_id("payments-pm"), Webhook(site=site, secret=SECRET)
    for key in [issue.key for issue in islice(site.issues.values(), count)]:
        site.edit(key, at=END - timedelta(minutes=minutes), author=author, summary=f"Renamed {minutes} minutes ago")
        webhook.updated(key)
    return [(sent.headers, sent.body) for sent in webhook.sent]


def rename_pulls(host: GitHubHost, count: int, *, minutes: int) -> Told:
    """The same for pull requests of all repositories."""
    return _rename(host, count, ("pullRequests",), minutes)


def rename_items(host: GitHubHost, count: int, *, minutes: int) -> Told:
    """The same for pull requests and issues in turn."""
    return _rename(host, count, ("pullRequests", "issues"), minutes)


def _rename(host: GitHubHost, count: int, kinds: tuple[str, ...], minutes: int) -> Told:
    rows: list[list[dict[str, Any]]] = [repository[kind] for repository in host.repositories for kind in kinds]
    before, at = len(host.deliveries), f"{END - timedelta(minutes=minutes):%Y-%m-%dT%H:%M:%SZ}"
    for item in islice(chain.from_iterable(zip(*rows, strict=False)), count):
        edit(host, item, at=at, by=DEVELOPER, title=f"Renamed {minutes} minutes ago")
    return [(delivery.headers(SECRET), delivery.body) for delivery in host.deliveries[before:]]
