"""Where each objective stands and what lies ahead of it: progress, forecast, light."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from msgspec import Struct

from mappings.strategy import Objective
from sync.reconcile.backtest import ORIGINS, back_test
from sync.reconcile.forecast import Forecast, forecast
from sync.reconcile.light import Light, light
from sync.reconcile.periods import Period, day_of, instant, months_before, week_of
from sync.reconcile.progress import Progress, progress
from sync.reconcile.scope_history import Edges, History, histories
from sync.reconcile.stats import seed

if TYPE_CHECKING:
    from sync.reconcile.facts import Facts


class Outlook(Struct, frozen=True, kw_only=True):
    """Of one objective, its children's work included."""

    progress: Progress
    forecast: Forecast
    light: Light


def outlooks(facts: "Facts", period: Period) -> dict[str, Outlook]:
    """Objective → its outlook at `as_of`; growth is that of the period, whose bounds `Facts.scope_on` names."""
    known = facts.prospects
    return (
        {} if known.begun_us is None else {each.id: known.outlook(each, period) for each in facts.strategy.objectives}
    )


@dataclass(frozen=True, kw_only=True)
class Prospects:
    """What lies ahead of every objective, whatever the period of a report; each is reckoned when first asked for."""

    facts: "Facts"

    @property
    def begun_us(self) -> int | None:
        return self.facts.begun_us

    @property
    def monday(self) -> date:
        """The last one: the end of the last complete week."""
        today = self.facts.today
        return today - timedelta(days=today.weekday())

    @cached_property
    def month(self) -> tuple[date, date]:
        """The last complete one: its first day, and the day after its last."""
        return months_before(self.facts.today, 1), months_before(self.facts.today, 0)

    @cached_property
    def edges(self) -> Edges:
        """As far back as the first back-test asks, the bounds of the last month, and what a report asks for."""
        weeks = ORIGINS * self.facts.thresholds.horizon_weeks + self.facts.thresholds.forecast_weeks
        mondays = tuple(self.monday - timedelta(weeks=back) for back in reversed(range(weeks + 1)))
        return Edges(mondays=mondays, others=(*self.month, *self.facts.scope_on))

    @cached_property
    def histories(self) -> dict[str, History]:
        facts = self.facts
        return histories(
            facts.flow,
            facts.flowed.runs,
            facts.serving,
            facts.snapshot["changes"],
            discarded=facts.thresholds.discarded,
            edges=self.edges,
            zone=facts.zone,
            as_of=facts.as_of,
        )

    def history(self, objective: Objective) -> History:
        return self.histories.get(objective.id, History(edges=self.edges.days, entries=()))

    @cached_property
    def first_monday(self) -> date:
        """With which the first week begins of which all is known; the last one where there are no records."""
        if self.begun_us is None:
            return self.monday
        begun_at = instant(self.begun_us)
        week = week_of(day_of(begun_at, zone=self.facts.zone), zone=self.facts.zone)
        return week.first_on if week.start_at >= begun_at else week.until_on

    def sampled(self, on: date) -> list[date]:
        """The Mondays that bound the weeks a forecast draws from: as many as asked for, or as there are records."""
        weeks = min(self.facts.thresholds.forecast_weeks, (on - self.first_monday).days // 7)
        return [on - timedelta(weeks=back) for back in reversed(range(weeks + 1))] if weeks > 0 else []

    def forecast(self, objective: Objective) -> Forecast:
        if objective.id not in self._forecasts:
            self._forecasts[objective.id] = self._forecast(objective)
        return self._forecasts[objective.id]

    def light(self, objective: Objective) -> Light:
        return light(objective, self.forecast(objective), today=self.facts.today)

    @cached_property
    def _forecasts(self) -> dict[str, Forecast]:
        """Those that were asked for, by objective."""
        return {}

    def _forecast(self, objective: Objective) -> Forecast:
        facts, history, mondays = self.facts, self.history(objective), self.sampled(self.monday)
        return forecast(
            history.at(history.now),
            history.weeks(mondays, known_at=history.now) if mondays else [],
            today=facts.today,
            promised_on=objective.promised_on,
            seed=seed("forecast", objective.id, f"{facts.as_of:%Y-%m-%dT%H:%M:%SZ}", facts.config_version),
            back_test=back_test(history, until=self.monday, sampled=self.sampled, thresholds=facts.thresholds),
            thresholds=facts.thresholds,
        )

    def outlook(self, objective: Objective, period: Period) -> Outlook:
        shown = [monday for monday in self.edges.mondays if monday >= self.first_monday]
        history, today = self.history(objective), self.facts.today
        return Outlook(
            progress=progress(objective, history, mondays=shown, period=period, today=today),
            forecast=self.forecast(objective),
            light=self.light(objective),
        )
