"""The pictures of a report, each with the table that says the same; one without data is left out."""

from collections.abc import Iterator, Sequence

from sync.reconcile.figures import Figure
from sync.reconcile.series import Week
from sync.report import words
from sync.report.charts import flow as charts
from sync.report.charts.picture import Picture
from sync.report.model import Report


def flow(report: Report) -> list[Picture]:
    """How the work flows."""
    return [*_throughput(report.weeks), *_durations(report.delivery)]


def _throughput(weeks: Sequence[Week]) -> Iterator[Picture]:
    if not weeks:
        return
    yield Picture(
        id="picture-throughput",
        caption="Work items delivered each week; the dashed line is the median week",
        drawing=charts.throughput(weeks),
        columns=("Week of", "Delivered"),
        rows=[(week.starts_on.isoformat(), _amount(week.value, unit="items")) for week in weeks],
    )


def _durations(figures: Sequence[Figure]) -> Iterator[Picture]:
    shown = [figure for figure in figures if figure.unit == "days" and figure.value is not None]
    if not shown:
        return
    yield Picture(
        id="picture-durations",
        caption="Days, each with its 90 % interval; dotted where the data do not bound it",
        drawing=charts.durations(shown),
        columns=("Duration", "Days", "90 % interval"),
        rows=[(figure.title, words.figure(figure), words.band(figure)) for figure in shown],
    )


def _amount(value: float | None, *, unit: str) -> str:
    return "no data" if value is None else words.amount(value, unit=unit)
