"""Many cases in one reckoning, each in projects, repositories and accounts of its own.

A case with a strategy to itself brings objectives of its own: they stand side by side in one strategy.
What a query costs is its making, not its rows.
"""

import re
from collections import defaultdict
from collections.abc import Mapping
from io import StringIO
from typing import Any, TypeAlias

from ruamel.yaml import YAML

from sync.reconcile.checks import Check, found_by
from sync.reconcile.findings import Finding
from tests.sync.reconcile.checks.given import DEFAULT, facts

Given: TypeAlias = Mapping[str, Any]

#: What holds for a whole world; cases that say different things of it are apart.
COMMON = ("sources", "thresholds", "strategy", "mappings", "people", "label_prefixes", "monthly", "forecasts")
PLACE = re.compile(r"^(?=[A-Z]{3,}(?:-\d+)?$)|^(?=acme/)|(?<=:account:)")
MARK = re.compile(r"CASE\d+Q")


def found_by_case(check: Check, cases: list[Given]) -> list[list[Finding]]:
    """What the check finds in each of the cases, in its order."""
    found: list[list[Finding]] = [[] for _ in cases]
    for world in _worlds(cases):
        for finding in found_by([check], facts(**together(world))):
            found[_case_of(finding, world)].append(finding)
    return found


def plain(value: Any) -> Any:
    """What a case calls it."""
    return MARK.sub("", value) if isinstance(value, str) else value


def _worlds(cases: list[Given]) -> list[dict[int, Given]]:
    """The cases that fit together, by number."""
    alike: dict[str, dict[int, Given]] = defaultdict(dict)
    for number, given in enumerate(cases):
        alike[repr({name: given.get(name) for name in COMMON})][number] = given
    alone = {number for number, *others in alike.values() if not others and _tells_only_objectives(cases[number])}
    if len(alone) < 2:
        return list(alike.values())
    apart = {number: _with_objectives(cases[number], number) for number in sorted(alone)}
    return [_in_one_strategy(apart), *(world for world in alike.values() if alone.isdisjoint(world))]


def _tells_only_objectives(given: Given) -> bool:
    """Whether its strategy alone is its own, and every tag that it tells is the name of an objective."""
    return given.keys() & set(COMMON) == {"strategy"} and all(
        isinstance(tag, str) for tag in given.get("tags", {}).values()
    )


def _with_objectives(given: Given, number: int) -> dict[str, Any]:
    """The case with objectives of its own; of a strategy that tells more than objectives nothing is made."""
    (objectives,) = YAML(typ="safe").load(given["strategy"]).values()
    names = {each["id"]: f"CASE{number}Q{each['id']}" for each in objectives}
    records = [*given.get("work_items", []), *given.get("pull_requests", [])]
    tags = dict.fromkeys((row["key"] for row in records), DEFAULT) | given.get("tags", {})
    renamed = [
        {key: names[told] if key in ("id", "parent") else told for key, told in each.items()} for each in objectives
    ]
    return {**given, "strategy": renamed, "tags": {key: names.get(tag, tag) for key, tag in tags.items()}}


def _in_one_strategy(cases: dict[int, dict[str, Any]]) -> dict[int, Given]:
    text = StringIO()
    YAML(typ="safe").dump({"objectives": [each for given in cases.values() for each in given["strategy"]]}, text)
    return {number: {**given, "strategy": text.getvalue()} for number, given in cases.items()}


def together(cases: Mapping[int, Given]) -> dict[str, Any]:
    merged: dict[str, Any] = {}
    for number, given in cases.items():
        for name, told in given.items():
            if name in COMMON:
                merged[name] = told
            elif isinstance(told, dict):
                merged.setdefault(name, {}).update(_placed(told, number))
            else:
                merged.setdefault(name, []).extend(_placed(told, number))
    return merged


def _placed(told: Any, number: int) -> Any:
    """The same in projects, repositories and accounts of this case."""
    match told:
        case dict():
            return {_placed(key, number): _placed(value, number) for key, value in told.items()}
        case list():
            return [_placed(each, number) for each in told]
        case str():
            return PLACE.sub(f"CASE{number}Q", told)
        case _:
            return told


def _case_of(finding: Finding, cases: Mapping[int, Given]) -> int:
    """By its subject's name; a subject that lies in no place, such as an objective, has its world to itself."""
    named = re.search(r"CASE(\d+)Q", f"{finding.subject_key} {finding.subject_ref}")
    if named is None and len(cases) > 1:
        raise ValueError(f"{finding.subject_ref} lies in no place: its case needs something of {COMMON} to itself")
    return int(named[1]) if named else next(iter(cases))
