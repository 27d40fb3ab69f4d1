"""What every source can do. A new source is one folder that does this, and one subclass of its contract suite."""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from msgspec import Struct

from connectors.census import CensusKind, Confirmed, Roll
from connectors.delivery import Delivery, Notice
from connectors.records import Batch, ItemRef


class Memory(Struct, frozen=True, kw_only=True):
    """What a source wrote down when it was last read; empty at first."""

    watermarks: Mapping[str, str] = {}
    capabilities: Mapping[str, str] = {}


class Check(Struct, frozen=True, kw_only=True):
    """One thing that `doctor` looked at: what, whether it holds, and what to do if not."""

    subject: str
    ok: bool
    found: str
    hint: str = ""


class Source(Protocol):
    """A source of facts. Raises `SourceError` where the whole source cannot be read; single misses are `Gap`s."""

    name: str

    async def discover(self) -> list[Check]:
        """Sign-in, permissions, scope and settings, looked at one by one."""

    def poll(self, memory: Memory) -> AsyncIterator[Batch]:
        """All that changed since the watermarks, or all there is when there are none.

        Batches are to be applied in this order, each before the next is asked for; the walk goes on from the last
        one that was applied.
        """

    async def fetch(self, refs: Sequence[ItemRef], memory: Memory) -> Batch:
        """The named items as they are now."""

    def census(self, kind: CensusKind, memory: Memory) -> AsyncIterator[Roll]:
        """Everything that each project or repository shows, bounded by `since` as `poll` is, a roll for each."""

    async def confirm(self, missing: Mapping[ItemRef, str], memory: Memory) -> Confirmed:
        """What became of items that are held and were not called, each with the key that it was last known by."""

    def verify(self, delivery: Delivery) -> None:
        """Returns if the delivery is the source's own, by its raw bytes; raises `Refused` if not, or if in doubt."""

    def accept(self, delivery: Delivery) -> Notice:
        """What the delivery comes to; raises `Malformed` where it is none of the source's. Asks nobody anything."""

    async def close(self) -> None:
        """Lets go of connections."""


class Redeliverer(Protocol):
    """A source that can be asked for deliveries that it could not hand over."""

    async def redeliver(self, memory: Memory, *, path: str, since: datetime) -> int:
        """How many it was asked for again: those since then, of webhooks that lead to this path of ours."""


class Mirror(Struct, frozen=True, kw_only=True):
    """The one label or field of an item that is to say which objective it serves: opt-in, and nothing else is touched.

    Exactly one of the two is set. A label is `label_prefix` and the objective's id; a label that does not begin so is
    never touched.
    """

    label_prefix: str | None = None
    field: str | None = None  #: the field's id; on GitHub `PROJECT_ID/FIELD_ID` of a planning project


class Writing(Struct, frozen=True, kw_only=True):
    """One thing to write so that an item mirrors its tag: what goes and what comes, either may be absent."""

    ref: str
    key: str
    remove: str | None
    add: str | None


class Written(Struct, frozen=True, kw_only=True):
    """How one writing went; `error` is None where it is done, or was done already."""

    writing: Writing
    error: str | None = None


class Writer(Protocol):
    """A source that may be written to, where the configuration asks for it and its permission allows it."""

    async def plan(self, tags: Mapping[str, str | None], memory: Memory) -> list[Writing]:
        """What is to be written so that each ref shows its objective's id, or none; nothing where it does already."""

    async def write(self, writings: Sequence[Writing], memory: Memory) -> list[Written]:
        """Writes them, one by one, each only if the item still lacks it."""
