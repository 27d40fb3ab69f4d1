"""How the store is: whether it answers, and how far each source is known."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

import msgspec
from sqlalchemy import Engine, func, literal, select

from sync.store.database import reading
from sync.store.rows import at_of
from sync.store.tables import REPORTS, SOURCES, WEBHOOKS


class Known(NamedTuple):
    """How far a source is known."""

    complete_at: datetime | None  #: by the source's clock, when the last complete pass began
    gaps: int  #: what the last pass could not read
    delivered_at: datetime | None  #: when a delivery last came
    silent_since: datetime | None  #: since when polls find what no delivery announced


def answers(engine: Engine) -> bool:
    """True; raises what the database says where it does not answer."""
    with reading(engine) as connection:
        return connection.execute(select(literal(1))).scalar() == 1


def known(engine: Engine) -> Mapping[str, Known]:
    """By source, those that were ever read or heard."""
    with reading(engine) as connection:
        heard = {row.source: row for row in connection.execute(select(WEBHOOKS))}
        read = {row.name: row for row in connection.execute(select(SOURCES))}
    return {
        name: Known(
            complete_at=_at(read[name].complete_us) if name in read else None,
            gaps=len(msgspec.json.decode(read[name].gaps)) if name in read else 0,
            delivered_at=_at(heard[name].last_us) if name in heard else None,
            silent_since=_at(heard[name].silent_us) if name in heard else None,
        )
        for name in sorted({*heard, *read})
    }


def gaps(engine: Engine) -> Mapping[str, tuple[str, ...]]:
    """By source, what the last pass could not read."""
    with reading(engine) as connection:
        rows = connection.execute(select(SOURCES.c.name, SOURCES.c.gaps)).all()
    return {row.name: tuple(msgspec.json.decode(row.gaps, type=list[str])) for row in rows}


def reported_at(engine: Engine) -> datetime | None:
    """When a report was last published."""
    with reading(engine) as connection:
        return _at(connection.execute(select(func.max(REPORTS.c.published_us))).scalar())


def _at(us: int | None) -> datetime | None:
    return None if us is None else at_of(us)
