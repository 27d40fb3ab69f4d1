"""Reports in the forms that were asked for lately: bytes that are ready to be sent."""

import gzip
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from fastapi import Request, Response, status

from sync.report.model import Report
from sync.work.desk import Desk
from sync.work.recent import Recent

MOST_BYTES = 64 * 1024 * 1024

MEDIA_TYPE = "text/html; charset=utf-8"  #: of a page


@dataclass(frozen=True, kw_only=True)
class Form:
    """What a report can be had as."""

    name: str  #: tells it from the others
    render: Callable[[Report], str]
    media_type: str = MEDIA_TYPE
    policy: str | None = None  #: what a page may do, where that is not what all pages may


class Ready(NamedTuple):
    """A document, and what tells a browser whether it has it already."""

    packed: bytes  #: gzip (RFC 1952)
    tag: str


class Shelf:
    """Each form of a report is written once, as long as it is not forgotten."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._held: Recent[Ready] = Recent(most=MOST_BYTES, weight=lambda ready: len(ready.packed))

    def ready(self, digest: str, form: Form) -> Ready:
        """The report in this form, without the titles of what is confidential now."""
        key = (digest, form.name, self._desk.current().confidential)
        return self._held.get(key, lambda: _ready(form.render(self._desk.report(digest))))

    def answer(self, request: Request, digest: str, form: Form) -> Response:
        """The report in this form, or that the browser has it already."""
        ready = self.ready(digest, form)
        headers = {"ETag": ready.tag, "Cache-Control": "private, no-cache", "Vary": "Accept-Encoding"}
        if form.policy:
            headers["Content-Security-Policy"] = form.policy
        if ready.tag in request.headers.get("if-none-match", ""):
            return Response(status_code=status.HTTP_304_NOT_MODIFIED, headers=headers)
        if "gzip" in request.headers.get("accept-encoding", ""):
            headers["Content-Encoding"] = "gzip"
            return Response(ready.packed, headers=headers, media_type=form.media_type)
        return Response(gzip.decompress(ready.packed), headers=headers, media_type=form.media_type)


def _ready(text: str) -> Ready:
    content = text.encode()
    return Ready(gzip.compress(content, compresslevel=6, mtime=0), f'W/"{hashlib.sha256(content).hexdigest()[:32]}"')
