"""The charts of a report: throughput of every scope, cycle time and WIP of all work (metrics.md §7.1)."""

from collections.abc import Iterator, Sequence
from datetime import timedelta

from sync.reconcile.change import Signal
from sync.reconcile.control_chart import Baseline, ChartPoint, ControlChart, Limits, charted
from sync.reconcile.flow_view import FlowWeek
from sync.reconcile.objectives import ALL
from sync.reconcile.periods import Period, start_of
from sync.reconcile.scopes import Scopes
from sync.reconcile.series import Week
from sync.reconcile.thresholds import Thresholds

STATISTICAL = ("R1", "R2")  #: R3 is a hint


def control_charts(scopes: Scopes, *, thresholds: Thresholds) -> tuple[ControlChart, ...]:
    """Each with its last so many weeks, judged by limits from the first records on."""
    shown = thresholds.series_weeks
    baseline = Baseline(points=thresholds.baseline_weeks, least=thresholds.least_baseline_weeks)
    known = _whole(scopes)
    delivered = scopes.weeks(len(known)) if known else {}
    every = [
        charted(_blank("throughput", scope, "Delivered", "items"), weeks, scale="count", shown=shown, baseline=baseline)
        for scope, weeks in delivered.items()
    ]
    cycle = [Week(starts_on=week.starts_on, value=week.cycle_p50_days) for week in known]
    wip = [Week(starts_on=week.starts_on, value=week.wip) for week in known]
    return (
        *every,
        charted(
            _blank("cycle_time_p50", ALL, "Cycle time p50", "days"), cycle, scale="time", shown=shown, baseline=baseline
        ),
        charted(_blank("wip", ALL, "Work in progress", "items"), wip, scale="count", shown=shown, baseline=baseline),
    )


def _whole(scopes: Scopes) -> list[FlowWeek]:
    """The weeks of which all is known: not that in which the records begin, but where they begin with it."""
    zone = scopes.period.zone
    return [week for week in scopes.flow_weeks if start_of(week.starts_on, zone=zone) >= scopes.begun_at]


def _blank(name: str, scope: str, title: str, unit: str) -> ControlChart:
    return ControlChart(id=name, scope=scope, title=title, unit=unit, points=())


def signals(charts: Sequence[ControlChart], period: Period, *, material_ratio: float) -> Iterator[Signal]:
    """The weeks of the period that are both no noise and far enough from the centre to matter (§7.3)."""
    for chart in charts:
        for point in chart.points:
            if period.first_on <= point.starts_on and point.starts_on + timedelta(days=7) <= period.until_on:
                yield from _signals(chart, point, material_ratio)


def _signals(chart: ControlChart, point: ChartPoint, material_ratio: float) -> Iterator[Signal]:
    if point.version is None or point.value is None:
        return
    limits = chart.limits[point.version - 1]
    if abs(point.value - limits.centre) < material_ratio * limits.centre:
        return
    for rule in STATISTICAL:
        if rule in point.signals:
            yield Signal(
                id=chart.id,
                scope=chart.scope,
                starts_on=point.starts_on,
                rule=rule,
                says=_says(chart, point, limits, rule),
            )


def _says(chart: ControlChart, point: ChartPoint, limits: Limits, rule: str) -> str:
    subject = chart.title if chart.scope == ALL else f"{chart.title}, {chart.scope}"
    value = f"{point.value:,.1f}".removesuffix(".0")  # whole items are counted, weights and days are not
    where = f"{subject}: {value} {chart.unit} in the week of {point.starts_on}"
    if rule == "R1":
        return f"{where}, beyond its natural limits of {limits.low:,.1f} to {limits.high:,.1f}."
    return f"{where}, one of eight weeks or more on one side of {limits.centre:,.1f}."
