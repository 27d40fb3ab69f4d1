"""What some pages of lists brought, made into one batch."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TypeVar

from msgspec import Raw

from connectors.errors import Malformed
from connectors.github.accounts import Accounts
from connectors.github.found import identity
from connectors.github.lists import Page
from connectors.records import Batch, ChildSet, Gap, ItemRef, Listed, Record, Tombstone

T = TypeVar("T")
Parse = Callable[[Raw, Accounts], T | None]


class Harvest:
    """Records and all else of a batch, as they come in."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.accounts = Accounts(source)
        self.records: list[Record] = []
        self.children: list[ChildSet] = []
        self.tombstones: list[Tombstone] = []
        self.gaps: list[Gap] = []
        self.listed: list[Listed] = []
        self.read_at: datetime | None = None  #: the server's clock at its last answer

    def rows(self, page: Page, parse: Parse[T], *, stream: str, kind: str) -> list[T]:
        """What the page's rows are; what of it was not shown, and a row that makes no sense, is a gap."""
        self.read_at = max(filter(None, (self.read_at, page.at)), default=None)
        for why in page.hidden:
            self.miss(stream, why)
        return [row for raw in page.rows for row in self.row(raw, parse, stream=stream, kind=kind)]

    def row(self, raw: Raw, parse: Parse[T], *, stream: str, kind: str) -> list[T]:
        """What it is, if it is anything that is kept; nothing, and a gap, where it makes no sense."""
        try:
            found = parse(raw, self.accounts)
        except Malformed as error:
            self.miss(stream, str(error), ref=self._ref(raw, kind))
            return []
        return [] if found is None else [found]

    def miss(self, stream: str, why: str, *, ref: str | None = None) -> None:
        self.gaps.append(Gap(stream=stream, cause=why, ref=ref))

    def batch(self, *, now: datetime, capabilities: Mapping[str, str] | None = None) -> Batch:
        """All of it; `now` serves where no answer told the time."""
        return Batch(
            source=self.source,
            read_at=self.read_at or now,
            records=(*self.accounts.met, *self.records),
            children=tuple(self.children),
            tombstones=tuple(self.tombstones),
            gaps=tuple(self.gaps),
            listed=tuple(self.listed),
            capabilities=dict(capabilities or {}),
        )

    def _ref(self, raw: Raw, kind: str) -> str | None:
        try:
            return str(ItemRef(self.source, kind, identity(raw)))
        except Malformed:
            return None
