"""Acknowledgements that were made elsewhere than in the file."""

from datetime import date, datetime

from sqlalchemy import Engine, select

from mappings.acknowledgements import Acknowledgement
from sync.store import trail
from sync.store.database import reading, writing
from sync.store.rows import epoch_us
from sync.store.tables import ACKNOWLEDGEMENTS
from sync.store.trail import Step
from sync.store.upsert import insert_into, replacing


def step(made: Acknowledgement, *, who: str, now: datetime) -> Step:
    """What the trail tells of it."""
    return Step(now, who, "acknowledged", made.finding, f"until {made.until}: {made.reason}")


def keep(engine: Engine, made: Acknowledgement, *, who: str, now: datetime) -> None:
    """Keeps it, and that somebody made it."""
    told = {
        "reason": made.reason,
        "role": made.by,
        "first_on": (made.on or date.min).isoformat(),
        "last_on": made.until.isoformat(),
        "severity": made.severity,
    }
    with writing(engine) as connection:
        insert = insert_into(connection, ACKNOWLEDGEMENTS)
        row = {"finding": made.finding, "at_us": epoch_us(now), **told}
        connection.execute(replacing(insert, ACKNOWLEDGEMENTS, **{name: insert.excluded[name] for name in told}), row)
        trail.note(connection, step(made, who=who, now=now))


def kept(engine: Engine) -> tuple[Acknowledgement, ...]:
    """All of them, the later after the earlier."""
    found = select(ACKNOWLEDGEMENTS).order_by(ACKNOWLEDGEMENTS.c.at_us, ACKNOWLEDGEMENTS.c.finding)
    with reading(engine) as connection:
        return tuple(
            Acknowledgement(
                finding=row.finding,
                reason=row.reason,
                by=row.role,
                on=date.fromisoformat(row.first_on),
                until=date.fromisoformat(row.last_on),
                severity=row.severity,
            )
            for row in connection.execute(found)
        )
