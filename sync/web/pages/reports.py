"""Reports: the latest, all that were published, one made for whoever asks, and what differs between two."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response, status
from fastapi.responses import RedirectResponse

from sync.report.diff import text as diff_text
from sync.web.asked import AsOf, Digest, Period
from sync.web.looks import page
from sync.web.pages.forms import whole
from sync.web.shelf import Shelf
from sync.work.desk import Desk

MOST = 60  #: shown in a list

DigestAsked = Annotated[str, Query(pattern="^[0-9a-f]{64}$")]


def router(desk: Desk, shelf: Shelf) -> APIRouter:
    api = APIRouter()

    @api.get("/")
    def latest(request: Request) -> Response:
        """The published report of the latest knowledge."""
        digest = desk.latest()
        return (
            shelf.answer(request, digest, whole()) if digest else page(request, "none_yet.html", title="No report yet")
        )

    @api.get("/reports")
    def history(request: Request) -> Response:
        """What was published, unaltered."""
        published = desk.history()
        digests = [each.digest for each in published]
        before = dict(zip(digests, [*digests[1:], None], strict=True)) if digests else {}
        told = {"published": published, "before": before, "most": MOST}
        return page(request, "reports.html", told, title="Reports")

    @api.get("/reports/made")
    def made(period: Period = None, as_of: AsOf = None) -> Response:
        """One that is made because somebody asks."""
        asked = desk.ask_report(period=period, as_of=as_of)
        return RedirectResponse(f"/reckonings/{asked.key}", status.HTTP_303_SEE_OTHER)

    @api.get("/reports/compare")
    def compare(before: DigestAsked, after: DigestAsked) -> Response:
        """What differs between the two that a form names."""
        return RedirectResponse(f"/reports/{before}/diff/{after}", status.HTTP_303_SEE_OTHER)

    @api.get("/reports/{before}/diff/{after}")
    def difference(request: Request, before: Digest, after: Digest) -> Response:
        """What differs between two."""
        found = desk.diff(before, after)
        fates = [(fate, getattr(found, fate)) for fate in diff_text.FATES]
        told = {"diff": found, "fates": fates, "most": MOST, "untested": diff_text.UNTESTED}
        return page(request, "diff.html", told, title="What differs")

    @api.get("/reports/{digest}")
    def one(request: Request, digest: Digest) -> Response:
        """One of them as a page."""
        return shelf.answer(request, digest, whole())

    return api
