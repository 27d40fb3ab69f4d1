"""`POST /hooks/{source}`: whose a delivery is, by its raw bytes; kept; and only then answered."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import structlog
from fastapi import APIRouter, HTTPException, Request, Response, status

from connectors.delivery import MOST_BYTES, Delivery
from connectors.errors import Malformed, Refused
from connectors.transport import Clock
from sync.store.database import UNAVAILABLE
from sync.store.deliveries import Arrival
from sync.web.intake import Intake
from sync.web.limits import Bodies

if TYPE_CHECKING:
    from sync.work.doors import Doors

#: Of a delivery's headers only those are kept that a vendor has for them: no address, no cookie.
_KEPT = ("content-type", "x-github-", "x-hub-", "x-atlassian-")
_LONGEST = 500  # characters of an id or an event: whoever can sign may still send anything
_ANSWERS = {
    202: {"description": "Kept: it outlives a crash, and what it tells of is looked at within seconds"},
    400: {"description": "Not what this source sends"},
    401: {"description": "Not signed with one of the source's secrets"},
    404: {"description": "No such source"},
    408: {"description": "The body came too slowly"},
    413: {"description": "Larger than any delivery"},
    503: {"description": "No secret is set for this source, or it cannot be kept now"},
}

Heard = Callable[[str, str], None]  #: the source, and what became of a delivery


def router(*, doors: "Doors", intake: Intake, clock: Clock, heard: Heard) -> APIRouter:
    """The one door that strangers may knock at."""
    api, bodies = APIRouter(), Bodies()

    @api.post("/hooks/{source}", status_code=202, response_class=Response, responses=_ANSWERS)  # type: ignore[arg-type]
    async def take_in(source: str, request: Request) -> Response:
        """Takes a delivery in."""
        door = doors.at(source)
        if door is None:
            raise HTTPException(status.HTTP_404_NOT_FOUND, "there is no such source")
        if not door.is_open:
            heard(source, "closed")
            raise HTTPException(status.HTTP_503_SERVICE_UNAVAILABLE, "no secret is set for this source")
        async with bodies.read(request, most=MOST_BYTES) as body:
            kept = {name: value for name, value in request.headers.items() if name.startswith(_KEPT)}
            delivery = Delivery(headers=kept, body=body, received_at=clock.now())
            try:
                door.source.verify(delivery)
                notice = door.source.accept(delivery)
            except Refused as error:
                heard(source, "refused")
                structlog.get_logger().warning("delivery refused", source=source, why=str(error))
                raise HTTPException(status.HTTP_401_UNAUTHORIZED, "not signed with a secret of this source") from None
            except Malformed:
                heard(source, "malformed")
                raise HTTPException(status.HTTP_400_BAD_REQUEST, "not what this source sends") from None
            arrival = Arrival(
                source=source,
                id=notice.id[:_LONGEST],
                event=notice.event[:_LONGEST],
                delivery=delivery,
                state="waiting" if notice.handling == "handled" else "done",
            )
            await _kept(arrival, intake)
        heard(source, notice.handling)
        return Response(status_code=202)

    return api


async def _kept(arrival: Arrival, intake: Intake) -> None:
    try:
        await intake.keep(arrival)
    except UNAVAILABLE:
        later = {"Retry-After": "30"}
        raise HTTPException(status.HTTP_503_SERVICE_UNAVAILABLE, "it cannot be kept now", headers=later) from None
