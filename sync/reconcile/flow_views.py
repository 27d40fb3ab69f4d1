"""How the work of every scope flows, as a report shows it: every question is asked once for all scopes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from sync.reconcile.ageing import ageing
from sync.reconcile.cumulative import UNMOVED, Passage, cumulative, little, passages
from sync.reconcile.delivery import one_by_one, typical_efficiency
from sync.reconcile.distribution import distribution
from sync.reconcile.expectation import UNTOLD, Sample, expectation, samples
from sync.reconcile.figures import DAY_US, Figure
from sync.reconcile.flow import Flow
from sync.reconcile.flow_view import CumulativeDay, CyclePoint, FlowView, FlowWeek
from sync.reconcile.objectives import ALL
from sync.reconcile.periods import instant, micros, week_of
from sync.reconcile.reopened import reopen_rates
from sync.reconcile.scopes import Scopes
from sync.reconcile.survival_view import UNWATCHED, Watched, survival, watched
from sync.reconcile.thresholds import Thresholds
from sync.reconcile.weekly_ages import weekly_ages

if TYPE_CHECKING:
    import ibis.expr.types as ir

MOST_AGEING, MOST_DOTS = 50, 500


@dataclass(frozen=True, kw_only=True)
class _Told:
    """The answers, by scope."""

    curves: Mapping[str, Watched]
    samples: Mapping[str, Sample]
    cumulative: Mapping[str, tuple[CumulativeDay, ...]]
    passages: Mapping[str, Passage]
    rates: tuple[Mapping[str, Figure], ...]


def flow_views(
    flowed: Flow,
    scopes: Scopes,
    *,
    thresholds: Thresholds,
    touch: Mapping[str, Figure] | None = None,
    effort: Mapping[str, int] | None = None,
) -> dict[str, FlowView]:
    """Scope → its view, of the period and of its end as far as it is known.

    `touch` has the touch ratio of each, `effort` what went into each flow type.
    """
    told = _told(scopes, thresholds, touch)
    views = {scope: _view(scope, told, scopes, effort or {}) for scope in scopes.names}
    at, every = scopes.known_until, views[ALL]
    oldest = ageing(
        flowed.items,
        flowed.runs,
        at=at,
        most=MOST_AGEING,
        sample=told.samples.get(ALL, UNTOLD),
        expected_days=every.expectation.value,
        curve=told.curves.get(ALL, UNWATCHED).curve,
    )
    more = {"scatter": _scatter(flowed.items, at=at), "weeks": _weeks(scopes, count=thresholds.series_weeks)}
    return views | {ALL: replace(every, ageing=oldest, **more)}


def _told(scopes: Scopes, thresholds: Thresholds, touch: Mapping[str, Figure] | None) -> _Told:
    about: dict[str, Any] = {"flow": scopes.flow, "members": scopes.members}
    of_period = about | {"period": scopes.period, "as_of": scopes.as_of}
    at, names, since = scopes.known_until, scopes.names, scopes.begun_at
    weeks, zone = thresholds.expectation_weeks, scopes.period.zone
    return _Told(
        curves=watched(**about, at=at, look_back_days=thresholds.look_back_days),
        samples=samples(**about, at=at, zone=zone, weeks=weeks, since=since),
        cumulative=cumulative(**of_period, scopes=names, since=since),
        passages=passages(**of_period),
        rates=(reopen_rates(**of_period, scopes=names, days=thresholds.reopen_days), *([touch] if touch else [])),
    )


def _view(scope: str, told: _Told, scopes: Scopes, effort: Mapping[str, int]) -> FlowView:
    done = scopes.done.get(scope, [])
    return FlowView(
        scope=scope,
        figures=(typical_efficiency(scope, done), *(rates[scope] for rates in told.rates)),
        expectation=expectation(scope, told.samples.get(scope, UNTOLD)),
        survival=survival(scope, told.curves.get(scope, UNWATCHED)),
        cumulative=told.cumulative[scope],
        little=little(told.passages.get(scope, UNMOVED), length=scopes.known_until - scopes.period.start_at),
        distribution=distribution(one_by_one(done), effort if scope == ALL else {}),
    )


def _weeks(scopes: Scopes, *, count: int) -> tuple[FlowWeek, ...]:
    """The last weeks of all work, with the age of what was in progress."""
    told = scopes.flow_weeks[-count:]
    ages = weekly_ages(scopes.flow, weeks=[week_of(week.starts_on, zone=scopes.period.zone) for week in told])
    return tuple(replace(week, age_p85_days=ages.get(week.starts_on)) for week in told)


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
