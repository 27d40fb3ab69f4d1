"""The map as a picture: the vision, the objectives on the way there, their measures, who travels, what is done.

Plain SVG: a row an objective, five columns; the way from the vision to an objective is as broad as its share of the
effort, and outlined as broad as its plan.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from itertools import accumulate
from textwrap import wrap

from sync.report.charts.vega import ACCENT, INK, LINE, MUTED, PAPER, SOFT, labelled
from sync.report.words import MARKS

ROW, TOP, WIDTH = 58, 34, 960
VISION, OBJECTIVES, MEASURES, TEAMS, WORK = 0, 270, 520, 700, 820  #: where each column begins
VISION_WIDTH, INDENT = 130, 14
BROADEST = 40.0  #: of a way that takes all the effort
NAME_SIGNS, TEAM_SIGNS, VISION_SIGNS = 32, 16, 17
MOST_MEASURES, MOST_TEAMS = 2, 3
LOOKS = {
    "plain": f'fill="{MUTED}"',
    "heading": f'fill="{MUTED}" font-weight="600"',
    "name": f'fill="{INK}" font-weight="600" font-size="13"',
    "destination": f'fill="{INK}" font-style="italic" font-size="14"',
    "flag": 'fill="var(--high)"',
}


@dataclass(frozen=True, kw_only=True)
class Marker:
    """One place marker on the map."""

    name: str
    state: str  #: planned, current, paused, closed
    depth: int  #: below how many others
    share: float | None  #: of the effort
    planned: float | None
    flags: Sequence[str]  #: starved, over_target, moved
    measures: Sequence[tuple[str, float | None]]  #: name, and the part of the way
    teams: Sequence[str]  #: the owner first
    work: Sequence[str]  #: lines on what is done and under way


def picture(vision: str, markers: Sequence[Marker], *, label: str) -> str:
    """The whole map as one labelled picture."""
    height = TOP + ROW * len(markers) + 6
    middle = TOP + ROW * len(markers) / 2
    drawn = [
        *_headings(),
        *_ways(markers, middle=middle),
        *_vision(vision, middle=middle),
        *(part for place, marker in enumerate(markers) for part in _row(marker, y=TOP + ROW * place)),
    ]
    return labelled("map", drawn, width=WIDTH, height=height, label=label)


def _headings() -> Iterator[str]:
    titles = {VISION: "Vision", OBJECTIVES: "Objectives", MEASURES: "Measures", TEAMS: "Teams", WORK: "Work"}
    for x, title in titles.items():
        yield _text(x, 14, title, kind="heading")


def _ways(markers: Sequence[Marker], *, middle: float) -> Iterator[str]:
    """From the vision's edge, one below the other, to each objective."""
    breadths = [max(BROADEST * (marker.share or 0.0), 1.0) for marker in markers]
    begin = middle - sum(breadths) / 2
    for place, (marker, end) in enumerate(zip(markers, accumulate(breadths), strict=True)):
        from_y, to_y = begin + end - breadths[place] / 2, TOP + ROW * (place + 0.5)
        curve = _curve(from_y, to_y, to_x=OBJECTIVES - 8 + INDENT * marker.depth)
        if marker.planned:
            yield _way(curve, INK, breadth=BROADEST * marker.planned + 2, opacity=0.55)
            yield _way(curve, PAPER, breadth=BROADEST * marker.planned)
        yield _way(curve, ACCENT if marker.state == "current" else MUTED, breadth=breadths[place], opacity=0.45)


def _way(curve: str, colour: str, *, breadth: float, opacity: float = 1) -> str:
    return f'<path stroke="{colour}" stroke-opacity="{opacity}" stroke-width="{breadth:.1f}" d="{curve}"/>'


def _curve(from_y: float, to_y: float, *, to_x: float) -> str:
    bend = (VISION_WIDTH + to_x) / 2
    return f"M{VISION_WIDTH} {from_y:.1f}C{bend:.0f} {from_y:.1f} {bend:.0f} {to_y:.1f} {to_x} {to_y:.1f}"


def _vision(vision: str, *, middle: float) -> Iterator[str]:
    lines = wrap(vision, VISION_SIGNS, max_lines=6, placeholder=" …") or ["No vision is written"]
    width, height = VISION_WIDTH - 1, 18 * len(lines) + 16
    top = middle - height / 2
    yield f'<rect fill="{SOFT}" stroke="{INK}" x="1" y="{top:.1f}" width="{width}" height="{height}" rx="4"/>'
    for place, line in enumerate(lines):
        yield _text(10, top + 22 + 18 * place, line, kind="destination")


def _row(marker: Marker, *, y: float) -> Iterator[str]:
    x = OBJECTIVES + INDENT * marker.depth
    look = f'fill="{ACCENT}" stroke="{PAPER}"' if marker.state == "current" else f'fill="{PAPER}" stroke="{INK}"'
    yield f'<circle {look} cx="{x - 4}" cy="{y + ROW / 2}" r="5"/>'
    yield _text(x + 8, y + 24, marker.name, most=NAME_SIGNS, kind="name")
    yield _text(x + 8, y + 40, " · ".join([f"{MARKS[marker.state]} {marker.state}", *_shares(marker)]))
    yield _text(
        x + 8, y + 54, "  ".join(f"{MARKS[flag]} {flag.replace('_', ' ')}" for flag in marker.flags), kind="flag"
    )
    for place, (name, progress) in enumerate(marker.measures[:MOST_MEASURES]):
        yield from _measure(name, progress, y=y + 20 + 20 * place)
    for place, team in enumerate(marker.teams[:MOST_TEAMS]):
        yield _text(TEAMS, y + 20 + 14 * place, team, most=TEAM_SIGNS)
    for place, line in enumerate(marker.work):
        yield _text(WORK, y + 20 + 14 * place, line)
    yield f'<path stroke="{LINE}" stroke-width="1" d="M{OBJECTIVES - 12} {y + ROW}H{WIDTH}"/>'


def _shares(marker: Marker) -> Iterator[str]:
    if marker.share is not None:
        yield f"{marker.share:.0%} of effort"
    if marker.planned is not None:
        yield f"plan {marker.planned:.0%}"


def _measure(name: str, progress: float | None, *, y: float) -> Iterator[str]:
    """A bar from baseline to target, and how far it came."""
    done = 60 * min(1.0, max(0.0, progress or 0.0))
    yield _text(MEASURES + 70, y, f"{name}{'' if progress is None else f' {progress:.0%}'}", most=18)
    yield f'<rect stroke="{MUTED}" stroke-width="1" x="{MEASURES}" y="{y - 9:.1f}" width="60" height="8"/>'
    yield f'<rect fill="{ACCENT}" x="{MEASURES}" y="{y - 9:.1f}" width="{done:.1f}" height="8"/>'


def _text(x: float, y: float, text: str, *, most: int = 40, kind: str = "plain") -> str:
    if not text:
        return ""
    cut = text if len(text) <= most else text[: most - 1].rstrip() + "…"
    return f'<text {LOOKS[kind]} x="{x}" y="{round(y, 1)}">{escape(cut)}</text>'
