"""The GitHub stand-in as an ASGI application: routes, sign-in, limits, conditional requests and the clock."""

import hashlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC
from email.utils import format_datetime
from typing import Any

import msgspec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from connectors.twin import github_rest
from connectors.twin.github_access import Access, Denied, Doorkeeper
from connectors.twin.github_graphql import Overworked, answer
from connectors.twin.github_limits import Limits
from connectors.twin.github_state import GitHubHost
from connectors.twin.github_wire import Answer, Call, Endpoint, Refusal

Handler = Callable[..., Awaitable[Response]]
Work = Callable[[Request, Access, Limits], Awaitable[Answer]]

SIGN_IN = "This endpoint requires you to be authenticated."
OVERWORKED = (
    "You have exceeded a secondary rate limit. Please wait a few minutes before you try again. If you reach out to "
    "GitHub Support for help, please include the request ID."
)
ROOTS = {"github.com": ("", "/graphql"), "ghes": ("/api/v3", "/api/graphql")}


def github_app(host: GitHubHost) -> Starlette:
    """The application that serves a host: REST at the root or below `/api/v3`, GraphQL beside it."""
    desk = Desk(host)
    rest, graphql = ROOTS[host.dialect]
    reads = (Route(rest + path, desk.rest(rest, each)) for path, each in github_rest.ROUTES.items())
    writes = (
        Route(rest + path, desk.rest(rest, each, write=True), methods=[method])
        for (method, path), each in github_rest.WRITES.items()
    )
    routes = [Route(graphql, desk.graphql(), methods=["POST"]), *writes, *reads]
    return Starlette(routes=routes, exception_handlers={404: desk.nowhere, 405: desk.nowhere})


@dataclass
class Desk:
    """Where requests are let in, counted and answered."""

    host: GitHubHost
    budgets: dict[str, Limits] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.door = Doorkeeper(self.host)

    def graphql(self) -> Handler:
        """The handler of `POST /graphql`."""

        async def work(request: Request, access: Access, limits: Limits) -> Answer:
            body = answer(self.host, limits, await request.body(), access=access)
            return Answer(body=body, headers=limits.headers("graphql"))

        return self._handled(work)

    def rest(self, root: str, endpoint: Endpoint, *, write: bool = False) -> Handler:
        """The handler of one endpoint below that root."""

        async def work(request: Request, access: Access, limits: Limits) -> Answer:
            call = Call(
                host=self.host,
                limits=limits,
                access=access,
                door=self.door,
                api=f"{request.url.scheme}://{request.url.netloc}{root}",
                path=request.url.path.removeprefix(root),
                named=request.path_params,
                query=request.url.query,
                sent=_json(await request.body()),
            )
            _hold_back(call, write=write)
            return self._counted(request, call, _found(call, endpoint, write=write))

        return self._handled(work)

    async def nowhere(self, _: Request, __: Exception | None = None) -> Response:
        """The answer to a path that nobody serves."""
        return self._response(Refusal(404, "Not Found").answer)

    def _handled(self, work: Work) -> Handler:
        async def handle(request: Request) -> Response:
            try:
                access = self.door.admit(request.headers.get("authorization"))
                if access is None:
                    raise Denied(SIGN_IN)
                limits = self.budgets.setdefault(access.principal, Limits(self.host))
                return self._response(await work(request, access, limits))
            except Denied as denied:
                return self._response(Refusal(401, str(denied)).answer)
            except Overworked:
                return self._response(_overworked(self.host))

        return handle

    def _counted(self, request: Request, call: Call, found: Answer) -> Answer:
        """The answer, spent from the hour unless it is one the client has already."""
        # An ETag holds for one token only (eclipse-csi/otterdog#201).
        known = msgspec.json.encode([found.body, request.headers.get("authorization")])
        etag = f'W/"{hashlib.sha256(known).hexdigest()}"'
        if found.status == 200 and request.headers.get("if-none-match") == etag:
            return Answer(body=None, status=304, headers={"etag": etag, **call.limits.headers("core")})
        if not call.limits.spend("core", 0 if call.path in github_rest.FREE else 1):
            user = self.host.viewer.get("databaseId", 0)
            found = Refusal(403, f"API rate limit exceeded for user ID {user}.").answer
        etagged = {"etag": etag} if found.status == 200 else {}
        headers = {**found.headers, **etagged, **call.limits.headers("core")}
        return Answer(body=found.body, status=found.status, headers=headers)

    def _response(self, found: Answer) -> Response:
        body = b"" if found.body is None else msgspec.json.encode(found.body)
        return Response(body, status_code=found.status, headers={**_common(self.host), **found.headers})


def _found(call: Call, endpoint: Endpoint, *, write: bool) -> Answer:
    """What the endpoint answers, or why it does not."""
    permission = github_rest.needed(call.path)
    try:
        if permission and call.access.lacks(call.host, permission, write=write):
            wanted = {"x-accepted-github-permissions": f"{permission}={'write' if write else 'read'}"}
            raise Refusal(403, f"Resource not accessible by {call.access.kind}", headers=wanted)
        return endpoint(call)
    except Refusal as refusal:
        return refusal.answer


def _hold_back(call: Call, *, write: bool) -> None:
    secondary = call.host.secondary
    if secondary and not call.limits.spend_minute(call.path, 5 if write else 1, secondary.rest_points):
        raise Overworked


def _overworked(host: GitHubHost) -> Answer:
    told = host.secondary.retry_after_s if host.secondary else None
    return Refusal(403, OVERWORKED, headers={} if told is None else {"retry-after": str(told)}).answer


def _json(body: bytes) -> Any:
    try:
        return msgspec.json.decode(body) if body else {}
    except msgspec.DecodeError:
        return {}


def _common(host: GitHubHost) -> Mapping[str, Any]:
    enterprise = {"x-github-enterprise-version": host.version} if host.dialect == "ghes" else {}
    ends = host.token_expires_at
    expiry = {"github-authentication-token-expiration": f"{ends:%Y-%m-%d %H:%M:%S} UTC"} if ends else {}
    scopes = {"x-oauth-scopes": host.scopes} if host.scopes is not None else {}
    return {
        "date": format_datetime(host.now().astimezone(UTC), usegmt=True),
        "content-type": "application/json; charset=utf-8",
        "x-github-media-type": "github.v3; format=json",
        **enterprise,
        **expiry,
        **scopes,
    }
