"""Who and which: references that never change, and the accounts that people and programs use."""

from datetime import datetime
from typing import Literal, TypeAlias

from msgspec import Struct

AccountKind: TypeAlias = Literal["person", "bot", "ghost", "mannequin", "organization", "team"]


class ItemRef(Struct, frozen=True, order=True):
    """Which thing, for ever: the configured source's name, what kind of thing, and the source's immutable id."""

    source: str
    kind: str
    id: str

    def __str__(self) -> str:
        return f"{self.source}:{self.kind}:{self.id}"

    @classmethod
    def parse(cls, text: str) -> "ItemRef":
        """The ref that `str` printed; ValueError when it is none."""
        source, kind, identity = text.split(":", 2)
        return cls(source, kind, identity)


class Account(Struct, frozen=True, kw_only=True, gc=False):
    """Who a source knows: a person, a program, or a team of the source's own."""

    ref: str
    source: str
    name: str  #: login or display name, as the source shows it
    kind: AccountKind
    email: str | None = None  #: only where the source itself vouches for it


class Member(Struct, frozen=True, kw_only=True, gc=False):
    """One who belongs to a team of the source's own."""

    item_ref: str  #: the team's account
    id: str  #: ref of the member's account
    role: str | None


class Tombstone(Struct, frozen=True, kw_only=True, gc=False):
    """A thing is gone since `at`, and how we know: a delete delivery, a confirmed answer, or a completed census."""

    ref: str
    at: datetime
    reason: Literal["deleted", "transferred", "deleted_or_hidden"]
    evidence: str
