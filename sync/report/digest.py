"""The digest: the report in twelve lines at most, for a channel that people read in passing."""

from collections.abc import Iterator, Sequence

from sync.reconcile.figures import Figure
from sync.reconcile.findings import SEVERITIES, Finding
from sync.report import changes, words
from sync.report.model import Report
from sync.report.outline import Line, Link, Strong
from sync.report.sections import MOST_CELL, marked, misalignment, promises, title, top

MOST_LINES = 12  #: report-and-findings.md §1a


def digest(report: Report, *, page: str = "") -> tuple[Line, ...]:
    """The whole report in lines; `page` is where all of it can be read."""
    lines = (
        (Strong(f"fingerpost · {title(report)}"), f" · {marked(report.masthead.verdict)}"),
        (report.answer.sentence,),
        *_numbers(report),
        *_changes(report),
        *_doubts(report),
        *top(report),
        *_decisions(report),
    )
    return _ending(lines, page)


def team_digest(report: Report, team: str, *, page: str = "") -> tuple[Line, ...]:
    """A team's own part: what is its turn, the gravest first; empty where nothing is."""
    own = [finding for finding in report.findings if finding.owner == team and not finding.unknown]
    if not own:
        return ()
    head = (Strong(words.line(team, most=MOST_CELL)), f": {counted(own)}, {title(report)}")
    return _ending((head, *(misalignment(finding, report=report) for finding in own)), page)


def teams(report: Report) -> tuple[str, ...]:
    """Whose turn it is, by name."""
    return tuple(sorted({finding.owner for finding in report.findings if not finding.unknown}))


def counted(findings: Sequence[Finding]) -> str:
    """3 findings, 1 of them critical."""
    gravest = next(name for name in SEVERITIES if any(each.severity == name for each in findings))
    number = sum(each.severity == gravest for each in findings)
    of_them = "" if len(findings) == 1 else f", {number:,} of them"
    return f"{words.count(len(findings), 'finding')}{of_them} {gravest}"


def _numbers(report: Report) -> Iterator[Line]:
    told = [f"{figure.title} {_said(figure)}" for figure in report.answer.figures]
    told += [f"promises of this quarter {promises(report)}"] if promises(report) else []
    if told:
        yield (" · ".join(told),)


def _said(figure: Figure) -> str:
    band = words.band(figure)
    return f"{words.figure(figure)}{f' ({band})' if band else ''}"


def _changes(report: Report) -> Iterator[Line]:
    moved = f" The map has moved: {words.line(report.moves[0].says, most=160)}" if report.moves else ""
    yield (words.line(f"{changes.of_figures(report)}{moved}", most=400),)


def _doubts(report: Report) -> Iterator[Line]:
    told = [f"{len(report.masthead.gaps):,} could not be read"] if report.masthead.gaps else []
    told += ["the files of the map are wrong, an earlier version is in force"] if report.masthead.mistakes else []
    if told:
        yield (f"{words.MARKS['incomplete']} {'; '.join(told)}",)


def _decisions(report: Report) -> Iterator[Line]:
    for asked in report.decisions:
        yield (Strong(f"Decide: {words.line(asked.asks, most=160)}"), f" Else: {words.line(asked.default, most=120)}")


def _ending(lines: Sequence[Line], page: str) -> tuple[Line, ...]:
    last: tuple[Line, ...] = ((Link("The whole report", page),),) if page else ()
    return (*lines[: MOST_LINES - len(last)], *last)
