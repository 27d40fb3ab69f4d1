"""Which condition an item meets first: conditions → one Ibis expression over the subjects."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import reduce
from operator import and_, ge, gt, le, lt, or_
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from mappings import globs
from mappings.conditions import FIELD, LISTS, RELATIONS, Condition, Relation, Test
from mappings.operators import DateOperators, NumberOperators, TextOperators

if TYPE_CHECKING:
    import ibis.expr.types as ir

COMPARISONS: Mapping[str, Callable[[Any, Any], Any]] = {
    "at_least": ge,
    "at_most": le,
    "more_than": gt,
    "less_than": lt,
    "from": ge,
    "until": le,
    "after": gt,
    "before": lt,
}
#: None: the subjects do not have what is asked for
Truth: TypeAlias = "ir.BooleanValue | None"
Operators: TypeAlias = TextOperators | NumberOperators | DateOperators


class Related(NamedTuple):
    """Whom the subjects are related to, in one way."""

    pairs: "ir.Table"  #: ref, other
    others: "ir.Table"  #: the subjects that `other` names


def first_match(
    subjects: "ir.Table",
    conditions: Sequence[Condition],
    related: Mapping[Relation, Related] | None = None,
    *,
    has: Collection[Relation] = RELATIONS,
) -> "ir.Table":
    """ref and match: the place of the first condition that holds for each subject, null where none does.

    A line that asks for what this kind of subject does not have never holds, and neither does its negation. `related`
    says who is related to whom; `has`, which of these relations the subjects can have at all.
    """
    import ibis

    subjects = _ready(subjects, conditions, related or {}, has)
    holds = [_holds(condition, subjects) for condition in conditions]
    possible = [(truth, ibis.literal(place)) for place, truth in enumerate(holds) if truth is not None]
    match = ibis.cases(*possible).cast("int64") if possible else ibis.null("int64")
    return subjects.select("ref", match=match)


def holding(
    subjects: "ir.Table",
    conditions: Sequence[Condition],
    related: Mapping[Relation, Related] | None = None,
    *,
    has: Collection[Relation] = RELATIONS,
) -> "ir.Table":
    """ref and, named by the place of each condition, whether it holds: null where this kind of subject never meets it.

    The arguments are those of `first_match`, whose choice is the first that holds.
    """
    import ibis

    subjects = _ready(subjects, conditions, related or {}, has)
    holds = [_holds(condition, subjects) for condition in conditions]
    never = ibis.null("boolean")
    told = {str(place): never if truth is None else truth.fill_null(False) for place, truth in enumerate(holds)}
    return subjects.select("ref", **told)


def _ready(
    subjects: "ir.Table",
    conditions: Sequence[Condition],
    related: Mapping[Relation, Related],
    has: Collection[Relation],
) -> "ir.Table":
    """The subjects, with a column for each answer that takes more than one row to find."""
    import ibis

    own = {relation: each for relation, each in related.items() if relation in has}
    subjects = _with_findings(subjects, conditions)
    for name, holding in _relatives(conditions, own, related).items():
        subjects = subjects.left_join(holding.mutate(**{name: ibis.literal(True)}), "ref").drop("ref_right")
        subjects = subjects.mutate(**{name: subjects[name].fill_null(False)})
    return subjects


def _holds(condition: Condition, subjects: "ir.Table") -> Truth:
    by_cost = sorted(condition.tests(), key=lambda line: (isinstance(line[1], Operators), _is_list(line[0])))
    lines = [_test_holds(test, attribute, subjects) for attribute, test in by_cost]
    lines += [_known(_relative(relation, other), subjects) for relation, other in condition.relatives()]
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


def _known(column: str, subjects: "ir.Table") -> Truth:
    return subjects[column] if column in subjects.columns else None


def _test_holds(test: Test, attribute: str, subjects: "ir.Table") -> Truth:
    if attribute not in subjects.columns:
        return None
    is_list, value = _is_list(attribute), subjects[attribute]
    match test:
        case TextOperators() | NumberOperators() | DateOperators():
            return _all(_operator_holds(name, asked, attribute, subjects) for name, asked in test.stated.items())
        case tuple():
            return reduce(or_, [value.contains(each) for each in test]) if is_list else value.isin(test)
        case date():
            return value == test.isoformat()
        case _:
            return value.contains(test) if is_list else value == test


def _operator_holds(name: str, asked: Any, attribute: str, subjects: "ir.Table") -> Truth:
    if name == "not":
        return _not(_test_holds(asked, attribute, subjects))
    if name == "in":
        return _test_holds(asked, attribute, subjects)
    if _is_list(attribute):
        return subjects[_finding(attribute, name, asked)]
    return _compares(name, asked, subjects[attribute])


def _compares(name: str, asked: Any, value: Any) -> "ir.BooleanValue":
    """Whether one value stands to what is asked as the operator says."""
    match name:
        case "regex":
            return value.re_search(asked)
        case "glob":
            return value.re_search(globs.pattern(asked))
        case "contains":
            return value.contains(asked)
    if isinstance(asked, date):
        return COMPARISONS[name](_day(value), asked.isoformat())
    return COMPARISONS[name](value.try_cast("float64") if value.type().is_string() else value, asked)


def _day(value: Any) -> Any:
    """The day that a text begins with, null where it begins with none; as text, days compare as days do."""
    return value.substr(0, 10).re_extract("^[0-9]{4}-[0-9]{2}-[0-9]{2}$", 0).nullif("")


def _is_list(attribute: str) -> bool:
    return attribute in LISTS or attribute.startswith(FIELD)


def _finding(attribute: str, operator: str, asked: Any) -> str:
    """The column that tells whether any element of a list stands so to what is asked."""
    return f"{attribute} {operator} {asked}"


def _with_findings(subjects: "ir.Table", conditions: Iterable[Condition]) -> "ir.Table":
    """The subjects, and for each operator that is asked of a list whether any of its elements meets it.

    By unnesting, not by a lambda: Ibis 12 writes lambdas in a way that DuckDB 2 refuses.
    """
    asks: dict[str, dict[str, tuple[str, Any]]] = {}
    for attribute, operator, asked in _asked_of_lists(conditions):
        if attribute in subjects.columns:
            asks.setdefault(attribute, {})[_finding(attribute, operator, asked)] = operator, asked
    for attribute, found in sorted(asks.items()):
        elements = subjects.select("ref", element=attribute).unnest("element")
        each = {name: _compares(*ask, elements.element).any() for name, ask in sorted(found.items())}
        subjects = subjects.left_join(elements.group_by("ref").agg(**each), "ref").drop("ref_right")
    return subjects


def _asked_of_lists(conditions: Iterable[Condition]) -> Iterator[tuple[str, str, Any]]:
    tests = (pair for condition in conditions for part in condition.parts() for pair in part.tests())
    for attribute, test in tests:
        while _is_list(attribute) and isinstance(test, TextOperators):
            stated = test.stated
            yield from ((attribute, name, asked) for name, asked in stated.items() if name not in ("in", "not"))
            test = stated.get("not", ())


def _relative(relation: str, other: Condition) -> str:
    """The column that tells whether the condition holds for any that is so related."""
    return f"{relation}: {other}"


def _relatives(
    conditions: Iterable[Condition], own: Mapping[Relation, Related], related: Mapping[Relation, Related]
) -> dict[str, "ir.Table"]:
    """By column, the refs of those that are so related to any for which the condition holds."""
    asks = {
        _relative(relation, other): (own[relation], other)
        for condition in conditions
        for part in condition.parts()
        for relation, other in part.relatives()
        if relation in own
    }
    return {name: _holding(each, other, related) for name, (each, other) in sorted(asks.items())}


def _holding(relation: Related, other: Condition, related: Mapping[Relation, Related]) -> "ir.Table":
    met = first_match(relation.others, [other], related)
    met = met.filter(met.match.notnull()).select(other="ref")
    return relation.pairs.semi_join(met, "other").select("ref").distinct()
