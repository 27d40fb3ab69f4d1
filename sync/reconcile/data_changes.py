"""What else changed between two periods, to be read before any figure that did (metrics.md §7.3)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from mappings.strategy import Objective
from sync.reconcile.facts import Facts
from sync.reconcile.lost import lost
from sync.reconcile.periods import Period, day_of, instant, micros, start_of

if TYPE_CHECKING:
    import ibis.expr.types as ir


@dataclass(frozen=True, kw_only=True)
class Between:
    """From the first day of the earlier period, without it, to the last of the later one."""

    first_on: date
    until_on: date

    def has(self, day: date | None) -> bool:
        return day is not None and self.first_on < day < self.until_on


def data_changes(facts: Facts, *, earlier: Period, later: Period) -> tuple[str, ...]:
    """Sentences: of the map, of its configuration, of who travels, and of what is read."""
    between = Between(first_on=earlier.first_on, until_on=later.until_on)
    return (
        *_of_strategy(facts, between),
        *_of_mappings(facts, between),
        *_of_people(facts, between),
        *_of_places(facts, between),
        *_of_sources(facts, later.end_at),
    )


def _of_strategy(facts: Facts, between: Between) -> Iterator[str]:
    strategy = facts.strategy
    if between.has(strategy.from_on):
        yield f"Since {strategy.from_on} another version of the strategy is in force."
    for objective in strategy.objectives:
        yield from _of_objective(objective, between)


def _of_objective(objective: Objective, between: Between) -> Iterator[str]:
    for state, on in objective.turns:
        if between.has(on):
            yield f"Objective {objective.id} is {state} since {on}."
    for share in objective.plan:
        if between.has(share.from_on):
            yield f"Objective {objective.id} is planned at {share.share:.0%} since {share.from_on}."


def _of_mappings(facts: Facts, between: Between) -> Iterator[str]:
    mappings = facts.mappings
    if between.has(mappings.from_on):
        yield f"Since {mappings.from_on} another version of the mappings is in force."
    begun = [rule.id for rule in mappings.rules if between.has(rule.from_on)]
    begun += [exemption.id for exemption in mappings.exempt if between.has(exemption.from_on)]
    if begun:
        yield f"Rules that begin between the periods: {', '.join(begun)}."
    for workflow in mappings.statuses:
        if between.has(workflow.from_on):
            of = workflow.project or "every other project"
            yield f"Statuses of {of} are read otherwise since {workflow.from_on}."
    for line in mappings.thresholds:
        if between.has(line.from_on):
            keys = ", ".join(sorted(line.model_dump(exclude={"from_on"}, exclude_none=True)))
            yield f"Since {line.from_on} other thresholds hold: {keys}."


def _of_people(facts: Facts, between: Between) -> Iterator[str]:
    """By team, never by name (§10)."""
    moved: dict[str, int] = {}
    for person in facts.people.people:
        for membership in person.teams:
            turns = sum(between.has(day) for day in (membership.from_on, membership.to_on))
            moved[membership.team] = moved.get(membership.team, 0) + turns
    for team in sorted(team for team, turns in moved.items() if turns):
        yield f"The roster of team {team} changed."


def _of_places(facts: Facts, between: Between) -> Iterator[str]:
    for row in lost(facts.snapshot).to_pyarrow().to_pylist():
        gone_on = day_of(instant(row["lost_us"]), zone=facts.zone)
        if between.has(gone_on):
            yield f"{row['scope']} of {row['source']} is not to be seen since {gone_on}."
    for row in _begun(facts, between).order_by("place").to_pyarrow().to_pylist():
        yield f"The records of {row['place']} begin on {day_of(instant(row['begun_us']), zone=facts.zone)}."


def _begun(facts: Facts, between: Between) -> "ir.Table":
    """The projects and repositories whose first item was created between the periods."""
    import ibis

    items = facts.snapshot["work_items"]
    placed = items.select("created_us", place=ibis.coalesce(items.project, items.repository))
    first = placed.group_by("place").aggregate(begun_us=placed.created_us.min())
    from_us, until_us = (_midnight_us(facts, day) for day in (between.first_on, between.until_on))
    return first.filter(first.place.notnull() & (first.begun_us > from_us) & (first.begun_us < until_us))


def _midnight_us(facts: Facts, day: date) -> int:
    return micros(start_of(day, zone=facts.zone))


def _of_sources(facts: Facts, end_at: datetime) -> Iterator[str]:
    sources = facts.snapshot["sources"].select("name", "complete_us").order_by("name")
    for row in sources.to_pyarrow().to_pylist():
        if row["complete_us"] is None:
            yield f"{row['name']} was never read to its end."
        elif instant(row["complete_us"]) < end_at:
            yield f"{row['name']} was last read to its end before the period was over."
