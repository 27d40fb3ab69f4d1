"""Which condition an item meets first: conditions → one Ibis expression over the subjects."""

from collections.abc import Iterable, Iterator, Sequence
from functools import reduce
from operator import and_, or_
from typing import TYPE_CHECKING, TypeAlias

import re2

from mappings import globs
from mappings.conditions import FIELD, LISTS, Condition, Operators, Test

if TYPE_CHECKING:
    import ibis.expr.types as ir


def first_match(subjects: "ir.Table", conditions: Sequence[Condition]) -> "ir.Table":
    """ref and match: the place of the first condition that holds for each subject, null where none does.

    A line that asks for what this kind of subject does not have never holds, and neither does its negation.
    """
    import ibis

    subjects = _with_findings(subjects, conditions)
    branches = [(_holds(condition, subjects), ibis.literal(place)) for place, condition in enumerate(conditions)]
    possible = [(holds, place) for holds, place in branches if holds is not None]
    match = ibis.cases(*possible).cast("int64") if possible else ibis.null("int64")
    return subjects.select("ref", match=match)


#: None: the subjects do not have what is asked for
Truth: TypeAlias = "ir.BooleanValue | None"


def _holds(condition: Condition, subjects: "ir.Table") -> Truth:
    by_cost = sorted(condition.tests(), key=lambda line: (isinstance(line[1], Operators), _is_list(line[0])))
    lines = [_test_holds(test, attribute, subjects) for attribute, test in by_cost]
    lines += [_holds(part, subjects) for part in condition.all_ or ()]
    if condition.any_ is not None:
        lines.append(_any([_holds(part, subjects) for part in condition.any_]))
    if condition.not_ is not None:
        lines.append(_not(_holds(condition.not_, subjects)))
    return _all(lines)


def _all(truths: Iterable[Truth]) -> Truth:
    known = list(truths)
    return None if any(truth is None for truth in known) else reduce(and_, known)


def _any(truths: Iterable[Truth]) -> Truth:
    known = [truth for truth in truths if truth is not None]
    return reduce(or_, known) if known else None


def _not(truth: Truth) -> Truth:
    return None if truth is None else ~truth.fill_null(False)


def _test_holds(test: Test, attribute: str, subjects: "ir.Table") -> Truth:
    if attribute not in subjects.columns:
        return None
    is_list = _is_list(attribute)
    value = subjects[attribute]
    match test:
        case str():
            return value.contains(test) if is_list else value == test
        case tuple():
            return reduce(or_, [value.contains(each) for each in test]) if is_list else value.isin(test)
    lines = [_test_holds(test.in_, attribute, subjects)] if test.in_ is not None else []
    if test.contains is not None and not is_list:
        lines.append(value.contains(test.contains))
    lines += [_found(pattern, attribute, subjects) for pattern in _patterns(test, attribute)]
    if test.not_ is not None:
        lines.append(_not(_test_holds(test.not_, attribute, subjects)))
    return _all(lines)


def _is_list(attribute: str) -> bool:
    return attribute in LISTS or attribute.startswith(FIELD)


def _patterns(test: Operators, attribute: str) -> list[str]:
    """What the value is searched for, as regular expressions."""
    patterns = [test.regex] if test.regex is not None else []
    if test.glob is not None:
        patterns.append(globs.pattern(test.glob))
    if test.contains is not None and _is_list(attribute):
        patterns.append(re2.escape(test.contains))
    return patterns


def _found(pattern: str, attribute: str, subjects: "ir.Table") -> "ir.BooleanValue":
    if _is_list(attribute):
        return subjects[_finding(attribute, pattern)]
    return subjects[attribute].re_search(pattern)


def _finding(attribute: str, pattern: str) -> str:
    """The column that tells whether the pattern is found in any element of a list."""
    return f"{attribute} ~ {pattern}"


def _with_findings(subjects: "ir.Table", conditions: Iterable[Condition]) -> "ir.Table":
    """The subjects, and for each pattern that is asked of a list whether any of its elements has it.

    By unnesting, not by a lambda: Ibis 12 writes lambdas in a way that DuckDB 2 refuses.
    """
    patterns: dict[str, set[str]] = {}
    for attribute, pattern in _asked_of_lists(conditions):
        if attribute in subjects.columns:
            patterns.setdefault(attribute, set()).add(pattern)
    for attribute, asked in sorted(patterns.items()):
        elements = subjects.select("ref", element=attribute).unnest("element")
        found = {_finding(attribute, each): elements.element.re_search(each).any() for each in sorted(asked)}
        subjects = subjects.left_join(elements.group_by("ref").agg(**found), "ref").drop("ref_right")
    return subjects


def _asked_of_lists(conditions: Iterable[Condition]) -> Iterator[tuple[str, str]]:
    tests = (pair for condition in conditions for part in condition.parts() for pair in part.tests())
    for attribute, test in tests:
        while _is_list(attribute) and isinstance(test, Operators):
            yield from ((attribute, pattern) for pattern in _patterns(test, attribute))
            test = test.not_ or ()
