"""What is wrong on purpose, and beside it what only looks wrong and must stay silent: read from `planted.yaml`."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, time, timedelta
from functools import cache
from importlib.resources import files

import msgspec
from ruamel.yaml import YAML

from connectors.twin.company import code, setting
from connectors.twin.company.life import Step, take
from connectors.twin.company.setting import END, OWNER
from connectors.twin.company.world import Planted, Wish, World, account_id
from connectors.twin.github_state import GitHubHost
from connectors.twin.jira_beside import link_page

PART = "part"
"""The kind of what is only there for another's sake, and looks like nothing."""
MORNING = time(10, tzinfo=END.tzinfo)
LINKED = END - timedelta(hours=1)


class Pull(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The pull request of a planted item, by the team's first developer, or by that of another project's."""

    opened: date
    by: str | None = None
    labels: list[str] = []
    also: str | None = None
    """Summary of another planted item that its title names too."""
    merged: date | None = None
    closed: date | None = None
    draft: bool = False
    mention: bool = False
    """Whether the item's key stands in the body alone."""


class Labelling(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    on: date
    labels: list[str]


class Item(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    kind: str
    note: str
    project: str
    type: str
    summary: str
    created: date
    active: date | None = None
    done: date | None = None
    component: str | None = None
    labels: list[str] = []
    epic: str | None = None
    """Summary of its epic, which may be planted before it; of another item, for a sub-task."""
    times: int = 1
    pull: Pull | None = None
    of: str = ""
    """What it looks like, where it is silent."""
    due: date | None = None
    flagged: date | None = None
    relabelled: list[Labelling] = []
    ready: date | None = None
    """When it was committed to, in the hands of whoever is to do it."""
    touched: list[date] = []
    """When its words were edited."""
    resolution: str | None = None
    team: str | None = None
    """Whose developer has it; the project's where none is named."""
    hand: int = 0
    """Which of these developers."""
    mirrors: int | None = None
    """The place, among the issues of the themes, of the one that it is the same work as; -1 is the last."""
    mentioned: bool = False
    """Whether it only mentions that one."""


class Loose(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A planted pull request that belongs to no item."""

    kind: str
    note: str
    of: str = ""
    project: str
    title: str
    branch: str
    opened: date
    merged: date | None = None
    closed: date | None = None


class Written(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is wrong, or only looks so, in the company's own files."""

    kind: str
    key: str
    note: str
    of: str = ""


class Plants(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    items: list[Item]
    pulls: list[Loose]
    files: list[Written]


@cache
def plants() -> Plants:
    text = (files(__package__) / "planted.yaml").read_text(encoding="utf-8")
    return msgspec.convert(YAML(typ="safe", pure=True).load(text), Plants)


def wishes(world: World, items: list[Item], known: list[Wish]) -> Iterator[Wish]:
    """The planted work items."""
    parents = {wish.summary: wish for wish in known if wish.type == "Epic"}
    for item in items:
        components = [part for part in world.site.components[item.project] if part["name"] == item.component]
        values = {"labels": item.labels, "components": components}
        if item.due:
            values["due_on"] = item.due.isoformat()
        for _ in range(item.times):
            parent = parents[item.epic] if item.epic else None
            wish = Wish(_at(item.created), item.project, item.type, item.summary, _life(item, parents), parent, values)
            parents.setdefault(item.summary, wish)
            yield wish


def pull_requests(world: World, loose: list[Loose]) -> None:
    """The planted pull requests that belong to no item, into their repositories."""
    for plant in loose:
        author = _author(world, plant.project)
        opened = _at(plant.opened)
        repository = setting.project(plant.project).repository or ""
        pull = code.draft_pull(world, repository, author, title=plant.title, branch=plant.branch, opened=opened)
        _end(world, pull, author, plant)
        world.loose.append((plant.kind, repository, pull, plant.note, plant.of))


def mirrors(world: World, github: GitHubHost) -> None:
    """Links the items that say so to the issues which they are the same work as, once these have numbers."""
    themes = next(each for each in github.repositories if each["name"] == setting.THEMES_REPOSITORY)
    for key, place, is_mentioned in world.mirrors:
        issue = themes["issues"][place]
        url = f"{github.web}/{OWNER}/{setting.THEMES_REPOSITORY}/issues/{issue['number']}"
        relationship = "mentioned in" if is_mentioned else "is the same work as"
        author = world.manager(world.site.issue(key).fields["project"]["key"])
        link_page(world.site, key, at=LINKED, author=author, url=url, title=issue["title"], relationship=relationship)


def listed(world: World, written: list[Written]) -> list[Planted]:
    """All that is planted, once keys and numbers are known; a project planted by many items stands once."""
    pulls = (Planted(kind, f"{OWNER}/{repo}#{pull['number']}", note, of) for kind, repo, pull, note, of in world.loose)
    files = (Planted(each.kind, each.key, each.note, each.of) for each in written)
    return list(dict.fromkeys([*world.planted, *pulls, *files]))


def _life(item: Item, planted: Mapping[str, Wish]) -> Callable[[World, Wish], None]:
    def live(world: World, wish: Wish) -> None:
        flow, team = setting.project(item.project).workflow, item.team or setting.project(item.project).team
        hand = account_id(world.developers[team][item.hand])
        held = {"assignee": world.site.users[hand]}
        moves: list[tuple[date | None, str | None, code.Json]] = [
            (item.ready, flow.ready, held),
            (item.active, flow.active, held),
            (item.flagged, None, {"flagged": True}),
            *((told.on, None, {"labels": told.labels}) for told in item.relabelled),
            *((on, None, {"description": f"As of {on}."}) for on in item.touched),
            (item.done, flow.done, {"resolution": item.resolution} if item.resolution else {}),
        ]
        take(world, wish, [Step(_at(day), hand, status, values) for day, status, values in moves if day])
        pull = _pull(world, wish, item.pull, planted) if item.pull else None
        if pull and "M06" in (item.kind, item.of):
            world.loose.append((item.kind, setting.project(item.project).repository or "", pull, item.note, item.of))
        if item.mirrors is not None:
            world.mirrors.append((wish.key, item.mirrors, item.mentioned))
        if item.kind != PART and not (pull and "M06" in (item.kind, item.of)):
            key = item.project if item.kind == "M02" else wish.key
            world.planted.append(Planted(item.kind, key, item.note, item.of))

    return live


def _pull(world: World, wish: Wish, plan: Pull, planted: Mapping[str, Wish]) -> code.Json:
    repository = setting.project(wish.project).repository or ""
    author = _author(world, plan.by or wish.project)
    keys = f"{wish.key} {planted[plan.also].key}" if plan.also else wish.key
    title = "Reword the page" if plan.mention else f"{keys}: {wish.summary}"
    branch = "reword" if plan.mention else wish.summary.lower().replace(" ", "-")
    labels, opened = tuple(plan.labels), _at(plan.opened)
    pull = code.draft_pull(world, repository, author, title=title, branch=branch, opened=opened, labels=labels)
    pull["isDraft"] = plan.draft
    pull["body"] = f"After {wish.key} this reads oddly." if plan.mention else ""
    _end(world, pull, author, plan)
    return pull


def _end(world: World, pull: code.Json, author: str, plan: Pull | Loose) -> None:
    if plan.merged:
        code.merge(world, pull, author, at=_at(plan.merged))
    if plan.closed:
        code.close(pull, at=_at(plan.closed))


def _author(world: World, project: str) -> str:
    return world.developers[setting.project(project).team][0]


def _at(day: date) -> datetime:
    return datetime.combine(day, MORNING)
