"""What the plans of a strategy may not say together (metrics.md §5: a share of effort is planned once)."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, NamedTuple

from mappings.document import Path
from mappings.model import Fault, entries

ROUNDING = 1e-9  # ten shares of 0.1 add up to a little more or less than 1


class _Share(NamedTuple):
    path: Path
    from_on: date
    share: float


def plan_faults(data: Any) -> Iterator[Fault]:
    """One fault for each plan out of order, for each below another plan, and for each day on which all exceed 1."""
    plans = {entry["id"]: _shares(path, entry) for path, entry in entries(data, "objectives") if _has_id(entry)}
    for path, entry in entries(data, "objectives"):
        days = [share.from_on for share in _shares(path, entry)]
        if days != sorted(set(days)):
            yield Fault((*path, "plan"), "the shares should stand in the order of their days, each day once")
    yield from _planned_twice(data, {name for name, shares in plans.items() if shares})
    yield from _too_much(plans)


def _planned_twice(data: Any, planned: set[str]) -> Iterator[Fault]:
    parents = {entry["id"]: entry.get("parent") for _, entry in entries(data, "objectives") if _has_id(entry)}
    hint = "a parent's share is the sum of its children's: plan on one level of a branch"
    for path, entry in entries(data, "objectives"):
        if entry.get("id") not in planned:
            continue
        above = next((each for each in _above(entry["id"], parents) if each in planned), None)
        if above:
            yield Fault((*path, "plan"), f"'{above}' above '{entry['id']}' has a plan too", hint)


def _above(name: str, parents: Mapping[str, Any]) -> Iterator[str]:
    """Its ancestors, the parent first; each once, should they go in a circle."""
    seen, parent = {name}, parents.get(name)
    while isinstance(parent, str) and parent not in seen:
        seen.add(parent)
        yield parent
        parent = parents.get(parent)


def _too_much(plans: Mapping[str, list[_Share]]) -> Iterator[Fault]:
    """A fault where the last of the shares begins that bring the sum over 1."""
    in_force: dict[str, float] = {}
    begins = sorted((share.from_on, share.path, name, share.share) for name, each in plans.items() for share in each)
    for place, (day, path, name, share) in enumerate(begins):
        in_force[name] = share
        ends_day = place + 1 == len(begins) or begins[place + 1][0] != day
        if ends_day and (total := sum(in_force.values())) > 1 + ROUNDING:
            yield Fault((*path, "share"), f"the shares from {day} on add up to {total:g}, which is more than 1")


def _shares(path: Path, entry: Mapping[str, Any]) -> list[_Share]:
    """Those that are what they should be; what is wrong with the others, their model says."""
    return [
        _Share((*path, *place), begins, share)
        for place, line in entries(entry, "plan")
        if isinstance(begins := line.get("from"), date)
        and isinstance(share := line.get("share"), int | float)
        and 0 <= share <= 1
    ]


def _has_id(entry: Mapping[str, Any]) -> bool:
    return isinstance(entry.get("id"), str)
