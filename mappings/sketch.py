"""A first strategy, first rules and a first people file, from what the sources show: something to correct."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from mappings.edit import one_line

if TYPE_CHECKING:
    import ibis.expr.types as ir

MOST_OBJECTIVES = 30  #: more than these nobody corrects by hand
CATEGORIES = ("todo", "active", "done")  #: the source's own

STRATEGY = """\
# The map. What stands here is where work lies today, one objective a {what}: put in their place what you want to reach.
# Objectives stand in rank order, the most important first. Everything that can be said: fingerpost schema strategy
vision: Say in one sentence where all this leads
objectives:
"""
OBJECTIVE = """\
  - id: {id}
    name: {name}
    class: strategic                      # or sanctioned: needed, but no step towards the vision
    # owner: a team's id in people.yaml
    # state: [{{current: {year}-01-01}}]      # planned, current, paused, closed, each from that day
    # plan: [{{from: {year}-01-01, share: 0.2}}]
    # promised_on: {year}-12-31
"""
MAPPINGS = """\
# What leads where. The first rule that matches wins; what none matches is reported as untagged, and `fingerpost triage`
# proposes rules for it. Everything that a rule can ask: fingerpost schema mappings
rules:
"""
RULE = """\
  - id: {id}
    when: {when}
    objective: {objective}
    cases:
      - {{item: {item}, expect: {objective}}}
"""
PULLS = "# Pull requests follow the work item that they name. Those of a repository that names none need a rule:\n"
EXEMPT = """\
# Work that is asked for no objective; its effort counts under the exemption's name.
# exempt:
#   - {id: on-call, when: {labels: [on-call]}, reason: Operations duty}
"""
STATUSES = """\
# How statuses are read, by the sources' own categories: move those in which work only waits from active to waiting, and
# name under commitment the status that promises the work.
statuses:
"""
PEOPLE = """\
# Who travels. A team's days, zone and holidays, and whose the accounts are: `fingerpost people` lists those that are
# nobody's yet. It judges work, never persons.
"""
NO_TEAMS = """\
teams: []
#  - {id: payments, zone: Europe/Berlin, holidays: [2026-12-25]}
people: []
#  - {id: p1, teams: [{payments: 2026-01-01}], accounts: {jira: 5b10a, github: octo-dev}}
"""


class Place(NamedTuple):
    """A tracker's project or a repository."""

    attribute: str  #: project, repository
    key: str
    name: str

    @property
    def id(self) -> str:
        return _id(self.key if self.attribute == "project" else self.key.split("/")[-1])


class Member(NamedTuple):
    source: str
    account: str
    team: str


@dataclass(frozen=True, kw_only=True)
class Shown:
    """What the sources show, as far as a first map can use it."""

    projects: tuple[Place, ...]
    repositories: tuple[Place, ...]
    statuses: Mapping[str, Mapping[str, tuple[str, ...]]]  #: project → category → names of statuses
    members: tuple[Member, ...]

    @property
    def places(self) -> tuple[Place, ...]:
        """Where work lies: projects, or repositories where there is no project."""
        return (self.projects or self.repositories)[:MOST_OBJECTIVES]


def shown(tables: Mapping[str, "ir.Table"]) -> Shown:
    """What these facts show; archived repositories and what is out of sight are left out."""
    projects, repositories = tables["projects"], tables["repositories"]
    seen = projects.filter(projects.lost_us.isnull()).select("key", "name").distinct().order_by("key")
    kept = repositories.filter(repositories.lost_us.isnull() & ~repositories.archived.fill_null(False))
    return Shown(
        projects=tuple(Place("project", row["key"], row["name"]) for row in _rows(seen)),
        repositories=tuple(_repositories(row["name"] for row in _rows(kept.select("name").distinct()))),
        statuses=_statuses(tables["work_items"]),
        members=tuple(_members(tables)),
    )


def named(projects: Iterable[str], repositories: Iterable[str]) -> Shown:
    """What a configuration names, before anything was read."""
    known = tuple(Place("project", key, key) for key in sorted(set(projects)))
    whole = (name for name in repositories if not re.search(r"[*?\[]", name))
    return Shown(projects=known, repositories=tuple(_repositories(whole)), statuses={}, members=())


def strategy_text(seen: Shown, *, day: date) -> str:
    """A strategy with one objective a place."""
    what = "project" if seen.projects else "repository"
    objectives = [
        OBJECTIVE.format(id=one_line(name), name=one_line(place.name), year=day.year)
        for name, place in _identified(seen.places)
    ] or [OBJECTIVE.format(id="first", name="The first place to reach", year=day.year)]
    return STRATEGY.format(what=what) + "".join(objectives)


def mappings_text(seen: Shown) -> str:
    """Rules that take each place for its objective, with a case each."""
    rules = [
        RULE.format(
            id=one_line(f"all-{name}"),
            when=one_line({place.attribute: place.key}),
            objective=one_line(name),
            item=one_line({place.attribute: place.key, "title": "Anything there"}),
        )
        for name, place in _identified(seen.places)
    ]
    head = MAPPINGS + "".join(rules) if rules else MAPPINGS.replace("rules:\n", "rules: []\n")
    beside = [place for place in seen.repositories if place not in seen.places]
    listed = PULLS + "".join(f"#   {place.key}\n" for place in beside) if beside else ""
    workflows = [f"  - {one_line({'project': key, **told})}\n" for key, told in sorted(seen.statuses.items())]
    return head + listed + EXEMPT + (STATUSES + "".join(workflows) if workflows else "")


def people_text(seen: Shown, *, day: date) -> str:
    """The sources' own teams and their members, since the first day of the year."""
    if not seen.members:
        return PEOPLE + NO_TEAMS
    since = date(day.year, 1, 1)
    teams = "".join(f"  - {one_line({'id': team})}\n" for team in sorted({each.team for each in seen.members}))
    people: dict[tuple[str, str], list[dict[str, date]]] = {}
    for member in sorted(seen.members):
        people.setdefault((member.source, member.account), []).append({member.team: since})
    lines = [
        f"  - {one_line({'id': f'{source}-{account}', 'teams': held, 'accounts': {source: account}})}\n"
        for (source, account), held in people.items()
    ]
    return f"{PEOPLE}teams:\n{teams}people:\n{''.join(lines)}"


def _identified(places: Sequence[Place]) -> list[tuple[str, Place]]:
    """Each place with an id that no other has."""
    taken: dict[str, Place] = {}
    for place in places:
        names = (place.id if number == 1 else f"{place.id}-{number}" for number in range(1, len(places) + 1))
        taken[next(name for name in names if name not in taken)] = place
    return list(taken.items())


def _id(text: str) -> str:
    return "-".join(re.findall(r"[^\W_]+", text.lower())) or "place"


def _repositories(names: Iterable[str]) -> Iterator[Place]:
    for name in sorted(names):
        yield Place("repository", name, name.split("/")[-1])


def _statuses(items: "ir.Table") -> dict[str, dict[str, tuple[str, ...]]]:
    """By project and source category, the statuses that its items are in; of a name in two categories the first."""
    told = items.filter(items.project.notnull() & items.status.notnull() & items.status_category.isin(CATEGORIES))
    rows = _rows(told.select("project", "status", category="status_category").distinct())
    found: dict[str, dict[str, str]] = {}
    for row in sorted(rows, key=lambda row: (row["project"], row["status"], CATEGORIES.index(row["category"]))):
        found.setdefault(row["project"], {}).setdefault(row["status"], row["category"])
    return {
        project: {
            category: names
            for category in CATEGORIES
            if (names := tuple(name for name, each in statuses.items() if each == category))
        }
        for project, statuses in found.items()
    }


def _members(tables: Mapping[str, "ir.Table"]) -> Iterator[Member]:
    """Each person in a team of a source's own, by login, or by id where the name has blanks."""
    accounts = tables["accounts"].filter(tables["accounts"].kind.isin(["person", "team"]))
    teams = accounts.select(item_ref="ref", team="name")
    people = accounts.filter(accounts.kind == "person").select("source", "name", id="ref")
    for row in _rows(tables["members"].select("item_ref", "id").inner_join(teams, "item_ref").inner_join(people, "id")):
        identity = row["id"].split(":", 2)[-1]
        yield Member(row["source"], identity if " " in row["name"] else row["name"], _id(row["team"]))


def _rows(table: "ir.Table") -> list[dict[str, str]]:
    rows: list[dict[str, str]] = table.to_pyarrow().to_pylist()
    return sorted(rows, key=lambda row: [str(value) for value in row.values()])
