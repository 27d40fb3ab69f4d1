"""What every source can do. A new source is one folder that does this, and one subclass of its contract suite."""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Protocol

from msgspec import Struct

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

    async def close(self) -> None:
        """Lets go of connections."""
