"""From two reports to their difference."""

from collections.abc import Iterator, Mapping
from typing import Literal, NamedTuple, TypeAlias

from sync.reconcile.acknowledged import Accepted
from sync.reconcile.figures import Figure
from sync.reconcile.findings import SEVERITIES, Finding, Severity
from sync.reconcile.objectives import ALL
from sync.report import changes, gather, words
from sync.report.diff.model import Diff, FigureMoved, FindingMoved, Side
from sync.report.model import Report

Fate: TypeAlias = Literal["new", "worse", "better", "resolved", "accepted", "returned", "expiring", "unknown"]


def diff(before: Report, after: Report) -> Diff:
    """What the later report tells otherwise than the earlier one; nothing where both are the same."""
    moved = list(_moved(before, after))

    def became(fate: Fate) -> tuple[FindingMoved, ...]:
        return tuple(finding for its_fate, finding in moved if its_fate == fate)

    return Diff(
        zone=after.masthead.zone,
        before=_side(before),
        after=_side(after),
        data=tuple(_data(before, after)),
        new=became("new"),
        worse=became("worse"),
        better=became("better"),
        resolved=became("resolved"),
        accepted=became("accepted"),
        returned=became("returned"),
        expiring=became("expiring"),
        unknown=became("unknown"),
        figures=tuple(_figures(before, after)),
        tested=tuple(_tested(before, after)),
    )


def _side(report: Report) -> Side:
    head = report.masthead
    return Side(period=head.period, as_of=head.as_of, digest=head.digest)


def _data(before: Report, after: Report) -> Iterator[str]:
    for what in ("strategy", "mappings", "zone", "verdict"):
        was, now = getattr(before.masthead, what), getattr(after.masthead, what)
        if was != now:
            yield f"{what.capitalize()}: {was} → {now}."
    if before.thresholds != after.thresholds:
        yield "The thresholds are not the same."


def _moved(before: Report, after: Report) -> Iterator[tuple[Fate, FindingMoved]]:
    """Each finding that is told otherwise, in the order of the later report, then what only the earlier one has."""
    was, now = _by_identity(before), _by_identity(after)
    for identity in dict.fromkeys((*now, *was)):
        earlier, later = was.get(identity), now.get(identity)
        if fate := _fate(earlier, later):
            yield fate, _line(earlier, later)


class Told(NamedTuple):
    """What a report says of a finding."""

    finding: Finding
    accepted: Accepted | None
    is_ending: bool  #: its acknowledgement, soon

    @property
    def severity(self) -> Severity | None:
        """None where it does not stand."""
        return None if self.accepted or self.finding.unknown else self.finding.severity


def _by_identity(report: Report) -> Mapping[str, Told]:
    ending = changes.ending(report)
    standing = {each.id: Told(each, None, False) for each in report.findings}
    return standing | {each.finding.id: Told(each.finding, each, each in ending) for each in report.accepted}


def _fate(was: Told | None, now: Told | None) -> Fate | None:
    """What became of a finding. What is unknown is neither raised nor resolved (report-and-findings.md §2b.1)."""
    if now and now.accepted:
        is_newly_ending = now.is_ending and not (was and was.is_ending)
        return "expiring" if is_newly_ending else None if was and was.accepted else "accepted"
    if was and was.accepted:
        return "resolved" if now is None else "unknown" if now.finding.unknown else "returned"
    before, after = was and was.severity, now and now.severity
    if before == after:
        return None
    if any(each and each.finding.unknown for each in (was, now)):
        return "unknown"
    if before is None or after is None:
        return "new" if before is None else "resolved"
    return "worse" if SEVERITIES.index(after) < SEVERITIES.index(before) else "better"


def _line(was: Told | None, now: Told | None) -> FindingMoved:
    told = [each for each in (now, was) if each]
    finding, accepted = told[0].finding, next((each.accepted for each in told if each.accepted), None)
    return FindingMoved(
        id=finding.id,
        kind=finding.kind,
        slug=finding.slug,
        subject_key=finding.subject_key,
        subject_url=finding.subject_url,
        title=finding.title,
        owner=finding.owner,
        before=was and was.severity,
        now=now and now.severity,
        until=accepted.until if accepted else None,
    )


def _figures(before: Report, after: Report) -> Iterator[FigureMoved]:
    """Those that both reports have, and that do not say the same."""
    was = _by_scope(before)
    for place, now in _by_scope(after).items():
        earlier = was.get(place)
        if earlier and (earlier.value, earlier.reason, earlier.n) != (now.value, now.reason, now.n):
            yield _figure(earlier, now)


def _by_scope(report: Report) -> Mapping[tuple[str, str], Figure]:
    """The figures of all work and of each objective, by scope and id."""
    held: dict[tuple[str, str], Figure] = {}
    for figure in gather.figures((report.answer, report.delivery, report.linked, report.objectives)):
        held.setdefault((figure.scope, figure.id), figure)
    return held


def _figure(before: Figure, now: Figure) -> FigureMoved:
    subject = now.title if now.scope == ALL else f"{now.title}, {now.scope}"
    sizes = " and ".join("not told" if each.n is None else f"{each.n:,}" for each in (before, now))
    return FigureMoved(
        id=now.id,
        scope=now.scope,
        title=now.title,
        unit=now.unit,
        before=before.value,
        now=now.value,
        n_before=before.n,
        n_now=now.n,
        says=f"{subject}: from {_value(before)} to {_value(now)} (n = {sizes}).",
    )


def _value(figure: Figure) -> str:
    """The value, or why there is none; its n stands beside both."""
    return words.why(figure.reason or "no_data") if figure.value is None else words.figure(figure)


def _tested(before: Report, after: Report) -> Iterator[str]:
    """What was tested on these two periods, the differences in the data first (metrics.md §7.3)."""
    compared = after.comparison
    if compared is None or compared.before is None or compared.before != before.masthead.period:
        return
    yield from compared.data_changes
    changed = [line.says for line in compared.lines if line.changed]
    yield from changed or [changes.of_figures(after)]
