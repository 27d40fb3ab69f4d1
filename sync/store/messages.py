"""What was sent to whom, so that sending again changes it and repeats nothing."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Engine, delete, select

from sync.store.database import reading, writing
from sync.store.rows import at_of, epoch_us
from sync.store.tables import MESSAGES
from sync.store.upsert import insert_into, replacing


class Sent(NamedTuple):
    """How it stands with a message to one reader."""

    reader: str
    subject: str
    remote: str  #: by what the channel knows it; empty where it never arrived
    digest: str  #: of what arrived last
    sent_at: datetime | None
    error: str = ""  #: why the last try failed


def sent(engine: Engine, *, subjects: Iterable[str]) -> dict[tuple[str, str], Sent]:
    """By reader and subject, what was sent or tried about these."""
    asked = select(MESSAGES).where(MESSAGES.c.subject.in_(sorted(set(subjects))))
    with reading(engine) as connection:
        rows = connection.execute(asked).all()
    return {(row.reader, row.subject): _sent(row) for row in rows}


def failed(engine: Engine) -> list[Sent]:
    """What did not arrive when it was last tried, by reader and subject."""
    asked = select(MESSAGES).where(MESSAGES.c.error != "").order_by(MESSAGES.c.reader, MESSAGES.c.subject)
    with reading(engine) as connection:
        return [_sent(row) for row in connection.execute(asked)]


def note(engine: Engine, message: Sent) -> None:
    """Notes how it stands with a message from now on."""
    row = {
        "reader": message.reader,
        "subject": message.subject,
        "remote": message.remote,
        "digest": message.digest,
        "sent_us": None if message.sent_at is None else epoch_us(message.sent_at),
        "error": message.error,
    }
    with writing(engine) as connection:
        insert = insert_into(connection, MESSAGES)
        columns = {name: insert.excluded[name] for name in ("remote", "digest", "sent_us", "error")}
        connection.execute(replacing(insert, MESSAGES, **columns), row)


def forget(engine: Engine, *, prefix: str, keep: Iterable[str]) -> None:
    """Forgets what was sent about subjects that begin so, but for those to keep: it is told anew when it recurs."""
    gone = MESSAGES.c.subject.startswith(prefix, autoescape=True) & MESSAGES.c.subject.not_in(sorted(set(keep)))
    with writing(engine) as connection:
        connection.execute(delete(MESSAGES).where(gone))


def _sent(row: Any) -> Sent:
    sent_at = None if row.sent_us is None else at_of(row.sent_us)
    return Sent(row.reader, row.subject, row.remote, row.digest, sent_at, row.error)
