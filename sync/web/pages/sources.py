"""Sources: how far each is known, what it still bears, what waits in the inbox; runs; and the trail."""

from fastapi import APIRouter, Request, Response

from sync.store import deliveries, trail
from sync.store.deliveries import State
from sync.web.access import Access
from sync.web.forms import csrf_token, with_cookies
from sync.web.looks import page
from sync.work.desk import Desk

ASIDE: State = "quarantined"
MOST = 100  #: deliveries and steps of the trail


def router(desk: Desk) -> APIRouter:
    api = APIRouter()

    @api.get("/sources")
    def shown(request: Request) -> Response:
        """How everything stands; the inbox and the trail for operators."""
        access: Access = request.app.state.access
        visitor, answer = access.visitor(request), Response()
        is_operator = visitor is not None and visitor.may("operator")
        told = {
            "now": desk.clock.now(),
            "told": desk.state(),
            "is_operator": is_operator,
            "aside": deliveries.listed(desk.engine, [ASIDE], most=MOST) if is_operator else (),
            "trail": trail.steps(desk.engine, most=MOST) if is_operator else (),
            "csrf": csrf_token(request, answer),
        }
        return with_cookies(page(request, "sources.html", told, title="Sources"), answer)

    return api
