"""Reports in the forms that were asked for lately: bytes that are ready to be sent."""

import gzip
import hashlib
from collections.abc import Callable
from typing import NamedTuple

from fastapi import Request, Response, status

from sync.report.model import Report
from sync.work.desk import Desk
from sync.work.recent import Recent

MOST_BYTES = 64 * 1024 * 1024

MEDIA_TYPE = "text/html; charset=utf-8"  #: of a page

Render = Callable[[Report], str | bytes]


class Ready(NamedTuple):
    """A document, and what a browser needs to keep it."""

    packed: bytes  #: gzip (RFC 1952)
    media_type: str
    tag: str
    policy: str | None  #: what a page may do, where that is not what all pages may


class Shelf:
    """Each form of a report is written once, as long as it is not forgotten."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._held: Recent[Ready] = Recent(most=MOST_BYTES, weight=lambda ready: len(ready.packed))

    def answer(
        self, request: Request, digest: str, name: str, render: Render, *, media_type: str, policy: str | None = None
    ) -> Response:
        """The report in the form of this name, or that the browser has it already."""
        key = (digest, name, self._desk.current().confidential)
        ready = self._held.get(key, lambda: _ready(render(self._desk.report(digest)), media_type, policy))
        headers = {"ETag": ready.tag, "Cache-Control": "private, no-cache", "Vary": "Accept-Encoding"}
        if ready.policy:
            headers["Content-Security-Policy"] = ready.policy
        if ready.tag in request.headers.get("if-none-match", ""):
            return Response(status_code=status.HTTP_304_NOT_MODIFIED, headers=headers)
        if "gzip" in request.headers.get("accept-encoding", ""):
            headers["Content-Encoding"] = "gzip"
            return Response(ready.packed, headers=headers, media_type=ready.media_type)
        return Response(gzip.decompress(ready.packed), headers=headers, media_type=ready.media_type)


def _ready(text: str | bytes, media_type: str, policy: str | None) -> Ready:
    content = text.encode() if isinstance(text, str) else text
    tag = f'W/"{hashlib.sha256(content).hexdigest()[:32]}"'
    return Ready(gzip.compress(content, compresslevel=6, mtime=0), media_type, tag, policy)
