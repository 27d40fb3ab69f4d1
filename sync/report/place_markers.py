"""The map of a report: its objectives as place markers, in a picture and in a table."""

from collections.abc import Iterator, Mapping, Sequence

from sync.reconcile.alignment.view import Spending
from sync.report import ahead, words
from sync.report.charts.map import Marker, picture
from sync.report.charts.picture import Picture
from sync.report.layout import one
from sync.report.model import ObjectiveRow, Report


def map_picture(report: Report) -> Picture:
    """Vision, objectives with their share of the effort against the plan, measures, teams, and work."""
    spent = {each.id: each for each in report.alignment.spending} if report.alignment else {}
    markers = [_marker(row, spent.get(row.id), report) for row in report.objectives]
    caption = (
        "The way from the vision to each objective is as broad as its share of the effort; the outline is the plan"
    )
    return Picture(
        id="picture-map",
        caption=caption,
        drawing=picture(
            words.line(report.masthead.vision), markers, label=f"{caption}; the table below says the same."
        ),
        columns=("Objective", "State", "Share of effort", "Plan", "Measures", "Teams", "Work"),
        rows=[_cells(row, marker) for row, marker in zip(report.objectives, markers, strict=True)],
    )


def _marker(row: ObjectiveRow, spent: Spending | None, report: Report) -> Marker:
    measures = row.outlook.progress.measures if row.outlook else ()
    moved = any(move.objective == row.id for move in report.moves)
    return Marker(
        name=words.line(row.name),
        state=row.state,
        depth=_depth(row, {each.id: each.parent for each in report.objectives}),
        share=spent.share.value if spent else None,
        planned=spent.planned if spent else None,
        flags=(*(spent.flags if spent else ()), *(["moved"] if moved else [])),
        measures=[(words.line(measure.name), measure.progress) for measure in measures],
        teams=_travellers(row, report),
        work=list(_work(row)),
    )


def _depth(row: ObjectiveRow, parents: Mapping[str, str | None]) -> int:
    depth, above = 0, row.parent
    while above and above in parents and depth < len(parents):
        depth, above = depth + 1, parents[above]
    return depth


def _travellers(row: ObjectiveRow, report: Report) -> Sequence[str]:
    """The owner first, then the teams whose open items serve it."""
    owner = [row.owner] if row.owner else []
    return [
        words.line(name) for name in (*owner, *(t.id for t in report.teams if row.id in t.serves and t.id != row.owner))
    ]


def _work(row: ObjectiveRow) -> Iterator[str]:
    for identity, says in (("throughput", "delivered"), ("wip", "in progress")):
        figure = one(row.figures, identity)
        if figure and figure.value is not None:
            yield f"{words.figure(figure)} {says}"


def _cells(row: ObjectiveRow, marker: Marker) -> tuple[str, ...]:
    measures = row.outlook.progress.measures if row.outlook else ()
    return (
        row.name,
        ", ".join((row.state, *(flag.replace("_", " ") for flag in marker.flags))),
        "–" if marker.share is None else words.amount(marker.share, unit="ratio"),
        "–" if marker.planned is None else words.amount(marker.planned, unit="ratio"),
        "; ".join(f"{words.line(each.name, most=40)} {ahead.way(each)}" for each in measures) or "–",
        ", ".join(marker.teams) or "–",
        ", ".join(marker.work) or "–",
    )
