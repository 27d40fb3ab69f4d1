"""Who holds a lease: a process of a host, so that what a killed one held is known to be free."""

import os
import secrets
import socket

from sqlalchemy import Engine

from sync.store.memory import holder_of, release


def name() -> str:
    """This process, for now: host, process, and a word that nobody used before."""
    return f"{socket.gethostname()} {os.getpid()} {secrets.token_hex(8)}"


def free_the_dead(engine: Engine, source: str) -> None:
    """Gives back the lease of a process of this host that is no more; any other runs out by itself."""
    held_by = holder_of(engine, source)
    if held_by and _is_dead(held_by):
        release(engine, source, holder=held_by)


def _is_dead(holder: str) -> bool:
    host, _, process = holder.rpartition(" ")[0].rpartition(" ")
    if host != socket.gethostname() or not process.isdigit():
        return False
    # One of our own number was a process before us: in a container everyone is the first.
    return int(process) == os.getpid() or not _runs(int(process))


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
