"""The delivery strip: a few figures, each with the weeks and months that led to it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sync.reconcile.figures import Figure
from sync.reconcile.flow_view import FlowWeek
from sync.report import words
from sync.report.charts import marks
from sync.report.layout import one
from sync.report.model import Report

WEEKS, YEAR = 6, 52


@dataclass(frozen=True, kw_only=True)
class Shown:
    title: str
    figure: Figure
    weeks: Sequence[float | None]  #: the latest last

    @property
    def six_weeks(self) -> str:
        return self._trend(WEEKS, "week by week")

    @property
    def twelve_months(self) -> str:
        return self._trend(YEAR, "over twelve months")

    def _trend(self, count: int, how: str) -> str:
        values = self.weeks[-count:]
        first, last = (self._said(value) for value in (values[0], values[-1]))
        return marks.trend(values, label=f"{self.title} {how}: from {first} to {last}")

    def _said(self, value: float | None) -> str:
        return "no data" if value is None else words.amount(value, unit=self.figure.unit)


def strip(report: Report) -> list[Shown]:
    """Those of them that the report has."""
    weeks, alignment = report.flow.weeks if report.flow else (), report.alignment
    figures = [*report.delivery, *(alignment.figures if alignment else ())]
    weekly = {name: [read(week) for week in weeks] for name, read in OF_WEEKS.items()}
    weekly["unplanned_share"] = [week.share for week in alignment.unplanned_weeks] if alignment else []
    return list(_shown(figures, weekly))


def _shown(figures: Sequence[Figure], weekly: Mapping[str, Sequence[float | None]]) -> Iterator[Shown]:
    for identity, weeks in weekly.items():
        figure = one(figures, identity)
        if figure is not None:
            yield Shown(title=figure.title, figure=figure, weeks=weeks)


def _efficiency(week: FlowWeek) -> float | None:
    if week.active_days is None or week.waiting_days is None or not week.active_days + week.waiting_days:
        return None
    return week.active_days / (week.active_days + week.waiting_days)


#: Figure → what its weeks are read from.
OF_WEEKS: Mapping[str, Callable[[FlowWeek], float | None]] = {
    "throughput": lambda week: week.delivered,
    "cycle_time_p50": lambda week: week.cycle_p50_days,
    "cycle_time_p85": lambda week: week.cycle_p85_days,
    "wip": lambda week: week.wip,
    "age_p85": lambda week: week.age_p85_days,
    "flow_efficiency": _efficiency,
}
