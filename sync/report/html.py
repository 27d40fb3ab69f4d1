"""The report as one self-contained page: nothing is fetched, and it reads without script."""

import base64
import hashlib
from collections.abc import Sequence
from functools import partial

from jinja2 import Environment

from sync.reconcile.findings import SEVERITIES
from sync.reconcile.series import Week
from sync.report import gallery, layout, page, words
from sync.report.charts import marks
from sync.report.editions import edition
from sync.report.folds import choices, groups, item_lists
from sync.report.model import Report

SHOWN_WEEKS, YEAR_WEEKS, MONTH_WEEKS = 6, 52, 4


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
        edition=edition(report.masthead),
        gallery={"flow": gallery.flow(report)},
        changes={"findings": ""},
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
        "six_weeks": _six_weeks,
        "twelve_months": _twelve_months,
    }
    return environment


def _six_weeks(weeks: Sequence[Week]) -> str:
    """The latest weeks, a bar each."""
    shown = weeks[-SHOWN_WEEKS:]
    return marks.sparkline([week.value for week in shown], label=f"Delivered a week, oldest first: {_said(shown)}")


def _twelve_months(weeks: Sequence[Week]) -> str:
    """The latest year, a bar for every four weeks; one that begins before the data has none."""
    year = weeks[-YEAR_WEEKS:]
    blocks = [
        _together(year[first : first + MONTH_WEEKS]) for first in range(len(year) % MONTH_WEEKS, len(year), MONTH_WEEKS)
    ]
    return marks.sparkline(
        [block.value for block in blocks], label=f"Delivered in four weeks, oldest first: {_said(blocks)}"
    )


def _together(weeks: Sequence[Week]) -> Week:
    values = [week.value for week in weeks if week.value is not None]
    return Week(starts_on=weeks[0].starts_on, value=sum(values) if len(values) == len(weeks) else None)


def _said(weeks: Sequence[Week]) -> str:
    return ", ".join("no data" if week.value is None else words.amount(week.value, unit="items") for week in weeks)
