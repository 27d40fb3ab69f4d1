"""The figures of a report, and the items that each rests on."""

from functools import partial
from urllib.parse import quote

from fastapi import APIRouter, Request, Response

from sync.report import gather
from sync.report.model import Report
from sync.web import addresses
from sync.web.asked import Digest, Name
from sync.web.looks import rendered
from sync.web.shelf import MEDIA_TYPE, Shelf
from sync.work.desk import figures_of

MOST_ITEMS = 1_000  #: shown in one list; the JSON form has all of them


def router(shelf: Shelf) -> APIRouter:
    api = APIRouter(prefix="/reports/{digest}/figures")

    @api.get("")
    def every(request: Request, digest: Digest) -> Response:
        """All of them."""
        return shelf.answer(request, digest, "figures", partial(_every, digest), media_type=MEDIA_TYPE)

    @api.get("/{name:path}")
    def one(request: Request, digest: Digest, name: Name) -> Response:
        """Those of one name and scope, `throughput:checkout`."""
        return shelf.answer(request, digest, f"figure {name}", partial(_one, digest, name), media_type=MEDIA_TYPE)

    return api


def _every(digest: str, made: Report) -> str:
    each = {(figure.scope, figure.id): figure for figure in gather.figures(made)}.values()
    listed = [(figure, addresses.figure(digest, figure.id, figure.scope)) for figure in each]
    told = {"digest": digest, "report": made, "figures": listed}
    return rendered("figures.html", told, title="Figures", zone=made.masthead.zone)


def _one(digest: str, name: str, made: Report) -> str:
    found = figures_of(made, name)
    told = {
        "digest": digest,
        "report": made,
        "figures": found,
        "most": MOST_ITEMS,
        "address": lambda key: addresses.item(key, as_of=made.masthead.as_of),
        "api": f"/reports/{digest}/figures/{quote(name, safe='')}",
    }
    return rendered("figure.html", told, title=found[0].figure.title, zone=made.masthead.zone)
