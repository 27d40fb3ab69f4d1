"""One process at a time reads a source: the lease, held for as long as the work takes."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager

from sqlalchemy import Engine

from connectors.errors import Refused
from connectors.transport import Clock
from sync.store.memory import acquire, release

LEASE_S = 30  # a dead process's source is free again after this
HEARTBEAT_S = 7.5  # so that a long wait for a source's limit keeps the lease; three may be late

Renew = Callable[[], Awaitable[None]]  #: raises `Refused` once somebody else has the lease


@asynccontextmanager
async def leased(source: str, *, engine: Engine, holder: str, clock: Clock) -> AsyncIterator[Renew | None]:
    """The lease, renewed by itself and to be renewed with each step; None where another process has it."""
    loop = asyncio.get_running_loop()
    line = ThreadPoolExecutor(max_workers=1)  # one after another: a late beat would take back what was released

    def take() -> bool:
        return acquire(engine, source, holder=holder, now=clock.now(), for_s=LEASE_S)

    async def renew() -> None:
        if not await loop.run_in_executor(line, take):
            raise Refused("another run has taken this source over", hint="It goes on where this one stopped.")

    async def beat() -> None:
        while True:
            await clock.sleep(HEARTBEAT_S)
            await loop.run_in_executor(line, take)

    with line:
        if not take():
            yield None
            return
        heart = asyncio.create_task(beat())
        try:
            yield renew
        finally:
            heart.cancel()
            line.submit(release, engine, source, holder=holder).result()
