"""What was asked for and takes longer than a request may: each thing is made once, by whoever takes it first."""

import zlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Literal, NamedTuple, TypeAlias

import msgspec
from sqlalchemy import ColumnElement, Connection, Engine, and_, delete, func, or_, select, update

from sync.store.database import reading, writing
from sync.store.rows import epoch_us
from sync.store.tables import RECKONINGS
from sync.store.upsert import insert_into, replacing

State: TypeAlias = Literal["waiting", "underway", "done", "failed"]


class Reckoning(NamedTuple):
    """One of them, without what came of it."""

    key: str  #: of all that it is made of
    kind: str
    arguments: tuple[str, ...]  #: of the command that makes it
    state: State = "waiting"
    result: str | None = None  #: under what the content is found, once it is done
    cause: str = ""  #: why it failed


def ask(engine: Engine, asked: Reckoning, *, now: datetime, most: int) -> Reckoning | None:
    """How it stands with what is asked for, which waits from now on unless it is made or under way already.

    What failed is tried again. None where as many as `most` are not done yet.
    """
    with writing(engine) as connection:
        held = _held(connection, asked.key)
        if held and held.state != "failed":
            return held
        open_ = select(func.count()).where(RECKONINGS.c.state.in_(("waiting", "underway")))
        if (connection.scalar(open_) or 0) >= most:
            return None
        insert = insert_into(connection, RECKONINGS)
        columns = {name: insert.excluded[name] for name in ("state", "asked_us", "until_us", "cause")}
        connection.execute(replacing(insert, RECKONINGS, **columns), _row(asked, now))
    return asked


def take(engine: Engine, *, now: datetime, for_s: float, most: int) -> Reckoning | None:
    """The one that has waited longest, from now on under way; None where none waits, or as many as `most` are made.

    One that was not done in time is taken again: whoever took it is gone.
    """
    is_underway = and_(RECKONINGS.c.state == "underway", RECKONINGS.c.until_us > epoch_us(now))
    with writing(engine) as connection:
        _alone(connection)
        if (connection.scalar(select(func.count()).where(is_underway)) or 0) >= most:
            return None
        waits = or_(RECKONINGS.c.state == "waiting", and_(RECKONINGS.c.state == "underway", ~is_underway))
        row = connection.execute(_told().where(waits).order_by(RECKONINGS.c.asked_us, RECKONINGS.c.key)).first()
        if row is None:
            return None
        until_us = epoch_us(now + timedelta(seconds=for_s))
        connection.execute(_of(row.key).values(state="underway", until_us=until_us))
        return _reckoning(row)._replace(state="underway")


def finish(engine: Engine, key: str, *, result: str, content: bytes) -> None:
    """It is done, and this came of it."""
    with writing(engine) as connection:
        connection.execute(_of(key).values(state="done", result=result, content=zlib.compress(content), until_us=None))


def fail(engine: Engine, key: str, *, cause: str) -> None:
    """Nothing came of it."""
    with writing(engine) as connection:
        connection.execute(_of(key).values(state="failed", cause=cause, until_us=None))


def put_back(engine: Engine, key: str) -> None:
    """It waits again: whoever took it cannot end it."""
    with writing(engine) as connection:
        connection.execute(_of(key).values(state="waiting", until_us=None))


def found(engine: Engine, key: str) -> Reckoning | None:
    """How it stands with one; None where nobody asked for it, or so long ago that it is forgotten."""
    with reading(engine) as connection:
        return _held(connection, key)


def content_of(engine: Engine, kind: str, result: str) -> bytes | None:
    """What came of one; None where none of this kind came to this."""
    done = select(RECKONINGS.c.content).where(RECKONINGS.c.kind == kind, RECKONINGS.c.result == result)
    with reading(engine) as connection:
        held = connection.scalar(done.limit(1))
    return None if held is None else zlib.decompress(held)


def drop(engine: Engine, *, asked_before: datetime) -> int:
    """How many were forgotten."""
    with writing(engine) as connection:
        return connection.execute(delete(RECKONINGS).where(RECKONINGS.c.asked_us < epoch_us(asked_before))).rowcount


def _alone(connection: Connection) -> None:
    """Two who take at once take two; on SQLite there is one writer anyway."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("LOCK TABLE reckonings IN SHARE ROW EXCLUSIVE MODE")


def _row(asked: Reckoning, now: datetime) -> dict[str, Any]:
    return {
        "key": asked.key,
        "kind": asked.kind,
        "arguments": msgspec.json.encode(asked.arguments).decode(),
        "state": "waiting",
        "asked_us": epoch_us(now),
        "until_us": None,
        "result": None,
        "cause": "",
        "content": b"",
    }


def _told() -> Any:
    return select(*(RECKONINGS.c[name] for name in Reckoning._fields))


def _of(key: str) -> Any:
    return update(RECKONINGS).where(_is(key))


def _is(key: str) -> ColumnElement[bool]:
    return RECKONINGS.c.key == key


def _held(connection: Connection, key: str) -> Reckoning | None:
    row = connection.execute(_told().where(_is(key))).first()
    return None if row is None else _reckoning(row)


def _reckoning(row: Any) -> Reckoning:
    arguments: Sequence[str] = msgspec.json.decode(row.arguments, type=list[str])
    return Reckoning(row.key, row.kind, tuple(arguments), row.state, row.result, row.cause)
