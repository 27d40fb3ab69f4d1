"""What people call an item: its ref, its key, its address, or a key that it had before."""

import re
from collections.abc import Collection, Iterable, Iterator
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Engine, func, or_, select

from sync.store.database import reading
from sync.store.tables import CHANGES, PULL_REQUESTS, WORK_ITEMS

ITEMS = (WORK_ITEMS, PULL_REQUESTS)
PLACES = (WORK_ITEMS.c.project, WORK_ITEMS.c.repository, PULL_REQUESTS.c.repository)
_NAMES_A_STATEMENT = 500


def refs_of(engine: Engine, name: str) -> list[str]:
    """The refs of all that are called so; of a key that several have had, of those that have it now."""
    with reading(engine) as connection:
        return sorted(by_name(connection, {name, name.upper()}) or _by_address(connection, name))


def keys_near(engine: Engine, name: str) -> list[str]:
    """The keys of the same project or repository; where there is none, one of each."""
    place = re.split(r"[-#]\d*$", name)[0]
    with reading(engine) as connection:
        near = {key for each in ITEMS for key in values(connection, each.c.key, each.c.key.istartswith(place))}
        examples = (func.min(place.table.c.key) for place in PLACES)
        return sorted(near or {key for key in _of_each(connection, examples) if key})


def titles_of(engine: Engine, places: Collection[str]) -> dict[str, str]:
    """By key, the titles of all that is in one of these projects or repositories."""
    found: dict[str, str] = {}
    with reading(engine) as connection:
        for place in PLACES if places else ():
            items = place.table.c
            found |= dict(connection.execute(select(items.key, items.title).where(place.in_(sorted(places)))).all())
    return found


def by_name(connection: Connection, names: Iterable[str]) -> set[str]:
    """The refs of the items that have one of these refs or keys; if none has, of those that had one of these keys."""
    found: set[str] = set()
    for some in parts(names):
        for table in ITEMS:
            found |= values(connection, table.c.ref, or_(table.c.ref.in_(some), table.c.key.in_(some)))
    return found or by_former_key(connection, names)


def by_former_key(connection: Connection, names: Iterable[str]) -> set[str]:
    """The refs of the items that had one of these keys."""
    renamed = CHANGES.c.field == "key"
    return {
        ref
        for some in parts(names)
        for ref in values(connection, CHANGES.c.item_ref, renamed, CHANGES.c.from_text.in_(some))
    }


def values(connection: Connection, column: Column[Any], *conditions: ColumnElement[bool]) -> set[Any]:
    """Every value of a column, where the conditions hold."""
    return set(connection.scalars(select(column).distinct().where(*conditions, column.is_not(None))))


def parts(names: Iterable[str]) -> Iterator[list[str]]:
    """The names in order, as many at once as a statement takes."""
    ordered = sorted(names)
    return (ordered[start : start + _NAMES_A_STATEMENT] for start in range(0, len(ordered), _NAMES_A_STATEMENT))


def _by_address(connection: Connection, url: str) -> set[str]:
    """By an address as a browser has it: with a query, with an anchor, with the name of a tab behind it."""
    path = re.split(r"[?#]", url)[0].rstrip("/")
    addresses = [url, path, path.rpartition("/")[0]] if "://" in url else []
    return {ref for each in ITEMS for ref in values(connection, each.c.ref, each.c.url.in_(addresses))}


def _of_each(connection: Connection, keys: Iterable[ColumnElement[Any]]) -> Iterator[Any]:
    for key, place in zip(keys, PLACES, strict=True):
        yield from connection.scalars(select(key).group_by(place))
