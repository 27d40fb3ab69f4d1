"""What is answered where something cannot be: a page to whoever reads pages, JSON to programs."""

from collections.abc import Callable

from fastapi import FastAPI, HTTPException, Request, Response, status
from fastapi.exception_handlers import http_exception_handler
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException as StarletteHTTPException

from mappings.problems import Problems
from sync.store.database import UNAVAILABLE
from sync.web.looks import page
from sync.work.desk import Busy, Unfit, Unknown

TITLES = {
    400: "That cannot be asked so",
    401: "Sign in first",
    403: "That is not for you",
    404: "There is no such thing",
    422: "That cannot be asked so",
    503: "Not now",
}


def wants_page(request: Request) -> bool:
    """Whether a browser shows the answer to somebody."""
    return "text/html" in request.headers.get("accept", "") and not request.url.path.startswith("/api/")


def install(app: FastAPI) -> None:
    """Has the application answer so."""
    _told(app, Unknown, lambda error: HTTPException(status.HTTP_404_NOT_FOUND, str(error)))
    _told(app, Unfit, lambda error: HTTPException(status.HTTP_422_UNPROCESSABLE_CONTENT, str(error)))
    _told(app, Busy, lambda error: _later(str(error), after_s=10))
    _told(app, Problems, lambda error: _later(f"the map cannot be read: {error}", after_s=60))
    for kind in UNAVAILABLE:
        _told(app, kind, lambda _: _later("the store cannot be used now", after_s=30))
    app.add_exception_handler(StarletteHTTPException, _refused)
    app.add_exception_handler(RequestValidationError, _unreadable)


def _told(app: FastAPI, kind: type[Exception], as_http: Callable[[Exception], HTTPException]) -> None:
    async def handler(request: Request, error: Exception) -> Response:
        return await _refused(request, as_http(error))

    app.add_exception_handler(kind, handler)


def _later(why: str, *, after_s: int) -> HTTPException:
    return HTTPException(status.HTTP_503_SERVICE_UNAVAILABLE, why, headers={"Retry-After": str(after_s)})


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, StarletteHTTPException)  # noqa: S101 - it is installed for these
    if not wants_page(request):
        return await http_exception_handler(request, error)
    if error.status_code == status.HTTP_401_UNAUTHORIZED and request.method == "GET":
        return Response(status_code=status.HTTP_303_SEE_OTHER, headers={"Location": "/sign-in"})
    title = TITLES.get(error.status_code, "That did not work")
    told = {"says": str(error.detail)}
    return page(request, "failure.html", told, title=title, code=error.status_code, headers=error.headers)


async def _unreadable(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - it is installed for these
    says = "; ".join(f"{each['loc'][-1]}: {_message(each['msg'])}" for each in error.errors())
    unfit = HTTPException(status.HTTP_422_UNPROCESSABLE_CONTENT, says)
    if wants_page(request):
        return await _refused(request, unfit)
    return JSONResponse({"detail": says}, status.HTTP_422_UNPROCESSABLE_CONTENT)


def _message(text: str) -> str:
    return text.removeprefix("Value error, ")
