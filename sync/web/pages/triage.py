"""Triage: the decisions that would clear most untagged work, each as a rule to paste or a patch to commit.

The file stays its keeper's: nothing here edits it.
"""

from typing import Annotated

import msgspec
from fastapi import APIRouter, Query, Request, Response, status
from fastapi.responses import RedirectResponse

from sync.reconcile.findings import Finding
from sync.store.reckonings import Reckoning
from sync.web import addresses
from sync.web.asked import LONGEST, AsOf, Limit
from sync.web.looks import page
from sync.web.pages.reckonings import Key
from sync.work.desk import Desk, Unknown

USUAL = 10
UNCLEAR = {"ambiguous-tag", "weak-tag", "tag-contradiction"}  #: kinds of finding that a rule or a cut settles
MOST_UNCLEAR = 20


def router(desk: Desk) -> APIRouter:
    api = APIRouter()

    @api.get("/triage")
    def asked(as_of: AsOf = None, limit: Limit = USUAL) -> Response:
        """Gathers untagged work as it is now, or as it was known then."""
        waits = desk.ask_triage(as_of=as_of, limit=limit)
        place = f"/triage/{waits.key}" if waits.state == "done" else f"/reckonings/{waits.key}"
        return RedirectResponse(place, status.HTTP_303_SEE_OTHER)

    @api.get("/triage/{key}")
    def shown(request: Request, key: Key) -> Response:
        """What was gathered."""
        told = {
            "key": key,
            "told": msgspec.json.decode(desk.content(_of_kind(desk, key, "triage"))),
            "limit": USUAL,
            "objectives": desk.map.strategy.objectives,
            "to": addresses.item,
            "unclear": _unclear(desk),
        }
        return page(request, "triage.html", told, title="Untagged work")

    @api.get("/triage/{key}/patch")
    def patch(
        key: Key, number: Annotated[int, Query(ge=1, le=100)], objective: Annotated[str, Query(max_length=LONGEST)]
    ) -> Response:
        """Asks for one decision as a patch."""
        waits = desk.ask_patch(_of_kind(desk, key, "triage"), number=number, objective=objective)
        return RedirectResponse(f"/reckonings/{waits.key}", status.HTTP_303_SEE_OTHER)

    @api.get("/patches/{key}")
    def patched(key: Key) -> Response:
        """The patch, as `git apply` takes it."""
        content = desk.content(_of_kind(desk, key, "patch"))
        return Response(content, media_type="text/x-diff; charset=utf-8")

    return api


def _unclear(desk: Desk) -> list[tuple[Finding, str]]:
    """What is tagged and should be decided all the same, as the latest report has it, each with its page."""
    digest = desk.latest()
    found = desk.report(digest).findings if digest else ()
    return [(each, addresses.finding(str(digest), each.id)) for each in found if each.slug in UNCLEAR][:MOST_UNCLEAR]


def _of_kind(desk: Desk, key: str, kind: str) -> Reckoning:
    found = desk.reckoning(key)
    if found.kind != kind:
        raise Unknown(f"this is no {kind}")
    return found
