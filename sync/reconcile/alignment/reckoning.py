"""All that the figures of a period's effort are read from, each reckoned once."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from sync.reconcile.alignment import scores
from sync.reconcile.alignment.daily import Daily
from sync.reconcile.alignment.items import Items, items
from sync.reconcile.alignment.resampling import interval, replicates
from sync.reconcile.alignment.scores import Statistic, Sums, sums
from sync.reconcile.alignment.states import Map
from sync.reconcile.alignment.stretches import known_days
from sync.reconcile.conflicts import conflicts, direct, tagged
from sync.reconcile.effort.buckets import EXEMPT
from sync.reconcile.effort.displaced import Displaced, displaced
from sync.reconcile.effort.habits import Habits, habits
from sync.reconcile.effort.ledger import Ledger
from sync.reconcile.effort.models import Models, models
from sync.reconcile.effort.population import CLOSED, PAUSED, Population, Span, Vector, population
from sync.reconcile.effort.privacy import is_large_enough, shown
from sync.reconcile.effort.sensitivity import by_weights
from sync.reconcile.effort.work import delivered, still_open, unplanned_items
from sync.reconcile.objectives import ALL
from sync.reconcile.periods import Period, micros
from sync.reconcile.stats import Interval, clusters, seed

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from sync.reconcile.facts import Facts

SPREAD, SPREAD_DAYS, SWITCHED, SWITCHES = "spread", "spread_days", "switched", "switches"  #: sums of `Habits`
BY_SCOPE = ("all:", "on:", "sure:")  #: sums that no figure of a team is made of


@dataclass(frozen=True, kw_only=True)
class Reckoning:
    facts: "Facts"
    period: Period
    config_version: str
    with_habits: bool = True  #: without them, how people split their days is not reckoned

    @property
    def ledger(self) -> Ledger:
        return self.facts.ledger

    @property
    def map(self) -> Map:
        return self.facts.map

    @property
    def until_day(self) -> int:
        """The day after the last of which something is known."""
        return self.facts.until_day

    @cached_property
    def span(self) -> Span:
        return known_days(self.period, until_day=self.until_day)

    @property
    def buckets(self) -> "ir.Table":
        return self.facts.buckets

    @cached_property
    def states(self) -> "ir.Table":
        return self.map.table(self.span)

    @cached_property
    def population(self) -> Population:
        return population(self.ledger, self.buckets, self.states, self.span)

    @cached_property
    def habits(self) -> Habits:
        if not self.with_habits:
            return Habits(spread={}, switched={}, held_us={})
        return habits(self.ledger, self.span, start_us=micros(self.period.start_at), until_us=self._until_us)

    @property
    def daily(self) -> Daily:
        return self.facts.daily

    def over(self, span: Span) -> Sums:
        """What the scores of these days are made of, for the trend."""
        if span not in self._stretches:
            self._stretches[span] = self.daily.over(span)
        return self._stretches[span]

    @cached_property
    def _stretches(self) -> dict[Span, Sums]:
        return {}

    @cached_property
    def items(self) -> Items:
        work_items = self.facts.snapshot["work_items"]
        pairs = work_items.filter(work_items.parent_ref.notnull()).select("ref", other="parent_ref")
        tags = self.facts.tags
        own = direct(tags, self.facts.mappings)
        differing = conflicts(pairs, own, tagged(tags), strategy=self.facts.strategy)
        return items(self.ledger.spent, self.buckets, self.states, self.span, conflicts=differing)

    @cached_property
    def models(self) -> Models:
        flow = self.facts.flow
        done = delivered(
            flow,
            self.facts.snapshot["work_items"],
            self.ledger.capacity.day_at_home(flow.finished_us),
            start_us=micros(self.period.start_at),
            until_us=self._until_us,
        )
        return models(done, self.buckets, self.states)

    @cached_property
    def displaced(self) -> Displaced:
        """What nobody planned, by team and person."""
        items = unplanned_items(
            self.facts.snapshot["work_items"],
            start_us=micros(self.period.start_at),
            until_us=self._until_us,
            thresholds=self.facts.thresholds,
        )
        return displaced(self.ledger, items, self.span)

    @cached_property
    def still_open(self) -> dict[str, list[str]]:
        last_day = self.until_day - 1
        over = [name for name in self.map.objectives if self.map.state(name, last_day) in (CLOSED, PAUSED)]
        return still_open(self.facts.flow, self.buckets, over) if over else {}

    @cached_property
    def by_weights(self) -> list[Sums]:
        told = by_weights(self.ledger, self.buckets, self.states, self.span)
        return [sums(vector, self.map) for vector in told.values()]

    @cached_property
    def total(self) -> Sums:
        return {**sums(self.population.total, self.map), **habits_of(self.habits, self.habits.spread)}

    @cached_property
    def replicates(self) -> list[Sums]:
        """The sums of resampled people, none where they may not be shown."""
        if self.hidden:
            return []
        return self._resampled(ALL, self.population.people, self.population.ids)

    def replicates_of(self, team: str, at_home: Collection[int]) -> list[Sums]:
        """The sums of resampled people of a team, how those at home there split their days too, but none by scope."""
        part = self.population.of(team)
        return self._resampled(team, part.people, [part.ids[number] for number in at_home], without=BY_SCOPE)

    def _resampled(
        self, scope: str, people: Mapping[str, Vector], with_habits: Iterable[str], *, without: tuple[str, ...] = ()
    ) -> list[Sums]:
        numbers = {name: number for number, name in enumerate(self.population.ids)}
        own = {name: [numbers[name]] for name in with_habits}
        told = {
            name: {key: amount for key, amount in sums(vector, self.map).items() if not key.startswith(without)}
            | habits_of(self.habits, own.get(name, []))
            for name, vector in people.items()
        }
        number = seed("effort", scope, f"{self.facts.as_of:%Y-%m-%dT%H:%M:%SZ}", self.config_version)
        return replicates(clusters(told), seed=number, count=self.facts.thresholds.bootstrap_replicates)

    def interval(self, statistic: Statistic) -> Interval[float]:
        return interval(self.replicates, statistic)

    @cached_property
    def scopes(self) -> list[str]:
        """The objectives in rank order, then the exemptions that took effort, by name."""
        exempt = {bucket for bucket, _, _ in self.population.total if bucket and bucket.startswith(EXEMPT)}
        return [*self.map.objectives, *sorted(exempt)]

    @cached_property
    def hidden(self) -> str | None:
        """Why no effort may be shown; None where it may (§10.2)."""
        observed = _together(self.population)
        if not any(observed.values()):
            return "no_data"
        is_large = is_large_enough(observed, least=self.facts.thresholds.least_group)
        return None if is_large else "suppressed_privacy"

    @cached_property
    def gates(self) -> tuple[str, ...]:
        """Of what too little is seen for a verdict (§5.2); nothing of a group that is not shown."""
        if self.hidden:
            return ()
        thresholds = self.facts.thresholds
        seen = {
            "observability": (scores.observability(self.total), thresholds.least_observability),
            "coverage": (scores.coverage(self.total), thresholds.least_coverage),
        }
        return tuple(name for name, (value, least) in seen.items() if value is not None and value < least)

    @cached_property
    def shown_teams(self) -> list[str]:
        told = {team: self.population.observed[team] for team in self.population.teams}
        everybody = [person for person, effort in _together(self.population).items() if effort > 0]
        return [] if self.hidden else shown(told, everybody, least=self.facts.thresholds.least_group)

    @cached_property
    def presumed_absences(self) -> int:
        """How many days with capacity in the span are taken for absence."""
        if not self.facts.thresholds.presume_absence:
            return 0
        absent = self.ledger.absent
        count: int = absent.filter(self.span.holds(absent.day)).count().to_pyarrow().as_py()
        return count

    @property
    def people(self) -> int:
        """How many contributed."""
        return sum(effort > 0 for effort in _together(self.population).values())

    @property
    def _until_us(self) -> int:
        return micros(self.period.known_until(self.facts.as_of))


def _together(told: Population) -> dict[int, int]:
    """Person → observed effort, for all teams."""
    spent: dict[int, int] = {}
    for of_team in told.observed.values():
        for person, effort in of_team.items():
            spent[person] = spent.get(person, 0) + effort
    return spent


def habits_of(told: Habits, people: Iterable[int]) -> dict[str, int]:
    """The sums of their habits."""
    known = list(people)
    spread = [told.spread[person] for person in known if person in told.spread]
    switched = [told.switched[person] for person in known if person in told.switched]
    return {
        SPREAD: sum(amount for amount, _ in spread),
        SPREAD_DAYS: sum(n for _, n in spread),
        SWITCHED: sum(amount for amount, _ in switched),
        SWITCHES: sum(n for _, n in switched),
    }
