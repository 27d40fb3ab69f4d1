"""The figures of a report, and the items that each rests on."""

from functools import partial
from urllib.parse import quote

from fastapi import APIRouter, Request, Response

from sync.report import gather
from sync.report.model import Report
from sync.web import addresses
from sync.web.asked import Digest, Name
from sync.web.looks import rendered
from sync.web.shelf import Form, Shelf
from sync.work.desk import figures_of

MOST_ITEMS = 1_000  #: shown in one list; the JSON form has all of them


def router(shelf: Shelf) -> APIRouter:
    api = APIRouter(prefix="/reports/{digest}/figures")

    @api.get("")
    def every(request: Request, digest: Digest) -> Response:
        """All of them."""
        return shelf.answer(request, digest, Form(name="figures", render=_every))

    @api.get("/{name:path}")
    def one(request: Request, digest: Digest, name: Name) -> Response:
        """Those of one name and scope, `throughput:checkout`."""
        return shelf.answer(request, digest, Form(name=f"figure {name}", render=partial(_one, name)))

    return api


def _every(made: Report) -> str:
    digest = made.masthead.digest
    each = {(figure.scope, figure.id): figure for figure in gather.figures(made)}.values()
    listed = [(figure, addresses.figure(digest, figure.id, figure.scope)) for figure in each]
    told = {"digest": digest, "report": made, "figures": listed}
    return rendered("figures.html", told, title="Figures", zone=made.masthead.zone)


def _one(name: str, made: Report) -> str:
    found, digest = figures_of(made, name), made.masthead.digest
    told = {
        "digest": digest,
        "report": made,
        "figures": found,
        "most": MOST_ITEMS,
        "address": lambda key: addresses.item(key, as_of=made.masthead.as_of),
        "api": f"/reports/{digest}/figures/{quote(name, safe='')}",
    }
    return rendered("figure.html", told, title=found[0].figure.title, zone=made.masthead.zone)
