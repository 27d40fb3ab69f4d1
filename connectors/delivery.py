"""A webhook's delivery as values: what came, and what was read from it.

A delivery is a hint to look again, never the data: it may come late, twice, in the wrong order, or not at all. Only
what nobody can ask for afterwards (that something was deleted or went elsewhere, what a value was before) is taken from
it.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal, TypeAlias

from msgspec import Struct

from connectors.records import ChildSet, ItemRef

Handling: TypeAlias = Literal["handled", "ignored", "unknown"]

MOST_BYTES = 25 * 1024 * 1024  # both vendors send nothing larger
#: The capability by which a source is told that a delivery said `renew`: another text than before, upon which its next
#: poll looks at everything that it defines anew.
RENEW = "renew"


class Delivery(Struct, frozen=True, kw_only=True):
    """A request as it came in."""

    headers: Mapping[str, str]  #: by name in small letters
    body: bytes
    received_at: datetime  #: by our clock


class Departure(Struct, frozen=True, kw_only=True):
    """That something left, as only this delivery tells."""

    ref: ItemRef
    key: str  #: what people call it, for where the source's older ids differ from those of its answers
    at: datetime
    reason: Literal["deleted", "transferred"]
    evidence: str


class Notice(Struct, frozen=True, kw_only=True):
    """What a delivery comes to. All of it is empty where the event was `ignored` by name or is `unknown`."""

    id: str  #: the same when it is delivered again
    event: str  #: with its action: issues.deleted
    handling: Handling
    happened_at: datetime | None = None  #: by the source's clock; an answer older than this came from a lagging replica
    refs: tuple[ItemRef, ...] = ()  #: items to look at
    if_held: tuple[ItemRef, ...] = ()  #: items to look at if they are known: whose they are it does not tell
    if_known: tuple[str, ...] = ()  #: keys of items to look at if one is held by it: their ids it does not tell
    departures: tuple[Departure, ...] = ()
    children: tuple[ChildSet, ...] = ()  #: incomplete sets: history that no answer tells
    attempt: int = 0  #: how often it was sent before, where the source counts
    bulk: bool = False  #: one of many that happened at once, and may come late
    renew: bool = False  #: what the source defines (projects, fields, labels, access …) is to be looked at anew
