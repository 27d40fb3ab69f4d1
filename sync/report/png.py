"""Single pictures of the page as PNG, for a slide or a page elsewhere: in the colours of paper."""

import re
from collections.abc import Mapping

from sync.report import gallery, page
from sync.report.charts.picture import Picture
from sync.report.model import Report

SCALE = 2  #: pixels for a point, sharp on any screen
_VARIABLE = re.compile(r"--([\w-]+):\s*([^;]+);")


def pictures(report: Report) -> dict[str, Picture]:
    """Name → what can be had of this report: `throughput`, `burn-up-checkout`."""
    shown = [*gallery.flow(report), *gallery.effort(report)]
    shown += [picture for row in report.objectives for picture in gallery.forecast(row)]
    return {picture.id.removeprefix("picture-"): picture for picture in shown}


def drawn(picture: Picture) -> bytes:
    """The picture as PNG."""
    import vl_convert  # a quarter of a second that only a picture should pay

    told: bytes = vl_convert.svg_to_png(on_paper(picture.svg), scale=SCALE)
    return told


def on_paper(svg: str) -> str:
    """The drawing with colours of its own, which no page gives it, on a ground that hides what is behind it."""
    colours = _colours()
    told = re.sub(r"var\(--([\w-]+)\)", lambda found: colours.get(found[1], "#000"), svg)
    ground = f'<rect width="100%" height="100%" fill="{colours["paper"]}"/>'
    return re.sub(r"(<svg\b[^>]*>)", rf"\1{ground}", told, count=1)


def _colours() -> Mapping[str, str]:
    """Those of the light page, by name, as its style says."""
    style = page.environment().get_template("style.css").render()
    return dict(_VARIABLE.findall(style.partition("}")[0]))
