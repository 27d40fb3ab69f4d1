"""What moved on the map between two strategies, in sentences for those who travel by it."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from difflib import SequenceMatcher
from typing import Any, Literal, NamedTuple, TypeAlias

from mappings.strategy import Measure, Objective, Strategy

Aspect: TypeAlias = Literal[
    "vision", "added", "removed", "rank", "name", "parent", "owner", "class", "state", "plan", "promise", "measure"
]


class Shift(NamedTuple):
    """One thing that moved."""

    aspect: Aspect
    objective: str | None  #: its id; None for the vision
    before: str | None
    after: str | None
    says: str


class Dated(NamedTuple):
    """A strategy, and the day on which it is read."""

    strategy: Strategy
    day: date


def strategy_diff(before: Dated, after: Dated) -> list[Shift]:
    """Every shift: the vision first, then objective by objective in the new rank order, at last those removed.

    Readings and declared statuses are the journey, not the map; they are left out.
    """
    old = {objective.id: objective for objective in before.strategy.objectives}
    new = {objective.id: objective for objective in after.strategy.objectives}
    shifts = list(_vision(before.strategy, after.strategy))
    ranked = {shift.objective: shift for shift in _ranks(before.strategy, after.strategy)}
    for identity, objective in new.items():
        if identity not in old:
            shifts.append(_added(objective, after))
            continue
        shifts += [ranked[identity]] if identity in ranked else []
        shifts += _of_objective(old[identity], objective, before.day, after.day)
    gone = [objective for identity, objective in old.items() if identity not in new]
    return [*shifts, *map(_removed, gone)]


def _vision(before: Strategy, after: Strategy) -> Iterator[Shift]:
    if before.vision != after.vision:
        says = f"The vision is now {_quoted(after.vision)}; it was {_quoted(before.vision)}."
        yield Shift("vision", None, before.vision, after.vision, says)


def _added(objective: Objective, after: Dated) -> Shift:
    place = f"rank {after.strategy.rank[objective.id]}"
    under = f", below {objective.parent}" if objective.parent else ""
    says = f"{_called(objective)} is new on the map, {place}{under}, {objective.state_on(after.day)}."
    return Shift("added", objective.id, None, objective.name, says)


def _removed(objective: Objective) -> Shift:
    says = f"{_called(objective)} is no longer on the map; what was tagged to it has no objective."
    return Shift("removed", objective.id, objective.name, None, says)


def _ranks(before: Strategy, after: Strategy) -> Iterator[Shift]:
    """Those that changed their place among the objectives of both; what only made room for them did not move."""
    old = [each for each in before.rank if each in after.rank]
    new = [each for each in after.rank if each in before.rank]
    blocks = SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks()
    stayed = {new[place] for block in blocks for place in range(block.b, block.b + block.size)}
    for objective in after.objectives:
        if objective.id in before.rank and objective.id not in stayed:
            was, now = before.rank[objective.id], after.rank[objective.id]
            says = f"{_called(objective)} {_beside(objective.id, new)}: rank {now}, it was {was}."
            yield Shift("rank", objective.id, str(was), str(now), says)


def _beside(identity: str, order: Sequence[str]) -> str:
    place = order.index(identity)
    return f"now comes right after {order[place - 1]}" if place else "now comes first"


def _of_objective(before: Objective, after: Objective, old_day: date, new_day: date) -> Iterator[Shift]:
    """What an objective says of itself, one sentence for each thing that is another now."""
    told: tuple[tuple[Aspect, str, Callable[[Objective, date], str | None]], ...] = (
        ("name", "the name", lambda each, _: each.name),
        ("parent", "what it lies below", lambda each, _: each.parent),
        ("owner", "the owner", lambda each, _: each.owner),
        ("class", "the class", lambda each, _: each.class_),
        ("state", "the state", _state),
        ("plan", "the planned share of effort", _plan),
        ("promise", "the promised date", lambda each, _: _text(each.promised_on)),
    )
    for aspect, what, value in told:
        was, now = value(before, old_day), value(after, new_day)
        if was != now:
            yield Shift(aspect, after.id, was, now, f"{_called(after)}: {_turned(what, was, now)}")
    yield from _measures(before, after)


def _state(objective: Objective, day: date) -> str:
    ahead = [f"{state} from {on}" for state, on in objective.turns if on > day]
    return ", ".join([objective.state_on(day), *ahead])


def _plan(objective: Objective, day: date) -> str | None:
    share = objective.share_on(day)
    now = [] if share is None else [_percent(share)]
    ahead = [f"{_percent(line.share)} from {line.from_on}" for line in objective.plan if line.from_on > day]
    return ", ".join([*now, *ahead]) or None


def _percent(share: float) -> str:
    return f"{share * 100:g} %"


def _measures(before: Objective, after: Objective) -> Iterator[Shift]:
    old = {measure.id: measure for measure in before.measures}
    new = {measure.id: measure for measure in after.measures}
    for identity in (*new, *(each for each in old if each not in new)):
        stated, states = _stated(old.get(identity)), _stated(new.get(identity))
        if stated == states:
            continue
        other = [name for name in Measure.model_fields if (stated or {}).get(name) != (states or {}).get(name)]
        was, now = (_said(each, other) for each in (stated, states))
        what = f"the measure {identity}"
        yield Shift("measure", after.id, was, now, f"{_called(after)}: {_turned(what, was, now)}")


def _stated(measure: Measure | None) -> dict[str, Any] | None:
    """How one sees that the objective is reached, without the readings."""
    return measure.model_dump(exclude={"id", "readings"}, exclude_defaults=True) if measure else None


def _said(stated: dict[str, Any] | None, names: Sequence[str]) -> str | None:
    """These parts of a measure in words: target 3, due on 2026-12-31. None where there is no measure."""
    if stated is None:
        return None
    parts = [f"{name.replace('_', ' ')} {_text(stated[name])}" for name in names if name in stated]
    return ", ".join(parts) or f"without {names[0].replace('_', ' ') if names else 'a target'}"


def _turned(what: str, was: str | None, now: str | None) -> str:
    if was is None:
        return f"{what} is set: {now}."
    return f"{what} is now {now}; it was {was}." if now is not None else f"{what} is gone; it was {was}."


def _text(value: Any) -> str | None:
    return None if value is None else f"{value:g}" if isinstance(value, float) else str(value)


def _called(objective: Objective) -> str:
    return f"{objective.name} ({objective.id})"


def _quoted(vision: str | None) -> str:
    return f"“{vision}”" if vision else "not stated"
