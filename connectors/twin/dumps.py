"""Real Jira records as sites: read from gzipped JSON lines, changed only where the docstring says so."""

import gzip
import re
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

from connectors.twin.jira_state import Issue, JiraSite

Json = dict[str, Any]

# Only `GET /rest/agile/1.0/board/N/issue`, from which the records come, adds these.
AGILE_ONLY = ("closedSprints", "epic", "flagged", "sprint")


def arrow_jira(folder: Path, *, years: Iterable[int] = (2020, 2021, 2022)) -> JiraSite:
    """Apache Arrow's Jira: a Server whose issues came without their changelogs, so that it shows none when asked.

    `folder` is the data set `arrow`, `years` those of creation. Statuses, types, components and field ids are those
    that the issues mention; its clock stands at the minute after the newest update. It has no boards.
    """
    files = [folder / "jira" / f"ARROW-created-{year}.jsonl.gz" for year in years]
    issues = [Issue.of(body) for file in files for body in _lines(file)]
    site = JiraSite(
        deployment="Server",
        now=_just_after(issues),
        url="https://issues.apache.org/jira",
        title="ASF JIRA",
        version="8.20.10",
        projects=_distinct(issue.project for issue in issues),
        fields=_fields(issues),
        statuses=_distinct(issue.fields["status"] for issue in issues),
        issue_types=_distinct(issue.fields["issuetype"] for issue in issues),
        priorities=_distinct(issue.fields["priority"] for issue in issues),
        resolutions=_distinct(issue.fields["resolution"] for issue in issues if issue.fields["resolution"]),
        components={"ARROW": _distinct(part for issue in issues for part in issue.fields["components"])},
        versions={"ARROW": list(_lines(folder / "jira" / "ARROW-versions.jsonl.gz"))},
        worklogs=_by_id(log for issue in issues for log in issue.fields.get("worklog", {}).get("worklogs", ())),
        me={"name": "fingerpost", "key": "fingerpost", "displayName": "Fingerpost", "active": True},
    )
    site.add(issues)
    return site


def devlake_jira(folder: Path) -> JiraSite:
    """A small Cloud site whose issues have their whole changelogs; `folder` is the data set `devlake-raw`.

    What the board endpoint adds to an issue is left out. Rows that tell the same thing again are read once. No
    row tells of boards: each is a scrum board of the project that most issues are of.
    """
    told = {name: list(_lines(folder / "jira" / f"jira_api_{name}.jsonl.gz")) for name in _DEVLAKE}
    rows = {name: [row["data"] for row in lines] for name, lines in told.items()}
    issues = [Issue.of(_plain(body)) for body in _distinct(rows["issues"])]
    boards = sorted({row["params"]["BoardId"] for row in told["sprints"]})
    projects = _distinct([*rows["projects"], *(issue.project for issue in issues)])
    site = JiraSite(
        deployment="Cloud",
        now=_just_after(issues),
        url="https://merico.atlassian.net",
        zone="Asia/Shanghai",
        projects=projects,
        fields=_fields(issues),
        statuses=_distinct([*rows["status"], *(issue.fields["status"] for issue in issues)]),
        issue_types=_distinct([*rows["issue_types"], *(issue.fields["issuetype"] for issue in issues)]),
        boards=[_board(board, issues) for board in boards],
        configurations={board: {"id": board, "type": "scrum", "columnConfig": {"columns": []}} for board in boards},
        sprints={board: _listed_on(board, told["sprints"]) for board in boards},
        users={user["accountId"]: user for user in rows["users"]},
        worklogs=_by_id(rows["worklogs"]),
        remote_links=_of_issues(told["remotelinks"]),
    )
    site.add(issues)
    return site


_DEVLAKE = ("issues", "projects", "status", "issue_types", "sprints", "users", "worklogs", "remotelinks")


def _by_id(entries: Iterable[Json]) -> dict[str, Json]:
    return {str(entry["id"]): entry for entry in _distinct(entries)}


def _of_issues(rows: list[Json]) -> dict[str, list[Json]]:
    """What was asked for issue by issue, by issue id."""
    issues = sorted({str(row["input"]["issue_id"]) for row in rows})
    return {i: _distinct(row["data"] for row in rows if str(row["input"]["issue_id"]) == i) for i in issues}


def _board(board: int, issues: list[Issue]) -> Json:
    keys = [issue.project["key"] for issue in issues]
    home = max(sorted(set(keys)), key=keys.count)
    return {"id": board, "self": "", "name": f"Board {board}", "type": "scrum", "location": {"projectKey": home}}


def _listed_on(board: int, rows: list[Json]) -> list[Json]:
    return _distinct(row["data"] for row in rows if row["params"]["BoardId"] == board)


def _lines(path: Path) -> Iterator[Json]:
    with gzip.open(path, "rb") as lines:
        yield from map(msgspec.json.decode, lines)


def _plain(body: Json) -> Json:
    fields = {name: value for name, value in body["fields"].items() if name not in AGILE_ONLY}
    return {**body, "fields": fields}


def _distinct(entries: Iterable[Json]) -> list[Json]:
    """One entry for each id, the first told, by id."""
    found: dict[int, Json] = {}
    for entry in entries:
        found.setdefault(int(entry["id"]), entry)
    return [found[number] for number in sorted(found)]


def _just_after(issues: list[Issue]) -> Any:
    newest: datetime = max(issue.updated_at for issue in issues)
    return lambda: newest + timedelta(minutes=1)


def _fields(issues: list[Issue]) -> list[Json]:
    """The fields that the issues mention. The records tell no custom field's name or kind: those stay unnamed, but for
    the two whose values can be nothing else."""
    samples: dict[str, Any] = {}
    for issue in issues:
        samples |= {name: value for name, value in issue.fields.items() if samples.get(name) in (None, [])}
    return [_field(name, samples[name]) for name in sorted(samples)]


def _field(name: str, sample: Any) -> Json:
    if not name.startswith("customfield_"):
        system = {"type": _type(name, sample), "system": name}
        return {"id": name, "key": name, "name": name.capitalize(), "custom": False, "schema": system}
    title, kind = _known(sample)
    schema = {"type": _type("any", sample), "customId": int(name.removeprefix("customfield_")), **kind}
    return {"id": name, "key": name, "name": title or name, "custom": True, "schema": schema}


def _known(sample: Any) -> tuple[str, dict[str, str]]:
    """The name and kind that a value gives away, where it does."""
    if isinstance(sample, list) and sample and "boardId" in sample[0]:
        return "Sprint", {"custom": "com.pyxis.greenhopper.jira:gh-sprint"}
    if isinstance(sample, str) and re.fullmatch(r"0\|[0-9a-z]+:", sample):
        return "Rank", {"custom": "com.pyxis.greenhopper.jira:gh-lexo-rank"}
    return "", {}


def _type(name: str, sample: Any) -> str:
    kinds = {list: "array", int: "number", float: "number", str: "string"}
    return kinds.get(type(sample), name)
