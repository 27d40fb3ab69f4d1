"""What becomes of a work item from its creation to the company's end: moves, hands, sprints, flags, second thoughts."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from connectors.twin.company import code, setting
from connectors.twin.company.setting import END, SPRINT_WEEKS, SPRINTS_FROM
from connectors.twin.company.world import Course, Json, Wish, World, account_id

NEVER, DISCARDED, REOPENED, FLAPPED, PUT_BACK, FLAGGED, SENT_BACK, MOVED = 0.1, 0.06, 0.04, 0.02, 0.03, 0.08, 0.2, 0.02
POINTS = (1.0, 2.0, 3.0, 5.0, 8.0)


@dataclass(frozen=True, order=True)
class Step:
    """One edit of an item, by an account; with a status, a transition."""

    at: datetime
    author: str = field(compare=False)
    status: str | None = field(default=None, compare=False)
    values: Json = field(default_factory=dict, compare=False)


def live(world: World, wish: Wish) -> None:
    """The natural life of a story, task, bug or sub-task, and of its code."""
    if wish.parent and wish.type == "Task" and wish.project in ("PAY", "WEB") and world.chance(MOVED):
        _move(world, wish, "PLAT")
    course = _course(world, wish)
    take(world, wish, [*_course_steps(world, wish, course), *_twists(world, wish, course), *_care(world, wish, course)])
    if not course.discarded and wish.type != "Sub-task" and world.chance(0.8):
        code.write(world, wish, course)


def live_epic(world: World, wish: Wish) -> None:
    """Taken up within a few weeks; one in six is closed in the end, whatever its children do."""
    flow, manager = setting.project(wish.project).workflow, world.manager(wish.project)
    started = world.later(wish.at, world.around(30), wish.project)
    steps = [Step(started, manager, flow.active, {"assignee": world.site.users[manager]})]
    if world.chance(1 / 6):
        steps.append(Step(END - timedelta(days=world.around(30)), manager, flow.done))
    take(world, wish, [step for step in steps if step.at >= started])


def live_incident(world: World, wish: Wish) -> None:
    """Open, looked into, watched, resolved: hours, not days. Most are mended by a hotfix."""
    flow, developer = setting.project("OPS").workflow, world.developer("OPS")
    hand, at = account_id(developer), wish.at
    found = at + timedelta(minutes=world.around(20))
    mended = found + timedelta(minutes=world.around(90))
    resolved = mended + timedelta(hours=world.around(4))
    steps = [
        Step(found, hand, flow.active, {"assignee": world.site.users[hand]}),
        Step(mended, hand, flow.waiting),
        Step(resolved, hand, flow.done),
    ]
    take(world, wish, steps)
    if world.chance(0.6):
        code.hotfix(world, wish, developer, opened=found, merged=mended)


def take(world: World, wish: Wish, steps: list[Step]) -> None:
    """The steps up to the company's end, in order, written into the item's history."""
    for step in sorted(steps):
        if step.at > END:
            return
        act = world.site.transition if step.status else world.site.edit
        status = {"status": step.status} if step.status else {}
        act(wish.key, **status, at=step.at, author=step.author, **step.values)


def _move(world: World, wish: Wish, project: str) -> None:
    at = world.later(wish.at, world.around(3), wish.project)
    if at > END:
        return
    status = setting.project(project).workflow.todo
    wish.key = world.site.move(wish.key, project, at=at, author=world.manager(wish.project), status=status)
    wish.project, wish.at = project, at


def _course(world: World, wish: Wish) -> Course:
    developer = world.developer(wish.project)
    started = world.later(wish.at, world.around(4000 if world.chance(NEVER) else 40, 1.1), wish.project)
    reviewed = world.later(started, world.around(22), wish.project)
    finished = world.later(reviewed, world.around(10), wish.project)
    late = wish.line == "wallets" and started > setting.WALLETS_END - timedelta(days=2)
    if late or world.chance(DISCARDED):
        dropped = (
            setting.WALLETS_END - timedelta(hours=30) if late else world.later(wish.at, world.around(80), wish.project)
        )
        return Course(developer, dropped, dropped, max(dropped, wish.at + timedelta(hours=1)), discarded=True)
    return Course(developer, started, reviewed, finished)


def _course_steps(world: World, wish: Wish, course: Course) -> Iterator[Step]:
    flow, manager = setting.project(wish.project).workflow, world.manager(wish.project)
    hand = account_id(course.developer)
    if course.discarded:
        yield Step(
            course.finished, manager, flow.done, {"resolution": world.pick(("Won't Do", "Won't Do", "Duplicate"))}
        )
        return
    if wish.type == "Story":
        yield Step(_between(wish.at, course.started, 0.3), manager, None, {"points": world.pick(POINTS)})
    if flow.ready:
        yield Step(_between(wish.at, course.started, 0.6), manager, flow.ready)
    yield Step(course.started, hand, flow.active, {"assignee": world.site.users[hand]})
    yield from _sprints(world, wish, course)
    if flow.waiting:
        yield Step(course.reviewed, hand, flow.waiting)
    yield Step(course.finished, hand, flow.done)


def _sprints(world: World, wish: Wish, course: Course) -> Iterator[Step]:
    """Into the sprint it is begun in, and carried into each one that follows while it is not done."""
    sprints, manager = world.sprints.get(wish.project, []), world.manager(wish.project)
    if not sprints or wish.type == "Sub-task":
        return
    days = 7 * SPRINT_WEEKS
    ends = (course.started, min(course.finished, END))
    first, last = (min((at - SPRINTS_FROM).days // days, len(sprints) - 1) for at in ends)
    for number in range(first, last + 1):
        held = sprints[max(first, number - 2) : number + 1]
        at = course.started if number == first else SPRINTS_FROM + timedelta(days=days * number, hours=9)
        yield Step(at + timedelta(minutes=1), manager, None, {"sprints": held})


def _care(world: World, wish: Wish, course: Course) -> Iterator[Step]:
    """What a manager does to an item while it waits: its place in the backlog, its priority, its date, its words."""
    manager, end = world.manager(wish.project), course.started
    for _ in range(round(world.around(world.rankings))):
        at = _between(wish.at, end, world.rng.random())
        yield Step(at, manager, None, {"rank": f"0|i{int(world.rng.random() * 36**4):06d}:"})
    if world.chance(0.3):
        yield Step(_between(wish.at, end, 0.2), manager, None, {"priority": world.pick(world.site.priorities)})
    if world.chance(0.1):
        yield Step(_between(wish.at, end, 0.4), manager, None, {"due_on": f"{course.finished:%Y-%m-%d}"})


def _twists(world: World, wish: Wish, course: Course) -> Iterator[Step]:
    flow, hand, end = setting.project(wish.project).workflow, account_id(course.developer), course.finished
    if course.discarded or wish.line == "wallets":
        return
    if flow.waiting and world.chance(SENT_BACK):
        yield Step(_between(course.reviewed, end, 0.3), hand, flow.active)
        yield Step(_between(course.reviewed, end, 0.7), hand, flow.waiting)
    elif world.chance(PUT_BACK):
        yield Step(_between(course.started, course.reviewed, 0.3), hand, flow.todo)
        yield Step(_between(course.started, course.reviewed, 0.6), hand, flow.active)
    if world.chance(FLAGGED):
        yield Step(_between(course.started, course.reviewed, 0.2), hand, None, {"flagged": True})
        yield Step(_between(course.started, course.reviewed, 0.8), hand, None, {"flagged": False})
    if world.chance(FLAPPED):
        yield Step(end + timedelta(seconds=80), hand, flow.active)
        yield Step(end + timedelta(seconds=140), hand, flow.done)
    elif world.chance(REOPENED):
        again = world.later(end, world.around(12), wish.project)
        yield Step(again, hand, flow.active)
        yield Step(world.later(again, world.around(6), wish.project), hand, flow.done)


def _between(start: datetime, end: datetime, share: float) -> datetime:
    return start + (end - start) * share
