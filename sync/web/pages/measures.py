"""Measures: what each objective is seen by, with its last reading, and where a keeper posts the next."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response, status
from fastapi.responses import RedirectResponse

from mappings.posted import Posted
from mappings.strategy import Reading
from sync.web.access import Access, Visitor, needs
from sync.web.forms import csrf_token, day_in, form, number_in, with_cookies
from sync.web.looks import page
from sync.work.desk import Desk

PLACE = "/measures"


def router(desk: Desk) -> APIRouter:
    api = APIRouter(prefix=PLACE)
    keeper = Depends(needs("keeper"))

    @api.get("")
    def shown(request: Request) -> Response:
        """All measures of the strategy in force."""
        access: Access = request.app.state.access
        visitor, answer = access.visitor(request), Response()
        told = {
            "objectives": [each for each in desk.map.strategy.objectives if each.measures],
            "today": desk.today,
            "may_post": visitor is not None and visitor.may("keeper"),
            "csrf": csrf_token(request, answer),
            "place": PLACE,
        }
        return with_cookies(page(request, "measures.html", told, title="Measures"), answer)

    @api.post("")
    def post(visitor: Annotated[Visitor, keeper], fields: Annotated[Mapping[str, str], Depends(form)]) -> Response:
        """Keeps a reading; of a day the last one counts, and the file's before it."""
        reading = Reading(on=day_in(fields, "on"), value=number_in(fields, "value"))
        posted = Posted(fields.get("objective", ""), fields.get("measure", ""), reading)
        desk.post_reading(posted, who=visitor.name)
        return RedirectResponse(PLACE, status.HTTP_303_SEE_OTHER)

    return api
