"""What the company asks for over the year: initiatives, epics, their stories, tasks, bugs and sub-tasks, incidents."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from connectors.twin.company import setting
from connectors.twin.company.life import Step, live, live_epic, live_incident, take
from connectors.twin.company.setting import END, START, Theme
from connectors.twin.company.world import Json, Wish, World

INITIATIVE = "ROAD"
SUB_TASKS, INCIDENTS, ON_CALL, EPICS = 0.12, 0.03, 0.02, 0.05
STALE = 24
TRIES = 20
SWEPT_AT = datetime(2026, 6, 26, 14, tzinfo=END.tzinfo)


def wishes(world: World, size: int) -> list[Wish]:
    """About `size` items, by the date they are asked for: initiatives and epics come first in their projects."""
    initiatives = {goal: _initiative(goal, name) for goal, name in setting.GOALS.items()}
    epics = list(_epics(world, initiatives, size))
    leaves = round(size * (1 - SUB_TASKS - INCIDENTS - ON_CALL)) - len(epics) - len(initiatives) - STALE
    items = list(_items(world, epics, leaves))
    parents = [item for item in items if item.type in ("Story", "Task")]
    rest = [
        *_sub_tasks(world, parents, round(size * SUB_TASKS)),
        *_incidents(world, round(size * INCIDENTS)),
        *_on_call(world, round(size * ON_CALL)),
        *_stale(world, epics),
    ]
    return [*initiatives.values(), *(epic for _, epic in epics), *items, *rest]


def _initiative(goal: str, name: str) -> Wish:
    values: Json = {"labels": [f"goal-{goal}"]}
    return Wish(START + timedelta(hours=9), INITIATIVE, "Initiative", name, live_epic, values=values)


def _epics(world: World, initiatives: dict[str, Wish], size: int) -> Iterator[tuple[Theme, Wish]]:
    """Every line of work has one from the start on; a bigger company gives some of them further parts."""
    for number in range(max(len(setting.LINES), round(size * EPICS))):
        part, place = divmod(number, len(setting.LINES))
        line = setting.LINES[place]
        at = (
            START + timedelta(hours=10, seconds=number)
            if part == 0
            else _some_day(world, START + timedelta(days=1), line.until)
        )
        name = line.epic if part == 0 else f"{line.epic}, part {part + 1}"
        parent = initiatives.get(line.goal or "")
        yield line, Wish(at, line.project, "Epic", name, live_epic, parent, _marks(world, line), line.component or "")


def _items(world: World, epics: list[tuple[Theme, Wish]], count: int) -> Iterator[Wish]:
    lines = {p.key: [(line, epic) for line, epic in epics if line.project == p.key] for p in setting.PROJECTS}
    for project in setting.PROJECTS:
        for _ in range(round(count * project.share)):
            yield _item(world, project.key, lines[project.key])


def _item(world: World, project: str, lines: list[tuple[Theme, Wish]]) -> Wish:
    at = _some_day(world, START + timedelta(days=1), END - timedelta(days=1))
    kind = str(world.pick(("Story", "Story", "Story", "Task", "Task", "Bug", "Bug")))
    if not lines:
        return Wish(at, project, kind, f"Try out idea {int(world.rng.random() * 900)}", live)
    line, epic = _open_line(world, lines, at)
    noun = str(world.pick(line.nouns))
    bug, wish = f"{noun.capitalize()} {world.pick(setting.FAULTS)}", f"{world.pick(setting.VERBS)} {noun}"
    values = _marks(world, line) if world.chance(0.6) or line.component == "wallets" else {}
    values["priority"] = world.pick(world.site.priorities)
    values["description"] = f"{line.epic}: {noun}.\n\nDone when a shop can tell the difference."
    return Wish(at, project, kind, bug if kind == "Bug" else wish, live, epic, values, line.component or "")


def _open_line(world: World, lines: list[tuple[Theme, Wish]], at: datetime) -> tuple[Theme, Wish]:
    """A line that takes work on that day; the first ones always do."""
    for _ in range(TRIES):
        line, epic = world.pick(lines)
        if epic.at < at < line.until:
            return line, epic
    return lines[0]


def _marks(world: World, line: Theme) -> Json:
    marks: Json = {"components": [c for c in world.site.components[line.project] if c["name"] == line.component]}
    if line.component == "pages":
        marks["labels"] = ["experiment"]
    if line.component == "pipelines":
        marks["fix_versions"] = [world.pick(world.site.versions["DATA"])]
    return marks


def _sub_tasks(world: World, parents: list[Wish], count: int) -> Iterator[Wish]:
    """None where nothing is old enough to have any."""
    for _ in range(count if parents else 0):
        parent = world.pick(parents)
        at = min(world.later(parent.at, world.around(12), parent.project), END - timedelta(minutes=30))
        yield Wish(
            at, parent.project, "Sub-task", f"{world.pick(setting.VERBS)} one part", live, parent, line=parent.line
        )


def _incidents(world: World, count: int) -> Iterator[Wish]:
    for _ in range(count):
        at = START + (END - timedelta(days=2) - START) * world.rng.random()
        yield Wish(at, "OPS", "Incident", f"Shop: {world.pick(setting.FAULTS)}", live_incident)


def _on_call(world: World, count: int) -> Iterator[Wish]:
    for _ in range(count):
        at = _some_day(world, START, END - timedelta(days=1))
        yield Wish(at, "OPS", "Task", "Look after the night's alerts", live, values={"labels": ["on-call"]})


def _stale(world: World, epics: list[tuple[Theme, Wish]]) -> Iterator[Wish]:
    """Old ideas of the storefront that its manager sweeps away in one go, two seconds apart."""
    epic = next(epic for line, epic in epics if line.component == "search")
    for n in range(STALE):
        at = _some_day(world, START + timedelta(days=2), SWEPT_AT - timedelta(days=60))
        yield Wish(
            at, "WEB", "Story", f"Old idea {n + 1}", _swept(SWEPT_AT + timedelta(seconds=2 * n)), epic, line="search"
        )


def _swept(at: datetime) -> Callable[[World, Wish], None]:
    def sweep(world: World, wish: Wish) -> None:
        step = Step(at, world.manager(wish.project), "Done", {"resolution": "Won't Do"})
        take(world, wish, [step])

    return sweep


def _some_day(world: World, start: datetime, end: datetime) -> datetime:
    """An instant of a working day, in the day's bustle."""
    at = start + (end - start) * world.rng.random()
    return at if at.weekday() < 5 else at - timedelta(days=2)
