"""Questions to GitHub's REST, for what its GraphQL has not: workflow runs, and what became of an issue."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Generic, TypeVar
from urllib.parse import parse_qsl, urlsplit

from msgspec import Struct

from connectors.exchange import Answer, Request
from connectors.github import api
from connectors.github.limits import is_limit
from connectors.github.reader import Reader

T = TypeVar("T")

#: Answers about the thing that was asked for. All others are about the host, the token or its limits.
ABOUT_IT = (304, 400, 403, 404, 410, 422, 451)
_NEXT = re.compile(r'<([^>]*)>[^,]*;\s*rel="?next"?')


class Reply(Struct, Generic[T], frozen=True, kw_only=True):
    """What was found, or the status that says why it was not."""

    status: int
    server_at: datetime
    found: T | None = None
    said: str = ""  #: the server's words, where nothing was found
    onward: dict[str, str] | None = None  #: parameters of the next page; None at the end
    etag: str | None = None
    moved_to: str | None = None  #: where it was found, if not where it was asked for


async def get(
    reader: Reader,
    path: str,
    kind: type[T],
    *,
    label: str,
    params: Mapping[str, str] | None = None,
    etag: str | None = None,
    shrinkable: bool = False,
) -> Reply[T]:
    """What is at that path. With an `etag`, status 304 where it is as it was; an ETag dies with its token
    (eclipse-csi/otterdog#201), and then all of it comes again.
    """
    headers = {"If-None-Match": etag} if etag else {}
    request = Request(
        method="GET", url=reader.url + path, label=label, params=params or {}, headers=headers, shrinkable=shrinkable
    )
    return await reader.transport.send(request, lambda answer: _read(answer, kind))


def _read(answer: Answer, kind: type[T]) -> Reply[T]:
    said = api.message(answer)
    if answer.status in ABOUT_IT and not (answer.status == 403 and is_limit(answer, said)):
        return Reply(status=answer.status, server_at=answer.server_at, said=said, moved_to=answer.moved_to)
    if answer.status != 200:
        raise api.failure(answer)
    return Reply(
        status=200,
        server_at=answer.server_at,
        found=answer.decode(kind),
        onward=_onward(answer.headers.get("link", "")),
        etag=answer.headers.get("etag"),
        moved_to=answer.moved_to,
    )


def _onward(link: str) -> dict[str, str] | None:
    """What the next page is asked with, whatever host and path the link names: the token goes where it always goes.

    Only `rel=next` is followed: the last page's is not always sent (chaoss/grimoirelab-perceval#867).
    """
    found = _NEXT.search(link)
    return dict(parse_qsl(urlsplit(found[1]).query)) if found else None
