"""A report in its other forms: the map, a team's part, Markdown, JSON, tables."""

from collections.abc import Callable
from functools import partial
from typing import Literal

from fastapi import APIRouter, Request, Response

from sync.report import csv, html, json, markdown
from sync.report.model import Report
from sync.web import addresses
from sync.web.asked import Digest, Name
from sync.web.looks import rendered
from sync.web.pages.reports import policy
from sync.web.shelf import MEDIA_TYPE, Shelf
from sync.work.desk import Unknown

#: Suffix → what writes it, and as what it is sent.
TEXTS: dict[str, tuple[Callable[[Report], str], str]] = {
    "json": (json.render, "application/json"),
    "md": (markdown.render, "text/markdown; charset=utf-8"),
}


def router(shelf: Shelf) -> APIRouter:
    api = APIRouter(prefix="/reports/{digest}")
    sent_as_page = {"media_type": MEDIA_TYPE, "policy": policy()}

    @api.get("/map")
    def map_page(request: Request, digest: Digest) -> Response:
        """The map of a report as a page."""
        return shelf.answer(
            request,
            digest,
            "map",
            lambda made: html.render_map(made, frame=addresses.frame(digest, made)),
            **sent_as_page,
        )

    @api.get("/teams/{team:path}")
    def team_page(request: Request, digest: Digest, team: Name) -> Response:
        """A team's own part of a report."""
        return shelf.answer(request, digest, f"team {team}", partial(_team, digest, team), **sent_as_page)

    @api.get("/report.{suffix}")
    def text(request: Request, digest: Digest, suffix: Literal["json", "md"]) -> Response:
        """A report as Markdown or JSON."""
        render, media_type = TEXTS[suffix]
        return shelf.answer(request, digest, suffix, render, media_type=media_type)

    @api.get("/tables")
    def tables(request: Request, digest: Digest) -> Response:
        """The tables that a report has."""
        return shelf.answer(request, digest, "tables", partial(_tables, digest), media_type=MEDIA_TYPE)

    @api.get("/tables/{name}.csv")
    def table(request: Request, digest: Digest, name: Name) -> Response:
        """One table as comma-separated values."""
        return shelf.answer(request, digest, f"csv {name}", partial(_table, name), media_type="text/csv; charset=utf-8")

    return api


def _tables(digest: str, made: Report) -> str:
    told = {"digest": digest, "names": sorted(csv.render(made))}
    return rendered("tables.html", told, title="Tables", zone=made.masthead.zone)


def _team(digest: str, name: str, made: Report) -> str:
    team = next((each for each in made.teams if each.id == name), None)
    if team is None:
        raise Unknown(f"the report has no team {name[:64]}")
    return html.render_team(made, team, frame=addresses.frame(digest, made))


def _table(name: str, made: Report) -> str:
    found = csv.render(made).get(name)
    if found is None:
        raise Unknown(f"the report has no table {name[:64]}")
    return found
