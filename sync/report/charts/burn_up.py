"""An objective's way so far, and the fan of its ways ahead; plain SVG, since there is one an objective."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import NamedTuple, TypeAlias

from sync.reconcile.forecast import FanPoint
from sync.reconcile.progress import BurnPoint
from sync.report.charts.vega import ACCENT, INK, MUTED, labelled

WIDTH, HEIGHT = 320, 130
LEFT, RIGHT, TOP, BOTTOM = 30, 8, 8, 18
TEXT = f'fill="{MUTED}"'
Place: TypeAlias = tuple[float, float]
LOOKS = {
    "fan": f'fill="{ACCENT}" fill-opacity="0.18"',
    "middle": f'stroke="{ACCENT}" stroke-dasharray="1 4"',
    "scope": f'stroke="{INK}" stroke-width="1.5" stroke-dasharray="5 4"',
    "delivered": f'stroke="{ACCENT}"',
    "promise": f'stroke="{INK}" stroke-width="1"',
}


class _Scale(NamedTuple):
    """The days from left to right, and the most items from the foot to the top."""

    first: date
    last: date
    most: int

    def at(self, on: date, count: float) -> Place:
        x = LEFT + (WIDTH - LEFT - RIGHT) * (on - self.first).days / ((self.last - self.first).days or 1)
        y = HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * count / self.most
        return round(x, 1), round(y, 1)


def burn_up(points: Sequence[BurnPoint], fan: Sequence[FanPoint], *, promised_on: date | None, label: str) -> str:
    """Scope dashed, delivered full, the fan from p15 to p85 shaded with p50 dotted in it, an upright on the promise.

    The fan ends at the scope of today: there is nothing more to deliver.
    """
    now = points[-1]
    shown = _until_done(fan, remaining=now.scope - now.delivered)
    promised = [promised_on] if promised_on and promised_on >= points[0].on else []
    days = [now.on, *(point.on for point in shown), *promised]
    scale = _Scale(points[0].on, max(days), max(1, *(max(point.scope, point.delivered) for point in points)))
    scope = [*(scale.at(point.on, point.scope) for point in points), scale.at(scale.last, now.scope)]
    drawn = [
        *_fan(scale, now, shown),
        _line("scope", scope),
        _line("delivered", [scale.at(point.on, point.delivered) for point in points]),
        *(_line("promise", [scale.at(on, 0), scale.at(on, scale.most)]) for on in promised),
        *_texts(scale),
    ]
    return labelled("burn-up", drawn, width=WIDTH, height=HEIGHT, label=label)


def _until_done(fan: Sequence[FanPoint], *, remaining: int) -> Sequence[FanPoint]:
    """The weeks up to the one by which all is delivered even with little luck."""
    short = sum(point.p15 < remaining for point in fan)
    return fan[: short + 1]


def _fan(scale: _Scale, now: BurnPoint, fan: Sequence[FanPoint]) -> Iterable[str]:
    if not fan:
        return
    start = scale.at(now.on, now.delivered)

    def edge(count: Callable[[FanPoint], int]) -> list[Place]:
        return [start, *(scale.at(each.on, min(now.scope, now.delivered + count(each))) for each in fan)]

    yield _line("fan", [*edge(lambda each: each.p15), *edge(lambda each: each.p85)[::-1]])
    yield _line("middle", edge(lambda each: each.p50))


def _line(kind: str, places: Iterable[Place]) -> str:
    return f'<path {LOOKS[kind]} d="M{"L".join(f"{x} {y}" for x, y in places)}"/>'


def _texts(scale: _Scale) -> Iterable[str]:
    foot = HEIGHT - 4
    yield f'<text {TEXT} x="{LEFT}" y="{foot}">{scale.first}</text>'
    yield f'<text {TEXT} x="{WIDTH - RIGHT}" y="{foot}" text-anchor="end">{scale.last}</text>'
    yield f'<text {TEXT} x="{LEFT - 4}" y="{TOP + 8}" text-anchor="end">{scale.most:,}</text>'
    yield f'<text {TEXT} x="{LEFT - 4}" y="{HEIGHT - BOTTOM}" text-anchor="end">0</text>'
