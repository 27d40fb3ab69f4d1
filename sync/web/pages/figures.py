"""The figures of a report, and the items that each rests on."""

from urllib.parse import quote

from fastapi import APIRouter, Request, Response

from sync.report import gather
from sync.web import addresses
from sync.web.asked import Digest, Name
from sync.web.looks import page
from sync.work.desk import Desk

MOST_ITEMS = 1_000  #: shown in one list; the JSON form has all of them


def router(desk: Desk) -> APIRouter:
    api = APIRouter(prefix="/reports/{digest}/figures")

    @api.get("")
    def every(request: Request, digest: Digest) -> Response:
        """All of them."""
        made = desk.report(digest)
        each = {(figure.scope, figure.id): figure for figure in gather.figures(made)}.values()
        listed = [(figure, addresses.figure(digest, figure.id, figure.scope)) for figure in each]
        return page(request, "figures.html", {"digest": digest, "report": made, "figures": listed}, title="Figures")

    @api.get("/{name:path}")
    def one(request: Request, digest: Digest, name: Name) -> Response:
        """Those of one name and scope, `throughput:checkout`."""
        made, found = desk.report(digest), desk.figures(digest, name)
        told = {
            "digest": digest,
            "report": made,
            "figures": found,
            "most": MOST_ITEMS,
            "address": lambda key: addresses.item(key, as_of=made.masthead.as_of),
            "api": f"/reports/{digest}/figures/{quote(name, safe='')}",
        }
        return page(request, "figure.html", told, title=found[0].figure.title)

    return api
