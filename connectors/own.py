"""Our own writings, known again when they come back: by who did it, and that it was to the mirror alone. Pure."""

from collections.abc import Callable, Collection
from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from connectors.records import Batch, Change, ChildSet

SELF = "self"  #: the capability that remembers it
DAILY = timedelta(days=1)


class Selves(Struct, frozen=True, kw_only=True):
    """The accounts that were ever ours: a token may be replaced by another account's."""

    at: datetime  #: by our clock, when it was last asked who we are
    accounts: tuple[str, ...] = ()  #: refs

    def fresh(self, now: datetime) -> bool:
        """Asked within a day."""
        return now - self.at < DAILY


def met(known: Selves | None, account: str | None, *, now: datetime) -> Selves:
    """Those that are known, with the account that we are now, where that is told."""
    before = known.accounts if known else ()
    return Selves(at=now, accounts=tuple(dict.fromkeys((*before, *([account] if account else [])))))


def marked(batch: Batch, *, accounts: Collection[str], mirrors: Callable[[Change], bool]) -> Batch:
    """The batch, in which what one of our accounts changed, and only in the mirror, is said to be ours."""

    def own(row: object) -> bool:
        return isinstance(row, Change) and row.author in accounts and mirrors(row)

    return replace(batch, children=tuple(_marked(rows, own) for rows in batch.children))


def _marked(rows: ChildSet, own: Callable[[object], bool]) -> ChildSet:
    if rows.kind != "changes":
        return rows
    return replace(rows, rows=tuple(replace(row, own=True) if own(row) else row for row in rows.rows))
