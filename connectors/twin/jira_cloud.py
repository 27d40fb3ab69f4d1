"""Cloud: REST v3 and v2, token search, bulk reads; every cap is in jira.md §1."""

import base64
import binascii
import json
from itertools import groupby

from connectors.twin import jira_writes
from connectors.twin.jira_dates import history_order
from connectors.twin.jira_render import IDS_ONLY, NOT_NAVIGABLE, changelog, issue_body
from connectors.twin.jira_server import ROUTES as SERVER_ROUTES
from connectors.twin.jira_state import Issue
from connectors.twin.jira_wire import Call, Endpoint, Json, Refusal, page
from connectors.twin.jql import JqlError, parse

IDS_PAGE, FIELDS_PAGE = 5_000, 100
BULK_FLAT, BULK_ANY = 1_000, 100
HISTORIES_PAGE = 10_000
NEWEST_IN_LISTS, NEWEST_OF_ONE = 40, 100
COMMENTS = 20  # shown inside an issue
HEAVY = frozenset({"changelog", "editmeta", "operations", "renderedFields", "transitions", "versionedRepresentations"})


def removed_search(call: Call) -> Json:  # noqa: ARG001 - every endpoint takes the call
    raise Refusal(
        410,
        "The requested API has been removed. Please migrate to the /rest/api/3/search/jql API. A full migration "
        "guideline is available at https://developer.atlassian.com/changelog/#CHANGE-2046",
    )


def search(call: Call) -> Json:
    """One page: up to 5,000 where only ids are asked, else 100; no total (jira.md §1.1)."""
    jql = _bounded(call)
    names = call.words("fields") or ["id"]
    cap = IDS_PAGE if set(names) <= IDS_ONLY else FIELDS_PAGE
    if len(call.words("reconcileIssues")) > 50:
        raise Refusal(400, "The maximum number of issues that can be reconciled is 50.")
    found = call.searches(jql)
    start = _opened(call.text("nextPageToken"), jql)
    end = start + min(max(1, call.number("maxResults", 50)), cap)
    shown = [_body(call, issue, names, newest=NEWEST_IN_LISTS) for issue in found[start:end]]
    if end >= len(found):
        return {"issues": shown, "isLast": True}
    return {"issues": shown, "nextPageToken": _sealed(jql, end), "isLast": False}


def approximate_count(call: Call) -> Json:
    return {"count": len(call.searches(_bounded(call)))}


def bulk_issues(call: Call) -> Json:
    """The issues found, by ascending id. One that does not exist is simply not there; `issueErrors` holds those
    that Jira failed to read (Atlassian's OpenAPI document, BulkIssueResults)."""
    asked, names = call.words("issueIdsOrKeys"), call.words("fields")
    limit = BULK_FLAT if _flat(names, call.words("expand")) else BULK_ANY
    if not asked or len(asked) > limit:
        raise Refusal(400, f"The number of issues must be between 1 and {limit} for the fields requested.")
    found = {issue.id: issue for issue in map(call.site.find, asked) if issue}
    readable = sorted((found[i] for i in found if i not in call.site.unreadable), key=lambda issue: int(issue.id))
    return {
        "issues": [_body(call, issue, names or ["*navigable"], newest=NEWEST_IN_LISTS) for issue in readable],
        "issueErrors": [{"id": i, "errorMessage": call.site.unreadable[i]} for i in found if i in call.site.unreadable],
    }


def bulk_changelogs(call: Call) -> Json:
    """A page of histories, oldest first *across* the issues, so that one issue's can straddle pages (jira.md §1.3)."""
    asked, wanted = call.words("issueIdsOrKeys"), call.words("fieldIds")
    size = call.number("maxResults", 1_000)
    if not 1 <= len(asked) <= 1_000 or len(wanted) > 10 or not 1 <= size <= HISTORIES_PAGE:
        raise Refusal(
            400, "Between 1 and 1000 issues, at most 10 field ids and at most 10000 results can be requested."
        )
    found = {issue.id: issue for issue in map(call.site.find, asked) if issue}
    rows = sorted(
        ((history_order(history)[0], int(i), history) for i in found for history in _histories(found[i], wanted)),
        key=lambda row: row[:2],
    )
    what = ",".join([*asked, *wanted])
    start = _opened(call.text("nextPageToken"), what)
    grouped = groupby(sorted(rows[start : start + size], key=lambda row: row[1]), key=lambda row: row[1])
    body: Json = {
        "issueChangeLogs": [
            {"issueId": str(i), "changeHistories": [_dated(call, row[2]) for row in group]} for i, group in grouped
        ]
    }
    return {**body, "nextPageToken": _sealed(what, start + size)} if start + size < len(rows) else body


def issue(call: Call) -> Json:
    return _body(call, call.issue(), call.words("fields") or ["*all"], newest=NEWEST_OF_ONE)


def issue_changelog(call: Call) -> Json:
    return page(call, call.issue().histories or [], cap=100)


def project_search(call: Call) -> Json:
    keys = call.words("keys")
    found = [project for project in call.site.projects if not keys or project["key"] in keys]
    if "insight" in call.words("expand") and call.site.insight:
        found = [{**project, "insight": _insight(call, project)} for project in found]
    return page(call, found, cap=50)


def _insight(call: Call, project: Json) -> Json:
    updated = [i.fields["updated"] for i in call.site.issues.values() if i.project["id"] == project["id"]]
    return {"totalIssueCount": len(updated), **({"lastIssueUpdateTime": max(updated)} if updated else {})}


def status_search(call: Call) -> Json:
    return page(call, [_status(status) for status in call.site.statuses], cap=200)


def tenant_info(call: Call) -> Json:
    return {"cloudId": call.site.cloud_id}


def _bounded(call: Call) -> str:
    jql = call.text("jql")
    query = parse(jql)
    if not query.bounded:
        raise JqlError("Unbounded JQL queries are not allowed here. Please add a search restriction to your query.")
    if len(query.order) > 7:
        raise JqlError("The maximum number of fields allowed in the ORDER BY clause is 7.")
    return jql


def _body(call: Call, issue: Issue, names: list[str], *, newest: int) -> Json:
    body = issue_body(call.site, issue, names=names, version=call.version, comments=COMMENTS)
    if "changelog" not in call.words("expand"):
        return body
    return {**body, "changelog": changelog(issue.histories or [], newest=newest)}


def _flat(names: list[str], expand: list[str]) -> bool:
    """Whether a bulk read may name 1,000 issues: 1 to 100 named fields, none of them long lists (jira.md §1.2)."""
    heavy = HEAVY.intersection(expand) or NOT_NAVIGABLE.intersection(names)
    return 1 <= len(names) <= 100 and not heavy and not any("*" in name for name in names)


def _histories(issue: Issue, wanted: list[str]) -> list[Json]:
    """A filter drops what has no `fieldId`, a change of parent for one (jira.md §1.3)."""
    if not wanted or issue.histories is None:
        return issue.histories or []
    kept = [{**h, "items": [i for i in h["items"] if i.get("fieldId") in wanted]} for h in issue.histories]
    return [history for history in kept if history["items"]]


def _dated(call: Call, history: Json) -> Json:
    if not call.site.bulk_changelog_in_ms:
        return history
    return {**history, "created": int(history_order(history)[0].timestamp() * 1000)}


def _status(status: Json) -> Json:
    category = {"new": "TODO", "indeterminate": "IN_PROGRESS", "done": "DONE"}[status["statusCategory"]["key"]]
    project = status.get("scope", {}).get("project")
    scope = {"type": "PROJECT", "project": project} if project else {"type": "GLOBAL"}
    return {"id": status["id"], "name": status["name"], "statusCategory": category, "scope": scope, "description": ""}


def _sealed(what: str, start: int) -> str:
    return base64.urlsafe_b64encode(json.dumps([start, what[:200]]).encode()).decode()


def _opened(token: str, what: str) -> int:
    """Where a token's walk goes on; a token of another query is refused."""
    if not token:
        return 0
    try:
        start, of = json.loads(base64.urlsafe_b64decode(token))
    except (binascii.Error, ValueError):
        start, of = 0, None
    if of != what[:200]:
        raise Refusal(400, "The provided next page token is invalid or expired.")
    return int(start)


ROUTES: list[tuple[str, str, Endpoint]] = [
    ("GET", "/rest/api/{version}/search", removed_search),
    ("POST", "/rest/api/{version}/search", removed_search),
    ("GET", "/rest/api/{version}/search/jql", search),
    ("POST", "/rest/api/{version}/search/jql", search),
    ("POST", "/rest/api/{version}/search/approximate-count", approximate_count),
    ("POST", "/rest/api/{version}/issue/bulkfetch", bulk_issues),
    ("POST", "/rest/api/{version}/changelog/bulkfetch", bulk_changelogs),
    ("GET", "/rest/api/{version}/issue/{issue}", issue),
    ("GET", "/rest/api/{version}/issue/{issue}/changelog", issue_changelog),
    *jira_writes.ROUTES,
    ("GET", "/rest/api/{version}/project/search", project_search),
    ("GET", "/rest/api/{version}/statuses/search", status_search),
    ("GET", "/_edge/tenant_info", tenant_info),
    *(route for route in SERVER_ROUTES if not route[1].endswith(("/search", "/issue/{issue}"))),
]
VERSIONS = frozenset({"2", "3", "latest"})
