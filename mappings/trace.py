"""How an item was judged: each exemption and rule in order, and each of its lines with what the item has there."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from mappings.conditions import Condition, Relation
from mappings.document import Path
from mappings.match import Related, holding
from mappings.rules import Exemption, Mappings, Rule

if TYPE_CHECKING:
    import ibis.expr.types as ir

#: matched: it is the first that holds. failed: nothing before it held, nor does it. shadowed: it holds, and something
#: before it decided. not_asked: something before it decided, and it does not hold. not_begun: its `from` is to come.
Judgement: TypeAlias = Literal["matched", "failed", "shadowed", "not_asked", "not_begun"]


@dataclass(frozen=True, kw_only=True)
class Line:
    """A line of a `when`, or several that hold together."""

    says: str
    at: int  #: line of the mappings file where it begins
    holds: bool | None  #: None where an item of this kind has nothing that could be asked so
    found: Any = None  #: what the item has there, of a single line: text, number, list, or the keys of those related
    lines: tuple["Line", ...] = ()  #: what it is put together from


@dataclass(frozen=True, kw_only=True)
class Step:
    """An exemption or a rule, and what became of it."""

    origin: Literal["exemption", "rule"]
    id: str
    at: int  #: line of the mappings file
    from_on: date | None
    objectives: Mapping[str, float]  #: that it tags with; none of an exemption
    reason: str | None  #: of an exemption
    judgement: Judgement
    when: Line


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One item, and those it is related to."""

    subject: "ir.Table"  #: its one row, with every attribute that is asked about
    related: Mapping[Relation, Related]
    has: Collection[Relation]  #: the relations that it can have at all

    def attributes(self) -> dict[str, Any]:
        """Attribute → what it has there; relation → the keys of those related."""
        (row,) = self.subject.to_pyarrow().to_pylist()
        keys = {name: self._keys(self.related[name]) for name in self.has if name in self.related}
        return {**row, **keys}

    def holding(self, conditions: list[Condition]) -> list[bool | None]:
        """Whether each of the conditions holds, by the evaluator that tags go by."""
        (row,) = holding(self.subject, conditions, self.related, has=self.has).to_pyarrow().to_pylist()
        return [row[str(place)] for place in range(len(conditions))]

    def _keys(self, relation: Related) -> list[str]:
        mine = relation.pairs.semi_join(self.subject, "ref")
        others = relation.others.semi_join(mine, [("ref", "other")])
        return sorted(others.key.to_pyarrow().to_pylist())


def trace(asked: Asked, mappings: Mappings, *, day: date, overridden: bool = False) -> tuple[Step, ...]:
    """Every exemption, then every rule, as they are asked. What is overridden is decided before the first of them."""
    entries = list(_entries(mappings))
    holds = iter(asked.holding([part for _, entry in entries for _, part in _parts(entry.when)]))
    found = asked.attributes()
    steps, decided = [], overridden
    for path, entry in entries:
        when = _line(entry.when, (*path, "when"), holds=holds, found=found, at=lambda to: mappings.problem(to, "").line)
        begun = (entry.from_on or date.min) <= day
        judgement = _judged(bool(when.holds), decided=decided) if begun else "not_begun"
        steps.append(_step(entry, when, judgement, mappings.problem(path, "").line))
        decided = decided or judgement == "matched"
    return tuple(steps)


def _entries(mappings: Mappings) -> Iterator[tuple[Path, Exemption | Rule]]:
    yield from ((("exempt", place), each) for place, each in enumerate(mappings.exempt))
    yield from ((("rules", place), each) for place, each in enumerate(mappings.rules))


def _parts(condition: Condition, path: Path = ()) -> Iterator[tuple[Path, Condition]]:
    """The condition and all that it is put together from, each before what is within it."""
    yield path, condition
    for to, part in condition.within():
        yield from _parts(part, (*path, *to))


def _line(
    condition: Condition,
    path: Path,
    *,
    holds: Iterator[bool | None],
    found: Mapping[str, Any],
    at: Callable[[Path], int],
) -> Line:
    """`holds` are the answers in the order of `_parts`."""
    answer = next(holds)
    lines = tuple(_line(part, (*path, *to), holds=holds, found=found, at=at) for to, part in condition.within())
    asked = [name for name, _ in (*condition.tests(), *condition.relatives())]
    value = found.get(asked[0]) if asked and not lines else None
    begins = lines[0].at if lines else at(path)
    return Line(says=str(condition), at=begins, holds=answer, found=value, lines=lines)


def _judged(holds: bool, *, decided: bool) -> Judgement:
    if decided:
        return "shadowed" if holds else "not_asked"
    return "matched" if holds else "failed"


def _step(entry: Exemption | Rule, when: Line, judgement: Judgement, at: int) -> Step:
    rule, exemption = (entry, None) if isinstance(entry, Rule) else (None, entry)
    return Step(
        origin="rule" if rule else "exemption",
        id=entry.id,
        at=at,
        from_on=entry.from_on,
        objectives=rule.weights if rule else {},
        reason=exemption.reason if exemption else None,
        judgement=judgement,
        when=when,
    )
