"""The checks, one module each: its docstring is the manual page, `KIND` its id, `find` asks its question."""

from importlib import import_module
from pkgutil import iter_modules
from typing import Protocol, cast

from sync.reconcile.facts import Facts
from sync.reconcile.findings import Finding


class Check(Protocol):
    KIND: str

    def find(self, facts: Facts) -> list[Finding]:
        """Every finding of this kind, whatever other kinds say."""


def discover() -> dict[str, Check]:
    """Slug → check, by kind."""
    found = {
        module.name.replace("_", "-"): cast("Check", import_module(f"{__name__}.{module.name}"))
        for module in iter_modules(__path__)
    }
    return dict(sorted(found.items(), key=lambda entry: entry[1].KIND))


def every_finding(facts: Facts) -> list[Finding]:
    return [finding for check in discover().values() for finding in check.find(facts)]
