"""Where each objective stands and what lies ahead of it: progress, forecast, light."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from msgspec import Struct

from mappings.strategy import Objective
from sync.reconcile.backtest import ORIGINS, back_test
from sync.reconcile.facts import Facts
from sync.reconcile.forecast import Forecast, forecast
from sync.reconcile.light import Light, light
from sync.reconcile.periods import Period, day_of, instant, week_of
from sync.reconcile.progress import Progress, progress
from sync.reconcile.scope_history import Edges, History, histories
from sync.reconcile.stats import seed

if TYPE_CHECKING:
    import ibis.expr.types as ir


class Outlook(Struct, frozen=True, kw_only=True):
    """Of one objective, its children's work included."""

    progress: Progress
    forecast: Forecast
    light: Light


def outlooks(
    facts: Facts, members: "ir.Table", *, period: Period, begun_us: int | None, config_version: str
) -> dict[str, Outlook]:
    """Objective → its outlook at `as_of`; growth is that of the period.

    `members` are those of `membership.membership`; `begun_us` is when the records begin.
    """
    if begun_us is None:
        return {}
    known = Known(facts=facts, period=period, begun_us=begun_us)
    told = known.histories(members)
    empty = History(edges=known.edges.days, entries=())
    return {
        objective.id: known.outlook(objective, told.get(objective.id, empty), config_version=config_version)
        for objective in facts.strategy.objectives
    }


@dataclass(frozen=True, kw_only=True)
class Known:
    """What every objective's outlook is reckoned from."""

    facts: Facts
    period: Period
    begun_us: int

    @property
    def today(self) -> date:
        return day_of(self.facts.as_of, zone=self.facts.zone)

    @property
    def monday(self) -> date:
        """The last one: the end of the last complete week."""
        return self.today - timedelta(days=self.today.weekday())

    @property
    def edges(self) -> Edges:
        """As far back as the first back-test asks, and the bounds of the period."""
        weeks = ORIGINS * self.facts.thresholds.horizon_weeks + self.facts.thresholds.forecast_weeks
        mondays = tuple(self.monday - timedelta(weeks=back) for back in reversed(range(weeks + 1)))
        return Edges(mondays=mondays, others=(self.period.first_on, self.period.until_on))

    def histories(self, members: "ir.Table") -> dict[str, History]:
        facts = self.facts
        return histories(
            facts.flow,
            facts.flowed.runs,
            members,
            facts.snapshot["changes"],
            discarded=facts.thresholds.discarded,
            edges=self.edges,
            zone=facts.zone,
            as_of=facts.as_of,
        )

    @property
    def first_monday(self) -> date:
        """With which the first week begins of which all is known."""
        begun_at, zone = instant(self.begun_us), self.facts.zone
        week = week_of(day_of(begun_at, zone=zone), zone=zone)
        return week.first_on if week.start_at >= begun_at else week.until_on

    def sampled(self, on: date) -> list[date]:
        """The Mondays that bound the weeks a forecast draws from: as many as asked for, or as there are records."""
        weeks = min(self.facts.thresholds.forecast_weeks, (on - self.first_monday).days // 7)
        return [on - timedelta(weeks=back) for back in reversed(range(weeks + 1))] if weeks > 0 else []

    def outlook(self, objective: Objective, history: History, *, config_version: str) -> Outlook:
        facts, mondays = self.facts, self.sampled(self.monday)
        horizon = facts.thresholds.horizon_weeks
        told = forecast(
            history.at(history.now),
            history.weeks(mondays, known_at=history.now) if mondays else [],
            today=self.today,
            horizon=horizon,
            promised_on=objective.promised_on,
            seed=seed("forecast", objective.id, f"{facts.as_of:%Y-%m-%dT%H:%M:%SZ}", config_version),
            back_test=back_test(history, until=self.monday, horizon=horizon, sampled=self.sampled),
        )
        shown = [monday for monday in self.edges.mondays if monday >= self.first_monday]
        return Outlook(
            progress=progress(objective, history, mondays=shown, period=self.period, today=self.today),
            forecast=told,
            light=light(objective, told, today=self.today),
        )
