"""The dashboard's pages, for people: rendered here, and whole without script."""

from fastapi import APIRouter, Depends

from sync.web.access import needs
from sync.web.pages import figures, findings, forms, items, measures, reckonings, reports, sources, triage
from sync.web.shelf import Shelf
from sync.work.desk import Desk


def router(desk: Desk, shelf: Shelf) -> APIRouter:
    """All of them, for readers; what only others may do says so itself."""
    pages = APIRouter(dependencies=[Depends(needs("reader"))], include_in_schema=False)
    for each in (
        reports.router(desk, shelf),
        forms.router(shelf),
        findings.router(desk),
        figures.router(shelf),
        items.router(desk),
        measures.router(desk),
        reckonings.router(desk),
        triage.router(desk),
        sources.router(desk),
    ):
        pages.include_router(each)
    return pages
