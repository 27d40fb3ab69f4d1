"""The cases beside the rules: what the whole file makes of each example."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from mappings.conditions import FIELD, LISTS, TEXTS
from mappings.match import first_match
from mappings.problems import Problem
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
    found = _first_matches([case for _, case in cases], verdicts.conditions)
    failures = []
    for number, (path, case) in enumerate(cases):
        verdict = verdicts.verdicts[found[number]] if number in found else None
        outcome = _outcome(verdict)
        if outcome != case.expected:
            message = f"expected {_said(case.expected)}, found {_said(outcome)}"
            hint = f"it is taken by '{verdict.rule}'" if verdict else "nothing takes it"
            failures.append(CaseFailure(mappings.problem(path, message, hint), case.expected, outcome, verdict))
    return failures


def _first_matches(cases: Sequence[Case], conditions: Sequence["Condition"]) -> dict[int, int]:
    """Case → the first condition that its example meets, by the evaluator that real items go through."""
    found: dict[int, int] = {}
    for kind, attributes in (("work_item", (*TEXTS, *LISTS)), ("pull_request", PULL_REQUEST)):
        chosen = {number: case.item for number, case in enumerate(cases) if case.item.kind == kind}
        if not chosen:
            continue
        matches = first_match(_subjects(chosen, attributes), conditions).to_pyarrow().to_pylist()
        found |= {int(row["ref"]): row["match"] for row in matches if row["match"] is not None}
    return found


def _subjects(examples: Mapping[int, Example], attributes: Sequence[str]) -> "ir.Table":
    import ibis

    fields = sorted({FIELD + name for example in examples.values() for name in example.fields})
    schema = {name: "array<string>" if name in LISTS else "string" for name in ("ref", *attributes)}
    rows = [_row(number, example, attributes, fields) for number, example in examples.items()]
    return ibis.memtable(rows, schema={**schema, **dict.fromkeys(fields, "array<string>")})
