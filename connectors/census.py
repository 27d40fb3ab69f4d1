"""A census as values: who is there, and what became of those who were not called.

Silence is not deletion. A roll says whom the source shows; `sync.census` compares it with what is held, asks after
those who are missing one by one, and only then decides.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal, TypeAlias

from msgspec import Struct

from connectors.records import Batch

#: `open` looks at every open item again, whole; `all` calls every id.
CensusKind: TypeAlias = Literal["open", "all"]
FateWord: TypeAlias = Literal["there", "deleted", "transferred", "unseen", "unknown"]


class Roll(Struct, frozen=True, kw_only=True):
    """All items of one kind that one project or repository shows."""

    scope: str  #: the project's key or the repository's name, as its items say it
    kind: str  #: of `ItemRef`
    began_at: datetime  #: the source's clock when the call began
    called: Mapping[str, datetime | None]  #: by id, when last updated, where the call told it
    void: str | None = None  #: why nothing follows from this roll: it ended short, or the scope is not to be seen


class Fate(Struct, frozen=True, kw_only=True):
    """What became of one item that was not called.

    `there`: it answers by its id. `unseen`: the source says that it is not there, which may be deleted or hidden.
    `unknown`: nothing can be concluded, as when its project or repository is not to be seen either.
    """

    ref: str
    word: FateWord
    at: datetime  #: by the source's clock
    evidence: str


class Confirmed(Struct, frozen=True, kw_only=True):
    """The fates of all that were asked after, and those that are there, read again."""

    fates: tuple[Fate, ...]
    batch: Batch
