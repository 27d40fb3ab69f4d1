"""Small drawings that stand in a line of text or a cell of a table; plain SVG, since there is one a row."""

from collections.abc import Sequence
from html import escape

BAR = 7  #: a bar and the gap beside it
TREND = 84  #: as long as twelve bars


def sparkline(values: Sequence[float | None], *, label: str) -> str:
    """A bar a value, no taller than the tallest; a dot for nothing, a gap where nothing is known."""
    tallest = max((value or 0.0 for value in values), default=0.0) or 1.0
    bars = "".join(_bar(value, place=place, tallest=tallest) for place, value in enumerate(values))
    return _svg("sparkline", bars, width=BAR * max(1, len(values)), height=24, label=label)


def share(actual: float | None, planned: float | None, *, label: str) -> str:
    """A share as a bar from nothing to all, and the plan as an upright stroke across it."""
    bar = "" if actual is None else f'<rect x="0" y="3" width="{_length(actual)}" height="6"/>'
    mark = "" if planned is None else f'<path d="M{_length(planned)} 0v12"/>'
    frame = '<path class="frame" d="M0 11.5h100"/>'
    return _svg("share", frame + bar + mark, width=100, height=12, label=label)


def trend(values: Sequence[float | None], *, label: str) -> str:
    """A line through the values, with a dot on the last; a gap where there is none."""
    known = [value for value in values if value is not None]
    low, high = min(known, default=0.0), max(known, default=0.0)
    spread = (high - low) or 1.0
    step = (TREND - 6) / max(1, len(values) - 1)
    places = [
        None if value is None else (round(step * place + 3, 1), round(21 - 18 * (value - low) / spread, 1))
        for place, value in enumerate(values)
    ]
    steps, pen_is_down = [], False
    for place in places:
        if place:
            steps.append(f"{'L' if pen_is_down else 'M'}{place[0]} {place[1]}")
        pen_is_down = place is not None
    last = next((place for place in reversed(places) if place), None)
    dot = f'<circle cx="{last[0]}" cy="{last[1]}" r="2"/>' if last else ""
    line = f'<path d="{"".join(steps)}"/>' if steps else ""
    return _svg("trend", line + dot, width=TREND, height=24, label=label)


def _svg(kind: str, drawn: str, *, width: int, height: int, label: str) -> str:
    box = f'preserveAspectRatio="xMinYMid" viewBox="0 0 {width} {height}"'
    return f'<svg class="{kind}" role="img" aria-label="{escape(label)}" {box}>{drawn}</svg>'


def _bar(value: float | None, *, place: int, tallest: float) -> str:
    if value is None:
        return ""
    height = max(1.0, round(22 * value / tallest, 1))
    return f'<rect x="{BAR * place}" y="{round(24 - height, 1)}" width="5" height="{height}"/>'


def _length(share: float) -> float:
    return round(100 * min(1.0, max(0.0, share)), 1)
