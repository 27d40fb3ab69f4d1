"""A person's data, struck from what is held and from whatever comes later.

Only digests are kept of whom it was: the next sync brings the same accounts and addresses again, and they are known by
them. What was struck has one name in their place, so that counts of people stay what they are.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from hashlib import blake2b
from typing import Any

import msgspec
from msgspec import Struct
from sqlalchemy import Connection, Engine, Table, Text, delete, or_, select, tuple_

from sync.store import trail
from sync.store.database import reading, writing
from sync.store.rows import Row, epoch_us
from sync.store.tables import ACCOUNTS, DELIVERIES, EMAILS, ERASURES, MAPS, METADATA, TRAIL
from sync.store.trail import Step
from sync.store.upsert import insert_into

WORD = "erased"
#: What may tell a person within a longer text: an address, and how Jira and GitHub mention somebody.
_TOLD = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+|(?<=accountid:)[\w:-]+|(?<=\[~)[\w.@-]+(?=\])|(?<=@)[\w-]+")
_NOT_TOUCHED = frozenset({TRAIL.name, ERASURES.name, MAPS.name, DELIVERIES.name})


class Erased(Struct, frozen=True, kw_only=True):
    """What was struck."""

    accounts: tuple[str, ...]  #: refs, as they were
    rows: int


def accounts_of(engine: Engine, names: Collection[str]) -> dict[str, tuple[str, ...]]:
    """By ref, what tells each account that one of these names is of: its ref, its id there, its name, its address."""
    known = select(ACCOUNTS.c.ref, ACCOUNTS.c.name, EMAILS.c.email).outerjoin(EMAILS, EMAILS.c.ref == ACCOUNTS.c.ref)
    wanted = {name.casefold() for name in names}
    with reading(engine) as connection:
        rows = [(ref, (ref, ref.split(":", 2)[-1], name, email)) for ref, name, email in connection.execute(known)]
    return {
        ref: tuple(dict.fromkeys(each for each in told if each))
        for ref, told in rows
        if wanted & {each.casefold() for each in told if each}
    }


def erase(engine: Engine, accounts: Mapping[str, Sequence[str]], *, who: str, now: datetime) -> Erased:
    """Strikes these accounts from every row, and sees to it that they do not come back. `accounts` as `accounts_of`."""
    strikes = {needle: _struck(needle) for told in accounts.values() for needle in told}
    with writing(engine) as connection:
        connection.execute(
            insert_into(connection, ERASURES).on_conflict_do_nothing(),
            [{"digest": _digest(needle), "at_us": epoch_us(now)} for needle in strikes],
        )
        tables = [table for table in METADATA.sorted_tables if table.name not in _NOT_TOUCHED]
        count = sum(_strike(connection, table, strikes) for table in tables)
        connection.execute(EMAILS.delete().where(EMAILS.c.ref.in_([_struck(ref) for ref in accounts])))
        connection.execute(MAPS.delete().where(_holds(MAPS, strikes)))
        count += _strike_evidence(connection, strikes)
        step = Step(at=now, who=who, deed="erased", subject=f"{len(accounts)} accounts", detail=f"{count} rows")
        trail.note(connection, step)
    return Erased(accounts=tuple(accounts), rows=count)


def digests(connection: Connection) -> frozenset[str]:
    """Of all that tells somebody who is erased; mostly none."""
    return frozenset(connection.exec_driver_sql("SELECT digest FROM erasures").scalars())


def without(rows: Mapping[Table, Sequence[Row]], erased: frozenset[str]) -> dict[Table, list[Row]]:
    """The rows of a batch, in which nobody is told who is erased; sorted by key, each key once."""
    cleared: dict[Table, list[Row]] = {}
    for table, some in rows.items():
        width = len(table.primary_key)
        kept = {row[:width]: row for row in (_cleared(table, row, erased) for row in some) if row}
        cleared[table] = [kept[key] for key in sorted(kept)]
    return {table: some for table, some in cleared.items() if some}


def _cleared(table: Table, row: Row, erased: frozenset[str]) -> Row | None:
    """None for an address of an erased account."""
    if table in (ACCOUNTS, EMAILS) and _digest(row[0]) in erased:
        if table is EMAILS:
            return None
        name = table.c.keys().index("name")
        row = (*row[:name], WORD, *row[name + 1 :])
    return tuple(_cleared_value(value, erased) if isinstance(value, str) else value for value in row)


def _cleared_value(value: str, erased: frozenset[str]) -> str:
    if _digest(value) in erased:
        return _struck(value)
    try:
        held = msgspec.json.decode(value) if value[:1] in ("[", "{") else None
    except msgspec.DecodeError:
        held = None
    if held is None:
        return _TOLD.sub(lambda found: WORD if _digest(found[0]) in erased else found[0], value)
    cleared = _walked(held, erased)
    return value if cleared == held else msgspec.json.encode(cleared).decode()


def _walked(held: Any, erased: frozenset[str]) -> Any:
    match held:
        case str():
            return _cleared_value(held, erased)
        case list():
            return [_walked(each, erased) for each in held]
        case dict():
            return {key: _walked(each, erased) for key, each in held.items()}
        case _:
            return held


def _strike(connection: Connection, table: Table, strikes: Mapping[str, str]) -> int:
    """How many rows of the table told somebody."""
    if not any(isinstance(column.type, Text) for column in table.c):
        return 0
    found = [tuple(row) for row in connection.execute(select(table).where(_holds(table, strikes)))]
    pattern = _pattern(strikes)
    struck = [tuple(_replaced(value, pattern, strikes) for value in row) for row in found]
    changed = [(old, new) for old, new in zip(found, struck, strict=True) if old != new]
    width, keys, names = len(table.primary_key), tuple_(*table.primary_key.columns), table.c.keys()
    for old, new in changed:
        connection.execute(delete(table).where(keys == tuple_(*old[:width])))
        connection.execute(insert_into(connection, table).on_conflict_do_nothing(), dict(zip(names, new, strict=True)))
    return len(changed)


def _strike_evidence(connection: Connection, strikes: Mapping[str, str]) -> int:
    """Bodies of deliveries that tell somebody go: what they told of the work is applied."""
    needles = [needle.encode() for needle in strikes]
    held = connection.execute(select(DELIVERIES.c.source, DELIVERIES.c.id, DELIVERIES.c.body))
    told = [(source, identity) for source, identity, body in held if any(needle in body for needle in needles)]
    for source, identity in told:
        row = DELIVERIES.update().where(DELIVERIES.c.source == source, DELIVERIES.c.id == identity)
        connection.execute(row.values(body=b"", headers="{}", state="done"))
    return len(told)


def _holds(table: Table, strikes: Mapping[str, str]) -> Any:
    texts = [column for column in table.c if isinstance(column.type, Text)]
    return or_(*(column.contains(needle, autoescape=True) for column in texts for needle in strikes))


def _pattern(strikes: Mapping[str, str]) -> re.Pattern[str]:
    """Any of the needles as a word of its own, the longest first."""
    longest = sorted(strikes, key=lambda needle: (-len(needle), needle))
    return re.compile(rf"(?<![\w-])(?:{'|'.join(map(re.escape, longest))})(?![\w-])")


def _replaced(value: Any, pattern: re.Pattern[str], strikes: Mapping[str, str]) -> Any:
    return pattern.sub(lambda found: strikes[found[0]], value) if isinstance(value, str) else value


def _struck(needle: str) -> str:
    """A ref stays one, of nobody; whatever else tells somebody becomes one word."""
    parts = needle.split(":", 2)
    if len(parts) == 3 and parts[1] == "account":
        return f"{parts[0]}:account:{WORD}-{_digest(needle)[:12]}"
    return WORD


def _digest(told: str) -> str:
    return blake2b(told.casefold().encode(), digest_size=16, person=b"fingerpost").hexdigest()
