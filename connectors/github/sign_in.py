"""How requests show who asks: by a token that stays the same, or by those of an App, which live an hour."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import blake2b
from typing import NamedTuple

import httpx

from connectors.transport import Clock

API_VERSION = "2022-11-28"
#: A token is renewed while it is still good: one that ends on its way is a failed request.
EARLY = timedelta(minutes=5)


@dataclass(frozen=True, kw_only=True)
class App:
    """A GitHub App: its id (or client id) and its private key in PEM; where it is installed GitHub tells."""

    id: int | str
    private_key: str = field(repr=False)
    installations: Mapping[str, int] = field(default_factory=dict)  #: by owner, for those that need not be asked for


async def headers() -> Mapping[str, str]:
    """What every request carries beside its sign-in."""
    return {
        "Accept": "application/vnd.github+json",
        "User-Agent": "fingerpost",
        "X-GitHub-Api-Version": API_VERSION,
        # Ids in one form for ever, also of what is older than that form (docs: graphql/guides/migrating-graphql-global-
        # node-ids): a webhook's payload may hold the other.
        "X-GitHub-Next-Global-ID": "1",
    }


class Signature(httpx.Auth):
    """What signs requests, in the header `Authorization`."""

    @property
    def name(self) -> str:
        """Other than that of any other credential, and tells nothing secret."""
        raise NotImplementedError

    async def token(self) -> str:
        """The token, good for some minutes yet."""
        raise NotImplementedError

    async def async_auth_flow(self, request: httpx.Request) -> AsyncGenerator[httpx.Request, httpx.Response]:
        """Asked for at every attempt, for tokens that end while one waits."""
        _sign(request, await self.token())
        yield request


class Token(Signature):
    """A fine-grained or a classic personal access token."""

    def __init__(self, value: str) -> None:
        self._value = value

    @property
    def name(self) -> str:
        return f"token {blake2b(self._value.encode(), digest_size=8).hexdigest()}"

    async def token(self) -> str:
        return self._value


class InstallationToken(NamedTuple):
    """A token as it was made for an App at one owner."""

    token: str
    lasts: timedelta
    permissions: Mapping[str, str]  #: by what: read, write or admin


class Installation(Signature):
    """An App where one owner has installed it."""

    def __init__(self, app: App, *, owner: str, url: str, clock: Clock) -> None:
        self.app = app
        self.owner = owner
        self._url = url.rstrip("/")
        self._clock = clock
        self._held: InstallationToken | None = None
        self._ends_at = clock.now()
        self._renewing = asyncio.Lock()

    @property
    def name(self) -> str:
        return f"app {self.app.id} at {self.owner}"

    async def token(self) -> str:
        return (await self.current()).token

    def described(self, made: InstallationToken) -> str:
        """For a person: the App, where, and what it was given."""
        given = ", ".join(f"{name}: {level}" for name, level in sorted(made.permissions.items())) or "no permissions"
        return f"App {self.app.id} at {self.owner} ({given})"

    async def current(self, *, refused: str | None = None) -> InstallationToken:
        """A token that is good for some minutes yet, and not the refused one. One task renews, all others wait."""
        from connectors.github.app import made_token  # PyGithub takes a while to import

        async with self._renewing:
            now = self._clock.now()
            if self._held is None or self._held.token == refused or now >= self._ends_at - EARLY:
                made = await asyncio.to_thread(made_token, self.app, owner=self.owner, url=self._url, now=now)
                self._held, self._ends_at = made, now + made.lasts
            return self._held

    async def async_auth_flow(self, request: httpx.Request) -> AsyncGenerator[httpx.Request, httpx.Response]:
        """Once more with a new token where one was revoked before its time."""
        token = await self.token()
        _sign(request, token)
        response = yield request
        if response.status_code == httpx.codes.UNAUTHORIZED:
            _sign(request, (await self.current(refused=token)).token)
            yield request


def _sign(request: httpx.Request, token: str) -> None:
    """Raises `UnicodeEncodeError` for a token that no header may hold: httpx would send it as UTF-8."""
    request.headers["Authorization"] = f"Bearer {token}".encode("ascii").decode()
