"""How many requests each source still bears, as it said last, for whoever looks from another process."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Engine, select

from sync.store.database import reading, writing
from sync.store.rows import at_of, epoch_us
from sync.store.tables import GATES, QUOTAS
from sync.store.upsert import insert_into, replacing


class Quota(NamedTuple):
    """What was left of one limit."""

    source: str
    bucket: str  #: what the limit counts
    remaining: int
    at: datetime


class Closed(NamedTuple):
    """Nobody who has this credential may ask for this yet."""

    name: str  #: of the credential, which tells nothing secret
    bucket: str
    until: datetime


def note(engine: Engine, source: str, remaining: Mapping[str, int], *, at: datetime) -> None:
    """Notes what the source said."""
    rows = [
        {"source": source, "bucket": bucket, "remaining": number, "at_us": epoch_us(at)}
        for bucket, number in sorted(remaining.items())
    ]
    if not rows:
        return
    with writing(engine) as connection:
        insert = insert_into(connection, QUOTAS)
        columns = {name: insert.excluded[name] for name in ("remaining", "at_us")}
        connection.execute(replacing(insert, QUOTAS, **columns), rows)


def noted(engine: Engine) -> list[Quota]:
    """What is known of every limit."""
    found = select(QUOTAS).order_by(QUOTAS.c.source, QUOTAS.c.bucket)
    with reading(engine) as connection:
        return [Quota(row.source, row.bucket, row.remaining, at_of(row.at_us)) for row in connection.execute(found)]


def closed(engine: Engine, *, now: datetime) -> list[Closed]:
    """The gates that are closed still."""
    still = select(GATES).where(GATES.c.until_us > epoch_us(now)).order_by(GATES.c.name, GATES.c.bucket)
    with reading(engine) as connection:
        return [Closed(row.name, row.bucket, at_of(row.until_us)) for row in connection.execute(still)]
