"""A synthetic company that sells a shop platform: its Jira, its GitHub, its map, and what is wrong with them.

The same seed and size give the same records. Its story ends on 20 November 2026, 18:00 UTC, where its clocks stand.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from random import Random

from connectors.twin.company import backlog, planted, setting
from connectors.twin.company.github import hosting
from connectors.twin.company.site import empty_site
from connectors.twin.company.world import Planted, Wish, World, account_id
from connectors.twin.github_state import GitHubHost
from connectors.twin.jira_edits import blocking
from connectors.twin.jira_state import JiraSite

__all__ = ["SIZE", "Company", "Planted", "company"]

SIZE = 600
CONTRACTOR = "contractor-1"
"""Works in payments, and stands in nobody's `people.yaml`."""


@dataclass(frozen=True)
class Company:
    jira: JiraSite
    github: GitHubHost
    strategy: str
    """The text of `strategy.yaml`; so are the next two of theirs."""
    mappings: str
    people: str
    planted: list[Planted]


def company(seed: int = 7, size: int = SIZE, *, rankings: float = 2.0) -> Company:
    """The company with about `size` work items; `rankings` makes their histories longer, by about one entry each."""
    developers = _developers(size)
    names = [*(name for names in developers.values() for name in names), *(f"{team.id}-pm" for team in setting.TEAMS)]
    world = World(Random(seed), empty_site(names), developers, rankings)  # noqa: S311 - chance, not a secret
    wishes = backlog.wishes(world, size)
    plants = planted.plants()
    for wish in sorted([*wishes, *planted.wishes(world, plants.items, wishes)], key=lambda wish: wish.at):
        _come_true(world, wish)
    planted.pull_requests(world, plants.pulls)
    github = hosting(world)
    planted.mirrors(world, github)
    return Company(
        jira=world.site,
        github=github,
        strategy=_text("strategy.yaml"),
        mappings=_text("mappings.yaml"),
        people="\n".join(_people(developers)) + "\n",
        planted=[*planted.listed(world, plants.files), *_strangers()],
    )


def _come_true(world: World, wish: Wish) -> None:
    if wish.type == "Sub-task" and wish.parent:
        wish.project = wish.parent.project
    wish.key = world.site.create(
        wish.project,
        wish.type,
        wish.summary,
        at=wish.at,
        author=world.manager(wish.project),
        status=setting.project(wish.project).workflow.todo,
        parent=wish.parent.key if wish.parent else None,
        **wish.values,
    )
    if wish.type == "Bug" and wish.parent and world.chance(0.1):
        _block(world, wish.key, wish.parent.key)
    wish.live(world, wish)


def _block(world: World, blocker: str, blocked: str) -> None:
    """A link made with the blocker itself, which leaves no history, nor a trace on the other side's `updated`."""
    ends = [{"id": world.site.issue(key).id, "key": key} for key in (blocker, blocked)]
    for key, side in zip((blocker, blocked), blocking(int(ends[0]["id"]), *ends), strict=True):
        world.site.issue(key).fields["issuelinks"].append(side)


def _developers(size: int) -> dict[str, list[str]]:
    """By team: a bigger company has bigger teams."""
    counts = {team.id: max(team.least, size // 400) for team in setting.TEAMS}
    teams = {team: [f"{team}-dev-{n}" for n in range(1, count + 1)] for team, count in counts.items()}
    teams["payments"].append(CONTRACTOR)
    return teams


def _strangers() -> Iterator[Planted]:
    """Accounts are called by their refs."""
    yield Planted("M39", f"jira:account:{account_id(CONTRACTOR)}", "works, and is in no team")
    yield Planted("silent", f"jira:account:{account_id('payments-dev-1')}", "is in a team", "M39")


def _text(name: str) -> str:
    return (files(__package__) / name).read_text(encoding="utf-8")


def _people(developers: dict[str, list[str]]) -> Iterator[str]:
    yield "teams:"
    for team in setting.TEAMS:
        yield f"  - {{id: {team.id}, zone: {team.zone}, holidays: [2026-12-25], day_rate: {team.day_rate}}}"
    yield "people:"
    for team_id, names in developers.items():
        for name in [*names, f"{team_id}-pm"]:
            if name != CONTRACTOR:
                since, accounts = f"{{{team_id}: 2026-01-01}}", f"{{jira: {account_id(name)}, github: {name}}}"
                yield f"  - {{id: {name}, teams: [{since}], fte: 1.0, accounts: {accounts}{_away(name)}}}"


def _away(name: str) -> str:
    return ", away: [{from: 2026-08-03, to: 2026-08-14}]" if name.endswith("-dev-1") else ""
