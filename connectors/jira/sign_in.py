"""Signing in to Jira: by a token that stays the same, or by OAuth 2.0, whose tokens are renewed."""

import asyncio
import base64
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeAlias

import msgspec

from connectors.errors import Retry, SourceError
from connectors.exchange import Answer, Request
from connectors.jira import api
from connectors.jira.grant import Grant, GrantFile
from connectors.sign_in import EARLY, Signature, told_by_digest
from connectors.transport import Clock, Transport

SCHEME = "Bearer "
TOKENS = "https://auth.atlassian.com/oauth/token"


@dataclass(frozen=True, kw_only=True)
class Token:
    """An API token with the address of its Cloud account, be it a person's or a service account's, with scopes or
    without; or a Data Center token alone."""

    token: str = field(repr=False)
    email: str | None = None


@dataclass(frozen=True, kw_only=True)
class OAuth:
    """An OAuth 2.0 app that a person let in (3LO). Its refresh token lives in a file, since each is good but once."""

    client_id: str
    client_secret: str = field(repr=False)
    refresh_token_file: Path
    address: str = TOKENS


SignIn: TypeAlias = Token | OAuth


#: What every request carries beside its sign-in.
HEADERS = {"Accept": "application/json", "User-Agent": "fingerpost"}


class TokenSignature(Signature):
    """A token that stays the same."""

    def __init__(self, sign_in: Token) -> None:
        self._sign_in = sign_in

    @property
    def name(self) -> str:
        """An account's tokens share its limits; one without an address is known by its digest."""
        return self._sign_in.email or told_by_digest(self._sign_in.token)

    async def authorization(self, *, refused: str | None = None) -> str:  # noqa: ARG002 - there is no other
        if self._sign_in.email is None:
            return f"Bearer {self._sign_in.token}"
        return "Basic " + base64.b64encode(f"{self._sign_in.email}:{self._sign_in.token}".encode()).decode()


class OAuthSignature(Signature):
    """An access token, renewed before it ends, and once more where it is refused (401).

    One task of one process renews at a time. Whoever comes later finds the new tokens in the file.
    """

    def __init__(self, sign_in: OAuth, *, transport: Transport, clock: Clock) -> None:
        """`transport`: to Atlassian's accounts, not signed."""
        self._sign_in = sign_in
        self._transport = transport
        self._clock = clock
        self._file = GrantFile(sign_in.refresh_token_file)
        self._grant: Grant | None = None
        self._renewing = asyncio.Lock()

    @property
    def name(self) -> str:
        return f"app {self._sign_in.client_id}"

    async def authorization(self, *, refused: str | None = None) -> str:
        return SCHEME + await self._access_token(refused=refused.removeprefix(SCHEME) if refused else None)

    async def close(self) -> None:
        """Lets go of connections."""
        await self._transport.close()

    async def _access_token(self, *, refused: str | None) -> str:
        """A token that is good for some minutes yet, and not the refused one."""
        if self._grant is None or not self._good(self._grant, refused):
            # Shielded: a refresh token that was spent, its successor not written down, is lost.
            self._grant = await asyncio.shield(self._renewed(refused))
        return self._grant.access_token

    async def _renewed(self, refused: str | None) -> Grant:
        async with self._renewing, self._file.locked(self._clock):
            held = self._file.read()
            if self._good(held, refused):
                return held
            grant = await self._ask(held.refresh_token)
            self._file.write(grant)  # before it is used
            return grant

    async def _ask(self, refresh_token: str) -> Grant:
        """The grant that a refresh token is exchanged for."""
        body = {
            "grant_type": "refresh_token",
            "client_id": self._sign_in.client_id,
            "client_secret": self._sign_in.client_secret,
            "refresh_token": refresh_token,
        }
        request = Request(method="POST", url=self._sign_in.address, label="tokens", json=body, bucket="tokens")
        return await self._transport.send(request, _grant(refresh_token, now=self._clock.now()))

    def _good(self, grant: Grant, refused: str | None) -> bool:
        """Whether its access token can be used, and is another than the one that was refused."""
        if grant.ends_at is None or grant.access_token == refused:
            return False
        return self._clock.now() < grant.ends_at - EARLY


class _Told(msgspec.Struct):
    access_token: str
    expires_in: float = 3600
    refresh_token: str | None = None


def _grant(refresh_token: str, *, now: datetime) -> Callable[[Answer], Grant]:
    def read(answer: Answer) -> Grant:
        if error := _refusal(answer):
            raise error
        told = answer.decode(_Told)
        ends_at = now + timedelta(seconds=told.expires_in)
        # One that does not rotate is not told again.
        return Grant(refresh_token=told.refresh_token or refresh_token, access_token=told.access_token, ends_at=ends_at)

    return read


def _refusal(answer: Answer) -> SourceError | None:
    """Nothing of what Atlassian says is repeated: it may hold the token."""
    if answer.status == 429 or answer.status >= 500:
        return Retry(f"Atlassian's sign-in is not ready ({answer.status})", hint="It passes by itself.")
    if answer.status == 401:
        return api.Unauthorized("Atlassian does not know this app", hint="Check `client_id` and `client_secret`.")
    if answer.status >= 300:
        return api.Unauthorized(
            "Atlassian does not accept the refresh token: it was used already, or has ended",
            hint="Let the app in anew in a browser, and write the refresh token it is given to `refresh_token_file`.",
        )
    return None
