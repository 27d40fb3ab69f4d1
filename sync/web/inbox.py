"""The inbox for operators: what is not done, and quarantined deliveries let in again."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, status
from fastapi.responses import RedirectResponse
from pydantic import BaseModel
from sqlalchemy import Engine

from connectors.transport import Clock
from sync.store import deliveries
from sync.store.deliveries import State
from sync.web.access import Visitor, needs
from sync.web.failures import wants_page
from sync.web.forms import form

MOST = 500


class Entry(BaseModel):
    source: str
    id: str
    event: str
    state: State
    received_at: datetime
    attempts: int
    cause: str | None


class Retried(BaseModel):
    ids: list[str]


_REFUSALS: dict[int | str, dict[str, str]] = {
    401: {"description": "Sign in first"},
    403: {"description": "For operators"},
}


def router(*, engine: Engine, clock: Clock) -> APIRouter:
    api = APIRouter()
    operator = Depends(needs("operator"))

    @api.get("/inbox", dependencies=[operator], responses=_REFUSALS)
    def shown() -> list[Entry]:
        """Deliveries that wait or are quarantined, the latest first."""
        found = deliveries.listed(engine, ("waiting", "quarantined"), most=MOST)
        return [Entry.model_validate(each, from_attributes=True) for each in found]

    @api.post("/inbox/retry", response_model=Retried, responses=_REFUSALS)
    def retry(
        request: Request,
        visitor: Annotated[Visitor, operator],
        fields: Annotated[Mapping[str, str], Depends(form)],
    ) -> Any:
        """Lets the quarantined delivery of this `id` wait again; all of them where none is named."""
        named = [fields["id"]] if fields.get("id") else []
        retried = [each.id for each in deliveries.retry(engine, named, who=visitor.name, now=clock.now())]
        if wants_page(request):
            return RedirectResponse("/sources", status.HTTP_303_SEE_OTHER)
        return Retried(ids=retried)

    return api
