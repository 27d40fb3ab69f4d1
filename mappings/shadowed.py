"""Rules that can never win, and those that never match: by how they are written, and over the facts."""

from collections.abc import Iterator, Mapping
from datetime import date
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from mappings.conditions import Condition
from mappings.document import Path
from mappings.implication import implies
from mappings.match import holding
from mappings.people import People
from mappings.problems import Problem
from mappings.rules import Exemption, Mappings, Rule
from mappings.subjects import subjects_of

if TYPE_CHECKING:
    import ibis.expr.types as ir

Entry: TypeAlias = tuple[Path, Rule | Exemption]


class Takes(NamedTuple):
    """How many records the condition of an entry holds for, and by whom they are taken: entry's number → how many."""

    path: Path
    entry: Rule | Exemption
    holds: int
    taken_by: Mapping[int, int]


def entries(mappings: Mappings) -> list[Entry]:
    """Exemptions, then rules: the order in which the first that holds wins."""
    exempt = ((("exempt", place), each) for place, each in enumerate(mappings.exempt))
    rules = ((("rules", place), each) for place, each in enumerate(mappings.rules))
    return list(chain(exempt, rules))


def shadowed_as_written(mappings: Mappings) -> Iterator[Problem]:
    """A problem for each entry that an earlier one, no later in force, takes everything from."""
    every = entries(mappings)
    for number, (path, entry) in enumerate(every):
        for earlier_path, earlier in every[:number]:
            if _begun(earlier) <= _begun(entry) and _takes_all(earlier.when, entry.when):
                line = mappings.problem((*earlier_path, "id"), "").line
                message = f"'{entry.id}' can never win: '{earlier.id}' on line {line} takes everything that it would"
                yield mappings.problem((*path, "id"), message, "put it first, or take it out")
                break


def _begun(entry: Rule | Exemption) -> date:
    return entry.from_on or date.min


def _takes_all(earlier: Condition, later: Condition) -> bool:
    return implies(later, earlier)


def takes(
    tables: Mapping[str, "ir.Table"], *, links: "ir.Table", mappings: Mappings, day: date, people: People | None = None
) -> list[Takes]:
    """For each entry in force on the day, whom it could take and whom it does; overrides are left out."""
    begun = [(path, entry) for path, entry in entries(mappings) if _begun(entry) <= day]
    conditions = [entry.when for _, entry in begun]
    subjects = subjects_of(tables, conditions, links=links, people=people, day=day)
    counts: list[dict[int, int]] = [{} for _ in begun]
    for table, has in subjects.each:
        for row in _by_first(holding(table, conditions, subjects.related, has=has), len(conditions)):
            for number, held in enumerate(counts):
                if several := row[str(number)]:
                    held[row["first"]] = held.get(row["first"], 0) + several
    return [Takes(path, entry, sum(held.values()), held) for (path, entry), held in zip(begun, counts, strict=True)]


def _by_first(told: "ir.Table", size: int) -> list[dict[str, int]]:
    """For each condition that is the first to hold somewhere, `first`: by number, how often every other holds there."""
    import ibis

    if not size:
        return []
    told = told.mutate(**{str(number): told[str(number)].fill_null(False) for number in range(size)})
    first = ibis.cases(*((told[str(number)], ibis.literal(number)) for number in range(size)))
    held = told.mutate(first=first)
    held = held.filter(held["first"].notnull())
    sums = {str(number): held[str(number)].cast("int64").sum() for number in range(size)}
    rows: list[dict[str, int]] = held.group_by("first").agg(**sums).to_pyarrow().to_pylist()
    return rows


def shadowed_in_facts(mappings: Mappings, taken: list[Takes]) -> Iterator[Problem]:
    """A problem for each entry that holds somewhere and wins nowhere."""
    for number, each in enumerate(taken):
        if not each.holds or number in each.taken_by:
            continue
        most = sorted(each.taken_by.items(), key=lambda pair: (-pair[1], pair[0]))
        names = ", ".join(f"'{taken[other].entry.id}' {count:,}" for other, count in most)
        message = f"'{each.entry.id}' wins nothing: all {each.holds:,} that it would take go to others first: {names}"
        yield mappings.problem((*each.path, "id"), message, "put it before them, or take it out")


def never_matching(mappings: Mappings, taken: list[Takes]) -> Iterator[Problem]:
    """Each entry that holds nowhere."""
    for each in taken:
        if not each.holds:
            yield mappings.problem((*each.path, "id"), f"'{each.entry.id}' matches nothing that was read")
