"""Findings: work that leads nowhere, with its evidence and what to do about it (report-and-findings.md §2)."""

import hashlib
from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import Literal, TypeAlias

from msgspec import Struct

Severity: TypeAlias = Literal["critical", "high", "medium", "low"]
SEVERITIES: tuple[Severity, ...] = ("critical", "high", "medium", "low")  #: the gravest first
#: What explains what: untagged items of a territory that no rule knows (§2b.4).
CAUSES = {"M01": "M02"}
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
    raised = {(found.kind, *_place(found)) for found in told}
    consequences = [found for found in told if (CAUSES.get(found.kind), *_place(found)) in raised]
    explained = {found.id for found in consequences}
    return [found for found in told if found.id not in explained], dict(Counter(found.kind for found in consequences))


def _place(found: Finding) -> tuple[str, str | None]:
    """The source and the territory: two sources may each have a project of this key."""
    return found.subject_ref.split(":", 1)[0], found.territory
