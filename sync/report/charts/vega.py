"""Vega-Lite drawn to SVG, without a network and the same whatever fonts the machine has."""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from html import escape
from typing import Any, TypeAlias

import msgspec

Spec: TypeAlias = dict[str, Any]

WIDTH, RIGHT, TOP = 640, 36, 8
MUTED, LINE, ACCENT, INK = "var(--muted)", "var(--line)", "var(--accent)", "var(--ink)"
PAPER, SOFT = "var(--paper)", "var(--soft)"
FONT = "system-ui, sans-serif"
CONFIG: Spec = {
    "font": FONT,
    "view": {"stroke": None},
    "axis": {
        "labelColor": MUTED,
        "labelFontSize": 11,
        "labelLimit": 0,  # measuring texts is what a drawing costs
        "labelOverlap": False,
        "domain": False,
        "ticks": False,
        "gridColor": LINE,
        "labelPadding": 6,
        "title": None,
    },
    "text": {"color": MUTED, "fontSize": 11},
}


def chart(layers: Iterable[Spec], *, height: int, left: int, right: int = RIGHT) -> Spec:
    """One chart of these layers with fixed margins, so that no text need be measured."""
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "width": WIDTH - left - right,
        "height": height,
        "padding": {"left": left, "right": right, "top": TOP, "bottom": 24},
        "autosize": "none",
        "background": None,
        "config": CONFIG,
        "layer": list(layers),
    }


def quantity(field: str, **axis: Any) -> Spec:
    """A number along an axis."""
    return {"field": field, "type": "quantitative", "axis": axis or None}


def days(rows: Sequence[Spec], field: str, *, labels: int = 7) -> Spec:
    """Days along an axis, of which so many are named, the last for certain."""
    named = [row[field] for row in rows[::-1]]
    every = max(1, -(-len(named) // labels))
    axis = {"values": named[::every], "labelAngle": 0, "grid": False}
    return {"field": field, "type": "ordinal", "axis": axis}


def line(colour: str = ACCENT, **more: Any) -> Spec:
    return {"type": "line", "color": colour, "strokeWidth": 2, **more}


def points(colour: str = ACCENT, *, size: int = 28) -> Spec:
    return {"type": "point", "color": colour, "filled": True, "size": size, "opacity": 1}


def level(value: float | None, *, dash: Sequence[int], name: str = "", beside: str = "middle") -> list[Spec]:
    """A line across at one height, named at its end; nothing where there is no value.

    `beside`: which edge of the name is at the line, top, middle or bottom.
    """
    if value is None:
        return []
    rows = {"values": [{"at": value, "name": name}]}
    y = {"y": {"field": "at", "type": "quantitative"}}
    rule = {"mark": {"type": "rule", "color": MUTED, "strokeDash": list(dash)}, "encoding": y | {"x": None}}
    text = {
        "mark": {"type": "text", "align": "left", "baseline": beside, "dx": 4, "color": MUTED},
        "encoding": y | {"x": {"value": "width"}, "text": {"field": "name"}},
    }
    return [{"data": rows, "layer": [rule, text] if name else [rule]}]


def labelled(kind: str, parts: Iterable[str], *, width: int, height: int, label: str) -> str:
    """One labelled picture of parts that are drawn already."""
    opening = f'<svg class="{kind}" role="img" aria-label="{escape(label)}" viewBox="0 0 {width} {height}"'
    look = 'fill="none" stroke-width="2" xmlns="http://www.w3.org/2000/svg"'
    return f'{opening} {look}><g font-family="{FONT}" font-size="11">{"".join(parts)}</g></svg>'


def svg(spec: Spec, *, label: str) -> str:
    """The chart as one labelled picture, without identifiers, scripts or anything fetched."""
    opening, drawn = _drawn(msgspec.json.encode(spec, order="sorted")).split(">", 1)
    box = opening[opening.index("viewBox") :]
    return (
        f'<svg class="chart" role="img" aria-label="{escape(label)}" {box} xmlns="http://www.w3.org/2000/svg">{drawn}'
    )


@lru_cache(maxsize=64)
def _drawn(spec: bytes) -> str:
    import vl_convert  # half a second that only a report with charts should pay

    drawn: str = vl_convert.vegalite_to_svg(msgspec.json.decode(spec), allowed_base_urls=[])
    without_roles = re.sub(r' (?:role|aria-[a-z]+|class|pointer-events|opacity)="[^"]*"', _kept, drawn)
    return re.sub(r'<path d="" ?[^>]*/>|<path [^>]*display="none"/>|<g></g>', "", without_roles)


def _kept(attribute: re.Match[str]) -> str:
    """Only an opacity that hides something stays; the picture has one label, not one for each mark."""
    text = attribute.group()
    return text if text.startswith(" opacity") and text != ' opacity="1"' else ""
