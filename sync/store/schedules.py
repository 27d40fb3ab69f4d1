"""When jobs that are done by schedule were last begun, told once they have come to their end."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Engine, select

from sync.store.database import reading, writing
from sync.store.rows import at_of, epoch_us
from sync.store.tables import SCHEDULES
from sync.store.upsert import insert_into, replacing


def begun(engine: Engine) -> Mapping[str, datetime]:
    """By job, when the last run that ended was begun."""
    with reading(engine) as connection:
        return {row.job: at_of(row.began_us) for row in connection.execute(select(SCHEDULES))}


def note(engine: Engine, job: str, *, began_at: datetime) -> None:
    """Notes that a run of the job, begun then, has ended. One that is cut off is not noted, and so is due again."""
    row = {"job": job, "began_us": epoch_us(began_at)}
    with writing(engine) as connection:
        insert = insert_into(connection, SCHEDULES)
        connection.execute(replacing(insert, SCHEDULES, began_us=insert.excluded.began_us), row)
