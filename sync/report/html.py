"""The report as one self-contained page: nothing is fetched, and it reads without script."""

import base64
import hashlib
from dataclasses import replace
from functools import partial
from typing import Any

from jinja2 import Environment

from sync.reconcile.findings import SEVERITIES
from sync.reconcile.obstacles import together
from sync.reconcile.teams import TeamView
from sync.report import ahead, cells, changes, gallery, layout, page, spent, words
from sync.report.editions import edition
from sync.report.folds import choices, groups, item_lists
from sync.report.frame import FILE, Frame
from sync.report.guide import guide
from sync.report.model import Report
from sync.report.place_markers import map_picture
from sync.report.remedies import remedies
from sync.report.sections import MOST_OBSTACLES
from sync.report.strip import strip


def render(report: Report, *, frame: Frame = FILE) -> str:
    """The page as HTML text; the same report gives the same bytes."""
    environment = _environment(report, frame)
    findings = {finding.id: finding for finding in report.findings}
    return environment.get_template("report.html").render(
        **_shared(environment, report, frame),
        severities=SEVERITIES,
        top=[findings[identity] for identity in report.top],
        gallery={"map": map_picture(report), "effort": gallery.effort(report), "flow": gallery.flow(report)},
        changes={
            "findings": changes.of_findings(report),
            "figures": changes.of_figures(report),
            "acknowledgements": changes.of_acknowledgements(report),
        },
        strip=strip(report),
        remedies=remedies(report),
        obstacles=together(report.obstacles)[:MOST_OBSTACLES],
        grounds=words.GROUNDS,
        groups=groups(report),
        choices=choices(report),
        labels={"owner": "Owner: team or role"},
        item_lists=item_lists(report),
        twin=page.packed(report),
    )


def render_team(report: Report, team: TeamView, *, frame: Frame = FILE) -> str:
    """One team's own part of the report as a page of its own."""
    environment = _environment(report, frame)
    return environment.get_template("team_page.html").render(**_shared(environment, report, frame), team=team)


def render_map(report: Report, *, frame: Frame = FILE) -> str:
    """The map as a page of its own, laid open."""
    environment = _environment(report, frame)
    told = _shared(environment, report, frame)
    told["edition"] = replace(told["edition"], opens=told["edition"].opens | {"map"})
    return environment.get_template("map_page.html").render(**told, gallery={"map": map_picture(report)})


def script_source() -> str:
    """The digest of the page's only script, as a policy names it."""
    return _digest(page.environment().get_template("filter.js").render())


def _shared(environment: Environment, report: Report, frame: Frame) -> dict[str, Any]:
    """What every page of a report needs."""
    script = environment.get_template("filter.js").render()
    return {
        "report": report,
        "masthead": report.masthead,
        "superseded": words.SUPERSEDED,
        "declared": words.DECLARED,
        "rungs": words.RUNGS,
        "names": {row.id: row.name for row in report.objectives},
        "edition": edition(report.masthead),
        "style": environment.get_template("style.css").render() + frame.style,
        "script": script,
        "script_hash": _digest(script),
    }


def _digest(script: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}"


def _environment(report: Report, frame: Frame) -> Environment:
    """The templates, with everything that they may say about this report as filters."""
    environment = page.environment()
    environment.globals["frame"] = frame
    items = {item.ref: item for item in report.items}
    names = {row.id: row.name for row in report.objectives}
    anchors = {figure: lists.id for lists in item_lists(report) for figure in lists.figures}
    spending = {each.id: each for each in report.alignment.spending} if report.alignment else {}
    defined = {definition.id for definition in report.definitions}
    environment.filters |= {
        "account": spent.account,
        "agreement": words.agreement,
        "age": partial(words.age, as_of=report.masthead.as_of),
        "amount": lambda value, unit: words.amount(value, unit=unit),
        "anchor": lambda figure: anchors.get((figure.scope, figure.id), ""),
        "back_test": lambda outlook: ahead.back_test(outlook.forecast.back_test),
        "band": words.band,
        "beside": words.beside,
        "burn_up": gallery.forecast,
        "dates": ahead.dates,
        "days": words.days,
        "define": lambda name: f"define-{name}" if name in defined else "definitions-title",
        "deployments": cells.deployments,
        "evidence": partial(words.evidence, zone=report.masthead.zone),
        "figure": lambda figure: words.figure(figure).replace(" = ", "\u00a0=\u00a0"),
        "fixed": lambda outlook: ahead.fixed(outlook.forecast),
        "forecast": ahead.forecast,
        "freshness": partial(words.freshness, zone=report.masthead.zone),
        "guide": partial(guide, report=report),
        "instant": partial(words.instant, zone=report.masthead.zone),
        "item": items.get,
        "lags": spent.lags,
        "left_out": words.left_out,
        "linked": words.linked,
        "measure": lambda figure: words.measure(figure.id),
        "measures": layout.measures,
        "nowhere": spent.REASONS.get,
        "objective": lambda identity: names.get(identity, identity),
        "obstacle": words.obstacle,
        "one": layout.one,
        "percentiles": layout.percentiles,
        "period": words.period,
        "reason": words.reason,
        "rules": partial(words.rules, since=report.masthead.first_on),
        "same_reason": layout.same_reason,
        "service": words.service,
        "share_bar": cells.share_bar,
        "sighting": words.sighting,
        "singles": layout.singles,
        "six_weeks": cells.six_weeks,
        "spending": spending.get,
        "twelve_months": cells.twelve_months,
        "way": ahead.way,
        "why": words.why,
    }
    return environment
