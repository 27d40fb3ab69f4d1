"""Every version of the user's files that a report was made by, so that the last good one can stay in force."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

import msgspec
from sqlalchemy import Engine, select

from sync.store.database import reading, writing
from sync.store.rows import at_of, epoch_us
from sync.store.tables import MAPS
from sync.store.upsert import insert_into, replacing


class Kept(NamedTuple):
    """All files of one map, and when they were last used."""

    texts: Mapping[str, str]  #: by path, as the configuration's folder sees it
    used_at: datetime


def keep(engine: Engine, digest: str, texts: Mapping[str, str], *, used_at: datetime) -> None:
    """Keeps the files, once, and that they were used; the digest tells one version from another."""
    content = msgspec.json.encode(texts, order="sorted").decode()
    row = {"digest": digest, "used_us": epoch_us(used_at), "content": content}
    with writing(engine) as connection:
        insert = insert_into(connection, MAPS)
        later = insert.excluded.used_us
        connection.execute(replacing(insert, MAPS, where=later > MAPS.c.used_us, used_us=later), row)


def last_kept(engine: Engine) -> Kept | None:
    """The files that were used last; None where none were yet."""
    latest = select(MAPS.c.content, MAPS.c.used_us).order_by(MAPS.c.used_us.desc(), MAPS.c.digest).limit(1)
    with reading(engine) as connection:
        row = connection.execute(latest).first()
    return Kept(msgspec.json.decode(row.content, type=dict[str, str]), at_of(row.used_us)) if row else None


def kept(engine: Engine, digest: str) -> Mapping[str, str] | None:
    """The files of one version, by path; None where no report was made by it."""
    with reading(engine) as connection:
        content = connection.execute(select(MAPS.c.content).where(MAPS.c.digest == digest)).scalar()
    return None if content is None else msgspec.json.decode(content, type=dict[str, str])
