"""Published reports, each kept as it was when it went out: what was known then, whatever is known by now."""

import zlib
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Engine, delete, select

from sync.store.database import reading, writing
from sync.store.rows import at_of, epoch_us
from sync.store.tables import REPORTS
from sync.store.upsert import insert_into


class Published(NamedTuple):
    """One published report, without what it says."""

    digest: str  #: of everything that it was made of
    period: str
    as_of: datetime
    published_at: datetime


def keep(engine: Engine, report: Published, content: bytes) -> bool:
    """Keeps the report's JSON for good, and whether it was new: one that is kept already stays as it is."""
    row = {
        "digest": report.digest,
        "period": report.period,
        "as_of_us": epoch_us(report.as_of),
        "published_us": epoch_us(report.published_at),
        "content": zlib.compress(content),
    }
    with writing(engine) as connection:
        insert = insert_into(connection, REPORTS).on_conflict_do_nothing(index_elements=["digest"])
        return connection.execute(insert.returning(REPORTS.c.digest), row).first() is not None


def content_of(engine: Engine, digest: str) -> bytes | None:
    """The JSON as it was kept; None where no report has this digest."""
    with reading(engine) as connection:
        held = connection.execute(select(REPORTS.c.content).where(REPORTS.c.digest == digest)).scalar()
    return None if held is None else zlib.decompress(held)


def history(engine: Engine, *, period: str | None = None) -> list[Published]:
    """All that was published, of a period or of any, the latest knowledge first."""
    told = select(REPORTS.c.digest, REPORTS.c.period, REPORTS.c.as_of_us, REPORTS.c.published_us)
    told = told.order_by(REPORTS.c.as_of_us.desc(), REPORTS.c.published_us.desc(), REPORTS.c.digest)
    if period is not None:
        told = told.where(REPORTS.c.period == period)
    with reading(engine) as connection:
        rows = connection.execute(told).all()
    return [Published(row.digest, row.period, at_of(row.as_of_us), at_of(row.published_us)) for row in rows]


def drop(engine: Engine, *, published_before: datetime) -> int:
    """How many older reports were forgotten; of each period the one of the latest knowledge stays."""
    later = REPORTS.alias()
    superseded = select(later.c.digest).where(later.c.period == REPORTS.c.period, later.c.as_of_us > REPORTS.c.as_of_us)
    old = REPORTS.c.published_us < epoch_us(published_before)
    with writing(engine) as connection:
        return connection.execute(delete(REPORTS).where(old, superseded.exists())).rowcount
