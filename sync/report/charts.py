"""Charts as inline SVG that takes its colours from the page, so that one drawing serves light, dark and paper."""

import re
from collections.abc import Sequence
from functools import lru_cache
from html import escape
from typing import Any, TypeAlias

import msgspec

from sync.reconcile.figures import Figure
from sync.reconcile.series import Week
from sync.reconcile.stats import percentile

Spec: TypeAlias = dict[str, Any]

WIDTH, RIGHT = 640, 36
MUTED, LINE, ACCENT = "var(--muted)", "var(--line)", "var(--accent)"
CONFIG: Spec = {
    "font": "system-ui, sans-serif",
    "view": {"stroke": None},
    "axis": {
        "labelColor": MUTED,
        "labelFontSize": 11,
        "domain": False,
        "ticks": False,
        "gridColor": LINE,
        "labelPadding": 6,
        "title": None,
    },
}


def throughput(weeks: Sequence[Week]) -> Spec:
    """A run chart: items delivered each week, and the median of the weeks shown."""
    known = sorted(week.value for week in weeks if week.value is not None)
    rows = [{"week": week.starts_on.isoformat(), "delivered": week.value} for week in weeks]
    line = {"mark": {"type": "line", "color": ACCENT, "strokeWidth": 2}}
    points = {"mark": {"type": "point", "color": ACCENT, "filled": True, "size": 28, "opacity": 1}}
    median = {
        "data": {"values": [{"median": percentile(known, percent=50)}] if known else []},
        "mark": {"type": "rule", "color": MUTED, "strokeDash": [4, 4]},
        "encoding": {"y": {"field": "median", "type": "quantitative"}, "x": None},
    }
    axis = {"values": [row["week"] for row in rows[::-1][::4]], "labelAngle": 0, "grid": False, "labelOverlap": False}
    encoding = {
        "x": {"field": "week", "type": "ordinal", "axis": axis},
        "y": {"field": "delivered", "type": "quantitative", "axis": {"tickCount": 4, "tickMinStep": 1}},
    }
    series = {"data": {"values": rows}, "encoding": encoding, "layer": [line, points]}
    return _chart([series, median], height=150, left=36)


def durations(figures: Sequence[Figure]) -> Spec:
    """Each percentile as a point on its 90 % interval; a dotted end where the data do not bound it."""
    known = [(figure, figure.value) for figure in figures if figure.value is not None]
    edge = 1.1 * max((figure.high or value for figure, value in known), default=0.0) or 1.0
    rows = [_interval(figure, value, edge=edge) for figure, value in known]
    y = {"field": "title", "type": "nominal", "sort": None, "axis": {"grid": False, "labelLimit": 150}}
    x = {"scale": {"domain": [0, edge], "nice": False}, "axis": {"tickCount": 6, "format": ",~f"}}
    point = {"type": "point", "color": ACCENT, "filled": True, "size": 60, "opacity": 1}
    marks = [
        _span("high", "edge", {"type": "rule", "color": MUTED, "strokeWidth": 2, "strokeDash": [1, 4]}),
        _span("low", "high", {"type": "rule", "color": ACCENT, "strokeWidth": 2}),
        {"mark": point, "encoding": {"x": {"field": "value", "type": "quantitative"} | x}},
    ]
    return _chart([{"data": {"values": rows}, "encoding": {"y": y}, "layer": marks}], height=24 * len(rows), left=160)


def _interval(figure: Figure, value: float, *, edge: float) -> dict[str, Any]:
    low = value if figure.low is None else figure.low
    high, end = (value, edge) if figure.high is None else (figure.high, figure.high)
    return {"title": figure.title, "value": value, "low": low, "high": high, "edge": end}


def _span(start: str, end: str, mark: Spec) -> Spec:
    return {"mark": mark, "encoding": {"x": {"field": start, "type": "quantitative"}, "x2": {"field": end}}}


def svg(spec: Spec, *, label: str) -> str:
    """The chart as one labelled picture, without identifiers, scripts or anything fetched."""
    opening, drawn = _drawn(msgspec.json.encode(spec, order="sorted")).split(">", 1)
    box = opening[opening.index("viewBox") :]
    return (
        f'<svg class="chart" role="img" aria-label="{escape(label)}" {box} xmlns="http://www.w3.org/2000/svg">{drawn}'
    )


def sparkline(weeks: Sequence[Week], *, label: str) -> str:
    """A bar a week, no taller than the tallest; a dot for nothing delivered, a gap for a week before the data."""
    tallest = max((week.value or 0.0 for week in weeks), default=0.0) or 1.0
    bars = "".join(_bar(week.value, place=place, tallest=tallest) for place, week in enumerate(weeks))
    width = 7 * len(weeks)
    return f'<svg class="sparkline" role="img" aria-label="{escape(label)}" viewBox="0 0 {width} 24">{bars}</svg>'


def _bar(value: float | None, *, place: int, tallest: float) -> str:
    if value is None:
        return ""
    height = max(1.0, round(22 * value / tallest, 1))
    return f'<rect x="{7 * place}" y="{round(24 - height, 1)}" width="5" height="{height}"/>'


def _chart(layers: list[Spec], *, height: int, left: int) -> Spec:
    """Fixed margins instead of measured text: the same drawing whatever fonts the machine has."""
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "width": WIDTH - left - RIGHT,
        "height": height,
        "padding": {"left": left, "right": RIGHT, "top": 8, "bottom": 24},
        "autosize": "none",
        "background": None,
        "config": CONFIG,
        "layer": layers,
    }


@lru_cache(maxsize=64)
def _drawn(spec: bytes) -> str:
    import vl_convert  # a quarter of a second that only a report with charts should pay

    drawn: str = vl_convert.vegalite_to_svg(msgspec.json.decode(spec), allowed_base_urls=[])
    without_roles = re.sub(r' (?:role|aria-[a-z]+|class|pointer-events|opacity)="[^"]*"', _kept, drawn)
    return re.sub(r'<path d="" ?[^>]*/>|<path [^>]*display="none"/>|<g></g>', "", without_roles)


def _kept(attribute: re.Match[str]) -> str:
    """Only an opacity that hides something stays; the picture has one label, not one for each mark."""
    text = attribute.group()
    return text if text.startswith(" opacity") and text != ' opacity="1"' else ""
