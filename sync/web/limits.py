"""What one client may take of the service: bytes, time and connections."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, cast

from fastapi import HTTPException, Request, status
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEADERS_S = 10.0  # from the first byte, or from the connection, until the last header
BODY_S = 30.0  # from the headers until the last byte of the body
HEAD_BYTES = 32 * 1024  # from the request line to the last header
IN_FLIGHT = 256 * 1024 * 1024  # bytes of all bodies that are being read


class Bodies:
    """Bodies being read: each within its limits, and all of them within memory."""

    def __init__(self, *, in_flight: int = IN_FLIGHT, seconds: float = BODY_S) -> None:
        self._left = in_flight
        self._seconds = seconds

    @asynccontextmanager
    async def read(self, request: Request, *, most: int) -> AsyncIterator[bytes]:
        """The raw body, which counts as long as the context lasts.

        413 as soon as it is known to be larger than `most`, 408 where it comes too slowly, 503 where all bodies
        together are too many.
        """
        told = request.headers.get("content-length", "")
        if told.isdecimal() and int(told[:18]) > most:
            raise HTTPException(status.HTTP_413_CONTENT_TOO_LARGE, "the body is too large")
        parts: list[bytes] = []
        try:
            async with asyncio.timeout(self._seconds):
                await self._fill(parts, request, most=most)
            yield b"".join(parts)
        except TimeoutError:
            raise HTTPException(status.HTTP_408_REQUEST_TIMEOUT, "the body comes too slowly") from None
        finally:
            self._left += sum(map(len, parts))

    async def _fill(self, parts: list[bytes], request: Request, *, most: int) -> None:
        size = 0
        async for part in request.stream():
            parts.append(part)
            self._left -= len(part)
            size += len(part)
            if size > most:
                raise HTTPException(status.HTTP_413_CONTENT_TOO_LARGE, "the body is too large")
            if self._left < 0:
                busy = {"Retry-After": "5"}
                raise HTTPException(status.HTTP_503_SERVICE_UNAVAILABLE, "too much at once", headers=busy)


class PatientProtocol(HttpToolsProtocol):
    """HTTP/1.1 that takes only so long a head, and waits for it only so long: uvicorn has no such limits of its own."""

    patience_s = HEADERS_S
    _due: asyncio.TimerHandle | None = None
    _head_bytes = 0  #: read since the last head or part of a body was whole

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(cast("asyncio.Transport", transport))
        self._expect()

    def data_received(self, data: bytes) -> None:
        if self._due is None and not self._is_answering():
            self._expect()
        self._head_bytes += len(data)
        super().data_received(data)
        if self._is_answering():
            self._stop_expecting()
        if self._head_bytes > HEAD_BYTES and not self.transport.is_closing():
            self.send_400_response("The headers are too long.")

    def on_headers_complete(self) -> None:
        self._head_bytes = 0
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._head_bytes = 0  # its own limits are those of `Bodies`
        super().on_body(body)

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_expecting()
        super().connection_lost(exc)

    def _is_answering(self) -> bool:
        cycle: Any = self.cycle  # None until the first request
        return cycle is not None and not cycle.response_complete

    def _expect(self) -> None:
        self._due = self.loop.call_later(self.patience_s, self._give_up)

    def _stop_expecting(self) -> None:
        if self._due:
            self._due.cancel()
        self._due = None

    def _give_up(self) -> None:
        self._due = None
        if not self._is_answering() and not self.transport.is_closing():
            self.transport.close()
