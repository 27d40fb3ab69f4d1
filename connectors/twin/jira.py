"""The Jira stand-in as an ASGI application: routes, sign-in, errors and the clock of its answers."""

import base64
from collections.abc import Awaitable, Callable
from datetime import UTC
from email.utils import format_datetime
from typing import Any

import msgspec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from connectors.twin import jira_cloud, jira_server
from connectors.twin.jira_search import Searches
from connectors.twin.jira_state import JiraSite
from connectors.twin.jira_wire import Call, Endpoint, Refusal
from connectors.twin.jql import JqlError

# Answered to anybody, so that they prove nothing about a token (jira.md §5).
ANONYMOUS = ("/serverInfo", "/_edge/tenant_info")
ADMITTED = "admitted"  #: in the scope of a request that signed in elsewhere, at the gateway
JSON = "application/json;charset=UTF-8"

Handler = Callable[..., Awaitable[Response]]


def jira_app(site: JiraSite) -> Starlette:
    """The application that serves a site below its context path."""
    edition = jira_cloud if site.deployment == "Cloud" else jira_server
    searches = Searches(site)
    routes = [
        Route(site.context + path, _handler(site, searches, endpoint, edition.VERSIONS), methods=[method])
        for method, path, endpoint in edition.ROUTES
    ]
    return Starlette(routes=routes, exception_handlers={404: _nowhere(site)})


def _handler(site: JiraSite, searches: Searches, endpoint: Endpoint, versions: frozenset[str]) -> Handler:
    async def handle(request: Request) -> Response:
        if request.path_params.get("version", "latest") not in versions:
            return await _nowhere(site)(request)
        if not _admitted(site, request):
            return _refused(site)
        try:
            return _answer(site, 200, endpoint(await _call(site, searches, request)))
        except Refusal as refusal:
            return _answer(site, refusal.status, refusal.body)
        except JqlError as error:
            return _answer(site, 400, {"errorMessages": [str(error)], "warningMessages": []})

    return handle


def _nowhere(site: JiraSite) -> Handler:
    async def handle(request: Request, _: Exception | None = None) -> Response:
        return _answer(site, 404, {"message": f"null for uri: {request.url}", "status-code": 404})

    return handle


async def _call(site: JiraSite, searches: Searches, request: Request) -> Call:
    arguments: dict[str, Any] = {name: request.query_params.getlist(name) for name in request.query_params}
    if request.method in ("POST", "PUT"):
        try:
            arguments |= msgspec.json.decode(await request.body(), type=dict[str, Any])
        except msgspec.DecodeError as error:
            raise Refusal(400, f"Invalid request payload. Refer to the REST API documentation. {error}") from None
    return Call(site=site, searches=searches, url=str(request.url), path=request.path_params, arguments=arguments)


def _admitted(site: JiraSite, request: Request) -> bool:
    if site.token is None or request.url.path.endswith(ANONYMOUS) or request.scope.get(ADMITTED):
        return True
    basic = base64.b64encode(f"{site.email}:{site.token}".encode()).decode()
    wanted = f"Basic {basic}" if site.email else f"Bearer {site.token}"
    return request.headers.get("Authorization") == wanted


def _refused(site: JiraSite) -> Response:
    scheme = "OAuth" if site.deployment == "Cloud" else "Basic"
    response = _answer(site, 401, {"errorMessages": ["Client must be authenticated to access this resource."]})
    response.headers["WWW-Authenticate"] = f'{scheme} realm="{site.url}"'
    response.headers["X-Seraph-LoginReason"] = "AUTHENTICATED_FAILED"
    return response


def _answer(site: JiraSite, status: int, body: Any) -> Response:
    headers = {"Date": format_datetime(site.now().astimezone(UTC), usegmt=True)}
    if body is None:
        return Response(status_code=204, headers=headers)
    return Response(msgspec.json.encode(body), status_code=status, headers=headers, media_type=JSON)
