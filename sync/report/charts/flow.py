"""How the work flows: runs of weeks, durations, what came in and went out, what lies in progress."""

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from sync.reconcile.figures import Figure
from sync.reconcile.series import Week
from sync.reconcile.stats import percentile
from sync.report.charts.vega import ACCENT, INK, MUTED, Spec, chart, days, level, line, points, quantity

DASHED, DOTTED, FINE = (4, 4), (1, 4), (2, 2)


class Limits(NamedTuple):
    """Between which a week is nothing unusual (metrics.md §7.1)."""

    low: float
    centre: float
    high: float


class Point(NamedTuple):
    """A finished item: when, and how many days it took."""

    on: date
    days: float


class Level(NamedTuple):
    """A height that has a name: p85."""

    name: str
    value: float


class Stand(NamedTuple):
    """How many items had come in, been started and been finished by the end of a day."""

    on: date
    arrived: float
    started: float
    finished: float


def throughput(weeks: Sequence[Week], limits: Limits | None = None) -> Spec:
    """A run chart: items delivered each week, between limits, or with the median where there are none."""
    known = sorted(week.value for week in weeks if week.value is not None)
    rows: list[Spec] = [{"week": week.starts_on.isoformat(), "delivered": week.value} for week in weeks]
    y = quantity("delivered", tickCount=4, tickMinStep=1)
    series = {"data": {"values": rows}, "encoding": {"x": days(rows, "week"), "y": y}}
    if limits:
        across = [*level(limits.low, dash=FINE), *level(limits.centre, dash=DASHED), *level(limits.high, dash=FINE)]
    else:
        across = level(percentile(known, percent=50) if known else None, dash=DASHED)
    return chart([{**series, "layer": [{"mark": line()}, {"mark": points()}]}, *across], height=150, left=36)


def durations(figures: Sequence[Figure]) -> Spec:
    """Each percentile as a point on its 90 % interval; a dotted end where the data do not bound it."""
    known = [(figure, figure.value) for figure in figures if figure.value is not None]
    edge = 1.1 * max((figure.high or value for figure, value in known), default=0.0) or 1.0
    rows = [_interval(figure, value, edge=edge) for figure, value in known]
    y = {"field": "title", "type": "nominal", "sort": None, "axis": {"grid": False}}
    x = {"scale": {"domain": [0, edge], "nice": False}, "axis": {"tickCount": 6, "format": ",~f"}}
    marks = [
        _span("high", "edge", {"type": "rule", "color": MUTED, "strokeWidth": 2, "strokeDash": list(DOTTED)}),
        _span("low", "high", {"type": "rule", "color": ACCENT, "strokeWidth": 2}),
        {"mark": points(size=60), "encoding": {"x": {"field": "value", "type": "quantitative"} | x}},
    ]
    return chart([{"data": {"values": rows}, "encoding": {"y": y}, "layer": marks}], height=24 * len(rows), left=190)


def cumulative(stands: Sequence[Stand]) -> Spec:
    """Cumulative flow: what came in, what was started and what was finished; the gaps are what waits and what is open.

    Told apart by stroke, and by name at the end of each line.
    """
    rows: list[Spec] = [{**stand._asdict(), "on": stand.on.isoformat()} for stand in stands]
    x = days(rows, "on", labels=6)
    lines = [
        *_named(rows, x, "arrived", {"color": INK, "strokeDash": list(DOTTED)}),
        *_named(rows, x, "started", {"color": INK, "strokeDash": list(DASHED)}),
        *_named(rows, x, "finished", {"color": ACCENT}),
    ]
    return chart(lines, height=180, left=44, right=70)


def scatter(finished: Sequence[Point], levels: Sequence[Level]) -> Spec:
    """Each finished item on its day and at its height, and the percentiles across."""
    rows: list[Spec] = [{"on": point.on.isoformat(), "days": point.days} for point in finished]
    shown = {
        "data": {"values": rows},
        "mark": {"type": "point", "color": ACCENT, "size": 20, "opacity": 0.7},
        "encoding": {
            "x": {"field": "on", "type": "temporal", "axis": {"format": "%Y-%m-%d", "tickCount": 5, "grid": False}},
            "y": quantity("days", tickCount=5),
        },
    }
    across: list[Spec] = []
    for number, each in enumerate(levels):  # the lowest one's name below its line: the next may be close above
        across += level(each.value, dash=DASHED, name=each.name, beside="middle" if number else "top")
    return chart([shown, *across], height=180, left=44)


def ageing(ages: Sequence[tuple[str, float]], levels: Sequence[Level]) -> Spec:
    """The items in progress, the oldest first, as bars as long as their age; across, how old finished ones became."""
    rows = [{"key": key, "age": age} for key, age in ages]
    bars = {
        "data": {"values": rows},
        "mark": {"type": "bar", "color": ACCENT, "height": 12},
        "encoding": {
            "x": quantity("age", tickCount=6),
            "y": {"field": "key", "type": "nominal", "sort": None, "axis": {"grid": False}},
        },
    }
    marks: list[Spec] = [bars]
    longest = max((value for _, value in (*ages, *levels)), default=0.0)
    for each in levels:
        side = {"align": "right", "dx": -4} if each.value > longest / 2 else {"align": "left", "dx": 4}
        x = {"x": {"field": "at", "type": "quantitative"}}
        rule = {"mark": {"type": "rule", "color": INK, "strokeDash": list(DASHED)}, "encoding": x}
        text = {
            "mark": {"type": "text", "baseline": "top"} | side,
            "encoding": x | {"y": {"value": 0}, "text": {"field": "name"}},
        }
        marks.append({"data": {"values": [{"at": each.value, "name": each.name}]}, "layer": [rule, text]})
    return chart(marks, height=20 * len(rows), left=130)


def _interval(figure: Figure, value: float, *, edge: float) -> dict[str, Any]:
    low = value if figure.low is None else figure.low
    high, end = (value, edge) if figure.high is None else (figure.high, figure.high)
    return {"title": figure.title, "value": value, "low": low, "high": high, "edge": end}


def _span(start: str, end: str, mark: Spec) -> Spec:
    return {"mark": mark, "encoding": {"x": {"field": start, "type": "quantitative"}, "x2": {"field": end}}}


def _named(rows: Sequence[Spec], x: Spec, field: str, stroke: Spec) -> list[Spec]:
    """A line, and its name where it ends."""
    y = {"field": field, "type": "quantitative", "axis": {"tickCount": 5}}
    drawn = {
        "data": {"values": list(rows)},
        "mark": {"type": "line", "strokeWidth": 2} | stroke,
        "encoding": {"x": x, "y": y},
    }
    name = {
        "data": {"values": [{**row, "name": field} for row in rows[-1:]]},
        "mark": {"type": "text", "align": "left", "dx": 6},
        "encoding": {"x": x, "y": y, "text": {"field": "name"}},
    }
    return [drawn, name]
