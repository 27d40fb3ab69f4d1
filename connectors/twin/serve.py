"""The stand-ins over real HTTP on loopback."""

import asyncio
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, cast

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol


@contextmanager
def serving(apps: Mapping[str, Any], *, ports: Mapping[str, int] | None = None) -> Iterator[dict[str, str]]:
    """The base URL of each application, by its name, for as long as the context lasts.

    A background thread serves them all. A port that is not named is chosen by the system. The sockets listen before
    the URLs are given, so that no caller need wait for a server to come up.
    """
    listening = {name: _listener((ports or {}).get(name, 0)) for name in apps}
    servers = [_server(app) for app in apps.values()]
    thread = threading.Thread(target=_serve, args=(servers, list(listening.values())), daemon=True)
    thread.start()
    try:
        yield {name: "http://127.0.0.1:{1}".format(*bound.getsockname()) for name, bound in listening.items()}
    finally:
        for server in servers:
            server.should_exit = True
        thread.join()
        for bound in listening.values():
            bound.close()


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


def _server(app: Any) -> uvicorn.Server:
    """A server that says nothing, and leaves the `Date` header to the application's own clock."""
    return uvicorn.Server(
        uvicorn.Config(
            app,
            http=Protocol,
            lifespan="off",
            log_config=None,
            access_log=False,
            date_header=False,
            server_header=False,
            timeout_graceful_shutdown=1,
        )
    )


def _serve(servers: list[uvicorn.Server], sockets: list[socket.socket]) -> None:
    async def all_of_them() -> None:
        await asyncio.gather(*(server.serve(sockets=[bound]) for server, bound in zip(servers, sockets, strict=True)))

    asyncio.run(all_of_them())
