"""Findings: work that leads nowhere, with its evidence and what to do about it (report-and-findings.md §2)."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Literal, NamedTuple, TypeAlias

from msgspec import Struct

Severity: TypeAlias = Literal["critical", "high", "medium", "low"]
SEVERITIES: tuple[Severity, ...] = ("critical", "high", "medium", "low")  #: the gravest first

Common: TypeAlias = Literal["place", "subject", "root"]


class Cause(NamedTuple):
    """A kind of finding that explains another one, and what the two have in common."""

    kind: str
    by: Common  #: the project or repository, the record, or the record and the top of the other's tree


#: Kind → what explains it, so that one cause is one finding (§2b.4).
CAUSES: Mapping[str, tuple[Cause, ...]] = {
    "M01": (Cause("M02", "place"), Cause("M05", "root"), Cause("M38", "subject")),
    "M04": (Cause("M02", "place"),),
    "M05": (Cause("M02", "place"),),
    "M07": (Cause("M06", "subject"),),
    "M09": (Cause("M08", "subject"),),
    "M25": (Cause("M23", "subject"),),
}
OPERATIONS = "operations"  #: the role that owns what no team does


class Evidence(Struct, frozen=True, kw_only=True):
    """One fact: what is so, since when, and where it can be looked up."""

    says: str
    at: datetime | None = None
    ref: str | None = None


class Finding(Struct, frozen=True, kw_only=True):
    id: str  #: the same for as long as kind, subject and counterpart are the same, whatever the words
    kind: str  #: M01 …
    slug: str  #: untagged-work …
    severity: Severity
    subject_ref: str
    subject_key: str
    subject_url: str | None
    title: str
    objective: str | None = None
    counterpart_ref: str | None = None
    counterpart_key: str | None = None
    evidence: tuple[Evidence, ...] = ()
    owner: str  #: a team or a role, never a person
    place_to_fix: str
    action: str
    first_at: datetime | None = None  #: since when it holds
    effort_days: float | None = None  #: None until effort is reckoned
    unknown: bool = False  #: what it depends on is stale or out of sight: neither raised nor resolved
    territory: str | None = None  #: key of the project, or name of the repository, that the subject lies in
    root_ref: str | None = None  #: the topmost of its parents, where the check looked at them


def identity(kind: str, subject: str, counterpart: str | None) -> str:
    """Twelve hex digits that stay when words, severities and evidence change (§2b.2)."""
    return hashlib.sha256("|".join((kind, subject, counterpart or "")).encode()).hexdigest()[:12]


def ordered(findings: Iterable[Finding]) -> list[Finding]:
    """The gravest first, then by kind and subject."""
    return sorted(
        findings, key=lambda found: (SEVERITIES.index(found.severity), found.kind, found.subject_key, found.id)
    )


def without_consequences(findings: Iterable[Finding]) -> tuple[list[Finding], dict[str, int]]:
    """One cause, one finding: what remains, and how many of each kind another finding of the territory explains."""
    told = list(findings)
    raised = {(found.kind, found.subject_ref) for found in told} | {(found.kind, *_place(found)) for found in told}
    consequences = [
        found for found in told if any(_seen(cause, found) in raised for cause in CAUSES.get(found.kind, ()))
    ]
    explained = {found.id for found in consequences}
    return [found for found in told if found.id not in explained], dict(Counter(found.kind for found in consequences))


def _seen(cause: Cause, found: Finding) -> tuple[str | None, ...]:
    """What would be raised if this cause were the finding's."""
    match cause.by:
        case "place":
            return cause.kind, *_place(found)
        case "subject":
            return cause.kind, found.subject_ref
        case "root":
            return cause.kind, found.root_ref


def _place(found: Finding) -> tuple[str, str | None]:
    """The source and the territory: two sources may each have a project of this key."""
    return found.subject_ref.split(":", 1)[0], found.territory
