"""The dashboard for programs: the same answers as JSON, by the same roles, described in `/openapi.json`."""

from fastapi import APIRouter, Depends

from sync.web.access import needs
from sync.web.api import items, posts, reports, state, triage
from sync.web.api.described import FAILURES
from sync.work.desk import Desk


def router(desk: Desk) -> APIRouter:
    """All of it, for readers; what only others may do says so itself."""
    api = APIRouter(prefix="/api/v1", dependencies=[Depends(needs("reader"))], responses=FAILURES)
    for each in (
        reports.router(desk),
        items.router(desk),
        triage.router(desk),
        posts.router(desk),
        state.router(desk),
    ):
        api.include_router(each)
    return api
