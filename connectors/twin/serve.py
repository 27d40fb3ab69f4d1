"""The stand-ins over real HTTP on loopback."""

import asyncio
import socket
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any, cast

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState


@contextmanager
def serving(apps: Mapping[str, Any], *, ports: Mapping[str, int] | None = None) -> Iterator[dict[str, str]]:
    """The base URL of each application, by its name, for as long as the context lasts.

    A background thread serves them all. A port that is not named is chosen by the system. The sockets listen before
    the URLs are given, so that no caller need wait for a server to come up.
    """
    listening = {name: _listener((ports or {}).get(name, 0)) for name in apps}
    over = threading.Event()
    served = _served([(app, listening[name]) for name, app in apps.items()], until=over)
    thread = threading.Thread(target=asyncio.run, args=(served,), daemon=True)
    thread.start()
    try:
        yield {name: "http://127.0.0.1:{1}".format(*bound.getsockname()) for name, bound in listening.items()}
    finally:
        over.set()
        thread.join()


class Protocol(H11Protocol):
    """HTTP/1.1 that lets an application reach its connection, to break it: `scope["state"]["transport"]`."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(cast("asyncio.Transport", transport))
        self.app_state = {**self.app_state, "transport": transport}


def _listener(port: int) -> socket.socket:
    # With its protocol named, or asyncio does not switch Nagle's delay off and each answer takes 40 ms.
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    bound.bind(("127.0.0.1", port))
    bound.listen(128)
    return bound


async def _served(apps: Sequence[tuple[Any, socket.socket]], *, until: threading.Event) -> None:
    """Answers until the event; then nobody is answered any more. `uvicorn.Server` takes a fifth of a second to end."""
    state, loop = ServerState(), asyncio.get_running_loop()
    servers = [
        await loop.create_server(partial(Protocol, _config(app), state, app_state={}), sock=bound)
        for app, bound in apps
    ]
    await asyncio.to_thread(until.wait)
    for server in servers:
        server.close()
    for connection in state.connections:
        connection.transport.abort()


def _config(app: Any) -> uvicorn.Config:
    """What says nothing, and leaves the `Date` header to the application's own clock."""
    return uvicorn.Config(app, lifespan="off", log_config=None, access_log=False)
