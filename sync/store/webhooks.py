"""Whether a source's webhook speaks: a poll that finds changes which no delivery announced makes it silent."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Engine, func, select

from sync.store.database import reading, writing
from sync.store.rows import at_of, epoch_us
from sync.store.tables import WEBHOOKS
from sync.store.upsert import insert_into, replacing

#: So long a delivery may be under way, and the clocks of both sides may differ.
LATE = timedelta(minutes=5)
UNANNOUNCED = 3  # changes from which on the webhook is silent: not every change of an item is an event


def is_silent(changed_at: Sequence[datetime], *, delivered_at: datetime | None, now: datetime) -> bool:
    """Whether so many changes came after the last delivery that some delivery should have come since."""
    since = delivered_at + LATE if delivered_at else None
    missed = [at for at in changed_at if at < now - LATE and (since is None or at > since)]
    return len(missed) >= UNANNOUNCED


def judge(engine: Engine, source: str, changed_at: Sequence[datetime], *, now: datetime) -> bool:
    """Notes whether the webhook of a source that is to have one is silent after a poll that found these changes.

    It is silent until a delivery comes.
    """
    with reading(engine) as connection:
        last_us = connection.execute(select(WEBHOOKS.c.last_us).where(WEBHOOKS.c.source == source)).scalar()
    if not is_silent(changed_at, delivered_at=None if last_us is None else at_of(last_us), now=now):
        return False
    row = {"source": source, "last_us": None, "silent_us": epoch_us(now)}
    with writing(engine) as connection:
        insert = insert_into(connection, WEBHOOKS)
        since_us = func.coalesce(WEBHOOKS.c.silent_us, insert.excluded.silent_us)
        connection.execute(replacing(insert, WEBHOOKS, silent_us=since_us), row)
    return True
