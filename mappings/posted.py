"""Readings that were posted, beside those that the strategy holds."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from mappings.strategy import Measure, Reading, Strategy


class Posted(NamedTuple):
    """A reading of one measure."""

    objective: str
    measure: str
    reading: Reading


def with_posted(strategy: Strategy, posted: Iterable[Posted]) -> Strategy:
    """The strategy with these readings too; on a day that has one in the file, the file's stands."""
    added: dict[tuple[str, str], list[Reading]] = defaultdict(list)
    for each in posted:
        added[each.objective, each.measure].append(each.reading)
    objectives = [
        objective.model_copy(update={"measures": _measures(objective.id, objective.measures, added)})
        for objective in strategy.objectives
    ]
    return strategy.model_copy(update={"objectives": tuple(objectives)}) if added else strategy


def _measures(
    objective: str, measures: Iterable[Measure], added: Mapping[tuple[str, str], list[Reading]]
) -> tuple[Measure, ...]:
    return tuple(_read(measure, added.get((objective, measure.id), [])) for measure in measures)


def _read(measure: Measure, added: Iterable[Reading]) -> Measure:
    by_day = {reading.on: reading for reading in (*added, *measure.readings)}
    return measure.model_copy(update={"readings": tuple(by_day[on] for on in sorted(by_day))})
