"""What webhook deliveries do to the store: verified, read, each item looked at once, all of it applied together."""

from collections.abc import Container, Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Engine

from connectors.delivery import Delivery
from connectors.records import Gap
from connectors.source import Source
from connectors.transport import Clock

Word = Literal["handled", "ignored", "unknown", "refused", "malformed"]


@dataclass(frozen=True, kw_only=True)
class Taken:
    """What became of each delivery, in their order, and what could not be read."""

    words: tuple[Word, ...]
    ids: tuple[str, ...]  #: of the deliveries that need not be looked at again
    gaps: tuple[Gap, ...] = ()


async def take(
    deliveries: Sequence[Delivery], *, source: Source, engine: Engine, clock: Clock, done: Container[str] = ()
) -> Taken:
    """Brings the store up to date with what these deliveries tell of. `done`: ids that need no second look.

    Raises `SourceError` where the source could not be asked: then nothing is done, and the same deliveries may be taken
    again.
    """
    raise NotImplementedError
