"""`POST /hooks/{source}`: whose a delivery is, by its raw bytes; kept; and only then answered."""

from collections.abc import Callable
from typing import Any

import structlog
from fastapi import HTTPException, Request, status
from starlette.responses import JSONResponse, Response

from connectors.delivery import MOST_BYTES, Delivery
from connectors.errors import Malformed, Refused
from connectors.source import Source
from connectors.transport import Clock
from sync.store.database import UNAVAILABLE
from sync.store.deliveries import Arrival
from sync.web.headers import Application, Message, Receive, Send
from sync.web.intake import Intake
from sync.web.limits import Bodies
from sync.work.doors import Doors

PATH = "/hooks/{source}"
_PREFIX = "/hooks/"
#: Of a delivery's headers only those are kept that a vendor has for them: no address, no cookie.
_KEPT = ("content-type", "x-github-", "x-hub-", "x-atlassian-")
_LONGEST = 500  # characters of an id or an event: whoever can sign may still send anything
_ANSWERS = {
    202: "Kept: it outlives a crash, and what it tells of is looked at within seconds",
    400: "Not what this source sends",
    401: "Not signed with one of the source's secrets",
    404: "No such source",
    408: "The body came too slowly",
    413: "Larger than any delivery",
    503: "No secret is set for this source, or it cannot be kept now",
}
#: No endpoint of FastAPI's: its way to one takes longer than all that is done here.
OPERATION = {
    "summary": "Takes a delivery in",
    "parameters": [{"name": "source", "in": "path", "required": True, "schema": {"type": "string"}}],
    "requestBody": {"content": {"application/json": {"schema": {}}}},
    "responses": {str(code): {"description": said} for code, said in _ANSWERS.items()},
}

Heard = Callable[[str, str], None]  #: the source, and what became of a delivery


class Hooks:
    """The one door that strangers may knock at; all other requests go on to the application."""

    def __init__(self, app: Application, *, doors: Doors, intake: Intake, clock: Clock, heard: Heard) -> None:
        self._app = app
        self._doors = doors
        self._intake = intake
        self._clock = clock
        self._heard = heard
        self._bodies = Bodies()

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        path: str = scope.get("path", "")
        if not path.startswith(_PREFIX) or scope.get("method") != "POST":
            await self._app(scope, receive, send)
            return
        source = path.removeprefix(_PREFIX)
        try:
            self._heard(source, await self._taken(source, Request(scope, receive)))
            answer: Any = _ACCEPTED
        except HTTPException as refused:
            answer = JSONResponse({"detail": refused.detail}, refused.status_code, refused.headers)
        await answer(scope, receive, send)

    async def _taken(self, name: str, request: Request) -> str:
        """How it is to be handled, once it is kept; raises the answer where it is not."""
        door = self._doors.at(name)
        if door is None:
            raise HTTPException(status.HTTP_404_NOT_FOUND, "there is no such source")
        if not door.is_open:
            self._heard(name, "closed")
            raise HTTPException(status.HTTP_503_SERVICE_UNAVAILABLE, "no secret is set for this source")
        async with self._bodies.read(request, most=MOST_BYTES) as body:
            kept = {key: value for key, value in request.headers.items() if key.startswith(_KEPT)}
            delivery = Delivery(headers=kept, body=body, received_at=self._clock.now())
            arrival = self._known(door.source, delivery)
            try:
                await self._intake.keep(arrival)
            except UNAVAILABLE:
                raise _later("it cannot be kept now") from None
        return "handled" if arrival.state == "waiting" else "ignored"

    def _known(self, source: Source, delivery: Delivery) -> Arrival:
        """The delivery, if it is the source's own. What nobody need look at is done already."""
        try:
            source.verify(delivery)
            notice = source.accept(delivery)
        except Refused as error:
            self._heard(source.name, "refused")
            structlog.get_logger().warning("delivery refused", source=source.name, why=str(error))
            raise HTTPException(status.HTTP_401_UNAUTHORIZED, "not signed with a secret of this source") from None
        except Malformed:
            self._heard(source.name, "malformed")
            raise HTTPException(status.HTTP_400_BAD_REQUEST, "not what this source sends") from None
        return Arrival(
            source=source.name,
            id=notice.id[:_LONGEST],
            event=notice.event[:_LONGEST],
            delivery=delivery,
            state="waiting" if notice.handling == "handled" else "done",
        )


_ACCEPTED: Any = Response(status_code=status.HTTP_202_ACCEPTED)


def _later(why: str) -> HTTPException:
    return HTTPException(status.HTTP_503_SERVICE_UNAVAILABLE, why, headers={"Retry-After": "30"})
