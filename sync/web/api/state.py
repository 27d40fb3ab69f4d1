"""How sources, limits and runs stand."""

from fastapi import APIRouter, Response

from sync.web.api.described import answers, encoded
from sync.work.desk import Desk
from sync.work.state import State


def router(desk: Desk) -> APIRouter:
    api = APIRouter()

    @api.get("/sources", response_class=Response, responses=answers(State, "Sources, closed gates, and runs"))
    def shown() -> Response:
        """How far each source is known, what it still bears, what waits in its inbox; and runs by schedule."""
        return encoded(desk.state())

    return api
