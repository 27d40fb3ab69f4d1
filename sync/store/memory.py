"""What is remembered of reading: where each source's walk stands, its last complete pass, and whose turn it is."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import msgspec
from msgspec.structs import asdict
from sqlalchemy import Column, Connection, Engine, Table, delete, func, or_, select

from connectors.records import Batch, Gap
from connectors.source import Memory
from sync.store.database import reading, writing
from sync.store.rows import epoch_us
from sync.store.tables import CAPABILITIES, COUNTS, LEASES, SOURCES, WATERMARKS
from sync.store.upsert import insert_in, insert_into, replacing

_LONGEST_LEASES = 10  # times what is taken: hosts' clocks may differ by as much


def recall(engine: Engine, source: str) -> Memory:
    """What the source wrote down with the batches applied so far; empty at first."""
    with reading(engine) as connection:
        return Memory(
            watermarks=_held(connection, WATERMARKS, WATERMARKS.c.stream, source),
            capabilities=_held(connection, CAPABILITIES, CAPABILITIES.c.name, source),
        )


def remember(connection: Connection, batch: Batch) -> None:
    """Writes down the batch's watermarks, capabilities and counts over those held."""
    watermarks = [{"source": batch.source, "stream": key, "value": value} for key, value in batch.watermarks.items()]
    capabilities = [{"source": batch.source, "name": key, "value": value} for key, value in batch.capabilities.items()]
    counts = [{"source": batch.source, **asdict(count)} for count in batch.counts]
    for table, rows in ((WATERMARKS, watermarks), (CAPABILITIES, capabilities), (COUNTS, counts)):
        if rows:
            connection.execute(_said_last(table, connection.dialect.name), rows)


def record_pass(
    engine: Engine,
    source: str,
    *,
    type: str,  # noqa: A002 - the word of the configuration file
    complete_at: datetime | None,
    gaps: Sequence[Gap] = (),
) -> None:
    """Notes how the last pass over the source went.

    `complete_at` is the source's clock when a pass that came to its end began; None leaves the one before as it is.
    `gaps` are what this pass could not read.
    """
    row = {
        "name": source,
        "type": type,
        "complete_us": None if complete_at is None else epoch_us(complete_at),
        "gaps": told(gaps),
    }
    with writing(engine) as connection:
        insert = insert_into(connection, SOURCES)
        new = insert.excluded
        complete_us = func.coalesce(new.complete_us, SOURCES.c.complete_us)
        connection.execute(replacing(insert, SOURCES, type=new.type, complete_us=complete_us, gaps=new.gaps), row)


def was_complete(engine: Engine, source: str) -> bool:
    """Whether any pass over the source ever came to its end."""
    with reading(engine) as connection:
        return connection.execute(select(SOURCES.c.complete_us).where(SOURCES.c.name == source)).scalar() is not None


def acquire(engine: Engine, source: str, *, holder: str, now: datetime, for_s: float) -> bool:
    """Takes the source's lease if it is free, expired, or ours already (which renews it).

    One that would run for much longer than anybody takes it was taken by a clock that was wrong.
    """
    row = {"source": source, "holder": holder, "until_us": epoch_us(now + timedelta(seconds=for_s))}
    with writing(engine) as connection:
        insert = insert_into(connection, LEASES)
        longest_us = epoch_us(now + timedelta(seconds=_LONGEST_LEASES * for_s))
        free = or_(LEASES.c.until_us <= epoch_us(now), LEASES.c.until_us > longest_us, LEASES.c.holder == holder)
        new = insert.excluded
        statement = replacing(insert, LEASES, where=free, holder=new.holder, until_us=new.until_us)
        return connection.execute(statement.returning(LEASES.c.source), row).first() is not None


def holder_of(engine: Engine, source: str) -> str | None:
    """Who has the source's lease, whether or not it has run out."""
    with reading(engine) as connection:
        return connection.execute(select(LEASES.c.holder).where(LEASES.c.source == source)).scalar()


def release(engine: Engine, source: str, *, holder: str) -> None:
    """Gives the lease back if it is still this holder's."""
    with writing(engine) as connection:
        connection.execute(delete(LEASES).where(LEASES.c.source == source, LEASES.c.holder == holder))


@cache
def _said_last(table: Table, dialect: str) -> Any:
    """What was said of a key before is replaced. Made once: to put it together takes as long as to carry it out."""
    insert = insert_in(dialect, table)
    [said] = [column.name for column in table.c if not column.primary_key]
    return replacing(insert, table, **{said: insert.excluded[said]})


def told(gaps: Sequence[Gap]) -> str:
    """A JSON array of a line for each."""
    return msgspec.json.encode([_said(gap) for gap in gaps]).decode()


def _said(gap: Gap) -> str:
    return f"{gap.stream}: {gap.cause}" if gap.ref is None else f"{gap.stream}: {gap.cause} ({gap.ref})"


def _held(connection: Connection, table: Table, name: Column[str], source: str) -> dict[str, str]:
    return dict(connection.execute(select(name, table.c.value).where(table.c.source == source)).all())
