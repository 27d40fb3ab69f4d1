"""The register of a source: the items that are held and not known to be gone, against which a census calls."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Engine, Table, exists, func, select

from connectors.records import Listed
from sync.store.database import reading
from sync.store.rows import at_of, epoch_us
from sync.store.tables import (
    GIT_TAGS,
    LABELS,
    MILESTONES,
    PULL_REQUESTS,
    RELEASES,
    TOMBSTONES,
    VERSIONS,
    WORK_ITEMS,
)

KINDS = ("issue", "pull_request")  # of item, as refs name them
_DEFINITIONS = {
    "git_tag": GIT_TAGS,
    "label": LABELS,
    "milestone": MILESTONES,
    "release": RELEASES,
    "version": VERSIONS,
}


class Entry(NamedTuple):
    """An item as far as a census asks."""

    key: str
    updated_at: datetime
    is_open: bool


def entries(engine: Engine, source: str, *, kind: str, scope: str) -> dict[str, Entry]:
    """By id, the items of this kind in a project or repository."""
    table, prefix = _table(kind), f"{source}:{kind}:"
    found = select(table.c.ref, table.c.key, table.c.updated_us, _is_open(table)).where(
        *_live(table, source, kind), _scope(table) == scope
    )
    with reading(engine) as connection:
        rows = connection.execute(found).all()
    return {ref.removeprefix(prefix): Entry(key, at_of(us), bool(is_open)) for ref, key, us, is_open in rows}


def unlisted(engine: Engine, source: str, listed: Listed) -> list[str]:
    """Refs of what is held of this kind and scope, was read before the list was, and is not on it."""
    table, on_it = _DEFINITIONS[listed.kind], frozenset(listed.refs)
    scope = table.c.project if table is VERSIONS else table.c.repository
    before = scope == listed.scope, table.c.read_us < epoch_us(listed.began_at)
    found = select(table.c.ref).where(*_live(table, source, listed.kind), *before).order_by(table.c.ref)
    with reading(engine) as connection:
        return [ref for ref in connection.execute(found).scalars() if ref not in on_it]


def counts(engine: Engine, source: str, kinds: Iterable[str]) -> dict[tuple[str, str], int]:
    """How many items there are, by project or repository and kind."""
    counted: dict[tuple[str, str], int] = {}
    with reading(engine) as connection:
        for kind in kinds:
            table = _table(kind)
            scope = _scope(table)
            found = select(scope, func.count()).where(*_live(table, source, kind)).group_by(scope)
            counted |= {(name, kind): count for name, count in connection.execute(found)}
    return counted


def _table(kind: str) -> Table:
    return PULL_REQUESTS if kind == "pull_request" else WORK_ITEMS


def _scope(table: Table) -> ColumnElement[Any]:
    return table.c.repository if table is PULL_REQUESTS else func.coalesce(table.c.project, table.c.repository)


def _live(table: Table, source: str, kind: str) -> tuple[ColumnElement[bool], ...]:
    """What holds for those who are there: not gone, or read again since."""
    gone = exists().where(TOMBSTONES.c.ref == table.c.ref, TOMBSTONES.c.at_us >= table.c.read_us)
    return table.c.source == source, table.c.ref.startswith(f"{source}:{kind}:", autoescape=True), ~gone


def _is_open(table: Table) -> ColumnElement[bool]:
    if table is PULL_REQUESTS:
        return table.c.state == "open"
    return func.coalesce(table.c.status_category, "") != "done"
