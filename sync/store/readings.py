"""Readings of measures that were posted."""

from datetime import date, datetime

from sqlalchemy import Engine, select

from mappings.posted import Posted
from mappings.strategy import Reading
from sync.store import trail
from sync.store.database import reading, writing
from sync.store.rows import epoch_us
from sync.store.tables import READINGS
from sync.store.trail import Step
from sync.store.upsert import insert_into, replacing


def keep(engine: Engine, posted: Posted, *, who: str, now: datetime) -> None:
    """Keeps it in the place of one of the same day, and that somebody posted it."""
    objective, measure, (on, value) = posted.objective, posted.measure, (posted.reading.on, posted.reading.value)
    row = {"objective": objective, "measure": measure, "read_on": on.isoformat()}
    with writing(engine) as connection:
        insert = insert_into(connection, READINGS)
        columns = {name: insert.excluded[name] for name in ("value", "at_us")}
        connection.execute(replacing(insert, READINGS, **columns), {**row, "value": value, "at_us": epoch_us(now)})
        trail.note(connection, Step(now, who, "posted a reading", f"{objective} {measure}", f"{on}: {value:g}"))


def kept(engine: Engine) -> tuple[Posted, ...]:
    """All of them, of each measure in the order of their days."""
    found = select(READINGS).order_by(READINGS.c.objective, READINGS.c.measure, READINGS.c.read_on)
    with reading(engine) as connection:
        return tuple(
            Posted(row.objective, row.measure, Reading(on=date.fromisoformat(row.read_on), value=row.value))
            for row in connection.execute(found)
        )
