"""Endpoints that Cloud and Data Center share: the site, the account, fields, statuses, types, projects."""

from typing import Any

from connectors.twin.jira_dates import jira_time
from connectors.twin.jira_wire import Call, Json, Refusal, page, without

PERMISSIONS = {
    "BROWSE_PROJECTS": ("10", "Browse Projects", "PROJECT"),
    "ADMINISTER": ("0", "Administer Jira", "GLOBAL"),
    "ADMINISTER_PROJECTS": ("23", "Administer Projects", "PROJECT"),
    "EDIT_ISSUES": ("12", "Edit Issues", "PROJECT"),
}


def server_info(call: Call) -> Json:
    site = call.site
    return {
        "baseUrl": site.url,
        "version": site.version,
        "versionNumbers": [int(part) for part in site.version.split("-")[0].split(".")],
        "deploymentType": site.deployment,
        "buildNumber": 100_300,
        "buildDate": "2026-01-05T00:00:00.000+0000",
        "serverTime": jira_time(site.now()),
        "scmInfo": "0000000000000000000000000000000000000000",
        "serverTitle": site.title,
    }


def myself(call: Call) -> Json:
    return {**call.site.me, "timeZone": call.site.zone}


def my_permissions(call: Call) -> Json:
    """The permissions asked for; Cloud wants them named, Data Center gives all."""
    asked = call.words("permissions")
    if not asked and call.site.deployment == "Cloud":
        raise Refusal(400, "The 'permissions' query parameter is required.")
    unknown = [name for name in asked if name not in PERMISSIONS]
    if unknown:
        raise Refusal(400, f"Unrecognized permission: {unknown[0]}")
    key = call.text("projectKey")
    if key and key not in {project["key"] for project in call.site.projects}:
        raise Refusal(404, f"No project could be found with key '{key}'.")
    held = {
        "BROWSE_PROJECTS": key not in call.site.closed,
        "EDIT_ISSUES": call.site.may_edit,
        "ADMINISTER_PROJECTS": call.site.may_be_quiet,
    }
    return {"permissions": {name: _permission(name, held=held.get(name, False)) for name in asked or PERMISSIONS}}


def _permission(name: str, *, held: bool) -> Json:
    number, title, kind = PERMISSIONS[name]
    return {
        "id": number,
        "key": name,
        "name": title,
        "type": kind,
        "description": title,
        "havePermission": held,
    }


def fields(call: Call) -> list[Json]:
    return call.site.fields


def statuses(call: Call) -> list[Json]:
    return call.site.statuses


def issue_types(call: Call) -> list[Json]:
    return call.site.issue_types


def priorities(call: Call) -> list[Json]:
    return call.site.priorities


def resolutions(call: Call) -> list[Json]:
    return call.site.resolutions


def projects(call: Call) -> list[Json]:
    return call.site.projects


def project(call: Call) -> Json:
    """One project with what belongs to it."""
    found = call.project()
    types = [t for t in call.site.issue_types if t.get("scope", {}).get("project", {}).get("id") in (None, found["id"])]
    return {
        **found,
        "components": call.site.components.get(found["key"], []),
        "versions": _versions(call),
        "issueTypes": types,
    }


def versions(call: Call) -> list[Json]:
    return _versions(call)


def version_page(call: Call) -> Json:
    return page(call, _versions(call), cap=50)


def components(call: Call) -> list[Json]:
    return call.site.components.get(call.project()["key"], [])


def boards(call: Call) -> Json:
    wanted = call.text("projectKeyOrId")
    kind = call.text("type")
    found = [board for board in call.site.boards if not wanted or wanted in _places(board)]
    return _agile_page(call, [board for board in found if not kind or board["type"] == kind])


def board_configuration(call: Call) -> Json:
    return call.site.configurations[_board(call)["id"]]


def board_sprints(call: Call) -> Json:
    """Sprints that a board lists; a kanban board has none and says so with a 400 (jira.md §1.5)."""
    board = _board(call)
    if board["type"] == "kanban":
        raise Refusal(400, "The board does not support sprints")
    states = call.words("state")
    found = [sprint for sprint in call.site.sprints.get(board["id"], []) if not states or sprint["state"] in states]
    return _agile_page(call, found)


def sprint(call: Call) -> Json:
    for sprints in call.site.sprints.values():
        for found in sprints:
            if str(found["id"]) == call.path["sprint"]:
                return found
    raise Refusal(404, "Sprint does not exist")


def _agile_page(call: Call, entries: list[Any]) -> Json:
    return without(page(call, entries, cap=50), ["self"])


def _versions(call: Call) -> list[Json]:
    return call.site.versions.get(call.project()["key"], [])


def _places(board: Json) -> tuple[Any, ...]:
    location = board.get("location", {})
    return location.get("projectKey"), str(location.get("projectId"))


def _board(call: Call) -> Json:
    for board in call.site.boards:
        if str(board["id"]) == call.path["board"]:
            return board
    raise Refusal(404, "Board does not exist or you do not have permission to see it.")
