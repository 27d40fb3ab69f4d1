"""A chart and all that stands around it: what it shows, and the same as a table."""

from collections.abc import Sequence
from dataclasses import dataclass

from sync.report.charts import vega
from sync.report.charts.vega import Spec


@dataclass(frozen=True, kw_only=True)
class Picture:
    id: str
    caption: str
    drawing: Spec | str  #: Vega-Lite, or SVG where it is drawn already
    columns: Sequence[str]  #: of the table that says the same; the first heads its rows
    rows: Sequence[Sequence[str]]

    @property
    def svg(self) -> str:
        if isinstance(self.drawing, str):
            return self.drawing
        return vega.svg(self.drawing, label=f"{self.caption}; the table below has the numbers.")
