"""Every figure of a report: of all work first, then of each objective in rank order."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING

from mappings.strategy import Strategy
from sync.reconcile.coverage import coverage
from sync.reconcile.delivery import Finished, delivery, finished, left_out, one_by_one, refs
from sync.reconcile.figures import Figure
from sync.reconcile.flow_view import FlowWeek
from sync.reconcile.objectives import ALL, members
from sync.reconcile.periods import Period, instant, micros, weeks_until
from sync.reconcile.series import Week, throughput
from sync.reconcile.stats import Resampling, clusters, seed
from sync.reconcile.weekly import DAYS, MOST_WEEKS, flow_weeks
from sync.reconcile.wip import in_progress, wip

if TYPE_CHECKING:
    import ibis.expr.types as ir


@dataclass(frozen=True, kw_only=True)
class Scopes:
    """All work and each objective, over one period as known at one instant."""

    flow: "ir.Table"
    tags: "ir.Table"
    strategy: Strategy
    period: Period
    as_of: datetime

    @property
    def names(self) -> list[str]:
        return [ALL, *(objective.id for objective in self.strategy.objectives)]

    @cached_property
    def members(self) -> "ir.Table":
        return members(self.flow, self.tags, self.strategy).cache()

    @cached_property
    def begun_us(self) -> int | None:
        """When the records begin; None where there are none."""
        first_us: int | None = self.flow.created_us.min().to_pyarrow().as_py()
        return first_us

    @property
    def begun_at(self) -> datetime:
        """The same; `as_of` where there are no records."""
        return self.as_of if self.begun_us is None else instant(self.begun_us)

    @property
    def known_until(self) -> datetime:
        """The end of the period as far as it is known: the instant that whatever has no period is told of."""
        return self.period.known_until(self.as_of)

    @cached_property
    def done(self) -> dict[str, list[Finished]]:
        """Scope → the items with their finish in the period, by ref."""
        return finished(self.flow, self.members, period=self.period, as_of=self.as_of, since=self.begun_at)

    @cached_property
    def flow_weeks(self) -> tuple[FlowWeek, ...]:
        """All work, in every complete week from the first record to what is known of the period, the latest last."""
        until = self.known_until
        count = min(MOST_WEEKS, (until - self.begun_at).days // DAYS + 2)
        weeks = [week for week in weeks_until(until, zone=self.period.zone, count=count) if week.end_at > self.begun_at]
        return flow_weeks(self.flow, weeks=weeks, since=self.begun_at) if weeks else ()

    def figures(self, *, config_version: str, replicates: int) -> tuple[Figure, ...]:
        """`config_version` goes into the seed of every resampling (§0.10), of so many replicates."""
        until_at = self.known_until
        done = self.done
        open_ = in_progress(self.flow, self.members, at=until_at)
        population = clusters({item.ref: item.ref for item in _timed(done.get(ALL, []))})
        number = seed("flow", ALL, f"{self.as_of:%Y-%m-%dT%H:%M:%SZ}", config_version)
        resampling = Resampling(population, number, replicates)
        is_known = self.begun_us is not None and self.begun_us < micros(until_at)
        told = [
            figure
            for name in self.names
            for figure in (
                *delivery(name, done.get(name, []), is_known=is_known, resampling=resampling),
                *wip(name, open_.get(name, [])),
            )
        ]
        return coverage(self.tags, refs(one_by_one(done.get(ALL, []))), scope=ALL), *told

    def weeks(self, count: int) -> dict[str, tuple[Week, ...]]:
        """Throughput in the last complete weeks of what is known of the period."""
        known = weeks_until(self.known_until, zone=self.period.zone, count=count)
        return throughput(self.flow, self.members, scopes=self.names, weeks=known, first_us=self.begun_us)


def _timed(done: Sequence[Finished]) -> list[Finished]:
    """Those that have a cycle time."""
    return [item for item in done if item.outcome == "delivered" and left_out(item, of="cycle") is None]
