"""Headers that keep a browser from doing with an answer what it is not for."""

from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any, TypeAlias

Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]
Application: TypeAlias = Callable[[Message, Receive, Send], Awaitable[None]]

#: Where an answer says nothing else. A page with a script inside names its digest in a policy of its own.
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
        "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cache-Control": "no-store",
}
SECURE = {"Strict-Transport-Security": "max-age=31536000"}


class Headers:
    """Adds them to every answer that has none of its own."""

    def __init__(self, app: Application) -> None:
        self._app = app

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        added = _RAW_SECURE if scope.get("scheme") == "https" else _RAW

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                held = message["headers"]
                names = {name for name, _ in held}
                message["headers"] = [*held, *(pair for pair in added if pair[0] not in names)]
            await send(message)

        await self._app(scope, receive, guarded)


def _raw(headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    return [(name.lower().encode(), value.encode()) for name, value in headers.items()]


_RAW, _RAW_SECURE = _raw(HEADERS), _raw(HEADERS | SECURE)
