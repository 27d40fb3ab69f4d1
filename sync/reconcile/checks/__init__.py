"""The checks, one module each: its docstring is the manual page, `KIND` its id, `ask` asks its question."""

from collections.abc import Iterable, Mapping
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from types import FunctionType
from typing import Protocol, cast

from msgspec.structs import fields

from sync.reconcile.facts import Facts
from sync.reconcile.findings import Finding
from sync.reconcile.manual import Described
from sync.reconcile.rows import Row
from sync.reconcile.thresholds import Thresholds


class Check(Described, Protocol):
    def ask(self, facts: Facts) -> list[Row]:
        """A row for each finding: its subject's `ref`, the `other_ref` that speaks against it, what they say."""

    def finding(self, row: Row, facts: Facts) -> Finding:
        """What such a row means, once it is known what both are called."""


@cache
def discover() -> dict[str, Check]:
    """Slug → check, by kind."""
    found = {
        module.name.replace("_", "-"): cast("Check", import_module(f"{__name__}.{module.name}"))
        for module in iter_modules(__path__)
    }
    return dict(sorted(found.items(), key=lambda entry: entry[1].KIND))


def every_finding(facts: Facts) -> list[Finding]:
    """Every finding of every kind, whatever the other kinds say."""
    return found_by(discover().values(), facts)


def found_by(checks: Iterable[Check], facts: Facts) -> list[Finding]:
    """What these checks find, kind by kind. What it is called is looked up once, for all of them."""
    asked = [(check, row) for check in checks for row in check.ask(facts)]
    names = facts.names({row[side] for _, row in asked for side in ("ref", "other_ref") if row.get(side)})
    return [check.finding(_with_names(row, names), facts) for check, row in asked]


def _with_names(row: Row, names: Mapping[str, Row]) -> Row:
    """A subject that is no record, such as an objective, says itself what it is called."""
    other = names.get(row.get("other_ref") or "")
    return {**names.get(row["ref"], {}), **({"other_key": other["key"]} if other else {}), **row}


def limits_of(check: Check) -> frozenset[str]:
    """The thresholds that the check's own code asks for."""
    functions = (each for each in vars(check).values() if isinstance(each, FunctionType))
    asked = {name for function in functions for name in function.__code__.co_names}
    return frozenset(asked & {field.name for field in fields(Thresholds)})
