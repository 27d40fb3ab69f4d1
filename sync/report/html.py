"""The report as one self-contained page: nothing is fetched, and it reads without script."""

import base64
import hashlib
from collections.abc import Sequence
from functools import partial

from jinja2 import Environment

from sync.reconcile.figures import Figure
from sync.reconcile.findings import SEVERITIES
from sync.reconcile.series import Week
from sync.report import charts, layout, page, words
from sync.report.folds import choices, groups, item_lists
from sync.report.model import ObjectiveRow, Report

SPARKLINE_WEEKS = 12


def render(report: Report) -> str:
    """The page as HTML text; the same report gives the same bytes."""
    environment = _environment(report)
    findings = {finding.id: finding for finding in report.findings}
    script = environment.get_template("filter.js").render()
    return environment.get_template("report.html").render(
        report=report,
        masthead=report.masthead,
        superseded=words.SUPERSEDED,
        severities=SEVERITIES,
        top=[findings[identity] for identity in report.top],
        throughput=_throughput(report.weeks),
        durations=_durations(report.delivery),
        groups=groups(report),
        choices=choices(report),
        item_lists=item_lists(report),
        style=environment.get_template("style.css").render(),
        script=script,
        script_hash=f"sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}",
        twin=page.twin(report),
    )


def _environment(report: Report) -> Environment:
    """The templates, with everything that they may say about this report as filters."""
    environment = page.environment()
    items = {item.ref: item for item in report.items}
    names = {row.id: row.name for row in report.objectives}
    anchors = {figure: lists.id for lists in item_lists(report) for figure in lists.figures}
    environment.filters |= {
        "age": partial(words.age, as_of=report.masthead.as_of),
        "amount": lambda value, unit: words.amount(value, unit=unit),
        "anchor": lambda figure: anchors.get((figure.scope, figure.id), ""),
        "band": words.band,
        "days": words.days,
        "definition": lambda figure: f"define-{words.measure(figure.id)}",
        "evidence": partial(words.evidence, zone=report.masthead.zone),
        "figure": lambda figure: words.figure(figure).replace(" = ", "\u00a0=\u00a0"),
        "freshness": partial(words.freshness, zone=report.masthead.zone),
        "instant": partial(words.instant, zone=report.masthead.zone),
        "item": items.get,
        "left_out": words.left_out,
        "linked": words.linked,
        "measures": layout.measures,
        "objective": lambda identity: names.get(identity, identity),
        "one": layout.one,
        "percentiles": layout.percentiles,
        "period": words.period,
        "reason": words.reason,
        "same_reason": layout.same_reason,
        "service": words.service,
        "singles": layout.singles,
        "sparkline": _sparkline,
    }
    return environment


def _throughput(weeks: Sequence[Week]) -> str:
    label = f"Items delivered in each of {len(weeks)} weeks; the table below has the numbers."
    return charts.svg(charts.throughput(weeks), label=label) if weeks else ""


def _durations(figures: Sequence[Figure]) -> str:
    shown = [figure for figure in figures if figure.unit == "days" and figure.value is not None]
    label = "Lead and cycle times with their intervals; the table below has the numbers."
    return charts.svg(charts.durations(shown), label=label) if shown else ""


def _sparkline(row: ObjectiveRow) -> str:
    weeks = row.weeks[-SPARKLINE_WEEKS:]
    said = ", ".join("no data" if week.value is None else words.amount(week.value, unit="items") for week in weeks)
    return charts.sparkline(weeks, label=f"Delivered a week, oldest first: {said}")
