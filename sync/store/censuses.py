"""What is remembered of censuses: when each was taken, how the counts stood, and who was missing."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, get_args

import msgspec
from sqlalchemy import Connection, Engine, Row, delete, select

from connectors.census import CensusKind
from connectors.records import Gap
from sync.store import register
from sync.store.database import reading, writing
from sync.store.memory import told
from sync.store.rows import at_of, epoch_us
from sync.store.tables import CENSUSES, COUNTS, MISSING
from sync.store.upsert import insert_into, replacing

#: Between two censuses of a kind, whatever speaks for the next; and between two looks for one who is missing.
LEAST = timedelta(hours=1)
_REFS_A_STATEMENT = 500


def due(engine: Engine, source: str, every: Mapping[CensusKind, timedelta], *, now: datetime) -> list[CensusKind]:
    """The censuses whose time has come, in the order of `every`.

    One of all comes early where the source counts otherwise, beside what is held, than it did at the last one, and
    where somebody was missing for the first time then.
    """
    with reading(engine) as connection:
        last = {row.kind: row for row in connection.execute(select(CENSUSES).where(CENSUSES.c.source == source))}
    is_due = {kind: _is_due(last.get(kind), interval, now) for kind, interval in every.items()}
    if not is_due.get("all", True) and _is_over(last["all"].began_us, LEAST, now):
        is_due["all"] = _differs(engine, last["all"]) or _is_anyone_to_look_for(engine, source, now)
    return [kind for kind in every if is_due[kind]]


def begin(engine: Engine, source: str, kind: CensusKind, *, now: datetime) -> None:
    """Notes that a census of this kind begins: it is not begun again at once, however it ends."""
    row = {"source": source, "kind": kind, "began_us": epoch_us(now), "differences": "{}", "gaps": "[]"}
    with writing(engine) as connection:
        insert = insert_into(connection, CENSUSES)
        connection.execute(replacing(insert, CENSUSES, began_us=insert.excluded.began_us), row)


def end(engine: Engine, source: str, kind: CensusKind, *, now: datetime, complete: bool, gaps: Sequence[Gap]) -> None:
    """Notes how a census that was begun ended, and how the counts stand. It is complete if every roll was of use."""
    ended: dict[str, Any] = {"gaps": told(gaps)}
    if complete:
        differences = msgspec.json.encode(_differences(engine, source), order="sorted").decode()
        ended |= {"completed_us": epoch_us(now), "differences": differences}
    with writing(engine) as connection:
        connection.execute(CENSUSES.update().where(CENSUSES.c.source == source, CENSUSES.c.kind == kind), ended)


def take_for_read(engine: Engine, source: str, *, now: datetime) -> None:
    """A first pass that missed nothing is as good as a census of every kind, unless the source counts more than came:
    a search may show nothing, and say nothing of it (airbytehq/airbyte#10397).
    """
    if any(more > 0 for more in _differences(engine, source).values()):
        return
    for kind in get_args(CensusKind):
        begin(engine, source, kind, now=now)
        end(engine, source, kind, now=now, complete=True, gaps=())


def missing_since(engine: Engine, source: str) -> dict[str, datetime]:
    """By ref, when each was missing first, without having been there since."""
    with reading(engine) as connection:
        found = select(MISSING.c.ref, MISSING.c.first_us).where(MISSING.c.source == source)
        return {ref: at_of(first_us) for ref, first_us in connection.execute(found)}


def note_missing(connection: Connection, source: str, missing: Mapping[str, datetime]) -> None:
    """Notes who was looked for in vain, and when."""
    rows = [
        {"ref": ref, "source": source, "first_us": epoch_us(at), "last_us": epoch_us(at)}
        for ref, at in sorted(missing.items())
    ]
    if rows:
        insert = insert_into(connection, MISSING)
        connection.execute(replacing(insert, MISSING, last_us=insert.excluded.last_us), rows)


def note_found(connection: Connection, refs: Iterable[str]) -> None:
    """Forgets that these were missing."""
    found = sorted(refs)
    for start in range(0, len(found), _REFS_A_STATEMENT):
        connection.execute(delete(MISSING).where(MISSING.c.ref.in_(found[start : start + _REFS_A_STATEMENT])))


def _is_due(last: Row[Any] | None, interval: timedelta, now: datetime) -> bool:
    if last is None:
        return True
    if last.completed_us is None:
        return _is_over(last.began_us, LEAST, now)
    return _is_over(last.completed_us, interval, now) and _is_over(last.began_us, LEAST, now)


def _is_over(us: int, interval: timedelta, now: datetime) -> bool:
    return now - at_of(us) >= interval


def _differs(engine: Engine, last: Row[Any]) -> bool:
    return bool(msgspec.json.decode(last.differences) != _differences(engine, last.source))


def _differences(engine: Engine, source: str) -> dict[str, int]:
    """By scope and kind, how many more the source has than are held, as it last counted."""
    with reading(engine) as connection:
        called = COUNTS.c.kind.in_(register.KINDS)  # a source may count what no census calls: deployments
        counted = connection.execute(select(COUNTS).where(COUNTS.c.source == source, called)).all()
    counts = register.counts(engine, source, sorted({row.kind for row in counted}))
    return {f"{row.scope} {row.kind}": row.total - counts.get((row.scope, row.kind), 0) for row in counted}


def _is_anyone_to_look_for(engine: Engine, source: str, now: datetime) -> bool:
    """Whether somebody was missing once, and long enough ago to be looked for again."""
    once = select(MISSING.c.ref).where(
        MISSING.c.source == source,
        MISSING.c.first_us == MISSING.c.last_us,
        MISSING.c.first_us <= epoch_us(now - LEAST),
    )
    with reading(engine) as connection:
        return connection.execute(once.limit(1)).first() is not None
