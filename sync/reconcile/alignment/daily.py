"""Effort day by day: what trends, silences and lags are read from."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from sync.reconcile.alignment.scores import Sums, sums
from sync.reconcile.alignment.states import Map, is_workday
from sync.reconcile.effort.buckets import EXEMPT, in_buckets
from sync.reconcile.effort.population import CURRENT, DARK, SANCTIONED, UNTAGGED, Key, Span
from sync.reconcile.effort.subjects import WORK_ITEM

if TYPE_CHECKING:
    import ibis.expr.types as ir


@dataclass(frozen=True, kw_only=True)
class Daily:
    """Day → effort by bucket and state, of all people together."""

    days: dict[int, dict[Key, int]]
    map: Map
    span: Span  #: of which effort is known

    def over(self, span: Span) -> Sums:
        """What the scores of these days are made of."""
        total: Counter[Key] = Counter()
        for day in range(*span):
            total.update(self.days.get(day, {}))
        return sums(total, self.map)

    def series(self, scope: str, span: Span) -> list[int]:
        """The effort on a scope on each working day; what was done on other days stands on the next working day."""
        told, carried = [], 0
        for day in range(*span):
            carried += self._of_scope.get((scope, day), 0)
            if is_workday(day):
                told.append(carried)
                carried = 0
        return told

    @cached_property
    def _of_scope(self) -> dict[tuple[str, int], int]:
        total: Counter[tuple[str, int]] = Counter()
        for day, spent in self.days.items():
            for (bucket, _, _), effort in spent.items():
                for scope in self.map.line(bucket) if bucket else ():
                    total[scope, day] += effort
        return total


def daily(spent: "ir.Table", buckets: "ir.Table", *, map_: Map, span: Span) -> Daily:
    """`spent` as `Ledger.spent`; of the days of the span."""
    import ibis

    told = in_buckets(spent.filter(span.holds(spent.day)), buckets)
    told = told.mutate(is_dark=ibis.ifelse(told.kind == WORK_ITEM, 0, 1))
    summed = told.group_by("day", "bucket", "is_own", "is_dark").agg(effort=told.effort.sum())
    summed = summed.mutate(effort=summed.effort.cast("decimal(38, 0)"))
    days: dict[int, dict[Key, int]] = defaultdict(lambda: defaultdict(int))
    for row in summed.to_pyarrow().to_pylist():
        state = _state(row["bucket"], row["day"], map_, is_dark=bool(row["is_dark"]))
        days[row["day"]][row["bucket"], state, row["is_own"]] += int(row["effort"])
    return Daily(days={day: dict(told) for day, told in days.items()}, map=map_, span=span)


def _state(bucket: str | None, day: int, map_: Map, *, is_dark: bool) -> str:
    if bucket is None:
        return DARK if is_dark else UNTAGGED
    return SANCTIONED if bucket.startswith(EXEMPT) else map_.state(bucket, day)


def silent_days(told: Daily, scope: str, *, until_day: int) -> int:
    """How many working days in a row up to this one, and without it, had no effort on the scope."""
    backwards = reversed(told.series(scope, Span(told.span.first_day, until_day)))
    count = 0
    for effort in backwards:
        if effort:
            break
        count += 1
    return count


def is_exempt_from_starving(map_: Map, scope: str, *, until_day: int, least: int) -> bool:
    """Not current, or not for so many working days."""
    if map_.is_sanctioned(scope) or map_.state(scope, until_day - 1) != CURRENT:
        return True
    return map_.current_days(scope, until_day=until_day) < least
