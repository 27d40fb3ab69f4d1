"""The company's GitHub: repositories with their pull requests numbered, issues of the one repository that keeps its
issues on GitHub, deployments of the services, and the bot that raises dependencies."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from connectors.twin.company import code, setting
from connectors.twin.company.code import Draft, account, written
from connectors.twin.company.setting import END, OWNER, SERVICES, START, THEMES_REPOSITORY
from connectors.twin.company.world import World
from connectors.twin.github_state import GitHubHost

Json = dict[str, Any]

BOT = "dependency-bot"
FAILED = 0.04


def hosting(world: World) -> GitHubHost:
    """The host, once every pull request of the company is drafted."""
    names = [project.repository for project in setting.PROJECTS if project.repository]
    for name in names:
        _raise_dependencies(world, name)
    issues = list(_theme_issues(world))
    repositories = [_repository(world, name, []) for name in names] + [_repository(world, THEMES_REPOSITORY, issues)]
    organization = {"__typename": "Organization", "login": OWNER, "name": "Acme Shops"}
    return GitHubHost(now=lambda: END, repositories=repositories, organizations=[organization])


def _repository(world: World, name: str, issues: list[Json]) -> Json:
    drafts = world.pulls.get(name, [])
    _number(issues, drafts)
    pulls = [draft.pull for draft in drafts]
    return {
        "name": name,
        "owner": {"login": OWNER},
        "createdAt": written(START),
        "updatedAt": written(END),
        "pushedAt": written(END),
        "isPrivate": True,
        "defaultBranchRef": {"name": "main"},
        "issues": issues,
        "pullRequests": pulls,
        "deployments": list(_deployments(world, pulls)) if name in SERVICES else [],
    }


def _number(issues: list[Json], drafts: list[Draft]) -> None:
    """Issues and pull requests share one range, by the date they were opened; only then can texts name a number."""
    drafts.sort(key=lambda draft: str(draft.pull["createdAt"]))
    ordered = sorted([*issues, *(draft.pull for draft in drafts)], key=lambda item: str(item["createdAt"]))
    for number, item in enumerate(ordered, start=1):
        item["number"] = number
    for draft in drafts:
        _fill_in(draft.pull, draft.other)


def _fill_in(pull: Json, other: Json | None) -> None:
    for name in ("title", "body", "headRefName"):
        pull[name] = pull[name].replace("{other}", str(other["number"] if other else ""))
    if "mergeCommit" in pull:
        commit = pull["mergeCommit"]
        commit["message"] = commit["message"].replace("{number}", str(pull["number"]))


def _theme_issues(world: World) -> Iterator[Json]:
    """Issues kept on GitHub, each closed by a pull request that says so; some are still open."""
    developers = world.developers["storefront"]
    count = 8 + len(world.site.issues) // 100
    for n in range(count):
        opened = START + (END - START) * ((n + 0.5) / count)
        author = account(developers[n % len(developers)])
        issue: Json = {
            "id": f"I_themes{n}",
            "title": f"Theme {n} looks odd",
            "body": "",
            "author": author,
            "assignees": [author],
            "createdAt": written(opened),
            "labels": [{"name": "bug" if n % 3 else "question"}],
            "timelineItems": [],
        }
        merged = opened + timedelta(days=world.around(4))
        if merged < END:
            _close_by_pull(world, issue, developers[n % len(developers)], opened=opened, merged=merged)
        yield issue


def _close_by_pull(world: World, issue: Json, developer: str, *, opened: datetime, merged: datetime) -> None:
    title, branch = f"Make it even: {issue['title']}", f"even-{issue['id'].lower()}"
    begun = opened + (merged - opened) / 2
    pull = code.draft_pull(world, THEMES_REPOSITORY, developer, title=title, branch=branch, opened=begun)
    pull |= {"body": "Fixes #{other}", "closingIssuesReferences": [issue["id"]]}
    world.pulls[THEMES_REPOSITORY][-1].other = issue
    code.merge(world, pull, developer, at=merged)
    issue |= {"closedAt": written(merged), "stateReason": "COMPLETED"}
    issue["timelineItems"].append(
        {"__typename": "ClosedEvent", "createdAt": written(merged), "actor": account(developer)}
    )


def _raise_dependencies(world: World, repository: str) -> None:
    """A bot's pull request every fourth week, merged by a person a day later."""
    person = world.developers["platform"][0]
    for week in range(0, 46, 4):
        opened = START + timedelta(weeks=week, days=1, hours=3)
        title, branch = f"Bump left-margin from 1.{week} to 1.{week + 4}", f"dependencies/left-margin-1.{week + 4}"
        pull = code.draft_pull(
            world, repository, BOT, title=title, branch=branch, opened=opened, labels=("dependencies",), bot=True
        )
        code.merge(world, pull, person, at=opened + timedelta(days=1))


def _deployments(world: World, pulls: list[Json]) -> Iterator[Json]:
    """One on every day that has something new at 15:00 UTC, and one a quarter of an hour after each hotfix."""
    merged = sorted((pull for pull in pulls if "mergedAt" in pull), key=lambda pull: str(pull["mergedAt"]))
    by_day = {str(pull["mergedAt"])[:10]: pull for pull in merged if str(pull["mergedAt"])[11:] < "15:00"}
    routine = [(f"{day}T15:00:00Z", pull) for day, pull in by_day.items()]
    urgent = [(str(pull["mergedAt"]), pull) for pull in merged if {"name": "hotfix"} in pull["labels"]]
    for at, pull in sorted([*routine, *urgent], key=lambda entry: entry[0]):
        created = datetime.fromisoformat(at) + timedelta(minutes=15)
        if created + timedelta(minutes=10) < END:
            yield _deployment(world, pull, created)


def _deployment(world: World, pull: Json, created: datetime) -> Json:
    ended = created + timedelta(minutes=8)
    result = "FAILURE" if world.chance(FAILED) else "SUCCESS"
    steps = [("QUEUED", created), ("IN_PROGRESS", created + timedelta(minutes=1)), (result, ended)]
    creator = account("deploy-bot", bot=True)
    statuses = [
        {
            "state": state,
            "createdAt": written(at),
            "updatedAt": written(at),
            "creator": creator,
            "environment": "production",
        }
        for state, at in steps
    ]
    return {
        "createdAt": written(created),
        "updatedAt": written(ended),
        "environment": "production",
        "task": "deploy",
        "creator": creator,
        "commit": pull["mergeCommit"],
        "ref": {"name": "main"},
        "statuses": statuses,
    }
