"""The company's Jira before anybody has written an item: projects, workflows, types, boards, sprints, versions."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

from connectors.twin.company import setting
from connectors.twin.company.setting import END, SPRINT_WEEKS, SPRINTS_FROM, START, Project
from connectors.twin.company.world import account_id
from connectors.twin.jira_dates import jira_time
from connectors.twin.jira_edits import FLAGGED, POINTS, RANK, SPRINT
from connectors.twin.jira_state import JiraSite

Json = dict[str, Any]

URL = "https://acme-shops.example"
CATEGORIES = {
    "new": (2, "To Do", "blue-gray"),
    "indeterminate": (4, "In Progress", "yellow"),
    "done": (3, "Done", "green"),
}
TYPES = (("Initiative", 2), ("Epic", 1), ("Story", 0), ("Task", 0), ("Bug", 0), ("Incident", 0), ("Sub-task", -1))
VERSIONS = ("Merchant numbers 1.0", "Merchant numbers 1.1", "Merchant numbers 2.0")


def empty_site(people: Iterable[str]) -> JiraSite:
    """A Cloud site in which these people, named by their roles, have accounts."""
    site = JiraSite(deployment="Cloud", now=lambda: END, url=URL, title="Acme Shops", zone="Europe/Berlin")
    site.projects = [_project(number, project) for number, project in enumerate(setting.PROJECTS, start=10_000)]
    site.users = {account_id(name): _user(name) for name in people}
    site.statuses = [_status(10_000 + n, *entry) for n, entry in enumerate(_status_names(site))]
    site.issue_types = [_type(10_100 + n, *entry) for n, entry in enumerate(TYPES)]
    site.priorities = [_named("priority", n, name) for n, name in enumerate(("High", "Medium", "Low"), start=2)]
    site.resolutions = [
        _named("resolution", 10_000 + n, name) for n, name in enumerate(("Done", "Won't Do", "Duplicate"))
    ]
    site.components = {project.key: _components(project) for project in setting.PROJECTS}
    site.versions = {"DATA": [_version(n, name) for n, name in enumerate(VERSIONS)]}
    site.fields = list(_fields())
    site.boards = [_board(n, p, site.project(p.key)) for n, p in enumerate(_with_boards(), start=1)]
    site.configurations = {board["id"]: _configuration(site, board) for board in site.boards}
    site.sprints = {board["id"]: list(_sprints(board)) for board in site.boards if board["type"] == "scrum"}
    return site


def _project(number: int, project: Project) -> Json:
    simple = project.board == "simple"
    return {
        "self": f"{URL}/rest/api/3/project/{number}",
        "id": str(number),
        "key": project.key,
        "name": project.name,
        "projectTypeKey": "software",
        "simplified": simple,
        "style": "next-gen" if simple else "classic",
        "isPrivate": False,
    }


def _user(name: str) -> Json:
    account = account_id(name)
    return {
        "self": f"{URL}/rest/api/3/user?accountId={account}",
        "accountId": account,
        "accountType": "app" if name.endswith("-automation") else "atlassian",
        "displayName": name,
        "active": True,
        "timeZone": "Europe/Berlin",
    }


def _status_names(site: JiraSite) -> Iterator[tuple[str, str, Json | None]]:
    """(name, category, project it is scoped to): a team-managed project has its own, under the same names."""
    shared: dict[str, str] = {}
    for project in setting.PROJECTS:
        named = _categories(project)
        if project.board == "simple":
            yield from ((name, category, site.project(project.key)) for name, category in named.items())
        else:
            shared |= named
    yield from ((name, category, None) for name, category in shared.items())


def _categories(project: Project) -> dict[str, str]:
    flow = project.workflow
    named = {flow.todo: "new", flow.ready: "new", flow.active: "indeterminate", flow.waiting: "indeterminate"}
    return {name: category for name, category in {**named, flow.done: "done"}.items() if name}


def _status(number: int, name: str, category: str, project: Json | None) -> Json:
    identity, title, colour = CATEGORIES[category]
    status = {
        "self": f"{URL}/rest/api/3/status/{number}",
        "id": str(number),
        "name": name,
        "description": "",
        "statusCategory": {"id": identity, "key": category, "name": title, "colorName": colour},
    }
    return {**status, "scope": {"type": "PROJECT", "project": {"id": project["id"]}}} if project else status


def _type(number: int, name: str, level: int) -> Json:
    return {
        "self": f"{URL}/rest/api/3/issuetype/{number}",
        "id": str(number),
        "name": name,
        "description": "",
        "subtask": level < 0,
        "hierarchyLevel": level,
    }


def _named(kind: str, number: int, name: str) -> Json:
    return {"self": f"{URL}/rest/api/3/{kind}/{number}", "id": str(number), "name": name}


def _components(project: Project) -> list[Json]:
    base = 10_000 + 100 * setting.PROJECTS.index(project)
    return [_named("component", base + n, name) for n, name in enumerate(project.components)]


def _version(number: int, name: str) -> Json:
    """One released every four months; what is due after the end is not out yet."""
    due = START + timedelta(days=120 * (number + 1))
    return {
        **_named("version", 10_000 + number, name),
        "archived": False,
        "released": due < END,
        "releaseDate": f"{due:%Y-%m-%d}",
    }


def _fields() -> Iterator[Json]:
    system = ("summary", "status", "issuetype", "project", "priority", "resolution", "assignee", "labels", "components")
    for name in (
        *system,
        "fixVersions",
        "parent",
        "created",
        "updated",
        "duedate",
        "description",
        "issuelinks",
        "subtasks",
    ):
        yield {
            "id": name,
            "key": name,
            "name": name.capitalize(),
            "custom": False,
            "schema": {"type": name, "system": name},
        }
    kinds = {
        SPRINT: ("Sprint", "array", "com.pyxis.greenhopper.jira:gh-sprint"),
        POINTS: ("Story point estimate", "number", "com.pyxis.greenhopper.jira:jsw-story-points"),
        RANK: ("Rank", "any", "com.pyxis.greenhopper.jira:gh-lexo-rank"),
        FLAGGED: ("Flagged", "array", "com.atlassian.jira.plugin.system.customfieldtypes:multicheckboxes"),
    }
    for name, (title, kind, custom) in kinds.items():
        schema = {"type": kind, "custom": custom, "customId": int(name.removeprefix("customfield_"))}
        yield {"id": name, "key": name, "name": title, "custom": True, "schema": schema}


def _with_boards() -> list[Project]:
    return [project for project in setting.PROJECTS if project.repository]


def _board(number: int, project: Project, body: Json) -> Json:
    return {
        "id": number,
        "self": f"{URL}/rest/agile/1.0/board/{number}",
        "name": f"{project.name} board",
        "type": project.board,
        "location": {"projectId": int(body["id"]), "projectKey": project.key, "projectName": project.name},
    }


def _configuration(site: JiraSite, board: Json) -> Json:
    key = board["location"]["projectKey"]
    names = _categories(setting.project(key))
    columns = [{"name": name, "statuses": [{"id": site.status(name, project=key)["id"]}]} for name in names]
    estimation = {"type": "field", "field": {"fieldId": POINTS, "displayName": "Story point estimate"}}
    common = {"id": board["id"], "name": board["name"], "type": board["type"], "columnConfig": {"columns": columns}}
    return {**common, "estimation": estimation} if board["type"] == "scrum" else common


def _sprints(board: Json) -> Iterator[Json]:
    """Two weeks each, and one that is only planned. The real start and end are an hour off
    the planned ones."""
    start, number = SPRINTS_FROM + timedelta(hours=8), 0
    while start < END + timedelta(weeks=SPRINT_WEEKS):
        end = start + timedelta(weeks=SPRINT_WEEKS, days=-3, hours=8)
        number += 1
        yield _sprint(board, number, start, end)
        start += timedelta(weeks=SPRINT_WEEKS)


def _sprint(board: Json, number: int, start: datetime, end: datetime) -> Json:
    state = "future" if start > END else "active" if end > END else "closed"
    sprint = {
        "id": board["id"] * 100 + number,
        "self": f"{URL}/rest/agile/1.0/sprint/{board['id'] * 100 + number}",
        "state": state,
        "name": f"{board['location']['projectKey']} sprint {number}",
        "startDate": jira_time(start),
        "endDate": jira_time(end),
        "originBoardId": board["id"],
        "goal": "",
    }
    if state != "future":
        sprint["activatedDate"] = jira_time(start + timedelta(hours=1))
    if state == "closed":
        sprint["completeDate"] = jira_time(end + timedelta(hours=1))
    return sprint
