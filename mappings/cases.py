"""The cases beside the rules: what the whole file makes of each example."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from mappings.conditions import FIELD, LISTS, TEXTS, Condition, attributes
from mappings.match import first_match
from mappings.problems import Problem
from mappings.rows import as_table
from mappings.rules import Case, Example, Mappings
from mappings.verdicts import Verdict, verdicts_on

if TYPE_CHECKING:
    import ibis.expr.types as ir

PULL_REQUEST = ("source", "repository", "key", "title", "body", "author", "labels")  #: what of it a rule can ask


class CaseFailure(NamedTuple):
    """A case whose example came out otherwise."""

    problem: Problem
    expected: Mapping[str, float]
    found: Mapping[str, float]  #: objective, or exemption's id, and weight
    verdict: Verdict | None  #: what took the example; None where nothing did


def run_cases(mappings: Mappings, *, day: date) -> list[CaseFailure]:
    """The cases that fail with the rules in force on this day, in the order of the file."""
    cases = list(mappings.cases())
    verdicts = verdicts_on(mappings, day)
    matches = _first_matches([case.item for _, case in cases], verdicts.conditions)
    failures = []
    for (path, case), match in zip(cases, matches, strict=True):
        verdict = None if match is None else verdicts.verdicts[match]
        if _found(verdict) != case.expected:
            failures.append(_failure(mappings.problem(path, ""), case, verdict))
    return failures


def _failure(place: Problem, case: Case, verdict: Verdict | None) -> CaseFailure:
    found = _found(verdict)
    message = f"expected {_text(case.expected)}, found {_text(found)}"
    hint = f"the first that matches is '{verdict.rule}'" if verdict else "nothing matches"
    return CaseFailure(replace(place, message=message, hint=hint), case.expected, found, verdict)


def _found(verdict: Verdict | None) -> Mapping[str, float]:
    if verdict is None:
        return {}
    return verdict.weights or {str(verdict.rule): 1.0}


def _text(outcome: Mapping[str, float]) -> str:
    return ", ".join(name if weight == 1 else f"{name} {weight:g}" for name, weight in outcome.items()) or "nothing"


def _first_matches(examples: Sequence[Example], conditions: Sequence[Condition]) -> list[int | None]:
    """The first condition that each example meets, by the evaluator that real items go through."""
    matches: dict[str, int | None] = {}
    for kind, had in (("work_item", (*TEXTS, *LISTS)), ("pull_request", PULL_REQUEST)):
        rows = [{"ref": str(number), **_attributes(each)} for number, each in enumerate(examples) if each.kind == kind]
        if rows:
            met = first_match(_subjects(rows, had, conditions), conditions).to_pyarrow().to_pylist()
            matches |= {row["ref"]: row["match"] for row in met}
    return [matches[str(number)] for number in range(len(examples))]


def _attributes(example: Example) -> dict[str, object]:
    fields = {FIELD + name: [value] if isinstance(value, str) else value for name, value in example.fields.items()}
    return {**example.model_dump(exclude={"kind", "fields"}), **fields}


def _subjects(rows: Sequence[Mapping[str, object]], had: Sequence[str], conditions: Sequence[Condition]) -> "ir.Table":
    fields = sorted(name for name in attributes(conditions) if name.startswith(FIELD))
    schema = dict.fromkeys(("ref", *had), "string") | dict.fromkeys((*fields, *LISTS), "array<string>")
    return as_table(rows, {name: kind for name, kind in schema.items() if name in ("ref", *had, *fields)})
