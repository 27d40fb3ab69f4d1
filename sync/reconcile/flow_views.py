"""How the work of every scope flows, as a report shows it: every question is asked once for all scopes."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from msgspec.structs import replace

from sync.reconcile.ageing import ageing
from sync.reconcile.cumulative import UNMOVED, cumulative, little, passages
from sync.reconcile.delivery import one_by_one, typical_efficiency
from sync.reconcile.distribution import distribution
from sync.reconcile.expectation import UNTOLD, expectation, samples
from sync.reconcile.figures import DAY_US, Figure
from sync.reconcile.flow import Flow
from sync.reconcile.flow_view import CyclePoint, FlowView
from sync.reconcile.objectives import ALL
from sync.reconcile.periods import instant, micros
from sync.reconcile.reopened import reopen_rates
from sync.reconcile.scopes import Scopes
from sync.reconcile.survival_view import UNWATCHED, survival, watched
from sync.reconcile.thresholds import Thresholds

if TYPE_CHECKING:
    import ibis.expr.types as ir

MOST_AGEING, MOST_DOTS = 50, 500


def flow_views(
    flowed: Flow, scopes: Scopes, *, thresholds: Thresholds, touch: Mapping[str, Figure] | None = None
) -> dict[str, FlowView]:
    """Scope → its view, of the period and of its end as far as it is known. `touch` has the touch ratio of each."""
    flow, members, period, as_of = flowed.items, scopes.members, scopes.period, scopes.as_of
    at, names = period.known_until(as_of), scopes.names
    curves = watched(flow, members, at=at, look_back_days=thresholds.look_back_days)
    told = samples(flow, members, at=at, zone=period.zone, weeks=thresholds.expectation_weeks, since=scopes.begun_at)
    days = cumulative(flow, members, scopes=names, period=period, as_of=as_of, since=scopes.begun_at)
    moved = passages(flow, members, period=period, as_of=as_of)
    reopened = reopen_rates(flow, members, scopes=names, period=period, as_of=as_of, days=thresholds.reopen_days)
    done = scopes.done
    views = {
        scope: FlowView(
            scope=scope,
            figures=(
                typical_efficiency(scope, done.get(scope, [])),
                reopened[scope],
                *([touch[scope]] if touch else []),
            ),
            expectation=expectation(scope, told.get(scope, UNTOLD)),
            survival=survival(scope, curves.get(scope, UNWATCHED)),
            cumulative=days[scope],
            little=little(moved.get(scope, UNMOVED), length=at - period.start_at),
            distribution=distribution(one_by_one(done.get(scope, []))),
        )
        for scope in names
    }
    every = views[ALL]
    oldest = ageing(
        flow,
        flowed.runs,
        at=at,
        most=MOST_AGEING,
        sample=told.get(ALL, UNTOLD),
        expected_days=every.expectation.value,
        curve=curves.get(ALL, UNWATCHED).curve,
    )
    more = {"scatter": _scatter(flow, at=at), "weeks": scopes.flow_weeks[-thresholds.series_weeks :]}
    return views | {ALL: replace(every, ageing=oldest, **more)}


def _scatter(flow: "ir.Table", *, at: datetime) -> tuple[CyclePoint, ...]:
    """The last to be delivered before an instant, as percentiles count them."""
    import ibis

    is_left_out = flow.flags.contains("bulk_closed") | flow.flags.contains("no_active")
    done = flow.filter(
        flow.outcome == "delivered", flow.finished_us < micros(at), flow.cycle_us.notnull(), ~is_left_out
    )
    last = done.order_by(ibis.desc("finished_us"), "ref").limit(MOST_DOTS).select("ref", "finished_us", "cycle_us")
    rows = last.order_by(ibis.desc("finished_us"), "ref").to_pyarrow().to_pylist()
    return tuple(
        CyclePoint(ref=row["ref"], finished_at=instant(row["finished_us"]), cycle_days=row["cycle_us"] / DAY_US)
        for row in rows
    )
