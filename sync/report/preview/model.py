"""The preview as data: the only thing its renderers are given, and the contract `fingerpost.preview/1`."""

from datetime import datetime
from typing import Literal, TypeAlias

from msgspec import Struct

from sync.reconcile.balance import Balance
from sync.reconcile.findings import Finding

VERSION: Literal["fingerpost.preview/1"] = "fingerpost.preview/1"

#: What befalls an item: it goes elsewhere, or newly becomes what is said.
Change: TypeAlias = Literal["moved", "tagged", "exempt", "untagged", "unknown"]


class Version(Struct, frozen=True, kw_only=True):
    """A map: the files that it stands in, and what it makes of everything."""

    strategy: str
    mappings: str
    balance: tuple[Balance, ...]


class MovedItem(Struct, frozen=True, kw_only=True):
    ref: str
    key: str
    title: str
    url: str | None
    touched: bool  #: lately, see `Preview.touched_days`
    delivered: bool  #: in the period
    effort_days: float | None  #: person-days that went into it lately; None where effort is `hidden`


class Move(Struct, frozen=True, kw_only=True):
    """Everything of one kind that would go from one place to another."""

    kind: str  #: work_item, pull_request
    change: Change
    before: str  #: objective, objectives with weights, `exempt: name`, untagged, unknown
    after: str
    touched: int  #: how many of the items
    delivered: int
    effort_days: float | None  #: person-days of the items, lately; None where effort is `hidden`
    items: tuple[MovedItem, ...]  #: what took the most effort lately first


class FindingsMoved(Struct, frozen=True, kw_only=True):
    """The findings of one kind that would appear or vanish."""

    kind: str  #: M01 …
    slug: str
    title: str
    appear: tuple[Finding, ...]
    vanish: tuple[Finding, ...]


class Preview(Struct, frozen=True, kw_only=True):
    version: Literal["fingerpost.preview/1"] = VERSION
    as_of: datetime
    zone: str
    period: str
    touched_days: int  #: lately is in these days before `as_of`
    hidden: str | None  #: why no effort may be shown
    before: Version
    after: Version
    moves: tuple[Move, ...]  #: those with the most effort, then the most items touched, first
    findings: tuple[FindingsMoved, ...]
