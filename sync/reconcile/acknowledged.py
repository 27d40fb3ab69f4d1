"""Findings that are accepted for now, and those that came back (report-and-findings.md §3, N7)."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Literal, NamedTuple, TypeAlias

from msgspec import Struct

from mappings.acknowledgements import Acknowledgement, Acknowledgements
from sync.reconcile.findings import SEVERITIES, Finding

End: TypeAlias = Literal["expired", "worse"]


class Accepted(Struct, frozen=True, kw_only=True):
    """A finding that does not stand, because somebody accepted it for now."""

    finding: Finding
    reason: str
    by: str  #: a team or a role
    until: date  #: the last day


class Returned(Struct, frozen=True, kw_only=True):
    """A finding that stands again, because its acknowledgement holds no longer."""

    finding: str  #: its id
    ended: End
    by: str
    until: date


class Acknowledged(NamedTuple):
    """All findings by what was made of them; each is in `standing` or in `accepted`."""

    standing: tuple[Finding, ...]
    accepted: tuple[Accepted, ...]  #: those that end first before others
    returned: tuple[Returned, ...]
    notes: tuple[str, ...]  #: on acknowledgements of what is not found


def acknowledged(findings: Iterable[Finding], made: Acknowledgements, *, day: date) -> Acknowledged:
    """The findings as the acknowledgements in force on this day leave them, in their order."""
    told, in_force = tuple(findings), made.on(day)
    ends = {each.id: ended(each, in_force[each.id], day=day) for each in told if each.id in in_force}
    accepted = [_accepted(each, in_force[each.id]) for each in told if each.id in ends and ends[each.id] is None]
    return Acknowledged(
        standing=tuple(each for each in told if each.id not in ends or ends[each.id] is not None),
        accepted=tuple(sorted(accepted, key=lambda each: (each.until, each.finding.id))),
        returned=tuple(_returned(in_force[name], ended) for name, ended in ends.items() if ended is not None),
        notes=tuple(_notes(in_force, {each.id for each in told})),
    )


def ended(finding: Finding, made: Acknowledgement, *, day: date) -> End | None:
    """Why the acknowledgement holds no longer; None while it does."""
    if day > made.until:
        return "expired"
    return "worse" if SEVERITIES.index(finding.severity) < SEVERITIES.index(made.severity) else None


def _accepted(finding: Finding, made: Acknowledgement) -> Accepted:
    return Accepted(finding=finding, reason=made.reason, by=made.by, until=made.until)


def _returned(made: Acknowledgement, ended: End) -> Returned:
    return Returned(finding=made.finding, ended=ended, by=made.by, until=made.until)


def _notes(in_force: Mapping[str, Acknowledgement], found: set[str]) -> Iterator[str]:
    for made in in_force.values():
        if made.finding not in found:
            about = f"{made.finding} until {made.until} ({made.reason})"
            yield f"The acknowledgement of {about} is of nothing that is found."
