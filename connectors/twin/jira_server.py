"""Data Center and Server: REST v2 alone, offset search, whole histories in the search itself."""

from connectors.twin import jira_beside as beside
from connectors.twin import jira_metadata as metadata
from connectors.twin import jira_writes
from connectors.twin.jira_render import changelog, issue_body
from connectors.twin.jira_state import Issue
from connectors.twin.jira_wire import Call, Endpoint, Json, page, without

# What a site's administrator allows; asking for more is not an error (jira.md §2).
SEARCH_CAP = 100


def search(call: Call) -> Json:
    found = page(call, call.searches(call.text("jql")), cap=SEARCH_CAP)
    issues = [_body(call, issue, default="*navigable") for issue in found["values"]]
    return {"expand": "schema,names", **without(found, ["self", "isLast", "values"]), "issues": issues}


def issue(call: Call) -> Json:
    return _body(call, call.issue(), default="*all")


def _body(call: Call, issue: Issue, *, default: str) -> Json:
    body = issue_body(call.site, issue, names=call.words("fields") or [default], version=call.version)
    if "changelog" not in call.words("expand") or issue.histories is None:
        return body
    return {**body, "changelog": changelog(issue.histories, newest=None)}


ROUTES: list[tuple[str, str, Endpoint]] = [
    ("GET", "/rest/api/{version}/serverInfo", metadata.server_info),
    ("GET", "/rest/api/{version}/myself", metadata.myself),
    ("GET", "/rest/api/{version}/mypermissions", metadata.my_permissions),
    ("GET", "/rest/api/{version}/field", metadata.fields),
    ("GET", "/rest/api/{version}/status", metadata.statuses),
    ("GET", "/rest/api/{version}/issuetype", metadata.issue_types),
    ("GET", "/rest/api/{version}/priority", metadata.priorities),
    ("GET", "/rest/api/{version}/resolution", metadata.resolutions),
    ("GET", "/rest/api/{version}/project", metadata.projects),
    ("GET", "/rest/api/{version}/project/{project}", metadata.project),
    ("GET", "/rest/api/{version}/project/{project}/versions", metadata.versions),
    ("GET", "/rest/api/{version}/project/{project}/version", metadata.version_page),
    ("GET", "/rest/api/{version}/project/{project}/components", metadata.components),
    ("GET", "/rest/api/{version}/search", search),
    ("POST", "/rest/api/{version}/search", search),
    ("GET", "/rest/api/{version}/issue/{issue}", issue),
    *jira_writes.ROUTES,
    *beside.ROUTES,
    ("GET", "/rest/agile/1.0/board", metadata.boards),
    ("GET", "/rest/agile/1.0/board/{board}/configuration", metadata.board_configuration),
    ("GET", "/rest/agile/1.0/board/{board}/sprint", metadata.board_sprints),
    ("GET", "/rest/agile/1.0/sprint/{sprint}", metadata.sprint),
]
VERSIONS = frozenset({"2", "latest"})
