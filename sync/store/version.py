"""Which facts the store holds: a digest that is another one after anything was added, and that costs no reading."""

import hashlib

from sqlalchemy import Engine, Select, func, select

from sync.store.database import reading
from sync.store.tables import (
    ACKNOWLEDGEMENTS,
    CENSUSES,
    DELIVERIES,
    ERASURES,
    READINGS,
    REPORTS,
    SOURCES,
    WATERMARKS,
)

#: What changes with every pass, census, delivery, erasure, publication and posting.
_ASKED: tuple[Select[tuple[object, ...]], ...] = (
    select(SOURCES).order_by(SOURCES.c.name),
    select(WATERMARKS).order_by(WATERMARKS.c.source, WATERMARKS.c.stream),
    select(CENSUSES).order_by(CENSUSES.c.source, CENSUSES.c.kind),
    select(func.max(DELIVERIES.c.done_us)),
    select(func.max(ERASURES.c.at_us)),
    select(func.max(REPORTS.c.published_us)),
    select(func.max(ACKNOWLEDGEMENTS.c.at_us)),
    select(func.max(READINGS.c.at_us)),
)


def version(engine: Engine) -> str:
    """SHA-256 of what tells that something came."""
    with reading(engine) as connection:
        told = [tuple(row) for asked in _ASKED for row in connection.execute(asked)]
    return hashlib.sha256(repr(told).encode()).hexdigest()
