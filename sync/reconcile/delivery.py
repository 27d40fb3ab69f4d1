"""How delivery went in a period, for all work and for each objective (metrics.md §1.6).

An item that serves several objectives counts for each by its weight wherever items are counted, and once for each
wherever a percentile or a share of items is taken.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from fractions import Fraction
from math import fsum
from operator import itemgetter
from typing import TYPE_CHECKING, NamedTuple

from msgspec.structs import replace

from sync.reconcile.days import DAY_US, whole_days
from sync.reconcile.figures import Figure, percentile_of, proportion_of
from sync.reconcile.periods import Period, micros
from sync.reconcile.stats import (
    SMALLEST_DENOMINATOR,
    SMALLEST_SAMPLE,
    Resampling,
    bootstrap_interval,
    percentile,
    percentile_interval,
)

if TYPE_CHECKING:
    import ibis.expr.types as ir

PERCENTS = (50, 85, 95)
FIRST, SECOND = itemgetter(0), itemgetter(1)
TIMES = {"lead": "Lead time", "cycle": "Cycle time", "flow": "Flow time"}
WHOLE = "Cycle time in whole days"


class Finished(NamedTuple):
    """An item that was finished in the period, in one scope."""

    scope: str
    ref: str
    weight: float
    outcome: str
    lead_us: int
    cycle_us: int | None
    flow_us: int | None
    cycle_days: int | None  #: whole days of the zone, the first and the last included
    active_us: int | None
    waiting_us: int | None
    flow_type: str
    flags: list[str]

    @property
    def in_bulk(self) -> bool:
        return "bulk_closed" in self.flags


def finished(
    flow: "ir.Table", members: "ir.Table", *, period: Period, as_of: datetime, since: datetime
) -> dict[str, list[Finished]]:
    """Scope → the items with their finish in the period, by ref. `since` is when the records begin."""
    start_us, until_us = micros(period.start_at), micros(period.known_until(as_of))
    done = flow.filter((flow.finished_us >= start_us) & (flow.finished_us < until_us)).join(members, "ref")
    days = whole_days(done.started_us, done.finished_us, zone=period.zone, since=since, until=as_of)
    done = (
        done.mutate(weight=done.weight.cast("float64"), cycle_days=days)
        .select(Finished._fields)
        .order_by(["scope", "ref"])
    )
    by_scope: dict[str, list[Finished]] = defaultdict(list)
    for row in done.to_pyarrow().to_pylist():
        by_scope[row["scope"]].append(Finished(**row))
    return by_scope


def delivery(scope: str, done: Sequence[Finished], *, is_known: bool, resampling: Resampling) -> list[Figure]:
    """What was delivered and given up in one scope, and how long it took.

    Nothing is counted, not even zero, where not `is_known`, because the records begin later. `resampling` is the same
    for every scope of a report.
    """
    delivered, counted = [item for item in done if item.outcome == "delivered"], one_by_one(done)
    in_bulk = [item for item in done if item.in_bulk]
    given_up = [item for item in done if item.outcome == "discarded" and not item.in_bulk]
    share = Figure(id="abandonment", scope=scope, title="Abandonment", unit="ratio", items=refs(given_up))
    counts = [
        _count("throughput", "Delivered", counted, scope=scope, excluded=_tally("bulk_closed" for _ in in_bulk)),
        _count("bulk_closed", "Closed in bulk", in_bulk, scope=scope),
        _count("discarded", "Discarded", given_up, scope=scope),
    ]
    return [
        *(figure if is_known else replace(figure, value=None, reason="no_data") for figure in counts),
        proportion_of(len(given_up), len(counted) + len(given_up), blank=share),
        *(figure for name in TIMES for figure in _times(name, delivered, scope=scope)),
        *_whole_days(delivered, scope=scope),
        _efficiency(delivered, scope=scope, resampling=resampling),
    ]


def one_by_one(done: Iterable[Finished]) -> list[Finished]:
    """Those that were delivered, and not closed in bulk."""
    return [item for item in done if item.outcome == "delivered" and not item.in_bulk]


def left_out(item: Finished, *, of: str) -> str | None:
    """Why an item is in no percentile of a time; None where it is (§1.6)."""
    if item.in_bulk:
        return "bulk_closed"
    if "no_history" in item.flags and of != "lead":
        return "no_history"
    if "no_active" in item.flags:
        return "no_active"
    return "no_commitment" if of == "flow" and item.flow_us is None else None


def refs(items: Iterable[Finished]) -> tuple[str, ...]:
    return tuple(item.ref for item in items)


def _count(
    name: str, title: str, items: Sequence[Finished], *, scope: str, excluded: dict[str, int] | None = None
) -> Figure:
    """How many items, each by its weight."""
    return Figure(
        id=name,
        scope=scope,
        title=title,
        unit="items",
        value=fsum(item.weight for item in items),
        n=len(items),
        excluded=excluded or {},
        items=refs(items),
    )


def _times(name: str, delivered: Sequence[Finished], *, scope: str) -> list[Figure]:
    sample, excluded = _sample(delivered, of=name)
    blank = Figure(
        id=f"{name}_time", scope=scope, title=TIMES[name], unit="days", excluded=excluded, items=refs(sample)
    )
    values_us = [getattr(item, f"{name}_us") for item in sample]
    return [percentile_of(values_us, percent=percent, blank=blank) for percent in PERCENTS]


def _whole_days(delivered: Sequence[Finished], *, scope: str) -> list[Figure]:
    """CT_incl, by the convention of cycle time scatter plots (§1.5)."""
    sample, excluded = _sample(delivered, of="cycle")
    blank = Figure(id="cycle_days", scope=scope, title=WHOLE, unit="days", excluded=excluded, items=refs(sample))
    values_us = [item.cycle_days * DAY_US for item in sample if item.cycle_days is not None]
    return [percentile_of(values_us, percent=percent, blank=blank) for percent in PERCENTS]


def _sample(delivered: Sequence[Finished], *, of: str) -> tuple[list[Finished], dict[str, int]]:
    """The items that a percentile is of, and how many were left out for which reason."""
    why = [left_out(item, of=of) for item in delivered]
    return [item for item, reason in zip(delivered, why, strict=True) if reason is None], _tally(filter(None, why))


def _tally(reasons: Iterable[str]) -> dict[str, int]:
    return dict(sorted(Counter(reasons).items()))


def _efficiency(delivered: Sequence[Finished], *, scope: str, resampling: Resampling) -> Figure:
    """Active time by active and waiting time, over all items together (§1.6)."""
    sample, excluded = _sample(delivered, of="cycle")
    blank = Figure(
        id="flow_efficiency",
        scope=scope,
        title="Flow efficiency",
        unit="ratio",
        n=len(sample),
        excluded=excluded,
        items=refs(sample),
    )
    if len(sample) < SMALLEST_DENOMINATOR:
        return replace(blank, reason="small_n" if sample else "no_data")
    spent = {item.ref: (item.active_us or 0, item.waiting_us or 0) for item in sample}
    sums = [_summed([spent[ref] for ref in cluster if ref in spent]) for cluster in resampling.clusters]
    low, high = bootstrap_interval(sums, _active_share, seed=resampling.seed, replicates=resampling.replicates)
    value = _active_share(sums)
    return replace(blank, value=value, low=low, high=high, reason="zero_denominator" if value is None else None)


def typical_efficiency(scope: str, done: Sequence[Finished]) -> Figure:
    """The median of the items' own flow efficiency; those that were neither active nor waiting have none (§1.5)."""
    sample, excluded = _sample([item for item in done if item.outcome == "delivered"], of="cycle")
    told = [item for item in sample if (item.active_us or 0) + (item.waiting_us or 0)]
    if len(told) < len(sample):
        excluded["neither"] = len(sample) - len(told)
    blank = Figure(
        id="flow_efficiency_p50",
        scope=scope,
        title="Flow efficiency p50",
        unit="ratio",
        n=len(told),
        excluded=excluded,
        items=refs(told),
    )
    if len(told) < SMALLEST_SAMPLE[50]:
        return replace(blank, reason="small_n" if told else "no_data")
    values = sorted(Fraction(item.active_us or 0, (item.active_us or 0) + (item.waiting_us or 0)) for item in told)
    low, high = percentile_interval(values, percent=50)
    return replace(
        blank,
        value=float(percentile(values, percent=50)),
        low=None if low is None else float(low),
        high=None if high is None else float(high),
    )


def _summed(pairs: Sequence[tuple[int, int]]) -> tuple[int, int]:
    return sum(map(FIRST, pairs)), sum(map(SECOND, pairs))


def _active_share(pairs: Sequence[tuple[int, int]]) -> float | None:
    active_us, waiting_us = _summed(pairs)
    return active_us / (active_us + waiting_us) if active_us + waiting_us else None
