"""The GitHub stand-in as an ASGI application: routes, sign-in, limits, conditional requests and the clock."""

import hashlib
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC
from email.utils import format_datetime
from typing import Any

import msgspec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from connectors.twin import github_rest
from connectors.twin.github_graphql import answer
from connectors.twin.github_limits import Limits
from connectors.twin.github_state import GitHubHost
from connectors.twin.github_wire import Answer, Call, Endpoint, Refusal

Handler = Callable[..., Awaitable[Response]]

SIGN_IN = "This endpoint requires you to be authenticated."
ROOTS = {"github.com": ("", "/graphql"), "ghes": ("/api/v3", "/api/graphql")}


def github_app(host: GitHubHost) -> Starlette:
    """The application that serves a host: REST at the root or below `/api/v3`, GraphQL beside it."""
    limits = Limits(host)
    rest, graphql = ROOTS[host.dialect]
    routes = [
        Route(graphql, _graphql(host, limits), methods=["POST"]),
        *(Route(rest + path, _rest(host, limits, rest, endpoint)) for path, endpoint in github_rest.ROUTES.items()),
    ]
    return Starlette(routes=routes, exception_handlers={404: _nowhere(host)})


def _graphql(host: GitHubHost, limits: Limits) -> Handler:
    async def handle(request: Request) -> Response:
        if "authorization" not in request.headers and host.token is not None:
            return _response(host, Refusal(401, SIGN_IN).answer)
        if not _admitted(host, request):
            return _response(host, Refusal(401, "Bad credentials").answer)
        body = answer(host, limits, await request.body())
        return _response(host, Answer(body=body, headers=limits.headers("graphql")))

    return handle


def _rest(host: GitHubHost, limits: Limits, root: str, endpoint: Endpoint) -> Handler:
    async def handle(request: Request) -> Response:
        if not _admitted(host, request):
            return _response(host, Refusal(401, "Bad credentials").answer)
        call = Call(
            host=host,
            limits=limits,
            api=f"{request.url.scheme}://{request.url.netloc}{root}",
            path=request.url.path.removeprefix(root),
            named=request.path_params,
            query=request.url.query,
        )
        try:
            found = endpoint(call)
        except Refusal as refusal:
            found = refusal.answer
        return _counted(host, limits, request, call, found)

    return handle


def _counted(host: GitHubHost, limits: Limits, request: Request, call: Call, found: Answer) -> Response:
    """The answer, spent from the hour unless it is one the client has already."""
    # An ETag holds for one token only (eclipse-csi/otterdog#201).
    known = msgspec.json.encode([found.body, request.headers.get("authorization")])
    etag = f'W/"{hashlib.sha256(known).hexdigest()}"'
    if found.status == 200 and request.headers.get("if-none-match") == etag:
        return _response(host, Answer(body=None, status=304, headers={"etag": etag, **limits.headers("core")}))
    if not limits.spend("core", 0 if call.path in github_rest.FREE else 1):
        user = host.viewer.get("databaseId", 0)
        found = Refusal(403, f"API rate limit exceeded for user ID {user}.").answer
    etagged = {"etag": etag} if found.status == 200 else {}
    headers = {**found.headers, **etagged, **limits.headers("core")}
    return _response(host, Answer(body=found.body, status=found.status, headers=headers))


def _nowhere(host: GitHubHost) -> Handler:
    async def handle(_: Request, __: Exception | None = None) -> Response:
        return _response(host, Refusal(404, "Not Found").answer)

    return handle


def _admitted(host: GitHubHost, request: Request) -> bool:
    """Whether the token is the right one; GitHub takes it after `Bearer` and after `token`."""
    given = request.headers.get("authorization", "").partition(" ")[2]
    return host.token is None or given == host.token


def _response(host: GitHubHost, found: Answer) -> Response:
    body = b"" if found.body is None else msgspec.json.encode(found.body)
    return Response(body, status_code=found.status, headers={**_common(host), **found.headers})


def _common(host: GitHubHost) -> Mapping[str, Any]:
    enterprise = {"x-github-enterprise-version": host.version} if host.dialect == "ghes" else {}
    return {
        "date": format_datetime(host.now().astimezone(UTC), usegmt=True),
        "content-type": "application/json; charset=utf-8",
        "x-github-media-type": "github.v3; format=json",
        **enterprise,
    }
