"""The survival view of each scope: how long work takes, what is stuck counted too (metrics.md §1.8)."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from sync.reconcile.days import DAY_US
from sync.reconcile.figures import Figure, quantile_of
from sync.reconcile.flow_view import Survival, SurvivalPoint
from sync.reconcile.longest import longest, place_by
from sync.reconcile.periods import micros
from sync.reconcile.survival import Curve, RiskSet

if TYPE_CHECKING:
    import ibis.expr.types as ir

PERCENTS = (50, 85, 95)
MOST_POINTS = 200  #: more than a chart can show


class Watched(NamedTuple):
    """The curve of one scope, in microseconds, and how many items it is of."""

    curve: Curve
    n: int
    open: int
    longest: tuple[str, ...] = ()  #: refs, the longest first


UNWATCHED = Watched(Curve(()), 0, 0)


def watched(flow: "ir.Table", members: "ir.Table", *, at: datetime, look_back_days: int) -> dict[str, Watched]:
    """Scope → those that were in progress at some time of so many days before `at`, as it was at that instant.

    What is out of sight was watched until it was last seen. What has no history tells no duration.
    """
    seen = _observed(flow, at=at, look_back_days=look_back_days).join(members.select("ref", "scope"), "ref").cache()
    placed = seen.mutate(place=place_by(seen, "duration_us", of=["scope"]))
    totals = placed.group_by("scope").aggregate(
        n=placed.count(), open=placed.count(where=placed.events == 0), refs=longest
    )
    ended: dict[str, list[RiskSet]] = defaultdict(list)
    for scope, at_us, at_risk, events in _rows(_risk_sets(seen)):
        ended[scope].append(RiskSet(at_us, at_risk, events))
    return {
        scope: Watched(Curve(ended.get(scope, [])), n, open_, tuple(refs)) for scope, n, open_, refs in _rows(totals)
    }


def survival(scope: str, seen: Watched) -> Survival:
    """The view of one scope; no quantile where too few were at risk."""
    curve = seen.curve
    blank = Figure(id="survival", scope=scope, title="Time in progress", unit="days", items=seen.longest)
    return Survival(
        n=seen.n,
        open=seen.open,
        quantiles=tuple(quantile_of(curve, percent=percent, n=seen.n, blank=blank) for percent in PERCENTS),
        points=tuple(_points(curve)),
        small_from_days=None if curve.small_from is None else curve.small_from / DAY_US,
    )


def _observed(flow: "ir.Table", *, at: datetime, look_back_days: int) -> "ir.Table":
    """ref, duration_us, entry_us, events (1 for what ended): [start, end) that overlaps the look-back."""
    import ibis

    at_us, since_us = micros(at), micros(at - timedelta(days=look_back_days))
    begun = flow.filter(flow.started_us < at_us)
    is_over = (begun.finished_us <= at_us).fill_null(False)
    last_us = ibis.ifelse(is_over, begun.finished_us, ibis.least(begun.lost_us.fill_null(at_us), at_us))
    told = begun.select(
        "ref",
        duration_us=last_us - begun.started_us,
        entry_us=ibis.greatest(since_us - begun.started_us, 0),
        events=ibis.ifelse(is_over, 1, 0),
    )
    return told.filter(told.duration_us > told.entry_us)


def _risk_sets(seen: "ir.Table") -> "ir.Table":
    """scope, at_us, at_risk, events, in that order: entered before and not gone before, where something ended."""
    import ibis

    came = seen.select("scope", at_us="entry_us", joined=ibis.literal(1), events=ibis.literal(0))
    gone = seen.select("scope", at_us="duration_us", joined=ibis.literal(-1), events=seen.events.cast("int8"))
    turns = came.union(gone).group_by(["scope", "at_us"])
    turns = turns.aggregate(joined=lambda each: each.joined.sum(), events=lambda each: each.events.sum())
    before = ibis.window(group_by="scope", order_by="at_us", preceding=(None, 1))
    told = turns.mutate(at_risk=turns.joined.sum().over(before))
    told = told.filter(told.events > 0).order_by(["scope", "at_us"])
    return told.select("scope", "at_us", *(told[name].cast("int64").name(name) for name in ("at_risk", "events")))


def _rows(table: "ir.Table") -> Iterator[tuple[Any, ...]]:
    arrow = table.to_pyarrow()
    return zip(*(column.to_pylist() for column in arrow.columns), strict=True)


def _points(curve: Curve) -> Iterator[SurvivalPoint]:
    """As many as a chart can show, evenly by the share that is left, and the last."""
    told = list(zip(curve.risk_sets, curve.survival, strict=True))
    shown: float | None = None
    for place, (ended, ratio) in enumerate(told, start=1):
        if shown is None or shown - ratio >= 1 / MOST_POINTS or place == len(told):
            shown = ratio
            yield SurvivalPoint(days=ended.at / DAY_US, ratio=ratio, at_risk=ended.at_risk)
