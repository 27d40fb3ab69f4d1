"""The facts around an item, where the whole snapshot would take too long: all that decides what it is for.

More is read than counts, never less: whatever looks like a key is looked up, and the links say what is one.
"""

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Column, ColumnElement, Connection, Engine, Select, Table, and_, false, func, literal, or_, select

from mappings.ancestry import DEPTH
from mappings.rows import as_table
from sync.snapshot import SCHEMAS
from sync.store.database import reading
from sync.store.facts import statement
from sync.store.names import ITEMS, by_former_key, by_name, parts, values
from sync.store.rows import epoch_us
from sync.store.tables import (
    CHANGED_FILES,
    CHANGES,
    COMMITS,
    OBSERVATIONS,
    PULL_REQUESTS,
    REMOTE_LINKS,
    STATED_LINKS,
    TOMBSTONES,
    WORK_ITEMS,
)

if TYPE_CHECKING:
    import ibis.expr.types as ir

_CHILDREN = (CHANGES, STATED_LINKS, REMOTE_LINKS, COMMITS, CHANGED_FILES)
_WHOLE = ("accounts", "projects", "statuses", "fields", "sprints")
_ASKED_OFTEN = frozenset(table.name for table in (*ITEMS, CHANGES, STATED_LINKS))
_TOMBSTONES = {"ref": "string", "at_us": "int64"}
_OBSERVATIONS = {
    **dict.fromkeys(("ref", "kind", "content"), "string"),
    **dict.fromkeys(("digest", "first_us", "last_us"), "int64"),
}
_SHORT_SHA = 7
_PAGES_A_STATEMENT = 200
_KEY = re.compile(r"([A-Za-z][A-Za-z0-9_]*)-(\d+(?:/\d+)*)")
_SHA = re.compile(r"/commits?/([0-9a-f]{7,40})")
_NUMBER = re.compile(r"(?:([\w.-]+/[\w.-]+))?(?:#|/issues/|/pull/)(\d+)")


def excerpt(engine: Engine, as_of: datetime, ref: str, *, fields: bool, hops: int) -> "Mapping[str, ir.Table]":
    """The tables of a snapshot by which items are tagged, with the rows that decide what this ref is for.

    `hops` is over how many stated links conditions look.
    """
    from sync.store.known import as_known

    as_of_us = epoch_us(as_of)
    with reading(engine) as connection:
        wanted = _around(connection, ref, hops=hops)
        facts = {name: _table(connection, name, [statement(name, fields=fields)]) for name in _WHOLE}
        facts |= {table.name: _narrowed(connection, table.c.ref, wanted, fields=fields) for table in ITEMS}
        facts |= {table.name: _narrowed(connection, table.c.item_ref, wanted, fields=fields) for table in _CHILDREN}
        gone = (
            select(TOMBSTONES.c.ref, TOMBSTONES.c.at_us).where(TOMBSTONES.c.ref.in_(some)) for some in parts(wanted)
        )
        facts["tombstones"] = as_table(_rows(connection, gone), _TOMBSTONES)
        facts["observations"] = as_table(_rows(connection, [_observed_since(as_of_us)]), _OBSERVATIONS)
    return as_known(facts, as_of_us, keep=lambda name, table: table.cache() if name in _ASKED_OFTEN else table)


def _narrowed(connection: Connection, ref: Column[str], wanted: Iterable[str], *, fields: bool) -> "ir.Table":
    name = ref.table.name
    return _table(connection, name, (statement(name, fields=fields).where(ref.in_(some)) for some in parts(wanted)))


def _table(connection: Connection, name: str, statements: Iterable[Select[Any]]) -> "ir.Table":
    lists = [column for column, kind in SCHEMAS[name].items() if kind == "array<string>"]
    rows = [
        {**row, **{column: json.loads(row[column]) for column in lists if row[column] is not None}}
        for row in _rows(connection, statements)
    ]
    return as_table(rows, SCHEMAS[name] | {"read_us": "int64"})


def _rows(connection: Connection, statements: Iterable[Select[Any]]) -> list[dict[str, Any]]:
    return [dict(row) for each in statements for row in connection.execute(each).mappings()]


def _observed_since(as_of_us: int) -> Select[Any]:
    """What was observed of the kinds that are read; nothing where nothing was observed later."""
    later = select(OBSERVATIONS.c.ref).where(OBSERVATIONS.c.last_us > as_of_us).exists()
    columns = [OBSERVATIONS.c[name] for name in _OBSERVATIONS]
    return select(*columns).where(OBSERVATIONS.c.kind.in_(_WHOLE), later)


def _around(connection: Connection, ref: str, *, hops: int) -> set[str]:
    """The refs of all that may decide what this one is for, and of those by which keys are read as in the whole."""
    near = {ref} | _pulls_naming(connection, ref) | _named_by(connection, {ref}) | _stating(connection, {ref})
    found = near | _named_by(connection, near) | _stating(connection, near)
    found = _with_ancestors(connection, found)
    for _ in range(hops):
        found = _with_ancestors(connection, found | _stated(connection, found))
    found |= _examples(connection) | values(connection, CHANGES.c.item_ref, CHANGES.c.field == "key")
    former = _values_of(connection, CHANGES.c.from_text, CHANGES.c.item_ref, found, CHANGES.c.field == "key")
    return found | by_name(connection, former)


def _values_of(
    connection: Connection, column: Column[Any], of: Column[str], refs: Iterable[str], *more: Any
) -> set[Any]:
    return {value for some in parts(refs) for value in values(connection, column, of.in_(some), *more)}


def _pulls_naming(connection: Connection, ref: str) -> set[str]:
    """The pull requests in whose texts a key of this item stands, whatever it means there."""
    keys = values(connection, WORK_ITEMS.c.key, WORK_ITEMS.c.ref == ref)
    keys |= values(connection, CHANGES.c.from_text, CHANGES.c.field == "key", CHANGES.c.item_ref == ref)
    texts = (PULL_REQUESTS.c.title, PULL_REQUESTS.c.head, PULL_REQUESTS.c.body)
    found: set[str] = set()
    for key in keys:
        written = f"#{key.partition('#')[2]}" if "#" in key else key
        place = PULL_REQUESTS.c.repository == key.partition("#")[0] if "#" in key else literal(value=True)
        stands = or_(*(text.icontains(written, autoescape=True) for text in texts))
        found |= values(connection, PULL_REQUESTS.c.ref, or_(and_(place, stands), PULL_REQUESTS.c.body.icontains(key)))
        found |= values(connection, COMMITS.c.item_ref, COMMITS.c.message.icontains(key, autoescape=True))
    return found


def _named_by(connection: Connection, refs: Collection[str]) -> set[str]:
    """The items that the texts of these pull requests may name, and those that they are stated to be linked to."""
    columns = (PULL_REQUESTS.c.title, PULL_REQUESTS.c.head, PULL_REQUESTS.c.body)
    repositories = _values_of(connection, PULL_REQUESTS.c.repository, PULL_REQUESTS.c.ref, refs)
    texts = {text for column in columns for text in _values_of(connection, column, PULL_REQUESTS.c.ref, refs)}
    texts |= _values_of(connection, COMMITS.c.message, COMMITS.c.item_ref, refs)
    texts |= _values_of(connection, REMOTE_LINKS.c.url, REMOTE_LINKS.c.item_ref, refs)
    named = {name for text in texts for name in _looks_like_keys(text, repositories)}
    shas = {sha for text in texts for sha in _SHA.findall(text)}
    by_commit = or_(*(COMMITS.c.sha.startswith(sha[:_SHORT_SHA]) for sha in sorted(shas)[:_PAGES_A_STATEMENT]), false())
    pulls = values(connection, COMMITS.c.item_ref, by_commit)
    return by_name(connection, named) | by_former_key(connection, named) | _stated(connection, refs) | pulls


def _looks_like_keys(text: str, repositories: Iterable[str]) -> Iterator[str]:
    for found in _KEY.finditer(text):
        words = found[1].upper().split("_")
        projects = ["_".join(words[start:]) for start in range(len(words))]
        yield from (f"{project}-{number}" for project in projects for number in found[2].split("/"))
        yield from (f"{each}#{number}" for each in repositories for number in found[2].split("/") if words == ["GH"])
    for found in _NUMBER.finditer(text):
        yield from (f"{each}#{found[2]}" for each in ([found[1]] if found[1] else repositories))


def _stated(connection: Connection, refs: Collection[str]) -> set[str]:
    """What these are stated to be linked to."""
    to_refs = _values_of(connection, STATED_LINKS.c.to_ref, STATED_LINKS.c.item_ref, refs)
    return to_refs | by_name(connection, _values_of(connection, STATED_LINKS.c.to_key, STATED_LINKS.c.item_ref, refs))


def _stating(connection: Connection, refs: Collection[str]) -> set[str]:
    """What is stated, on its own side, to be linked to these."""
    keys = {key for table in ITEMS for key in _values_of(connection, table.c.key, table.c.ref, refs)}
    return (
        _values_of(connection, STATED_LINKS.c.item_ref, STATED_LINKS.c.to_ref, refs)
        | _values_of(connection, STATED_LINKS.c.item_ref, STATED_LINKS.c.to_key, keys)
        | _pages_about(connection, refs)
    )


def _pages_about(connection: Connection, refs: Collection[str]) -> set[str]:
    """The items with a remote link to any page of these pull requests, or to a page that names one of their commits."""
    pages = _values_of(connection, PULL_REQUESTS.c.url, PULL_REQUESTS.c.ref, refs)
    shas = _values_of(connection, COMMITS.c.sha, COMMITS.c.item_ref, refs)
    for column in (PULL_REQUESTS.c.merge_sha, PULL_REQUESTS.c.head_sha):
        shas |= _values_of(connection, column, PULL_REQUESTS.c.ref, refs)
    url = REMOTE_LINKS.c.url
    about = [url.startswith(page, autoescape=True) for page in pages]
    about += [url.contains(f"/{sha[:_SHORT_SHA]}") for sha in shas]
    return set().union(
        *(values(connection, REMOTE_LINKS.c.item_ref, or_(*some)) for some in _in_parts(about, _PAGES_A_STATEMENT))
    )


def _in_parts(conditions: Sequence[ColumnElement[bool]], size: int) -> Iterator[Sequence[ColumnElement[bool]]]:
    return (conditions[start : start + size] for start in range(0, len(conditions), size))


def _with_ancestors(connection: Connection, refs: Collection[str]) -> set[str]:
    found, last = set(refs), set(refs)
    for _ in range(DEPTH):
        last = _parents(connection, last) - found
        found |= last
    return found


def _parents(connection: Connection, refs: Collection[str]) -> set[str]:
    """Their parents, now and before."""
    found = _values_of(connection, WORK_ITEMS.c.parent_ref, WORK_ITEMS.c.ref, refs)
    moved = CHANGES.c.field == "parent"
    for side in (CHANGES.c.from_id, CHANGES.c.to_id):
        found |= _values_of(connection, side, CHANGES.c.item_ref, refs, moved)
    keys = {
        key
        for side in (CHANGES.c.from_text, CHANGES.c.to_text)
        for key in _values_of(connection, side, CHANGES.c.item_ref, refs, moved)
    }
    return found | by_name(connection, keys)


def _examples(connection: Connection) -> set[str]:
    """The first item of each project and repository: by them it is known which are read, and where they are shown."""
    found: set[str] = set()
    for table, place in ((table, name) for table in ITEMS for name in ("project", "repository") if name in table.c):
        first = select(table.c.source, table.c[place], func.min(table.c.created_us).label("first_us"))
        firsts = first.where(~_is_gone(table)).group_by(table.c.source, table.c[place]).subquery()
        same = and_(table.c.source == firsts.c.source, table.c[place] == firsts.c[place])
        refs = select(func.min(table.c.ref)).join(firsts, and_(same, table.c.created_us == firsts.c.first_us))
        found |= set(connection.scalars(refs.group_by(table.c.source, table.c[place])))
    return found


def _is_gone(table: Table) -> Any:
    return select(TOMBSTONES.c.ref).where(TOMBSTONES.c.ref == table.c.ref).exists()
