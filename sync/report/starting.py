"""Where to start: findings and grey figures by their ground, what has the most effort at stake first."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from sync.reconcile.figures import Figure
from sync.reconcile.findings import Finding
from sync.report import words
from sync.report.entries import Ground, Start, Starts
from sync.report.model import Report
from sync.report.remedies import every_remedy

MOST = 5

#: Ground → the kinds of finding that are about it.
KINDS: Mapping[Ground, tuple[str, ...]] = {
    "direction": (
        *("M02", "M04", "M08", "M09", "M10", "M11", "M12", "M13", "M15", "M16", "M20", "M31", "M32", "M33", "M34"),
    ),
    "data": (
        *("M01", "M03", "M05", "M06", "M07", "M21", "M22", "M23", "M24", "M26", "M27", "M29", "M30", "M36", "M37"),
        *("M38", "M39", "M40"),
    ),
    "learning": ("M17", "M18", "M19"),
    "health": ("M14", "M25", "M28", "M35"),
}
UNSEEN: Mapping[Ground, str] = {
    "direction": "Whether these are the right objectives, and what was agreed without writing it down.",
    "data": "Work that leaves no trace in a tracker or a repository: meetings, design, support, learning.",
    "learning": "Why a measure moved, and what users would say.",
    "health": "How people are: load beyond these tools, mood and trust have to be asked about, not measured.",
}
SIGNS: Mapping[Ground, tuple[str, ...]] = {
    "direction": ("strategic_yield", "drift"),
    "data": ("observability", "effort_coverage"),
    "learning": (),
    "health": ("wip_load", "switching", "fragmentation", "wip_age_p85", "flow_efficiency"),
}


def starts(report: Report) -> tuple[Starts, ...]:
    """One for each ground, in their order."""
    return tuple(_on(report, ground) for ground in KINDS)


def starts_of(report: Report, team: str) -> tuple[Start, ...]:
    """Where a team may start among the findings that are its own, on whatever ground."""
    own = [finding for finding in report.findings if finding.owner == team]
    return tuple(_ranked(_of_findings(report, own))[:MOST])


def _on(report: Report, ground: Ground) -> Starts:
    held = [finding for finding in report.findings if finding.kind in KINDS[ground]]
    told = _ranked((*_of_findings(report, held), *_of_remedies(report, ground)))
    return Starts(
        ground=ground,
        starts=tuple(told[:MOST]),
        more=len(told[MOST:]),
        signs=tuple(_signs(report, SIGNS[ground])),
        unseen=UNSEEN[ground],
    )


def _ranked(told: Iterable[Start]) -> list[Start]:
    """What has the most effort at stake first, else as they come."""
    return sorted(told, key=lambda start: -(start.effort_days or 0.0))


def _of_findings(report: Report, findings: Sequence[Finding]) -> Iterator[Start]:
    """One for each kind that stands among these, the gravest first."""
    for kind in report.kinds:
        held = [each for each in findings if each.kind == kind.id and not each.unknown]
        if held:
            yield Start(
                says=f"{len(held):,} × {kind.title}: {_lowered(held[0].action)}",
                place=held[0].place_to_fix,
                slug=kind.slug,
                effort_days=_at_stake(held),
            )


def _at_stake(held: Sequence[Finding]) -> float | None:
    """On what these are about, each once; None where nobody knows it of any."""
    days = {each.subject_ref: each.effort_days for each in held if each.effort_days is not None}
    return sum(days.values()) if days else None


def _of_remedies(report: Report, ground: Ground) -> Iterator[Start]:
    for remedy in every_remedy(report):
        if remedy.ground == ground:
            yield Start(says=remedy.says, place=remedy.place, shows=remedy.shows)


def _signs(report: Report, names: Sequence[str]) -> Iterator[str]:
    known = {figure.id: figure for figure in _figures(report)}
    yield from (f"{known[name].title}: {words.figure(known[name])}" for name in names if name in known)


def _figures(report: Report) -> tuple[Figure, ...]:
    return (*report.delivery, *(report.alignment.figures if report.alignment else ()))


def _lowered(text: str) -> str:
    return text[:1].lower() + text[1:]
