"""The cases beside the rules: what the whole file makes of each example."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from mappings.conditions import (
    DATES,
    FIELD,
    FLAGS,
    LISTS,
    NUMBERS,
    RELATIONS,
    TEXTS,
    Condition,
    Relation,
    attributes,
    relations,
)
from mappings.match import Related, first_match
from mappings.problems import Problem
from mappings.rows import as_table
from mappings.rules import Case, Example, Mappings
from mappings.verdicts import Verdict, verdicts_on

if TYPE_CHECKING:
    import ibis.expr.types as ir

Named: TypeAlias = tuple[str, Example]  #: with the ref that stands for it
_CODE = ("base", "head", "paths", "size", "merged_on", "draft")  #: what only a pull request has
_BOTH = (
    *("source", "repository", "key", "title", "body", "author", "author_team", "assignees", "assignee_teams"),
    *("labels", "milestone", "created_on", "updated_on", "linked"),
)
#: What a rule can ask of each kind, as `mappings.subjects` gives it for real ones.
HAS: Mapping[str, frozenset[str]] = {
    "work_item": frozenset((*TEXTS, *LISTS, *NUMBERS, *DATES, *FLAGS, *RELATIONS, "fields")).difference(_CODE),
    "pull_request": frozenset((*_BOTH, *_CODE)),
}


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
    numbered = [(str(number), each) for number, each in enumerate(examples)]
    related = {relation: _related(relation, numbered, conditions) for relation in relations(conditions)}
    matches: dict[str, int | None] = {}
    for kind, had in HAS.items():
        subjects = _subjects([pair for pair in numbered if pair[1].kind == kind], had, conditions)
        met = first_match(subjects, conditions, related, has=[each for each in RELATIONS if each in had])
        matches |= {row["ref"]: row["match"] for row in met.to_pyarrow().to_pylist()}
    return [matches[ref] for ref, _ in numbered]


def _related(relation: Relation, examples: Sequence[Named], conditions: Sequence[Condition]) -> Related:
    """Those that the examples name as related so; they themselves are related to nobody."""
    others = [
        (ref, f"{ref} {place}", other)
        for ref, example in examples
        for place, other in enumerate(example.ancestors if relation == "ancestor" else example.linked)
    ]
    pairs = as_table([{"ref": ref, "other": name} for ref, name, _ in others], {"ref": "string", "other": "string"})
    return Related(pairs, _subjects([(name, other) for _, name, other in others], HAS["work_item"], conditions))


def _attributes(example: Example) -> dict[str, object]:
    fields = {FIELD + name: [value] if isinstance(value, str) else value for name, value in example.fields.items()}
    days = {name: day.isoformat() for name in DATES if (day := getattr(example, name)) is not None}
    told = example.model_dump(exclude={"kind", "fields", "ancestors", "linked", *DATES})
    return {**told, **days, **fields}


def _subjects(examples: Sequence[Named], had: Collection[str], conditions: Sequence[Condition]) -> "ir.Table":
    fields = sorted(name for name in attributes(conditions) if name.startswith(FIELD))
    kinds = dict.fromkeys(("ref", *TEXTS, *DATES), "string") | dict.fromkeys(NUMBERS, "float64")
    kinds |= dict.fromkeys(FLAGS, "boolean") | dict.fromkeys((*LISTS, *fields), "array<string>")
    wanted = ("ref", *had, *(fields if "fields" in had else ()))
    rows = [{"ref": ref, **_attributes(example)} for ref, example in examples]
    return as_table(rows, {name: kind for name, kind in kinds.items() if name in wanted})
