"""The map: a vision, and the objectives that lead there."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Annotated, Any, Literal, Protocol, TypeAlias, TypeVar

from pydantic import Field, field_validator

from mappings.model import Fault, Model, UserFile, entries, repeated_ids
from mappings.operators import Some
from mappings.plans import plan_faults
from mappings.problems import nearest

State: TypeAlias = Literal["planned", "current", "paused", "closed"]
Dated = TypeVar("Dated")


class Share(Model):
    """Intended part of all effort, from a day on."""

    from_on: date = Field(alias="from")
    share: float = Field(ge=0, le=1)


class Declaration(Model):
    """What the owner says about an objective, on a day."""

    on: date
    status: Literal["on_track", "at_risk", "off_track"]


class Reading(Model):
    on: date
    value: float = Field(allow_inf_nan=False)


def _or_a_file(schema: dict[str, Any]) -> None:
    """An editor takes the name of a CSV file too."""
    listed = {key: schema.pop(key) for key in ("items", "type") if key in schema}
    schema["anyOf"] = [listed, {"type": "string"}]


def _in_order(entries: tuple[Dated, ...], days: list[date], name: str) -> tuple[Dated, ...]:
    """The entries; ValueError where their days do not rise."""
    if days != sorted(set(days)):
        raise ValueError(f"the {name} should stand in the order of their days, each day once")
    return entries


class Measure(Model):
    """How one sees that an objective is reached. What may be missing here is itself worth a finding."""

    id: str
    name: str | None = None
    unit: str | None = None
    baseline: float | None = None
    target: float | None = None
    due_on: date | None = None
    cadence: Literal["daily", "weekly", "monthly", "quarterly", "yearly"] | None = None
    lag_days: int = Field(default=0, ge=0)
    readings: Annotated[tuple[Reading, ...], Field(json_schema_extra=_or_a_file)] = ()  #: a CSV file's too

    @field_validator("readings")
    @classmethod
    def _readings_in_order(cls, readings: tuple[Reading, ...]) -> tuple[Reading, ...]:
        return _in_order(readings, [reading.on for reading in readings], "readings")

    def last_reading(self, day: date) -> Reading | None:
        """The last one up to this day."""
        return max((reading for reading in self.readings if reading.on <= day), key=lambda read: read.on, default=None)


class Objective(Model):
    id: str = Field(min_length=1)
    name: str
    owner: str | None = None  #: id of a team
    class_: Literal["strategic", "sanctioned"] = Field(default="strategic", alias="class")
    parent: str | None = None  #: id of an objective
    state: tuple[dict[State, date], ...] = ()
    plan: tuple[Share, ...] = ()
    promised_on: date | None = None
    declared: tuple[Declaration, ...] = ()
    measures: tuple[Measure, ...] = ()

    @field_validator("state")
    @classmethod
    def _one_state_a_line_in_order(cls, lines: tuple[dict[State, date], ...]) -> tuple[dict[State, date], ...]:
        if any(len(line) != 1 for line in lines):
            raise ValueError("each entry should name one state and the day it begins, such as {current: 2026-01-01}")
        return _in_order(lines, [on for line in lines for on in line.values()], "states")

    @field_validator("declared")
    @classmethod
    def _declared_in_order(cls, lines: tuple[Declaration, ...]) -> tuple[Declaration, ...]:
        return _in_order(lines, [line.on for line in lines], "declarations")

    @property
    def turns(self) -> tuple[tuple[State, date], ...]:
        """Each dated state with its first day, in their order."""
        return tuple(turn for line in self.state for turn in line.items())

    def state_on(self, day: date) -> State:
        """Its state on this day: `planned` before its first dated state, `current` always where it has none.

        metrics.md §5; that an undated objective is current is ours, so that a first file needs no dates.
        """
        if not self.state:
            return "current"
        begun = [state for state, on in self.turns if on <= day]
        return begun[-1] if begun else "planned"

    def declared_on(self, day: date) -> Declaration | None:
        """What its owner last said of it by this day."""
        return next((line for line in reversed(self.declared) if line.on <= day), None)

    def share_on(self, day: date) -> float | None:
        """Its planned part of all effort on this day; None before its first plan, and where it has none."""
        begun = [line.share for line in self.plan if line.from_on <= day]
        return begun[-1] if begun else None


class Strategy(UserFile):
    """One version of the map; objectives stand in rank order, the most important first."""

    from_on: date | None = Field(default=None, alias="from")
    vision: str | None = None
    objectives: Some[Objective]

    @property
    def rank(self) -> dict[str, int]:
        """Objective → its place, 1 for the most important."""
        return {objective.id: place for place, objective in enumerate(self.objectives, start=1)}

    @classmethod
    def faults(cls, data: Any) -> Iterator[Fault]:
        yield from repeated_ids(entries(data, "objectives"))
        yield from _lost_parents(data)
        yield from plan_faults(data)
        for path, objective in entries(data, "objectives"):
            for fault in repeated_ids(entries(objective, "measures")):
                yield Fault((*path, *fault.path), fault.message)


def _lost_parents(data: Any) -> Iterator[Fault]:
    parents = {entry["id"]: entry.get("parent") for _, entry in entries(data, "objectives") if _named(entry)}
    for path, entry in entries(data, "objectives"):
        parent = entry.get("parent")
        if not isinstance(parent, str):
            continue
        if parent not in parents:
            yield Fault((*path, "parent"), f"no objective has the id '{parent}'", nearest(parent, parents))
        elif cycle := _cycle(entry.get("id"), parents):
            yield Fault((*path, "parent"), f"the parents go in a circle: {' → '.join(cycle)}")


def _named(entry: Mapping[str, Any]) -> bool:
    return isinstance(entry.get("id"), str)


def _cycle(start: Any, parents: Mapping[str, Any]) -> list[str]:
    """The walk from `start` back to itself; empty where its ancestors end, or circle without it."""
    walk, at = [start], parents.get(start) if isinstance(start, str) else None
    while isinstance(at, str) and at not in walk:
        walk.append(at)
        at = parents.get(at)
    return [*walk, start] if at is not None and at == start else []


class Versioned(Protocol):
    """One of several versions, with the day from which it counts."""

    @property
    def from_on(self) -> date | None: ...


Version = TypeVar("Version", bound=Versioned)


def in_force(versions: Iterable[Version], day: date) -> Version | None:
    """The version with the latest `from` not after the day; one without `from` comes before all others.

    None before the first version. Serves mappings likewise.
    """
    begun = [version for version in versions if _from(version) <= day]
    return max(begun, key=_from, default=None)


def _from(version: Versioned) -> date:
    return version.from_on or date.min
