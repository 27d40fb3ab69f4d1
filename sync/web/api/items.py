"""Why an item is tagged as it is."""

from fastapi import APIRouter, Response

from sync.report.explanation import Explained
from sync.web.api.described import answers, encoded
from sync.web.asked import AsOf, Name, ObjectiveId
from sync.work.desk import Desk


def router(desk: Desk) -> APIRouter:
    api = APIRouter()

    @api.get(
        "/items/{name:path}",
        response_class=Response,
        responses=answers(Explained, "The explanation as `fingerpost.explanation/1`"),
    )
    def one(name: Name, as_of: AsOf = None, objective: ObjectiveId = None) -> Response:
        """An item by its key, ref or address: the rules that were asked, its ancestors, its links, as of any day."""
        return encoded(desk.explained(name, as_of=as_of, objective=objective or None))

    return api
