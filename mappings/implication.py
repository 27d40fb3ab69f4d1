"""Whether one condition can only hold where another does, told from how both are written."""

from collections.abc import Iterator
from datetime import date

from mappings.conditions import Condition, Test, attributes
from mappings.operators import DateOperators, NumberOperators, TextOperators


def implies(narrow: Condition, wide: Condition) -> bool:
    """True where it is certain that `wide` holds for everything that `narrow` holds for; else False, or not known."""
    lines = list(_lines(narrow))
    return all(_covered(line, lines) for line in _lines(wide))


def _lines(condition: Condition) -> Iterator[Condition]:
    """The condition as parts that each ask one thing and all hold; what stands under `all` is drawn up."""
    within = list(condition.within())
    if not within or within[0][0][:1] in (("any",), ("not",)):
        yield condition
        return
    for _, part in within:
        yield from _lines(part)


def _covered(wide: Condition, lines: list[Condition]) -> bool:
    """Whether this one thing is sure to hold where all these lines do."""
    if wide.any_ is not None:
        return any(all(_covered(part, lines) for part in _lines(way)) for way in wide.any_) or any(
            all(implies(branch, wide) for branch in line.any_) for line in lines if line.any_ is not None
        )
    return any(_line_implies(line, wide) for line in lines)


def _line_implies(narrow: Condition, wide: Condition) -> bool:
    if narrow.any_ is not None:
        return all(implies(branch, wide) for branch in narrow.any_)
    if narrow.not_ is not None and wide.not_ is not None:
        # A kind of record that lacks what `wide` asks never meets it, and neither the negation.
        return attributes([wide.not_]) <= attributes([narrow.not_]) and implies(wide.not_, narrow.not_)
    for relation, other in wide.relatives():
        return any(relation == own and implies(mine, other) for own, mine in narrow.relatives())
    held = dict(narrow.tests())
    return any(attribute in held and _test_implies(held[attribute], test) for attribute, test in wide.tests())


def _test_implies(narrow: Test, wide: Test) -> bool:
    if narrow == wide:
        return True
    some, more = _values(narrow), _values(wide)
    if some is not None and more is not None:
        return some <= more
    if isinstance(narrow, NumberOperators | DateOperators) and isinstance(wide, NumberOperators | DateOperators):
        return all(_bounded(name, end, narrow) for name, end in wide.stated.items())
    if isinstance(narrow, TextOperators) and isinstance(wide, TextOperators):
        return wide.stated.items() <= narrow.stated.items() or _contains_more(narrow, wide)
    return False


def _values(test: Test) -> frozenset[str] | None:
    """The values of which one is meant; None where it is not a matter of some values."""
    match test:
        case str():
            return frozenset((test,))
        case tuple():
            return frozenset(test)
        case TextOperators() if set(test.stated) == {"in"}:
            return frozenset(test.stated["in"])
        case _:
            return None


def _bounded(name: str, end: float | date, narrow: NumberOperators | DateOperators) -> bool:
    """Whether the narrow one has the same bound, or a closer one."""
    own = narrow.stated.get(name)
    if own is None:
        return False
    is_lower = name in ("at_least", "more_than", "from", "after")
    return bool(own >= end if is_lower else own <= end)


def _contains_more(narrow: TextOperators, wide: TextOperators) -> bool:
    return set(wide.stated) == {"contains"} and str(wide.contains) in (narrow.contains or "")
