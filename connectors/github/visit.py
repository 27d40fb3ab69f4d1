"""What is read beside the items of a repository: a seat for each such catalogue, and what it is given."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from connectors.github.descent import Shipped
from connectors.github.probe import Shown
from connectors.github.reader import Reader
from connectors.github.streams import Watched
from connectors.github.wire import Repository
from connectors.records import Batch, ItemRef


@dataclass(frozen=True, kw_only=True)
class Visit:
    """One poll's occasion to read a catalogue, or one fetch's."""

    source: str
    reader: Reader
    repositories: tuple[Repository, ...]  #: all in scope, those that are not to be seen now too
    shown: Mapping[str, Shown]  #: by repository id, what this poll's probe saw; empty when it is a fetch
    now: datetime  #: our clock
    since: datetime | None  #: where the backfill starts
    renew: bool = False  #: a delivery told that what is defined is not as it was: read it whatever the clock says
    shipped: Shipped = field(default_factory=Shipped)  #: whose history is still to be looked for
    remembered: str = ""  #: what the catalogue's own capability says; empty at first


class Catalogue(Protocol):
    """Reads what repositories or their owners define, each by a clock of its own."""

    @property
    def name(self) -> str:
        """Of the capability that it remembers itself by."""

    @property
    def watched(self) -> tuple[Watched, ...]:
        """What the probe is to show of each repository for it."""

    @property
    def kinds(self) -> tuple[str, ...]:
        """Of the refs that it can fetch."""

    def batches(self, visit: Visit) -> AsyncIterator[Batch]:
        """What is due, or shown to be new; nothing, without a question, where it is neither.

        A batch writes what is remembered as the capability `name`. A `SourceError` that is about this catalogue alone
        is a gap; what is wrong with the whole source goes on upwards.
        """

    async def fetch(self, refs: Sequence[ItemRef], visit: Visit) -> Batch:
        """These, of its kinds, as they are now."""
