"""What teams did in a month, as far as they are large enough for it to be told (metrics.md §10.2)."""

from collections.abc import Iterator

from msgspec import Struct

from sync.reconcile.alignment import scores
from sync.reconcile.alignment.reckoning import Reckoning
from sync.reconcile.alignment.scores import Sums
from sync.reconcile.alignment.unplanned import unplanned_share
from sync.reconcile.alignment.view import Band
from sync.reconcile.effort.population import days


class TeamMonth(Struct, frozen=True, kw_only=True):
    """The latest month of a team that is large enough to be shown, or of all together where no team is."""

    team: str | None
    days: float  #: person-days
    objectives: dict[str, float]  #: strategic objective → its part of what the team spent on any, the most first
    unplanned: Band  #: share of what nobody planned
    unplanned_days: float
    unplanned_refs: tuple[str, ...]  #: the most effort first


def team_months(month: Reckoning) -> Iterator[TeamMonth]:
    """The teams that are large enough, by name; all together where none is."""
    shown: list[str | None] = [*month.shown_teams]
    for team in shown or [None]:
        part = month.population if team is None else month.population.of(team)
        told = scores.sums(part.total, month.map)
        unplanned = month.displaced.of(team)
        yield TeamMonth(
            team=team,
            days=days(scores.observed(told)),
            objectives=_objectives(told),
            unplanned=unplanned_share(month, team, unplanned.by_person),
            unplanned_days=days(sum(unplanned.by_person.values())),
            unplanned_refs=unplanned.refs,
        )


def _objectives(told: Sums) -> dict[str, float]:
    spent = {name.removeprefix("to:"): effort for name, effort in told.items() if name.startswith("to:") and effort}
    total = sum(spent.values())
    return {name: spent[name] / total for name in sorted(spent, key=lambda name: (-spent[name], name))}
