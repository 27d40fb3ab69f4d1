"""What somebody asked for and waits for: how it stands, and then where it is."""

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response, status
from fastapi.responses import RedirectResponse

from sync.store.reckonings import Reckoning
from sync.web import addresses
from sync.web.looks import page
from sync.work.desk import Desk

Key = Annotated[str, Path(pattern="^[0-9a-f]{64}$")]

AGAIN_S = 3  #: until a browser asks again, with or without script
TITLES = {"report": "The report is being made", "triage": "Untagged work is being gathered", "patch": "A patch"}


def router(desk: Desk) -> APIRouter:
    api = APIRouter()

    @api.get("/reckonings/{key}")
    def shown(request: Request, key: Key) -> Response:
        """How it stands; where it is, once it is done."""
        found = desk.reckoning(key)
        if found.state == "done":
            return RedirectResponse(_place(found), status.HTTP_303_SEE_OTHER)
        again = {} if found.state == "failed" else {"Refresh": str(AGAIN_S)}
        return page(request, "reckoning.html", {"reckoning": found}, title=TITLES[found.kind], headers=again)

    return api


def _place(done: Reckoning) -> str:
    if done.kind == "report":
        return addresses.report(str(done.result))
    return f"/triage/{done.key}" if done.kind == "triage" else f"/patches/{done.key}"
