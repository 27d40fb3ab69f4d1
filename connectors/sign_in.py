"""What signs requests: a credential that stays the same, or tokens that are renewed before they end."""

from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator
from datetime import timedelta
from hashlib import blake2b

import httpx

#: A token is renewed while it is still good: one that ends on its way is a failed request.
EARLY = timedelta(minutes=5)


class Signature(httpx.Auth, ABC):
    """What signs requests, in the header `Authorization`."""

    @property
    @abstractmethod
    def name(self) -> str:
        """Other than that of any other credential, and tells nothing secret."""

    @abstractmethod
    async def authorization(self, *, refused: str | None = None) -> str:
        """The header's value, good for some minutes yet; another than the refused one, if there is another."""

    async def close(self) -> None:
        """Lets go of connections."""

    async def async_auth_flow(self, request: httpx.Request) -> AsyncGenerator[httpx.Request, httpx.Response]:
        """Asked for at every attempt, for tokens that end while one waits; and once more where one was revoked.

        Raises `UnicodeEncodeError` for a token that no header may hold: httpx would send it as UTF-8.
        """
        signed = await self.authorization()
        request.headers["Authorization"] = signed.encode("ascii").decode()
        response = yield request
        if response.status_code != httpx.codes.UNAUTHORIZED:
            return
        renewed = await self.authorization(refused=signed)
        if renewed != signed:
            request.headers["Authorization"] = renewed.encode("ascii").decode()
            yield request


def told_by_digest(token: str) -> str:
    """A name for a token that nobody could sign in with."""
    return f"token {blake2b(token.encode(), digest_size=8).hexdigest()}"
