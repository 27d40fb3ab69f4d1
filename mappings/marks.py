"""What an item says by itself of its objective: the values of fields that a rule reads one by one."""

from collections.abc import Iterator
from typing import NamedTuple

from mappings.conditions import FIELD, Condition, Test
from mappings.rules import Mappings

#: What a rule may ask beside: where the item is, which no edit of it changes.
WHERE = frozenset({"source", "project", "repository"})
SAYS = ("labels", "components", "fix_versions", "milestone")


class Mark(NamedTuple):
    """That an item has this value in this field leads it to this objective."""

    field: str  #: as changes name it: labels, components, fix_versions, milestone, or a custom field's name or id
    value: str
    objective: str
    place: int  #: of its rule; the first wins


def marks(mappings: Mappings) -> Iterator[Mark]:
    """Of the rules that ask for one field, in full values, and lead to one objective."""
    for place, rule in enumerate(mappings.rules):
        if len(rule.weights) != 1:
            continue
        (objective,) = rule.weights
        for field, values in _said(rule.when):
            yield from (Mark(field, value, objective, place) for value in values)


def _said(when: Condition) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The field that the condition asks for, and the values that it takes; nothing where it asks for more."""
    for part in when.any_ if when.any_ and when.model_fields_set == {"any_"} else (when,):
        tests = {name: test for name, test in part.tests() if name not in WHERE}
        is_plain = not (part.all_ or part.any_ or part.not_ or part.ancestor or part.linked)
        if is_plain and len(tests) == 1:
            ((name, test),) = tests.items()
            field = name.removeprefix(FIELD)
            if (name in SAYS or name.startswith(FIELD)) and (values := _values(test)):
                yield field, values


def _values(test: Test) -> tuple[str, ...]:
    match test:
        case str():
            return (test,)
        case tuple():
            return test
        case _:
            return ()
