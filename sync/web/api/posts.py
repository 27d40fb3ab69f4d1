"""What keepers post: that a finding is accepted for now, and readings of measures."""

from collections.abc import Awaitable, Callable
from datetime import date
from typing import Annotated, TypeVar

from fastapi import APIRouter, Depends, Request, status
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from mappings.posted import Posted
from mappings.strategy import Reading
from sync.reconcile.findings import Severity
from sync.store import readings
from sync.web.access import Visitor, needs
from sync.web.api.described import body
from sync.web.forms import posted_by_us, read_body
from sync.work.desk import Desk, Unfit

M = TypeVar("M", bound=BaseModel)


class _Posted(BaseModel):
    model_config = ConfigDict(extra="forbid")


class AcceptedFinding(_Posted):
    """That a finding of a report is accepted for now."""

    report: str = Field(pattern="^[0-9a-f]{64}$", description="the digest of the report that shows it")
    finding: str = Field(pattern="^[0-9a-f]{12}$")
    reason: str = Field(min_length=1, max_length=500)
    until: date = Field(description="the last day")
    by: str | None = Field(None, max_length=80, description="a team or a role; default the finding's owner")


class AcknowledgementShown(BaseModel):
    finding: str
    reason: str
    by: str
    on: date | None
    until: date
    severity: Severity


class PostedReading(_Posted):
    """A reading of a measure; of a day the last one counts, and the file's before it."""

    objective: str = Field(min_length=1, max_length=200)
    measure: str = Field(min_length=1, max_length=200)
    on: date
    value: float = Field(allow_inf_nan=False)


def router(desk: Desk) -> APIRouter:
    api = APIRouter()
    keeper = Depends(needs("keeper"))

    @api.get("/acknowledgements")
    def acknowledgements() -> list[AcknowledgementShown]:
        """Those that count today, of the file and posted, whether or not they are over."""
        made = desk.map.acks.on(desk.today).values()
        return [AcknowledgementShown.model_validate(each, from_attributes=True) for each in made]

    @api.post("/acknowledgements", status_code=status.HTTP_201_CREATED, openapi_extra=body(AcceptedFinding))
    def acknowledge(
        visitor: Annotated[Visitor, keeper], posted: Annotated[AcceptedFinding, Depends(_body(AcceptedFinding))]
    ) -> AcknowledgementShown:
        """Accepts a finding for now; the next report shows it so, unless the file says otherwise of it."""
        made = desk.acknowledge(
            posted.report,
            posted.finding,
            reason=posted.reason,
            by=posted.by,
            until=posted.until,
            who=visitor.name,
        )
        return AcknowledgementShown.model_validate(made, from_attributes=True)

    @api.get("/readings")
    def kept() -> list[PostedReading]:
        """The readings that were posted, by objective, measure and day."""
        return [_shown(each) for each in readings.kept(desk.engine)]

    @api.post("/readings", status_code=status.HTTP_201_CREATED, openapi_extra=body(PostedReading))
    def post(
        visitor: Annotated[Visitor, keeper], posted: Annotated[PostedReading, Depends(_body(PostedReading))]
    ) -> PostedReading:
        """Keeps a reading of a measure that the strategy in force has."""
        reading = Reading(on=posted.on, value=posted.value)
        desk.post_reading(Posted(posted.objective, posted.measure, reading), who=visitor.name)
        return posted

    return api


def _shown(posted: Posted) -> PostedReading:
    on, value = posted.reading.on, posted.reading.value
    return PostedReading(objective=posted.objective, measure=posted.measure, on=on, value=value)


def _body(model: type[M]) -> Callable[[Request], Awaitable[M]]:
    """A dependency: what was posted, once it is known that a page elsewhere did not have a browser post it."""

    async def read(request: Request) -> M:
        posted_by_us(request)
        content = await read_body(request)
        try:
            return model.model_validate_json(content)
        except ValidationError as error:
            says = "; ".join(f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors())
            raise Unfit(says) from None

    return read
