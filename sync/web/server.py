"""The application on the air: one process, within limits, ended by a signal."""

import gc
import socket
from contextlib import ExitStack
from typing import Any

import uvicorn

from sync.serving import ServeConfig
from sync.store.errors import StoreError
from sync.web.limits import PatientProtocol

IDLE_S = 30  # that a connection may be kept open between two requests
GRACE_S = 3  # for what is being answered when the end comes
_BACKLOG = 1_024


def listening(said: ServeConfig) -> socket.socket:
    """The socket, listening already; raises `StoreError` where the address cannot be had."""
    family = socket.AF_INET6 if ":" in said.host else socket.AF_INET
    try:
        with ExitStack() as in_vain:
            # With its protocol named, or asyncio does not switch Nagle's delay off and each answer takes 40 ms.
            bound = in_vain.enter_context(socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP))
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            bound.bind((said.host, said.port))
            bound.listen(_BACKLOG)
            in_vain.pop_all()
    except OSError as error:
        raise StoreError(
            f"{said.host}:{said.port} cannot be listened on: {error.strerror or error}.",
            hint="Name another `serve.port`.",
        ) from error
    return bound


def settle() -> None:
    """Spares the collector of garbage what was loaded to begin with: a tenth of the time that a delivery takes."""
    gc.collect()
    gc.freeze()


def server(app: Any, said: ServeConfig, *, protocol: type[PatientProtocol] = PatientProtocol) -> uvicorn.Server:
    """A server that logs no address of anybody, and believes no header about where a request comes from."""
    return uvicorn.Server(
        uvicorn.Config(
            app,
            http=protocol,
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            limit_concurrency=said.connections,
            timeout_keep_alive=IDLE_S,
            timeout_graceful_shutdown=GRACE_S,
        )
    )
