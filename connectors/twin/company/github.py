"""The company's GitHub: repositories with their pull requests numbered, issues of the one repository that keeps its
issues on GitHub, deployments of the services, and the bot that raises dependencies."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from connectors.twin.company import code, conversation, history, setting, shipping
from connectors.twin.company.code import Draft, account, written
from connectors.twin.company.organization import milestones, organization, plan
from connectors.twin.company.setting import END, OWNER, SERVICES, START, THEMES_REPOSITORY
from connectors.twin.company.world import World
from connectors.twin.github_state import GitHubHost

Json = dict[str, Any]

BOT = "dependency-bot"


def hosting(world: World) -> GitHubHost:
    """The host, once every pull request of the company is drafted."""
    names = [project.repository for project in setting.PROJECTS if project.repository]
    for name in names:
        _raise_dependencies(world, name)
    issues = list(_theme_issues(world))
    themes = _repository(world, THEMES_REPOSITORY, issues)
    _plan(themes)
    repositories = [*(_repository(world, name, []) for name in names), themes]
    for repository in repositories:
        for pull in repository["pullRequests"]:
            conversation.converse(world, repository["name"], pull)
        shipping.ship(world, repository)
        history.grow(repository)
    return GitHubHost(now=lambda: END, repositories=repositories, organizations=[organization(world, themes)])


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
        "deployments": list(shipping.deployments(world, pulls)) if name in SERVICES else [],
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


def _plan(themes: Json) -> None:
    """Every issue of the themes stands on the board and under a milestone; one waits for another, one is part of it."""
    themes["milestones"] = summer, winter = milestones()
    for issue in themes["issues"]:
        plan(issue, summer if issue["createdAt"] < summer["dueOn"] else winter)
    first, second, third, *_ = themes["issues"]
    second["blockedBy"], third["parent"] = [first["id"]], first["id"]


def _theme_issues(world: World) -> Iterator[Json]:
    """Issues kept on GitHub, each closed by a pull request that says so; the newest is still open."""
    developers = world.developers["storefront"]
    count = 8 + len(world.site.issues) // 100
    for n in range(count):
        opened = START + (END - START) * ((n + 0.5) / count)
        issue = _theme_issue(n, account(developers[n % len(developers)]), opened)
        merged = opened + timedelta(days=world.around(4))
        if merged < END:
            _close_by_pull(world, issue, developers[n % len(developers)], opened=opened, merged=merged)
        yield issue
    yield _theme_issue(count, account(developers[0]), END - timedelta(days=1))


def _theme_issue(n: int, author: Json, opened: datetime) -> Json:
    return {
        "id": f"I_themes{n}",
        "title": f"Theme {n} looks odd",
        "body": "",
        "author": author,
        "assignees": [author],
        "createdAt": written(opened),
        "labels": [{"name": "bug" if n % 3 else "question"}],
        "issueType": {"name": "Bug" if n % 3 else "Task"},
        "timelineItems": [],
    }


def _close_by_pull(world: World, issue: Json, developer: str, *, opened: datetime, merged: datetime) -> None:
    title, branch = f"Make it even: {issue['title']}", f"even-{issue['id'].lower()}"
    begun = opened + (merged - opened) / 2
    pull = code.draft_pull(world, THEMES_REPOSITORY, developer, title=title, branch=branch, opened=begun)
    pull |= {"id": f"PR_{branch}", "body": "Fixes #{other}", "closingIssuesReferences": [issue["id"]]}
    world.pulls[THEMES_REPOSITORY][-1].other = issue
    code.merge(world, pull, developer, at=merged)
    issue |= {"closedAt": written(merged), "stateReason": "COMPLETED"}
    by, ends = account(developer), {"source": pull["id"], "target": issue["id"]}
    issue["timelineItems"] += [
        {
            "__typename": "CrossReferencedEvent",
            "createdAt": written(begun),
            "actor": by,
            "willCloseTarget": True,
            **ends,
        },
        {"__typename": "ClosedEvent", "createdAt": written(merged), "actor": by, "closer": pull["id"]},
    ]


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
