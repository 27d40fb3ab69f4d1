"""A finding: its evidence, what is checked, and that it is accepted for now."""

import re
from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response, status
from fastapi.responses import RedirectResponse

from sync.report import words
from sync.web import addresses
from sync.web.access import Access, Visitor, needs
from sync.web.asked import Digest, FindingId
from sync.web.forms import csrf_token, day_in, form, with_cookies
from sync.web.looks import page
from sync.work.desk import Desk

MOST_REASON, MOST_ROLE = 500, 80  #: characters
_PARAGRAPH = re.compile(r"\n+(?=[A-Z][a-z ]+: )|\n\s*\n")  #: between those of a manual page, Definition: …
USUAL_DAYS = 30  #: that an acknowledgement is suggested to last


def router(desk: Desk) -> APIRouter:
    api = APIRouter(prefix="/reports/{digest}/findings/{name}")
    keeper = Depends(needs("keeper"))

    @api.get("")
    def shown(request: Request, digest: Digest, name: FindingId) -> Response:
        """One finding of a report."""
        behind, made, answer = desk.finding(digest, name), desk.report(digest), Response()
        found, head, access = behind.finding, made.masthead, _access(request)
        visitor = access.visitor(request)
        is_item = addresses.is_item(found.subject_key)
        told = {
            "digest": digest,
            "report": made,
            "found": found,
            "evidence": partial(words.evidence, zone=head.zone),
            "explains": addresses.item(found.subject_key, as_of=head.as_of) if is_item else "",
            "accepted": desk.acknowledgement_of(found),
            "may_accept": visitor is not None and visitor.may("keeper"),
            "csrf": csrf_token(request, answer),
            "today": desk.today,
            "suggested": desk.today + timedelta(days=USUAL_DAYS),
            "manual": _PARAGRAPH.split(behind.definition.strip()),
            "thresholds": behind.thresholds,
            "origins": behind.origins,
        }
        title = f"{words.kind(found.slug)}: {found.subject_key}"
        return with_cookies(page(request, "finding.html", told, title=title), answer)

    @api.post("")
    def accept(
        digest: Digest,
        name: FindingId,
        visitor: Annotated[Visitor, keeper],
        fields: Annotated[Mapping[str, str], Depends(form)],
    ) -> Response:
        """Accepts it for now."""
        until = day_in(fields, "until")
        reason, by = fields.get("reason", "")[:MOST_REASON], fields.get("by", "").strip()[:MOST_ROLE] or None
        desk.acknowledge(digest, name, reason=reason, by=by, until=until, who=visitor.name)
        return RedirectResponse(addresses.finding(digest, name), status.HTTP_303_SEE_OTHER)

    return api


def _access(request: Request) -> Access:
    found: Access = request.app.state.access
    return found
