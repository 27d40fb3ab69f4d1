"""The pictures of a report, each with the table that says the same; one without data is left out."""

from collections.abc import Iterator, Sequence

from sync.reconcile.alignment.view import AlignmentView
from sync.reconcile.control_chart import ControlChart
from sync.reconcile.figures import Figure
from sync.reconcile.flow_view import FlowView
from sync.reconcile.series import Week
from sync.report import words
from sync.report.charts import effort as effort_charts
from sync.report.charts import flow as flow_charts
from sync.report.charts.burn_up import burn_up
from sync.report.charts.effort import Part
from sync.report.charts.flow import Level, Limits, Point, Stand
from sync.report.charts.picture import Picture
from sync.report.model import ObjectiveRow, Report
from sync.report.page import slug

MOST_AGEING = 15  #: items in the picture of what is in progress
MOST_POINTS = 200  #: of a scatter
RECENT, EVERY = 6, 4  #: weeks of a burn-up's table that are told one by one; before and after them, every fourth


def flow(report: Report) -> list[Picture]:
    """How the work flows."""
    keys = {item.ref: item.key for item in report.items}
    pictures = [*_throughput(report), *_durations(report.delivery)]
    if report.flow:
        pictures += [*_cumulative(report.flow), *_scatter(report), *_ageing(report.flow, keys)]
    return pictures + [
        picture for chart in report.control_charts if chart.id != "throughput" for picture in _chart(chart)
    ]


def effort(report: Report) -> list[Picture]:
    """Where the effort goes."""
    names = {row.id: row.name for row in report.objectives}
    view = report.alignment
    return [*_allocation(view, names), *_drift(view, names)] if view else []


def forecast(row: ObjectiveRow) -> list[Picture]:
    """The way of one objective."""
    if row.outlook is None or not row.outlook.progress.burn_up:
        return []
    burned, ahead = row.outlook.progress.burn_up, row.outlook.forecast
    caption = f"{row.name}: scope and what of it is delivered, in items"
    label = f"{caption}; the table below has the numbers."
    fan = () if ahead.hidden else ahead.fan
    past = [*burned[:-RECENT][::EVERY], *burned[-RECENT:]]
    told = [(str(point.on), f"{point.scope:,}", f"{point.delivered:,}") for point in past]
    done = burned[-1].delivered
    told += [(str(point.on), "–", f"{done + point.p15:,} to {done + point.p85:,}") for point in fan[::EVERY]]
    return [
        Picture(
            id=f"picture-burn-up-{slug(row.id)}",
            caption=caption,
            drawing=burn_up(burned, fan, promised_on=ahead.promised_on, label=label),
            columns=("Day", "Scope", "Delivered"),
            rows=told,
        )
    ]


def _throughput(report: Report) -> Iterator[Picture]:
    weeks = report.weeks
    if not weeks:
        return
    chart = next((each for each in report.control_charts if (each.id, each.scope) == ("throughput", "all")), None)
    limits = _limits(chart)
    across = (
        "the dashed line is the centre, the dotted ones its natural limits"
        if limits
        else "the dashed line is the median week"
    )
    signals = _signals(chart)
    yield Picture(
        id="picture-throughput",
        caption=f"Work items delivered each week; {across}",
        drawing=flow_charts.throughput(weeks, limits),
        columns=("Week of", "Delivered", "Signal"),
        rows=[(str(week.starts_on), _items(week), signals.get(str(week.starts_on), "")) for week in weeks],
    )


def _chart(chart: ControlChart) -> Iterator[Picture]:
    """Another series between its natural limits."""
    if chart.scope != "all" or not any(point.value is not None for point in chart.points):
        return
    weeks = [Week(starts_on=point.starts_on, value=point.value) for point in chart.points]
    yield Picture(
        id=f"picture-{chart.id}",
        caption=f"{chart.title}, week by week, with its centre and its natural limits where there are any",
        drawing=flow_charts.throughput(weeks, _limits(chart)),
        columns=("Week of", chart.title, "Signal"),
        rows=[
            (
                str(point.starts_on),
                "no data" if point.value is None else words.amount(point.value, unit=chart.unit),
                ", ".join(point.signals),
            )
            for point in chart.points
        ],
    )


def _limits(chart: ControlChart | None) -> Limits | None:
    """The latest, where there are any."""
    if chart is None or not chart.limits or chart.limits[-1].low is None or chart.limits[-1].high is None:
        return None
    return Limits(chart.limits[-1].low, chart.limits[-1].centre, chart.limits[-1].high)


def _signals(chart: ControlChart | None) -> dict[str, str]:
    """Week → what it signals."""
    return {str(point.starts_on): ", ".join(point.signals) for point in (chart.points if chart else ())}


def _durations(figures: Sequence[Figure]) -> Iterator[Picture]:
    shown = [figure for figure in figures if figure.unit == "days" and figure.value is not None]
    if shown:
        yield Picture(
            id="picture-durations",
            caption="Days, each with its 90 % interval; dotted where the data do not bound it",
            drawing=flow_charts.durations(shown),
            columns=("Duration", "Days", "90 % interval"),
            rows=[(figure.title, words.figure(figure), words.band(figure)) for figure in shown],
        )


def _cumulative(view: FlowView) -> Iterator[Picture]:
    """From the first day on, so that the lines lie close enough to see the gaps between them."""
    if len(view.cumulative) < 2:
        return
    floor = view.cumulative[0].finished
    stands = [Stand(day.on, day.arrivals - floor, day.started - floor, day.finished - floor) for day in view.cumulative]
    yield Picture(
        id="picture-cumulative",
        caption="Cumulative flow: items that had come in, been started and been finished when a day began, "
        "above those finished before the period",
        drawing=flow_charts.cumulative(stands),
        columns=("Day", "Arrived", "Started", "Finished"),
        rows=[(str(each.on), *(words.amount(count, unit="items") for count in each[1:])) for each in stands],
    )


def _scatter(report: Report) -> Iterator[Picture]:
    view = report.flow
    if view is None or not view.scatter:
        return
    keys = {item.ref: item.key for item in report.items}
    shown = view.scatter[:MOST_POINTS]
    points = [Point(each.finished_at.date(), each.cycle_days) for each in reversed(shown)]
    yield Picture(
        id="picture-scatter",
        caption="Cycle time of each delivered item, by the day on which it was finished; across, the percentiles",
        drawing=flow_charts.scatter(points, _levels(report.delivery, "cycle_time")),
        columns=("Item", "Finished", "Days"),
        rows=[
            (keys.get(each.ref, each.ref), str(each.finished_at.date()), words.amount(each.cycle_days, unit="days"))
            for each in shown
        ],
    )


def _ageing(view: FlowView, keys: dict[str, str]) -> Iterator[Picture]:
    shown = view.ageing[:MOST_AGEING]
    if not shown:
        return
    expected = view.expectation
    yield Picture(
        id="picture-ageing",
        caption="The oldest items in progress, by age in days; the upright line is what 85 % finish within",
        drawing=flow_charts.ageing(
            [(keys.get(each.ref, each.ref), each.age_days) for each in shown],
            [] if expected.value is None else [Level("85 %", expected.value)],
        ),
        columns=("Item", "Age", "Older than", "Chance to take longer than expected"),
        rows=[
            (
                keys.get(each.ref, each.ref),
                words.amount(each.age_days, unit="days"),
                "–" if each.percentile is None else f"{each.percentile} %",
                "–" if each.miss is None else words.amount(each.miss, unit="ratio"),
            )
            for each in shown
        ],
    )


def _allocation(view: AlignmentView, names: dict[str, str]) -> Iterator[Picture]:
    told = [each for each in view.spending if each.share.value is not None or each.planned is not None]
    if not told:
        return
    parts = [
        Part(words.line(names.get(each.id, each.title), most=28), each.share.value or 0.0, each.planned)
        for each in told
    ]
    yield Picture(
        id="picture-allocation",
        caption=f"Share of the {_basis(view)} by objective; the upright stroke is the plan",
        drawing=effort_charts.allocation(parts),
        columns=("Objective", "Share", "90 % interval", "Plan"),
        rows=[
            (names.get(each.id, each.title), words.figure(each.share), words.band(each.share), _share(each.planned))
            for each in told
        ],
    )


def _drift(view: AlignmentView, names: dict[str, str]) -> Iterator[Picture]:
    if not view.movers:
        return
    parts = [Part(_short(_part(each.id, names)), each.actual, each.planned) for each in view.movers]
    yield Picture(
        id="picture-drift",
        caption="Drift: full bars got more than planned, outlined ones less; each counts by half",
        drawing=effort_charts.waterfall(parts),
        columns=("Part", "Got", "Plan", "Difference"),
        rows=[
            (
                _part(each.id, names),
                _share(each.actual),
                _share(each.planned),
                f"{each.difference:+.1%}".replace("%", " %"),
            )
            for each in view.movers
        ],
    )


def _levels(figures: Sequence[Figure], measure: str) -> list[Level]:
    """The percentiles of a measure that are known, the lowest first."""
    return [
        Level(words.percentile(figure.id), figure.value)
        for figure in figures
        if words.measure(figure.id) == measure and figure.id != measure and figure.value is not None
    ]


def _part(identity: str, names: dict[str, str]) -> str:
    return "Everything else" if identity == "other" else names.get(identity, identity)


def _short(name: str) -> str:
    """As much of a name as stands beside a bar."""
    return words.line(name, most=28)


def _basis(view: AlignmentView) -> str:
    return "effort" if view.basis == "effort" else "delivered items"


def _share(value: float | None) -> str:
    return "–" if value is None else words.amount(value, unit="ratio")


def _items(week: Week) -> str:
    return "no data" if week.value is None else words.amount(week.value, unit="items")
