"""Where the effort goes, beside where it was meant to go."""

from collections.abc import Sequence
from typing import NamedTuple

from sync.report.charts.vega import ACCENT, INK, MUTED, Spec, chart

BAR, ROW, LEFT = 12, 24, 200
PERCENT = {"labelExpr": "format(100 * datum.value, '~f') + ' %'", "tickCount": 6}


class Part(NamedTuple):
    """What one part of the map got, and what it was planned to get."""

    name: str
    actual: float
    planned: float | None


def allocation(parts: Sequence[Part]) -> Spec:
    """A bar for what each part got, and an upright stroke where it was planned to be."""
    rows: list[Spec] = [part._asdict() for part in parts]
    top = 1.1 * max((max(part.actual, part.planned or 0.0) for part in parts), default=0.0) or 1.0
    x = {"type": "quantitative", "axis": PERCENT, "scale": {"domain": [0, min(1.0, top)], "nice": False}}
    marks = [
        {"mark": {"type": "bar", "color": ACCENT, "height": BAR}, "encoding": {"x": {"field": "actual"} | x}},
        {
            "mark": {"type": "tick", "color": INK, "thickness": 2, "height": ROW - 4},
            "encoding": {"x": {"field": "planned"} | x},
            "transform": [{"filter": "datum.planned !== null"}],
        },
    ]
    return chart([_by_name(rows, marks)], height=ROW * len(rows), left=LEFT)


def waterfall(parts: Sequence[Part]) -> Spec:
    """How each part adds to the drift: half of what it got too much is full, half of what it lacks is an outline."""
    rows: list[Spec] = []
    reached = 0.0
    for part in parts:
        difference = part.actual - (part.planned or 0.0)
        begin, reached = reached, reached + abs(difference) / 2
        rows.append({"name": part.name, "begin": begin, "end": reached, "over": difference > 0})
    rows.append({"name": "Drift", "begin": 0.0, "end": reached, "over": None})
    x = {"x": {"field": "begin", "type": "quantitative", "axis": PERCENT}, "x2": {"field": "end"}}
    kinds: tuple[tuple[str, Spec], ...] = (
        ("datum.over === true", {"color": ACCENT}),
        ("datum.over === false", {"fill": "none", "stroke": ACCENT, "strokeWidth": 2}),
        ("datum.over === null", {"color": MUTED}),
    )
    marks = [
        {"mark": {"type": "bar", "height": BAR} | look, "encoding": x, "transform": [{"filter": holds}]}
        for holds, look in kinds
    ]
    return chart([_by_name(rows, marks)], height=ROW * len(rows), left=LEFT)


def _by_name(rows: Sequence[Spec], marks: Sequence[Spec]) -> Spec:
    y = {"field": "name", "type": "nominal", "sort": [row["name"] for row in rows], "axis": {"grid": False}}
    return {"data": {"values": list(rows)}, "encoding": {"y": y}, "layer": list(marks)}
