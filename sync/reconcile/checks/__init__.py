"""The checks, one module each: its docstring is the manual page, `KIND` its id, `find` asks its question."""

from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from types import FunctionType
from typing import Protocol, cast

from msgspec.structs import fields

from sync.reconcile.facts import Facts
from sync.reconcile.findings import Finding
from sync.reconcile.manual import Described
from sync.reconcile.thresholds import Thresholds


class Check(Described, Protocol):
    def find(self, facts: Facts) -> list[Finding]:
        """Every finding of this kind, whatever other kinds say."""


@cache
def discover() -> dict[str, Check]:
    """Slug → check, by kind."""
    found = {
        module.name.replace("_", "-"): cast("Check", import_module(f"{__name__}.{module.name}"))
        for module in iter_modules(__path__)
    }
    return dict(sorted(found.items(), key=lambda entry: entry[1].KIND))


def every_finding(facts: Facts) -> list[Finding]:
    return [finding for check in discover().values() for finding in check.find(facts)]


def limits_of(check: Check) -> frozenset[str]:
    """The thresholds that the check's own code asks for."""
    functions = (each for each in vars(check).values() if isinstance(each, FunctionType))
    asked = {name for function in functions for name in function.__code__.co_names}
    return frozenset(asked & {field.name for field in fields(Thresholds)})
