"""Set-up checks by the package `jira`: whom the token signs in, and what that account may read.

Blocking, so for a thread; never in the path of data (jira.md §5 lists why).
"""

from typing import Any

from jira.exceptions import JIRAError
from requests import RequestException

from connectors.jira.client import client, said
from connectors.jira.survey import Scope
from connectors.source import Check


def checks(scope: Scope, *, authorization: str) -> list[Check]:
    """The site, the sign-in and each project, one by one; the first two end it where they fail."""
    site = client(scope.url, authorization=authorization)
    found = [_site(site, scope.url)]
    if found[-1].ok:
        found.append(_account(site))
    if found[-1].ok:
        found += [_project(site, key) for key in scope.projects]
    return found


def _site(site: Any, url: str) -> Check:
    try:
        info = site.server_info()
    except (JIRAError, RequestException, ValueError) as error:
        hint = "Check `url` (for Data Center with its context path), the network and the proxy settings."
        return Check(subject=url, ok=False, found=said(error), hint=hint)
    return Check(subject=url, ok=True, found=f"Jira {info.get('deploymentType', '')} {info.get('version', '')}")


def _account(site: Any) -> Check:
    try:
        me = site.myself()
    except (JIRAError, RequestException, ValueError) as error:
        hint = "Check `token` and, on Cloud, that `email` is the account that made it; tokens expire."
        return Check(subject="sign-in", ok=False, found=said(error), hint=hint)
    return Check(subject="sign-in", ok=True, found=f"{me.get('displayName')}, zone {me.get('timeZone')}")


def _project(site: Any, key: str) -> Check:
    subject = f"project {key}"
    try:
        held = site.my_permissions(projectKey=key, permissions="BROWSE_PROJECTS")["permissions"]
    except (JIRAError, RequestException, ValueError) as error:
        hint = "Check `projects`: each is the key of a project that exists and that the account may browse."
        return Check(subject=subject, ok=False, found=said(error), hint=hint)
    if not held.get("BROWSE_PROJECTS", {}).get("havePermission"):
        hint = "Give the account the permission Browse Projects."
        return Check(subject=subject, ok=False, found="may not be browsed", hint=hint)
    return Check(subject=subject, ok=True, found="may be browsed")
