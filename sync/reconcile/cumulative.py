"""Cumulative flow, and Little's law as a check of it (metrics.md §1.9)."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple

from sync.reconcile.days import DAY_US, date_of, day_numbers, number_of
from sync.reconcile.flow_view import CumulativeDay, Little
from sync.reconcile.periods import Period, micros, start_of

if TYPE_CHECKING:
    import ibis.expr.types as ir

KINDS = ("arrivals", "started", "finished")
LEAST, MOST = Fraction(4, 5), Fraction(5, 4)  #: ρ between them: the flow is roughly balanced
BALANCED = "The flow is roughly balanced."
UNBALANCED = "Work in progress grows or ages: the percentiles of the cycle time are not representative."
UNKNOWN = "Nothing can be said of the balance."

Counts = Mapping[tuple[str, str, int], Decimal]
"""Scope, kind and day → the weight that came since the day before had begun; before the first day, ever."""


class Passage(NamedTuple):
    """What of a scope was in progress during a period, and what was finished in it, all by weight."""

    spent_us: Fraction  #: in progress in the period, all items together
    finished: Fraction
    cycle_us: Fraction  #: from start to finish of those, all together


UNMOVED = Passage(Fraction(), Fraction(), Fraction())


def cumulative(
    flow: "ir.Table",
    members: "ir.Table",
    *,
    scopes: Sequence[str],
    period: Period,
    as_of: datetime,
    since: datetime,
) -> dict[str, tuple[CumulativeDay, ...]]:
    """Scope → its counts when each day of the period began, and when the last one ended, as far as `as_of`.

    What has no start but a finish was started when it was finished. `since` is when the records begin.
    """
    days = [day for day in _days(period) if start_of(date_of(day), zone=period.zone) <= as_of]
    if not days:
        return dict.fromkeys(scopes, ())
    counts = _counts(flow, members, days=days, period=period, since=since)
    return {scope: _series(scope, counts, days) for scope in scopes}


def passages(flow: "ir.Table", members: "ir.Table", *, period: Period, as_of: datetime) -> dict[str, Passage]:
    """Scope → its passage through the period as far as it is known; items without history tell none."""
    import ibis

    start_us, until_us = micros(period.start_at), micros(period.known_until(as_of))
    told = flow.filter(flow.started_us < until_us, flow.finished_us.isnull() | (flow.finished_us >= start_us))
    end_us = ibis.least(told.finished_us.fill_null(until_us), until_us)
    is_finished = (told.finished_us < until_us).fill_null(False)
    spans = told.select(
        "ref",
        spent_us=ibis.greatest(end_us - ibis.greatest(told.started_us, start_us), 0),
        finished=ibis.ifelse(is_finished, 1, 0),
        cycle_us=ibis.ifelse(is_finished, told.cycle_us, 0),
    ).join(members, "ref")
    summed = spans.group_by(["scope", "weight"]).aggregate(
        **{name: spans[name].sum().cast("decimal(38, 0)") for name in Passage._fields}
    )
    parts: dict[str, list[Passage]] = defaultdict(list)
    for row in summed.to_pyarrow().to_pylist():
        weight = Fraction(row["weight"])
        parts[row["scope"]].append(Passage(*(weight * Fraction(row[name]) for name in Passage._fields)))
    return {
        scope: Passage(*(sum(column, Fraction()) for column in zip(*each, strict=True)))
        for scope, each in parts.items()
    }


def little(passage: Passage, *, length: timedelta) -> Little:
    """Little's law over a period of this length: ρ = L / (λ W̄), a diagnostic and nothing else."""
    length_us = length // timedelta(microseconds=1)
    if not length_us:
        return Little(
            wip=None,
            finished_per_day=None,
            cycle_days=None,
            ratio=None,
            balanced=None,
            reading=UNKNOWN,
            reason="no_data",
        )
    ratio = passage.spent_us / passage.cycle_us if passage.cycle_us else None
    return Little(
        wip=float(passage.spent_us / length_us),
        finished_per_day=float(passage.finished * DAY_US / length_us),
        cycle_days=float(passage.cycle_us / passage.finished / DAY_US) if passage.finished else None,
        ratio=None if ratio is None else float(ratio),
        balanced=None if ratio is None else LEAST <= ratio <= MOST,
        reading=_reading(ratio),
        reason="zero_denominator" if ratio is None else None,
    )


def _reading(ratio: Fraction | None) -> str:
    if ratio is None:
        return UNKNOWN
    return BALANCED if LEAST <= ratio <= MOST else UNBALANCED


def _days(period: Period) -> range:
    return range(number_of(period.first_on), number_of(period.until_on) + 1)


def _counts(flow: "ir.Table", members: "ir.Table", *, days: Sequence[int], period: Period, since: datetime) -> Counts:
    """An event counts from the first day on that begins with it or after it."""
    import ibis

    until_us = micros(start_of(date_of(days[-1]), zone=period.zone))
    happened = (flow.created_us, flow.started_us.coalesce(flow.finished_us), flow.finished_us)

    def day(at_us: "ir.IntegerValue") -> "ir.IntegerValue":
        number = day_numbers(at_us - 1, zone=period.zone, since=since, until=period.end_at) + 1
        return ibis.ifelse(at_us <= until_us, ibis.greatest(number, days[0]), None)

    told = flow.select("ref", **{kind: day(at_us) for kind, at_us in zip(KINDS, happened, strict=True)})
    placed = told.join(members, "ref")
    alike = placed.group_by(["scope", *KINDS]).aggregate(weight=placed.weight.sum())
    every = ibis.union(*(alike.select("scope", "weight", kind=ibis.literal(kind), day=alike[kind]) for kind in KINDS))
    every = every.filter(every.day.notnull())
    summed = every.group_by(["scope", "kind", "day"]).aggregate(weight=every.weight.sum())
    return {(row["scope"], row["kind"], row["day"]): Decimal(row["weight"]) for row in summed.to_pyarrow().to_pylist()}


def _series(scope: str, counts: Counts, days: Sequence[int]) -> tuple[CumulativeDay, ...]:
    told = [accumulate([counts.get((scope, kind, day), Decimal(0)) for day in days]) for kind in KINDS]
    return tuple(
        CumulativeDay(on=date_of(day), arrivals=float(came), started=float(begun), finished=float(done))
        for day, came, begun, done in zip(days, *told, strict=True)
    )
