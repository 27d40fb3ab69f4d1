"""The file in which an OAuth grant lives, shared by all processes that use it."""

import fcntl
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path

import msgspec
from msgspec import Struct

from connectors.errors import Refused
from connectors.transport import Clock

WAIT_S = 0.2
ONLY_OURS = 0o600


class Grant(Struct, frozen=True, kw_only=True):
    """Tokens as they were given last; the access token is empty where only the refresh token is known."""

    refresh_token: str
    access_token: str = ""
    ends_at: datetime | None = None

    def __repr__(self) -> str:
        return f"Grant(ends_at={self.ends_at})"


class GrantFile:
    """A file that holds a refresh token, bare at first, and from the first renewal on a whole grant as JSON."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @asynccontextmanager
    async def locked(self, clock: Clock) -> AsyncIterator[None]:
        """While it lasts, no other process renews. The lock is a file beside this one, which is itself replaced."""
        try:
            lock = os.open(f"{self._path}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, ONLY_OURS)
        except OSError as error:
            raise self._unusable(error) from error
        try:
            while not _taken(lock):
                await clock.sleep(WAIT_S)
            yield
        finally:
            os.close(lock)

    def read(self) -> Grant:
        try:
            text = self._path.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise self._unusable(error) from error
        if not text:
            raise Refused(f"{self._path} is empty", hint="Write a refresh token to it.")
        try:
            return msgspec.json.decode(text, type=Grant)
        except msgspec.DecodeError:
            return Grant(refresh_token=text)

    def write(self, grant: Grant) -> None:
        """Puts the grant in the file's place: a reader sees the old one or the new one, whole."""
        fresh = Path(f"{self._path}.new")
        try:
            handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, ONLY_OURS)
            with os.fdopen(handle, "wb") as file:
                os.fchmod(handle, ONLY_OURS)  # also where somebody else has left a file there
                file.write(msgspec.json.encode(grant))
                file.flush()
                os.fsync(handle)
            fresh.replace(self._path)
        except OSError as error:
            raise self._unusable(error) from error

    def _unusable(self, error: OSError | UnicodeDecodeError) -> Refused:
        why = (error.strerror or "").lower() if isinstance(error, OSError) else "it is not UTF-8"
        hint = "Refresh tokens rotate: the file and its folder must be readable and writable."
        return Refused(f"{self._path} cannot be used: {why}", hint=hint)


def _taken(lock: int) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
