"""How requests show who asks: by a token that stays the same, or by those of an App, which live an hour."""

import asyncio
from abc import abstractmethod

from connectors.github.app import App, InstallationToken
from connectors.sign_in import EARLY, Signature, told_by_digest
from connectors.transport import Clock

API_VERSION = "2022-11-28"
SCHEME = "Bearer "


#: What every request carries beside its sign-in.
HEADERS = {
    "Accept": "application/vnd.github+json",
    "User-Agent": "fingerpost",
    "X-GitHub-Api-Version": API_VERSION,
    # Ids in one form for ever, also of what is older than that form (docs: graphql/guides/migrating-graphql-global-
    # node-ids): a webhook's payload may hold the other.
    "X-GitHub-Next-Global-ID": "1",
}


class Bearer(Signature):
    """A token that is sent as it is."""

    @abstractmethod
    async def token(self, *, refused: str | None = None) -> str:
        """The token, good for some minutes yet, and not the refused one where there is another."""

    async def authorization(self, *, refused: str | None = None) -> str:
        return SCHEME + await self.token(refused=refused.removeprefix(SCHEME) if refused else None)


class Token(Bearer):
    """A fine-grained or a classic personal access token."""

    def __init__(self, value: str) -> None:
        self._value = value

    @property
    def name(self) -> str:
        return told_by_digest(self._value)

    async def token(self, *, refused: str | None = None) -> str:  # noqa: ARG002 - there is no other
        return self._value


class Installation(Bearer):
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

    async def token(self, *, refused: str | None = None) -> str:
        return (await self.current(refused=refused)).token

    def described(self, made: InstallationToken) -> str:
        """For a person: the App, where, and what it was given."""
        given = ", ".join(f"{name}: {level}" for name, level in sorted(made.permissions.items())) or "no permissions"
        return f"App {self.app.id} at {self.owner} ({given})"

    async def current(self, *, refused: str | None = None) -> InstallationToken:
        """A token that is good for some minutes yet, and not the refused one. One task renews, all others wait."""
        from connectors.github.app_token import made_token  # PyGithub takes a while to import

        async with self._renewing:
            now = self._clock.now()
            if self._held is None or self._held.token == refused or now >= self._ends_at - EARLY:
                made = await asyncio.to_thread(made_token, self.app, owner=self.owner, url=self._url, now=now)
                self._held, self._ends_at = made, now + made.lasts
            return self._held
