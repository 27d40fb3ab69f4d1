"""Atlassian's gateway and accounts, before one Cloud site: scoped tokens, and OAuth whose refresh tokens rotate.

The site's own address takes neither; serve it beside, with a token of its own.
"""

import base64
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.types import Receive, Scope, Send

from connectors.twin.jira import ADMITTED, jira_app
from connectors.twin.jira_state import JiraSite

App = Callable[[MutableMapping[str, Any], Any, Any], Awaitable[None]]
TOKEN_LASTS = timedelta(hours=1)


@dataclass(kw_only=True)
class Accounts:
    """Who may pass the gateway to a site."""

    site: JiraSite
    client_id: str = "app"
    client_secret: str = "app-secret"  # noqa: S105 - the twin keeps no secrets
    scoped: dict[str, str] = field(default_factory=dict)  #: scoped tokens, by the account's address
    refresh_token: str = "refresh-0"  # noqa: S105 - the only one that is good
    access: dict[str, datetime] = field(default_factory=dict)  #: access tokens, and when each ends
    refreshed: int = 0
    lists_site: bool = True  #: whether the app was let into this site

    def refresh(self, sent: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """New tokens for the refresh token, which is then spent, as is every access token before (§5)."""
        if (sent.get("client_id"), sent.get("client_secret")) != (self.client_id, self.client_secret):
            return 401, {"error": "access_denied", "error_description": "Unauthorized"}
        if sent.get("grant_type") != "refresh_token" or sent.get("refresh_token") != self.refresh_token:
            return 403, {"error": "invalid_grant", "error_description": "Unknown or invalid refresh token."}
        self.refreshed += 1
        self.refresh_token = f"refresh-{self.refreshed}"
        token = f"access-{self.refreshed}"
        self.access = {token: self.site.now() + TOKEN_LASTS}
        told = {"access_token": token, "refresh_token": self.refresh_token, "token_type": "Bearer"}
        return 200, {**told, "expires_in": int(TOKEN_LASTS.total_seconds()), "scope": "read:jira-work offline_access"}

    def admits(self, authorization: str) -> bool:
        """Whether a request so signed may pass."""
        kind, _, value = authorization.partition(" ")
        if kind == "Bearer":
            return value in self.access and self.site.now() < self.access[value]
        pairs = (f"{email}:{token}" for email, token in self.scoped.items())
        return kind == "Basic" and value in {base64.b64encode(pair.encode()).decode() for pair in pairs}


def gateway_app(accounts: Accounts) -> Starlette:
    """Both hosts in one: `/oauth/token` is that of the accounts, all else the gateway's."""
    prefix = f"/ex/jira/{accounts.site.cloud_id}"
    routes = [
        Route("/oauth/token", _tokens(accounts), methods=["POST"]),
        Route("/oauth/token/accessible-resources", _resources(accounts), methods=["GET"]),
        Mount(prefix, app=_behind(accounts, jira_app(accounts.site))),
    ]
    return Starlette(routes=routes)


def _tokens(accounts: Accounts) -> Callable[[Request], Awaitable[Response]]:
    async def tokens(request: Request) -> Response:
        status, body = accounts.refresh(await request.json())
        return JSONResponse(body, status_code=status)

    return tokens


def _resources(accounts: Accounts) -> Callable[[Request], Awaitable[Response]]:
    async def resources(request: Request) -> Response:
        if not accounts.admits(request.headers.get("Authorization", "")):
            return _unauthorized()
        site = accounts.site
        here = {"id": site.cloud_id, "url": site.url, "name": site.title, "scopes": ["read:jira-work"], "avatarUrl": ""}
        return JSONResponse([here] if accounts.lists_site else [])

    return resources


def _behind(accounts: Accounts, app: App) -> App:
    async def admitted(scope: Scope, receive: Receive, send: Send) -> None:
        authorization = dict(scope["headers"]).get(b"authorization", b"").decode()
        if not accounts.admits(authorization):
            await _unauthorized()(scope, receive, send)
            return
        await app({**scope, ADMITTED: True}, receive, send)

    return admitted


def _unauthorized() -> Response:
    return JSONResponse({"code": 401, "message": "Unauthorized; scope does not match"}, status_code=401)
