"""A first look at the sources, for a moment: enough to write the first files from."""

import asyncio
from datetime import timedelta

from connectors.records import Gap
from connectors.transport import Clock
from sync import log
from sync.config import Config, secrets
from sync.passes import Pass
from sync.store.database import connect
from sync.work.reading import Reading, of_each
from sync.work.sources import Means

LOOK = timedelta(seconds=20)  #: after which nothing more is asked for
GRACE = timedelta(seconds=10)  #: for what was asked before


def looked(config: Config, *, clock: Clock) -> list[str]:
    """A line for each source that could not be read, and why. What is read is kept: the first run goes on from there.

    Raises `StoreError`.
    """
    log.configure(verbose=False, secrets=secrets(config))
    engine = connect(config.store)
    try:
        reading = Reading(config=config, means=Means(engine=engine, clock=clock), until=clock.now() + LOOK)

        async def one(name: str) -> Pass:
            try:
                async with asyncio.timeout((LOOK + GRACE).total_seconds()):
                    return await reading.poll(name)
            except TimeoutError:
                return Pass(source=name, verdict="failed", gaps=(Gap(stream=name, cause="it did not answer in time"),))

        passes = of_each(config.sources, one)
    finally:
        engine.dispose()
    return [f"{each.source} was not read: {_why(each)}" for each in passes if each.verdict == "failed"]


def _why(done: Pass) -> str:
    return "; ".join(gap.cause for gap in done.gaps) or "it is being read by another process"
