"""The inbox's rows: kept before a delivery is answered, marked when what it tells of is applied."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any, Literal, TypeAlias

import msgspec
from msgspec import Struct
from sqlalchemy import Connection, Engine, Row, Select, case, delete, func, literal, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import psycopg

from connectors.delivery import Delivery
from sync.store import trail
from sync.store.database import reading, writing
from sync.store.rows import at_of, epoch_us
from sync.store.tables import DELIVERIES, WEBHOOKS
from sync.store.trail import Step
from sync.store.upsert import replacing

State: TypeAlias = Literal["waiting", "done", "quarantined"]

_IDS_A_STATEMENT = 500
_LONGEST_CAUSE = 1_000


class Arrival(Struct, frozen=True, kw_only=True):
    """A delivery that was found to be the source's own, and what it is called there."""

    source: str
    id: str  #: the same when it is delivered again
    event: str
    delivery: Delivery
    state: State = "waiting"


class Kept(Struct, frozen=True, kw_only=True):
    """A row of the inbox, without its body."""

    source: str
    id: str
    event: str
    state: State
    received_at: datetime
    attempts: int
    cause: str | None


class Depth(Struct, frozen=True, kw_only=True):
    """How many deliveries of a source are in a state, and since when the oldest is there."""

    source: str
    state: State
    count: int
    oldest_at: datetime


def keep(engine: Engine, arrivals: Sequence[Arrival]) -> None:
    """Keeps them all or none; when it returns they outlive this machine's next crash. One that is there stays."""
    kept, heard = [_row(arrival) for arrival in arrivals], _heard(arrivals)
    with writing(engine) as connection:
        for statement, rows in zip(_statements(connection.dialect.name), (kept, heard), strict=True):
            is_named = connection.dialect.name == "postgresql"
            connection.exec_driver_sql(statement, rows if is_named else [tuple(row.values()) for row in rows])


def waiting(engine: Engine, source: str, *, most: int, most_bytes: int) -> dict[str, Delivery]:
    """By id, the deliveries that came first and wait; at least one where any does, whatever its size."""
    found = _oldest(source).limit(most)
    taken: dict[str, Delivery] = {}
    size = 0
    with reading(engine) as connection:
        for row in connection.execute(found):
            size += len(row.body)
            if taken and size > most_bytes:
                break
            taken[row.id] = Delivery(
                headers=msgspec.json.decode(row.headers), body=row.body, received_at=at_of(row.received_us)
            )
    return taken


def mark_done(
    connection: Connection,
    source: str,
    ids: Collection[str],
    *,
    now: datetime,
    evidence: Collection[str] = (),
    causes: Mapping[str, str] | None = None,
) -> None:
    """Marks them done. Of `evidence` the bodies stay; `causes` say what could not be read for some."""
    for some in _portions(ids):
        body = case((DELIVERIES.c.id.in_(evidence), DELIVERIES.c.body), else_=literal(b""))
        done = _named(source, some).values(state="done", done_us=epoch_us(now), cause=None, body=body)
        connection.execute(done)
    for identity, cause in (causes or {}).items():
        connection.execute(_named(source, [identity]).values(cause=cause[:_LONGEST_CAUSE]))


def quarantine(engine: Engine, source: str, identity: str, *, cause: str) -> None:
    """Puts one aside that cannot be taken by its own fault; nothing else waits for it."""
    with writing(engine) as connection:
        connection.execute(
            _named(source, [identity]).values(
                state="quarantined", cause=cause[:_LONGEST_CAUSE], attempts=DELIVERIES.c.attempts + 1
            )
        )


def retry(engine: Engine, ids: Collection[str], *, who: str, now: datetime) -> list[Kept]:
    """Lets these quarantined ones wait again, or all where none is named; those that do now. The trail tells who."""
    with writing(engine) as connection:
        found = select(*_COLUMNS).where(DELIVERIES.c.state == "quarantined").order_by(*_ORDER)
        if ids:
            found = found.where(DELIVERIES.c.id.in_(list(ids)))
        kept = [_kept(row) for row in connection.execute(found)]
        for each in kept:
            connection.execute(_named(each.source, [each.id]).values(state="waiting", cause=None))
            trail.note(connection, Step(at=now, who=who, deed="retried", subject=f"{each.source} delivery {each.id}"))
    return kept


def listed(engine: Engine, states: Collection[State], *, most: int) -> list[Kept]:
    """Those in one of these states, the latest first."""
    found = select(*_COLUMNS).where(DELIVERIES.c.state.in_(states))
    with reading(engine) as connection:
        rows = connection.execute(found.order_by(DELIVERIES.c.received_us.desc(), DELIVERIES.c.id).limit(most))
        return [_kept(row) for row in rows]


def depths(engine: Engine) -> list[Depth]:
    """How full the inbox is, by source, of those that are not done."""
    count, oldest_us = func.count().label("count"), func.min(DELIVERIES.c.received_us).label("oldest_us")
    found = (
        select(DELIVERIES.c.source, DELIVERIES.c.state, count, oldest_us)
        .where(DELIVERIES.c.state.in_(("waiting", "quarantined")))
        .group_by(DELIVERIES.c.source, DELIVERIES.c.state)
        .order_by(DELIVERIES.c.source, DELIVERIES.c.state)
    )
    with reading(engine) as connection:
        return [
            Depth(source=source, state=state, count=count, oldest_at=at_of(oldest_us))
            for source, state, count, oldest_us in connection.execute(found)
        ]


def forget(engine: Engine, *, done_before: datetime, evidence_before: datetime) -> int:
    """How many rows went: those done before, and those that are evidence where they are older still."""
    is_evidence = func.length(DELIVERIES.c.body) > 0
    old = or_(
        (DELIVERIES.c.done_us < epoch_us(done_before)) & ~is_evidence, DELIVERIES.c.done_us < epoch_us(evidence_before)
    )
    with writing(engine) as connection:
        return connection.execute(delete(DELIVERIES).where(DELIVERIES.c.state == "done", old)).rowcount


_COLUMNS = [DELIVERIES.c[name] for name in ("source", "id", "event", "state", "received_us", "attempts", "cause")]
_ORDER = (DELIVERIES.c.source, DELIVERIES.c.received_us, DELIVERIES.c.id)


def _row(arrival: Arrival) -> dict[str, Any]:
    delivery, is_waiting = arrival.delivery, arrival.state == "waiting"
    return {
        "source": arrival.source,
        "id": arrival.id,
        "event": arrival.event,
        "state": arrival.state,
        "received_us": epoch_us(delivery.received_at),
        "done_us": None if is_waiting else epoch_us(delivery.received_at),
        "attempts": 0,
        "cause": None,
        "headers": msgspec.json.encode(dict(delivery.headers)).decode() if is_waiting else "{}",
        "body": delivery.body if is_waiting else b"",
    }


def _heard(arrivals: Sequence[Arrival]) -> list[dict[str, Any]]:
    """When each source last sent something; it is silent no more."""
    last_us: dict[str, int] = {}
    for arrival in arrivals:
        last_us[arrival.source] = max(last_us.get(arrival.source, 0), epoch_us(arrival.delivery.received_at))
    return [{"source": name, "last_us": at_us, "silent_us": None} for name, at_us in sorted(last_us.items())]


@cache
def _statements(dialect: str) -> tuple[str, str]:
    """To keep rows and to note who was heard, put together once: that takes longer than to carry them out."""
    insert: Any = postgresql.insert if dialect == "postgresql" else sqlite.insert
    spoken: Any = psycopg.dialect() if dialect == "postgresql" else sqlite.dialect()  # type: ignore[no-untyped-call]
    heard = insert(WEBHOOKS)
    speaks = replacing(heard, WEBHOOKS, last_us=heard.excluded.last_us, silent_us=heard.excluded.silent_us)
    return (
        str(insert(DELIVERIES).on_conflict_do_nothing().compile(dialect=spoken)),
        str(speaks.compile(dialect=spoken)),
    )


def _oldest(source: str) -> Select[Any]:
    mine = select(DELIVERIES.c.id, DELIVERIES.c.received_us, DELIVERIES.c.headers, DELIVERIES.c.body)
    mine = mine.where(DELIVERIES.c.state == "waiting", DELIVERIES.c.source == source)
    return mine.order_by(DELIVERIES.c.received_us, DELIVERIES.c.id)


def _named(source: str, ids: Sequence[str]) -> Any:
    return update(DELIVERIES).where(DELIVERIES.c.source == source, DELIVERIES.c.id.in_(ids))


def _portions(ids: Collection[str]) -> Iterator[list[str]]:
    listed = sorted(ids)
    return (listed[start : start + _IDS_A_STATEMENT] for start in range(0, len(listed), _IDS_A_STATEMENT))


def _kept(row: Row[Any]) -> Kept:
    return Kept(
        source=row.source,
        id=row.id,
        event=row.event,
        state=row.state,
        received_at=at_of(row.received_us),
        attempts=row.attempts,
        cause=row.cause,
    )
