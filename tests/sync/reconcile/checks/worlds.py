"""Many cases in one reckoning, each in projects, repositories and accounts of its own.

What a query costs is its making, not its rows.
"""

import re
from collections import defaultdict
from collections.abc import Mapping
from typing import Any, TypeAlias

from sync.reconcile.checks import Check, found_by
from sync.reconcile.findings import Finding
from tests.sync.reconcile.checks.given import facts

Given: TypeAlias = Mapping[str, Any]

#: What holds for a whole world; cases that say different things of it are apart.
COMMON = ("sources", "thresholds", "strategy", "mappings", "people", "label_prefixes", "monthly", "forecasts")
PLACE = re.compile(r"^(?=[A-Z]{3,}(?:-\d+)?$)|^(?=acme/)|(?<=:account:)")
MARK = re.compile(r"CASE\d+Q")


def found_by_case(check: Check, cases: list[Given]) -> list[list[Finding]]:
    """What the check finds in each of the cases, in its order."""
    worlds: dict[str, list[int]] = defaultdict(list)
    for number, given in enumerate(cases):
        worlds[repr({name: given.get(name) for name in COMMON})].append(number)
    found: list[list[Finding]] = [[] for _ in cases]
    for numbers in worlds.values():
        for finding in found_by([check], facts(**together({number: cases[number] for number in numbers}))):
            found[_case_of(finding, numbers)].append(finding)
    return found


def plain(value: Any) -> Any:
    """What a case calls it."""
    return MARK.sub("", value) if isinstance(value, str) else value


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


def _case_of(finding: Finding, numbers: list[int]) -> int:
    """By its subject's name; a subject that lies in no place, such as an objective, has its world to itself."""
    named = re.search(r"CASE(\d+)Q", f"{finding.subject_key} {finding.subject_ref}")
    if named is None and len(numbers) > 1:
        raise ValueError(f"{finding.subject_ref} lies in no place: its case needs something of {COMMON} to itself")
    return int(named[1]) if named else numbers[0]
