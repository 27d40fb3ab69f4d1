"""The forms of a report: the whole page, the map, a team's part, Markdown, JSON, tables."""

from collections.abc import Callable
from functools import cache, partial
from typing import Literal

from fastapi import APIRouter, Request, Response

from sync.report import csv, html, json, markdown
from sync.report.model import Report
from sync.web import addresses
from sync.web.asked import Digest, Name
from sync.web.looks import rendered
from sync.web.shelf import Form, Shelf
from sync.work.desk import Unknown

TEXTS = {
    "json": Form(name="json", render=json.render, media_type="application/json"),
    "md": Form(name="markdown", render=markdown.render, media_type="text/markdown; charset=utf-8"),
}  #: by suffix


@cache
def whole() -> Form:
    """The report's own page."""
    return _page("html", lambda made: html.render(made, frame=addresses.frame(made)))


def router(shelf: Shelf) -> APIRouter:
    api = APIRouter(prefix="/reports/{digest}")
    map_form = _page("map", lambda made: html.render_map(made, frame=addresses.frame(made)))

    @api.get("/map")
    def map_page(request: Request, digest: Digest) -> Response:
        """The map of a report as a page."""
        return shelf.answer(request, digest, map_form)

    @api.get("/teams/{team:path}")
    def team_page(request: Request, digest: Digest, team: Name) -> Response:
        """A team's own part of a report."""
        return shelf.answer(request, digest, _page(f"team {team}", partial(_team, team)))

    @api.get("/report.{suffix}")
    def text(request: Request, digest: Digest, suffix: Literal["json", "md"]) -> Response:
        """A report as Markdown or JSON."""
        return shelf.answer(request, digest, TEXTS[suffix])

    @api.get("/tables")
    def tables(request: Request, digest: Digest) -> Response:
        """The tables that a report has."""
        return shelf.answer(request, digest, Form(name="tables", render=_tables))

    @api.get("/tables/{name}.csv")
    def table(request: Request, digest: Digest, name: Name) -> Response:
        """One table as comma-separated values."""
        form = Form(name=f"csv {name}", render=partial(_table, name), media_type="text/csv; charset=utf-8")
        return shelf.answer(request, digest, form)

    return api


def _page(name: str, render: Callable[[Report], str]) -> Form:
    """A page as a file would have it: with a style and a script inside, and nothing else."""
    policy = (
        f"default-src 'none'; style-src 'unsafe-inline'; img-src data:; script-src '{html.script_source()}'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    return Form(name=name, render=render, policy=policy)


def _tables(made: Report) -> str:
    told = {"digest": made.masthead.digest, "names": sorted(csv.render(made))}
    return rendered("tables.html", told, title="Tables", zone=made.masthead.zone)


def _team(name: str, made: Report) -> str:
    team = next((each for each in made.teams if each.id == name), None)
    if team is None:
        raise Unknown(f"the report has no team {name[:64]}")
    return html.render_team(made, team, frame=addresses.frame(made))


def _table(name: str, made: Report) -> str:
    found = csv.render(made).get(name)
    if found is None:
        raise Unknown(f"the report has no table {name[:64]}")
    return found
