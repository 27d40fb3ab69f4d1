"""Until when nobody may ask, told through the store to every process that shares a credential."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, delete, select

from connectors.governor import Clock
from sync.store.database import reading, writing
from sync.store.rows import at_of, epoch_us
from sync.store.tables import GATES
from sync.store.upsert import insert_into, replacing


@dataclass(frozen=True)
class StoreGate:
    """The gate of one credential, by a name that tells nothing secret."""

    engine: Engine
    name: str
    clock: Clock

    async def closed_until(self) -> Mapping[str, datetime]:
        """By bucket, the instants that are still to come."""
        return await asyncio.to_thread(self._closed_until, self.clock.now())

    async def close(self, bucket: str, until: datetime) -> None:
        """Tells all others; never shortens what was told before."""
        await asyncio.to_thread(self._close, bucket, until)

    def _closed_until(self, now: datetime) -> dict[str, datetime]:
        still = select(GATES.c.bucket, GATES.c.until_us).where(
            GATES.c.name == self.name, GATES.c.until_us > epoch_us(now)
        )
        with reading(self.engine) as connection:
            return {bucket: at_of(until_us) for bucket, until_us in connection.execute(still)}

    def _close(self, bucket: str, until: datetime) -> None:
        row = {"name": self.name, "bucket": bucket, "until_us": epoch_us(until)}
        with writing(self.engine) as connection:
            connection.execute(delete(GATES).where(GATES.c.until_us <= epoch_us(self.clock.now())))
            insert = insert_into(connection, GATES)
            later = insert.excluded.until_us
            connection.execute(replacing(insert, GATES, where=later > GATES.c.until_us, until_us=later), row)
