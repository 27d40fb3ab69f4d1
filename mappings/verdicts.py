"""Every decision that the mapping file can take about an item, in force on a day."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias, TypeVar

from mappings.conditions import Condition
from mappings.rows import as_table
from mappings.rules import Exemption, Mappings, Override, Rule

if TYPE_CHECKING:
    import ibis.expr.types as ir

Origin: TypeAlias = Literal["override", "exemption", "rule"]
Dated = TypeVar("Dated", Rule, Exemption)

#: Column → type of the verdicts as a table.
VERDICTS = {"verdict": "int64", "origin": "string", "rule": "string", "clause": "string"}
WEIGHTS = {"verdict": "int64", "objective": "string", "weight": "float64"}


class Verdict(NamedTuple):
    """What happens to an item that this takes; its number is its place in the list of all."""

    origin: Origin
    rule: str | None  #: id of the rule or exemption; None for an override
    clause: str  #: the part of `when` that held, or who decided
    weights: Mapping[str, float]  #: objective → weight; none where exempt


class Verdicts(NamedTuple):
    """All of them: first those that go by a condition, in order of precedence, then the overrides."""

    conditions: tuple[Condition, ...]
    verdicts: tuple[Verdict, ...]
    overrides: Mapping[str, int]  #: item as the file calls it → number of its latest override

    @property
    def exempt(self) -> int:
        """How many exempt: they are the first."""
        return sum(each.origin == "exemption" for each in self.verdicts)

    def table(self) -> "ir.Table":
        """verdict, origin, rule, clause."""
        rows = [
            {"verdict": number, "origin": each.origin, "rule": each.rule, "clause": each.clause}
            for number, each in enumerate(self.verdicts)
        ]
        return as_table(rows, VERDICTS)

    def weights(self, objectives: Iterable[str]) -> "ir.Table":
        """verdict, objective, weight; of these objectives only, for a tag to another counts as none (metrics.md §5)."""
        known = frozenset(objectives)
        rows = [
            {"verdict": number, "objective": objective, "weight": weight}
            for number, each in enumerate(self.verdicts)
            for objective, weight in each.weights.items()
            if objective in known
        ]
        return as_table(rows, WEIGHTS)


def verdicts_on(mappings: Mappings, day: date) -> Verdicts:
    """The verdicts in force: exemptions, then rules, each in the file's order; then overrides, the latest last.

    A `when` that is one `any` gives a verdict for each of its branches.
    """
    exempt = [
        (when, Verdict("exemption", each.id, str(when), {}))
        for each in _begun(mappings.exempt, day)
        for when in _ways(each.when)
    ]
    ruled = [
        (when, Verdict("rule", each.id, str(when), each.weights))
        for each in _begun(mappings.rules, day)
        for when in _ways(each.when)
    ]
    decided = sorted((each for each in mappings.overrides if each.on <= day), key=lambda each: each.on)
    conditional = [*exempt, *ruled]
    return Verdicts(
        conditions=tuple(when for when, _ in conditional),
        verdicts=(*(verdict for _, verdict in conditional), *map(_of_override, decided)),
        overrides={each.item: number for number, each in enumerate(decided, start=len(conditional))},
    )


def _begun(entries: Iterable[Dated], day: date) -> list[Dated]:
    return [entry for entry in entries if (entry.from_on or date.min) <= day]


def _ways(when: Condition) -> tuple[Condition, ...]:
    """The branches of a `when` that is one `any`, so that a tag can name the one that held; else itself."""
    alone = when.model_fields_set == {"any_"}
    return when.any_ if alone and when.any_ else (when,)


def _of_override(override: Override) -> Verdict:
    clause = f"{override.by}, {override.on}: {override.reason}"
    return Verdict("override", None, clause, {override.objective: 1.0})
