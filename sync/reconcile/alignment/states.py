"""What each objective was on each day: planned, current, paused, closed; or sanctioned by its class (metrics.md §5)."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from math import fsum
from typing import TYPE_CHECKING

from mappings.rows import as_table
from mappings.strategy import Objective, Strategy
from sync.reconcile.days import date_of, number_of
from sync.reconcile.effort.buckets import EXEMPT
from sync.reconcile.effort.population import CURRENT, SANCTIONED, Span
from sync.reconcile.objectives import lineage

if TYPE_CHECKING:
    import ibis.expr.types as ir

SATURDAY = 5


@dataclass(frozen=True, kw_only=True)
class Map:
    """The objectives of one strategy, day by day."""

    strategy: Strategy

    @cached_property
    def lines(self) -> dict[str, tuple[str, ...]]:
        """Each objective, and those above it."""
        return lineage(self.strategy)

    def line(self, bucket: str) -> tuple[str, ...]:
        """The scopes that effort in a bucket counts for."""
        return self.lines.get(bucket, (bucket,))

    @cached_property
    def objectives(self) -> dict[str, Objective]:
        return {objective.id: objective for objective in self.strategy.objectives}

    def is_sanctioned(self, scope: str) -> bool:
        return scope.startswith(EXEMPT) or self.objectives[scope].class_ == SANCTIONED

    def state(self, scope: str, day: int) -> str:
        if self.is_sanctioned(scope):
            return SANCTIONED
        return self.objectives[scope].state_on(date_of(day))

    def table(self, span: Span) -> "ir.Table":
        """bucket, day, state: of every objective and day."""
        return as_table(self._rows(span), {"bucket": "string", "day": "int64", "state": "string"})

    def _rows(self, span: Span) -> Iterator[dict[str, object]]:
        for name in self.objectives:
            for day in range(*span):
                yield {"bucket": name, "day": day, "state": self.state(name, day)}

    def planned(self, span: Span) -> dict[str, float]:
        """The share that each objective with a plan in these days is to have, on average over the days (§5.1)."""
        shares: dict[str, float] = {}
        for name, objective in self.objectives.items():
            told = [objective.share_on(date_of(day)) for day in range(*span)]
            if any(share is not None for share in told):
                shares[name] = fsum(share or 0.0 for share in told) / len(told)
        return shares

    def turns(self, name: str, span: Span) -> Iterator[tuple[int, str, str]]:
        """Each change of state in the days after the first: the day, the state before it, the state from it on."""
        told = sorted({number_of(on) for line in self.objectives[name].state for on in line.values()})
        for day in told:
            before, after = self.state(name, day - 1), self.state(name, day)
            if span.first_day < day < span.until_day and before != after:
                yield day, before, after

    def current_days(self, name: str, *, until_day: int) -> int:
        """How many working days it has been current at the end of the day before; 0 where it is not."""
        if self.state(name, until_day - 1) != CURRENT:
            return 0
        lines = (line.items() for line in self.objectives[name].state)
        begun = [number_of(on) for line in lines for state, on in line if state == CURRENT]
        since = max((day for day in begun if day < until_day), default=None)
        return until_day if since is None else sum(map(is_workday, range(since, until_day)))


def is_workday(day: int) -> bool:
    """Monday to Friday: what all groups go by where lags and silences are counted."""
    return date_of(day).weekday() < SATURDAY
