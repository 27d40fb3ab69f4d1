"""The forms of a report: one text, a file, or a folder of tables."""

from collections.abc import Callable, Mapping

from mappings.problems import Problem, Problems, nearest
from sync.deliver import pdf
from sync.report import csv, html, json, markdown, png, text, xhtml
from sync.report.model import Report

#: Form → what writes it as one text.
TEXTS: Mapping[str, Callable[[Report], str]] = {
    "text": text.render,
    "html": html.render,
    "markdown": markdown.render,
    "confluence": xhtml.render,
    "json": json.render,
}


def rendered(
    report: Report, form: str, *, part: str | None, environment: Mapping[str, str]
) -> str | bytes | dict[str, str]:
    """The report in a form: text, the bytes of a file, or a text for each name.

    `part` names one table of `csv`, and the picture of `png`. Raises `Problems` where that cannot be had.
    """
    match form:
        case "csv":
            tables = csv.render(report)
            return tables if part is None else tables[_named(part, tables, "table")]
        case "png":
            pictures = png.pictures(report)
            return png.drawn(pictures[_named(part, pictures, "picture")])
        case "pdf":
            return pdf.printed(html.render(report), program=pdf.chromium(environment))
    return TEXTS[form](report)


def team_page(report: Report, name: str) -> str:
    """One team's own part of the report, as a page. Raises `Problems` where the report has no such team."""
    teams = {team.id: team for team in report.teams}
    if name not in teams:
        raise Problems([Problem("--team", 0, 0, f"there is no team '{name}'", nearest(name, teams))])
    return html.render_team(report, teams[name])


def _named(part: str | None, held: Mapping[str, object], what: str) -> str:
    if part in held:
        return str(part)
    hint = nearest(part, held) if part else f"one of {', '.join(held)}"
    raise Problems([Problem("--part", 0, 0, f"there is no {what} '{part}'" if part else f"names the {what}", hint)])
