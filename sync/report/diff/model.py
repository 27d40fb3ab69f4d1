"""The difference of two reports as data, the contract `fingerpost.diff/1`."""

from datetime import date, datetime
from typing import Any, Literal

import msgspec
from msgspec import Struct

from sync.reconcile.findings import Severity

VERSION: Literal["fingerpost.diff/1"] = "fingerpost.diff/1"


class Side(Struct, frozen=True, kw_only=True):
    """One of the two reports."""

    period: str
    as_of: datetime
    digest: str


class FindingMoved(Struct, frozen=True, kw_only=True):
    """A finding that the two reports do not tell alike."""

    id: str
    kind: str
    slug: str
    subject_key: str
    subject_url: str | None
    title: str
    owner: str
    before: Severity | None  #: None where it did not stand
    now: Severity | None
    until: date | None = None  #: the last day of its acknowledgement


class FigureMoved(Struct, frozen=True, kw_only=True):
    """A figure that has another value, or none any more, or one at last; no word on whether that is a change."""

    id: str
    scope: str
    title: str
    unit: str
    before: float | None
    now: float | None
    n_before: int | None
    n_now: int | None
    says: str


class Diff(Struct, frozen=True, kw_only=True):
    version: Literal["fingerpost.diff/1"] = VERSION
    zone: str
    before: Side
    after: Side
    data: tuple[str, ...]  #: what else is not the same: to be read before any figure
    new: tuple[FindingMoved, ...]
    worse: tuple[FindingMoved, ...]
    better: tuple[FindingMoved, ...]
    resolved: tuple[FindingMoved, ...]
    accepted: tuple[FindingMoved, ...]  #: newly acknowledged
    returned: tuple[FindingMoved, ...]  #: acknowledged no longer
    expiring: tuple[FindingMoved, ...]  #: acknowledged still, but newly about to end
    unknown: tuple[FindingMoved, ...]  #: in one of the two, so that nobody can say what became of it
    figures: tuple[FigureMoved, ...]  #: of all work, then of each objective
    tested: tuple[str, ...]  #: what the later report says of its period against that of the earlier one, by test


def json_schema() -> dict[str, Any]:
    """JSON Schema of the difference as JSON."""
    return msgspec.json.schema(Diff)
