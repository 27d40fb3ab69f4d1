"""The company's organization on GitHub: its teams, and the board that plans its themes."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from connectors.twin.company import setting
from connectors.twin.company.code import account, written
from connectors.twin.company.setting import END, OWNER, START
from connectors.twin.company.world import World

Json = dict[str, Any]

BOARD = "PVT_themes"
STATUSES = ("Todo", "In Progress", "Done")


def organization(world: World, themes: Json) -> Json:
    """The organization that owns everything; `themes` is the repository whose issues its board plans."""
    return {
        "__typename": "Organization",
        "login": OWNER,
        "name": "Acme Shops",
        "createdAt": written(START),
        "teams": [_team(team, world.developers[team.id]) for team in setting.TEAMS],
        "projectsV2": [_board(themes["issues"])],
    }


def milestones() -> list[Json]:
    """Two goals of the themes, the first one reached."""
    half = START + timedelta(weeks=24)
    dates = [
        {"createdAt": written(START), "dueOn": written(half), "closedAt": written(half), "updatedAt": written(half)},
        {"createdAt": written(half), "dueOn": written(END + timedelta(weeks=4)), "updatedAt": written(half)},
    ]
    return [
        {"number": number, "title": title, **told}
        for number, (title, told) in enumerate(zip(("Summer look", "Winter look"), dates, strict=True), start=1)
    ]


def plan(issue: Json, milestone: Json) -> None:
    """Onto the board with the issue, into progress three hours later, done when it is closed; and a milestone."""
    issue["milestone"] = milestone
    opened, actor = issue["createdAt"], issue["author"]
    begun = written(min(setting.instant(opened) + timedelta(hours=3), END))
    told = {"actor": actor, "project": BOARD}
    moves = [("", "Todo", opened), ("Todo", "In Progress", begun)]
    moves += [("In Progress", "Done", issue["closedAt"])] if "closedAt" in issue else []
    planned = {
        "__typename": "MilestonedEvent",
        "actor": actor,
        "createdAt": opened,
        "milestoneTitle": milestone["title"],
    }
    issue["timelineItems"] += [
        planned,
        {"__typename": "AddedToProjectV2Event", "createdAt": opened, **told},
        *(
            {"__typename": "ProjectV2ItemStatusChangedEvent", "createdAt": at, "previousStatus": was, "status": now}
            | told
            for was, now, at in moves
        ),
    ]
    issue["timelineItems"].sort(key=lambda event: str(event["createdAt"]))


def _team(team: setting.Team, names: list[str]) -> Json:
    members = [account(f"{team.id}-pm") | {"role": "MAINTAINER"}, *map(account, names)]
    dates = {"createdAt": written(START), "updatedAt": written(START)}
    return {"name": team.id.capitalize(), "slug": team.id, "members": members, **dates}


def _board(issues: list[Json]) -> Json:
    """A board with every kind of field, an item for each issue, and a thought that is nowhere else."""
    thought = {"title": "Themes for the new year", "createdAt": written(END), "updatedAt": written(END)}
    dates = {"createdAt": written(END), "updatedAt": written(END)}
    return {
        "id": BOARD,
        "number": 1,
        "title": "Themes",
        "createdAt": written(START),
        "updatedAt": written(END),
        "fields": list(_fields()),
        "items": [*(_item(issue) for issue in issues), {"content": thought, **dates}],
    }


def _fields() -> Iterator[Json]:
    dates = {"createdAt": written(START), "updatedAt": written(START)}
    for name, kind in (("Title", "TITLE"), ("Points", "NUMBER"), ("Promised", "DATE"), ("Note", "TEXT")):
        yield {"id": f"PVTF_{name}", "name": name, "dataType": kind, **dates}
    options = [{"id": f"option-{n}", "name": name} for n, name in enumerate(STATUSES)]
    status = {"id": "PVTSSF_Status", "name": "Status", "dataType": "SINGLE_SELECT", "options": options}
    yield {"__typename": "ProjectV2SingleSelectField", **status, **dates}
    rounds = [
        {"id": f"round-{n}", "title": f"Round {n}", "startDate": f"{_round(n):%Y-%m-%d}", "duration": 42}
        for n in range(1, 9)
    ]
    configured = {"duration": 42, "startDay": 1, "iterations": rounds[7:], "completedIterations": rounds[:7]}
    iteration = {"id": "PVTIF_Round", "name": "Round", "dataType": "ITERATION", "configuration": configured}
    yield {"__typename": "ProjectV2IterationField", **iteration, **dates}


def _item(issue: Json) -> Json:
    status = 2 if "closedAt" in issue else 1
    opened = setting.instant(issue["createdAt"])
    number = max(n for n in range(1, 9) if _round(n) <= opened)
    values = [
        {"__typename": "ProjectV2ItemFieldTextValue", "field": "PVTF_Title", "text": issue["title"]},
        {"__typename": "ProjectV2ItemFieldSingleSelectValue", "field": "PVTSSF_Status", "optionId": f"option-{status}"},
        {"__typename": "ProjectV2ItemFieldIterationValue", "field": "PVTIF_Round", "iterationId": f"round-{number}"},
        {
            "__typename": "ProjectV2ItemFieldNumberValue",
            "field": "PVTF_Points",
            "number": float(1 + len(issue["title"]) % 3),
        },
    ]
    dates = {"createdAt": issue["createdAt"], "updatedAt": issue.get("closedAt", issue["createdAt"])}
    return {"content": issue["id"], **dates, "fieldValues": [{**value, **dates} for value in values]}


def _round(number: int) -> Any:
    return START + timedelta(weeks=6 * (number - 1))
