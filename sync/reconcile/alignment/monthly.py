"""What the last two complete months say of effort: findings go by them, whatever the period of a report.

Nothing of a group that is too small for its effort to be shown (metrics.md §10.2), and no person.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

from msgspec import Struct

from sync.reconcile.alignment import scores
from sync.reconcile.alignment.daily import is_exempt_from_starving, silent_days
from sync.reconcile.alignment.drift import drift, is_plan, movers
from sync.reconcile.alignment.reckoning import Reckoning
from sync.reconcile.alignment.starvation import fair_share, is_starving
from sync.reconcile.alignment.team_months import TeamMonth, team_months
from sync.reconcile.alignment.view import Band, Mover
from sync.reconcile.days import number_of
from sync.reconcile.effort.population import days
from sync.reconcile.periods import Period, months_before
from sync.reconcile.stats import wilson

if TYPE_CHECKING:
    from sync.reconcile.facts import Facts


class Attained(Struct, frozen=True, kw_only=True):
    """What an objective got of what it should have, in each month, the latest first."""

    objective: str
    wanted: float  #: share of the effort in the latest month: planned, or the least that is fair where nothing is
    planned: bool
    shares: tuple[Band, ...]  #: of the effort; the low end counts what items' own tags say alone
    days: tuple[float, ...]  #: person-days
    off_days: float  #: that the latest month gave it too few, or too many


class Drifted(Struct, frozen=True, kw_only=True):
    """How far the latest month was from its plan."""

    drift: Band
    days: float  #: person-days in all
    movers: tuple[Mover, ...]  #: the widest difference first


class Monthly(Struct, frozen=True, kw_only=True):
    first_on: date  #: of the latest
    hidden: str | None = None  #: why no effort may be shown
    starved: tuple[Attained, ...] = ()  #: objectives, none silent, that got too little in both months, in rank order
    overfed: tuple[Attained, ...] = ()  #: and those that got too much
    silent: dict[str, int] = {}  #: objective that should have effort → working days up to now without any
    drifted: Drifted | None = None  #: None where it is no more than may be, or nothing is planned
    teams: tuple[TeamMonth, ...] = ()  #: by name


def monthly(facts: "Facts") -> Monthly:
    """What of it is out of bounds by its value; how sure that is the intervals tell."""
    latest, earlier = (_reckoning(facts, back) for back in (1, 2))
    first_on = latest.period.first_on
    if latest.hidden:
        return Monthly(first_on=first_on, hidden=latest.hidden)
    if latest.gates:
        return Monthly(first_on=first_on, teams=tuple(team_months(latest)))
    told, silent = Months(months=(latest, earlier)), _silent(latest)
    return Monthly(
        first_on=first_on,
        starved=tuple(told.attained([scope for scope in told.starving if scope not in silent])),
        overfed=tuple(told.attained(told.overfed)),
        silent=silent,
        drifted=_drifted(latest),
        teams=tuple(team_months(latest)),
    )


def _reckoning(facts: "Facts", back: int) -> Reckoning:
    first_on, until_on = (months_before(facts.today, count) for count in (back, back - 1))
    month = Period(text=f"{first_on:%Y-%m}", zone=facts.zone, first_on=first_on, until_on=until_on)
    return Reckoning(facts=facts, period=month, config_version=facts.config_version, with_habits=False)


@dataclass(frozen=True, kw_only=True)
class Months:
    """Complete months side by side, the latest first."""

    months: Sequence[Reckoning]

    @property
    def latest(self) -> Reckoning:
        return self.months[0]

    @cached_property
    def has_plan(self) -> bool:
        return any(month.map.planned(month.span) for month in self.months)

    @cached_property
    def starving(self) -> list[str]:
        spans = [month.span for month in self.months]
        able = [scope for scope in self.latest.map.objectives if _can_starve(self.latest, scope)]
        return [scope for scope in able if is_starving(self.latest, scope, spans, has_plan=self.has_plan)]

    @cached_property
    def overfed(self) -> list[str]:
        return [scope for scope in self.latest.map.objectives if all(_is_over(month, scope) for month in self.months)]

    def attained(self, scopes: Sequence[str]) -> Iterator[Attained]:
        """Nothing where the effort of a month is not to be shown, or too little of it was seen."""
        if not scopes or any(month.hidden or month.gates for month in self.months):
            return
        for scope in scopes:
            span = self.latest.span
            planned = self.latest.map.planned(span).get(scope, 0.0)
            wanted = planned if self.has_plan else fair_share(self.latest, span)
            yield Attained(
                objective=scope,
                wanted=wanted,
                planned=self.has_plan,
                shares=tuple(_share(month, scope) for month in self.months),
                days=tuple(_days(month, scope) for month in self.months),
                off_days=abs(_days(self.latest, scope) - wanted * days(scores.observed(self.latest.total))),
            )


def _is_over(month: Reckoning, scope: str) -> bool:
    planned = month.map.planned(month.span).get(scope, 0.0)
    reached = scores.attainment(month.over(month.span), scope, planned)
    return reached is not None and reached > month.facts.thresholds.over_target


def _share(month: Reckoning, scope: str) -> Band:
    """Its share of the effort; an audit of tags takes from the low end what it found wrong."""
    precision = month.facts.precision
    sure = (wilson(precision.right, precision.n)[0] if precision else None) or 1.0
    low, _ = month.interval(lambda each: scores.sure_share(each, scope))
    _, high = month.interval(lambda each: scores.share_on_plan(each, scope))
    value = scores.share_on_plan(month.total, scope)
    return Band(value=value, low=None if low is None else low * sure, high=high)


def _days(month: Reckoning, scope: str) -> float:
    return days(month.total.get(f"on:{scope}", 0))


def _can_starve(month: Reckoning, scope: str) -> bool:
    """Whether it has been current for long enough by now."""
    until_day, least = number_of(month.facts.today), month.facts.thresholds.starved_days
    return not is_exempt_from_starving(month.map, scope, until_day=until_day, least=least)


def _silent(month: Reckoning) -> dict[str, int]:
    """The objectives that should have effort and have had none for long; one above others is told by them.

    Where something is planned, those that too little is planned for cannot starve.
    """
    facts, until_day = month.facts, number_of(month.facts.today)
    above, planned = {each.parent for each in facts.strategy.objectives}, month.map.planned(month.span)
    least = facts.thresholds.starved_share if planned else 0.0
    due = [scope for scope in month.map.objectives if planned.get(scope, 0.0) >= least and scope not in above]
    asked = [scope for scope in due if _can_starve(month, scope)]
    told = {scope: _silent_days(month, scope, until_day=until_day) for scope in asked}
    return {scope: count for scope, count in told.items() if count >= facts.thresholds.starved_days}


def _silent_days(month: Reckoning, scope: str, *, until_day: int) -> int:
    """Working days up to this one without effort, none from before it was current."""
    silent = silent_days(month.daily, scope, until_day=until_day)
    return min(silent, month.map.current_days(scope, until_day=until_day))


def _drifted(month: Reckoning) -> Drifted | None:
    planned = month.map.planned(month.span)
    value = drift(month.total, planned) if is_plan(planned) else None
    if value is None or value < month.facts.thresholds.drift:
        return None
    low, high = month.interval(lambda each: drift(each, planned))
    return Drifted(
        drift=Band(value=value, low=low, high=high),
        days=days(scores.observed(month.total)),
        movers=movers(month.total, planned),
    )
