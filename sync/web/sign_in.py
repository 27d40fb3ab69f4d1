"""Signing in with a browser: the token goes into a cookie that no script reads."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Request, Response, status

from sync.web.access import COOKIE, Access
from sync.web.forms import csrf_token, form, keep_cookie, with_cookies
from sync.web.looks import page

_TO_START = {"Location": "/"}


def router() -> APIRouter:
    api = APIRouter()

    @api.get("/sign-in", include_in_schema=False)
    async def shown(request: Request) -> Response:
        """Who it is, and how to be somebody."""
        access, answer = _access(request), Response()
        told = {
            "visitor": access.visitor(request),
            "takes_tokens": access.takes_tokens,
            "csrf": csrf_token(request, answer),
        }
        return with_cookies(page(request, "sign_in.html", told, title="You"), answer)

    @api.post("/sign-in", status_code=303, response_class=Response, responses={401: {}, 403: {}})
    async def sign_in(request: Request, fields: Annotated[Mapping[str, str], Depends(form)]) -> Response:
        """Takes a token, and remembers it in a cookie."""
        access = _access(request)
        token = fields.get("token", "").strip()
        if access.by_token(token, by="cookie") is None:
            raise HTTPException(status.HTTP_401_UNAUTHORIZED, "nobody has this token")
        answer = Response(status_code=status.HTTP_303_SEE_OTHER, headers=_TO_START)
        keep_cookie(request, answer, COOKIE, token)
        return answer

    @api.post("/sign-out", status_code=303, response_class=Response, dependencies=[Depends(form)], responses={403: {}})
    async def sign_out() -> Response:
        """Forgets who it was."""
        answer = Response(status_code=status.HTTP_303_SEE_OTHER, headers=_TO_START)
        answer.delete_cookie(COOKIE, path="/")
        return answer

    return api


def _access(request: Request) -> Access:
    found: Access = request.app.state.access
    return found
