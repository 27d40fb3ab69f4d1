"""Forms that only our own pages can send: the same secret in a cookie and in the form (double submit), and our origin.

https://cheatsheetseries.owasp.org/cheatsheets/Cross-Site_Request_Forgery_Prevention_Cheat_Sheet.html
"""

import hmac
import secrets
from collections.abc import Mapping
from datetime import date
from math import isfinite, nan
from urllib.parse import parse_qsl, urlsplit

from fastapi import HTTPException, Request, Response, status

from sync.web.limits import Bodies
from sync.work.desk import Unfit

CSRF_COOKIE = "fingerpost_csrf"
CSRF_FIELD = "csrf"
MOST_BYTES = 64 * 1024
MOST_FIELDS = 100
_SHOWN = 40  #: characters of what is no good

_BODIES = Bodies(in_flight=64 * MOST_BYTES)


def csrf_token(request: Request, response: Response) -> str:
    """What a form of the page that is being answered has to hold in its field `csrf`; the visitor keeps it too."""
    token = request.cookies.get(CSRF_COOKIE) or secrets.token_urlsafe(32)
    keep_cookie(request, response, CSRF_COOKIE, token)
    return token


def keep_cookie(request: Request, response: Response, name: str, value: str) -> None:
    """A cookie that no script reads and no other site sends."""
    is_safe = request.url.scheme == "https"
    response.set_cookie(name, value, httponly=True, samesite="strict", secure=is_safe, path="/")


def with_cookies(answer: Response, held: Response) -> Response:
    """The answer, with the cookies of another one."""
    for cookie in held.headers.getlist("set-cookie"):
        answer.headers.append("set-cookie", cookie)
    return answer


async def form(request: Request) -> Mapping[str, str]:
    """The fields of a form; a dependency. 403 unless one of our own pages sent it.

    A program that signs in by the header `Authorization` needs no proof: no browser sends that by itself.
    """
    body = await read_body(request)
    try:
        fields = dict(parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS))
    except ValueError:
        raise HTTPException(status.HTTP_400_BAD_REQUEST, "this is no form") from None
    if "authorization" not in request.headers:
        _prove(request, fields)
    return fields


def day_in(fields: Mapping[str, str], name: str) -> date:
    """The day in a field of a form. Raises `Unfit`."""
    text = fields.get(name, "")
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Unfit(f"{text[:_SHOWN]!r} is no day; write 2026-12-31") from None


def number_in(fields: Mapping[str, str], name: str) -> float:
    """The number in a field of a form; neither infinite nor none. Raises `Unfit`."""
    text = fields.get(name, "")
    try:
        value = float(text)
    except ValueError:
        value = nan
    if not isfinite(value):
        raise Unfit(f"{text[:_SHOWN]!r} is no number; write 2.5")
    return value


async def read_body(request: Request) -> bytes:
    """The body, within the limits of what people post."""
    async with _BODIES.read(request, most=MOST_BYTES) as body:
        return body


def posted_by_us(request: Request) -> None:
    """Raises 403 where a page elsewhere may have had a browser send this JSON.

    Without a header of ours a browser sends no JSON to another site before it has asked, and we never answer that it
    may (https://fetch.spec.whatwg.org/#cors-safelisted-request-header).
    """
    is_json = request.headers.get("content-type", "").partition(";")[0].strip().lower() == "application/json"
    if "authorization" not in request.headers and not (is_json and _is_ours(request)):
        raise HTTPException(status.HTTP_403_FORBIDDEN, "post JSON as application/json, from no other site")


def _is_ours(request: Request) -> bool:
    origin = request.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == request.headers.get("host")


def _prove(request: Request, fields: Mapping[str, str]) -> None:
    held, sent = request.cookies.get(CSRF_COOKIE, ""), fields.get(CSRF_FIELD, "")
    if not (held and _is_ours(request) and hmac.compare_digest(held.encode(), sent.encode())):
        raise HTTPException(status.HTTP_403_FORBIDDEN, "the form is not one of ours, or too old; load the page anew")
