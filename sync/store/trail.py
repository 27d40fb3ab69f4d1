"""The trail: who decided what, and when. It is only ever added to."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, Engine, insert, select

from sync.store.database import reading
from sync.store.rows import at_of, epoch_us
from sync.store.tables import TRAIL


class Step(NamedTuple):
    """One decision."""

    at: datetime
    who: str
    deed: str  #: acknowledged, retried, published, wrote back, erased …
    subject: str  #: what it was done to
    detail: str = ""


def note(connection: Connection, step: Step) -> None:
    """Adds a step in the caller's transaction, so that it stands if and only if the deed does."""
    row = {"at_us": epoch_us(step.at), **{name: getattr(step, name) for name in ("who", "deed", "subject", "detail")}}
    connection.execute(insert(TRAIL), row)


def steps(engine: Engine, *, most: int = 1_000) -> list[Step]:
    """The latest steps, the last first."""
    found = select(TRAIL).order_by(TRAIL.c.id.desc()).limit(most)
    with reading(engine) as connection:
        return [Step(at_of(row.at_us), row.who, row.deed, row.subject, row.detail) for row in connection.execute(found)]
