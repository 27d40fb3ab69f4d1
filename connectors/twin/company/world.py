"""The company while it is being made: its chance, its people, its Jira site and its pull requests."""

import hashlib
import math
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import Any

from connectors.twin.company import setting
from connectors.twin.company.hours import after
from connectors.twin.jira_state import JiraSite

Json = dict[str, Any]


@dataclass(frozen=True)
class Planted:
    """Something wrong on purpose, or, with the kind `silent`, something that only looks wrong."""

    kind: str
    """The finding's id, such as M03."""
    ref_key: str
    """What the finding is about: PAY-12, acme-shops/payments#7, or a project's key."""
    note: str
    of: str = ""
    """Which finding what is silent looks like."""


@dataclass(eq=False)
class Wish:
    """A work item somebody will ask for."""

    at: datetime
    project: str
    type: str
    summary: str
    live: Callable[["World", "Wish"], None]
    """What becomes of it once it has its key."""
    parent: "Wish | None" = None
    values: Json = field(default_factory=dict)
    line: str = ""
    """The component or label of the line of work it belongs to."""
    key: str = ""


@dataclass(frozen=True)
class Course:
    """When an item was begun, shown for review and finished; any of it may lie after the company's end."""

    developer: str
    started: datetime
    reviewed: datetime
    finished: datetime
    discarded: bool = False


@dataclass
class World:
    rng: Random
    site: JiraSite
    developers: dict[str, list[str]]
    """Names by team, without managers."""
    rankings: float = 2.0
    """How often an item's place in the backlog is changed, at the median: most of a long history is that."""
    pulls: dict[str, list[Any]] = field(default_factory=dict)
    """Drafts by repository, in no order and not yet numbered."""
    commits: int = 0
    planted: list[Planted] = field(default_factory=list)
    loose: list[tuple[str, str, Json, str, str]] = field(default_factory=list)
    """Planted pull requests without a number yet: kind, repository, pull request, note, what it looks like."""

    mirrors: list[tuple[str, int, bool]] = field(default_factory=list)
    """Planted items by key, each with the place of the theme's issue that it names, and whether it only mentions it."""

    def __post_init__(self) -> None:
        boards = {board["location"]["projectKey"]: board["id"] for board in self.site.boards}
        self.sprints = {project: self.site.sprints.get(board, []) for project, board in boards.items()}

    def chance(self, share: float) -> bool:
        return self.rng.random() < share

    def pick(self, entries: Any) -> Any:
        return entries[int(self.rng.random() * len(entries))]

    def around(self, median: float, spread: float = 0.8) -> float:
        """A positive number, log-normal about its median."""
        return median * math.exp(self.rng.gauss(0.0, spread))

    def later(self, at: datetime, hours: float, project: str) -> datetime:
        """So many working hours later, in the project's team."""
        return after(at, hours, offset_h=setting.team(setting.project(project).team).offset_h)

    def developer(self, project: str) -> str:
        return str(self.pick(self.developers[setting.project(project).team]))

    def manager(self, project: str) -> str:
        return account_id(f"{setting.project(project).team}-pm")


def account_id(name: str) -> str:
    """The Jira account of a person, as unspeaking as Jira's own."""
    return hashlib.sha256(name.encode()).hexdigest()[:24]
