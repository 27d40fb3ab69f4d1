"""The report for a terminal: plain text, at most a hundred columns, the same order as the page."""

import textwrap
from collections.abc import Iterable, Iterator, Sequence

from sync.reconcile.alignment.view import Spending
from sync.reconcile.figures import Figure
from sync.reconcile.findings import SEVERITIES, Finding
from sync.report import ahead, layout, sections, words
from sync.report.model import ObjectiveRow, Report
from sync.report.outline import Line, plain

WIDTH = 96
WIDTHS = (10, 10, 10, 10, 10, 6, 10)  #: of the numbers in the table of objectives
PERCENTS = (50, 85, 95)
MOST_OF_A_KIND = 10  #: findings listed; the other forms have all of them


def render(report: Report) -> str:
    """Blocks with a blank line between them and a final newline; the same report gives the same bytes."""
    blocks = (
        _masthead(report),
        _answer(report),
        _told("WHAT CHANGED", sections.changed(report)),
        _objectives(report),
        _top(report),
        _told("DECISIONS ASKED", map(sections.decision, report.decisions)),
        _told("OBSTACLES", sections.obstacles(report)),
        _told("WHERE TO START", sections.starts(report)),
        _delivery(report.delivery),
        *map(_view, sections.views(report)),
        _told("TERRAIN", sections.terrain(report)),
        _told("ACCEPTED FOR NOW", sections.accepted(report)),
        _findings(report),
        _balance(report),
        _links(report),
        _small_print(report),
    )
    return "\n\n".join(filter(None, ("\n".join(block) for block in blocks))) + "\n"


def _masthead(report: Report) -> Iterator[str]:
    masthead = report.masthead
    partial = ", not over yet" if masthead.partial else ""
    yield f"fingerpost · {words.days(masthead)} ({words.period(masthead)}{partial})"
    yield f"as of {words.instant(masthead.as_of, zone=masthead.zone)} · {_marked(masthead.verdict)}"
    for source in masthead.sources:
        yield f"  {words.line(source.name)}: {words.freshness(source, zone=masthead.zone)}"
    yield from _wrapped(f"strategy {masthead.strategy} · rules {masthead.mappings}", indent="  ")
    yield f"  inputs {masthead.digest[:12]}"
    if masthead.mistakes:
        yield from _wrapped(f"{words.MARKS['incomplete']} {words.SUPERSEDED}", indent="  ")
    for mistake in masthead.mistakes:
        yield from _wrapped(mistake, indent="    ")
    for gap in masthead.gaps:
        yield from _wrapped(f"{words.MARKS['incomplete']} {gap}", indent="  ")


def _answer(report: Report) -> Iterator[str]:
    yield from _wrapped(report.answer.sentence)
    for line in sections.headlines(report):
        yield from _wrapped(plain(line), indent="  ")


def _told(title: str, lines: Iterable[Line]) -> Iterator[str]:
    """The lines below a title; nothing where there are none."""
    for place, line in enumerate(lines):
        if not place:
            yield title
        yield from _wrapped(plain(line), indent="  ")


def _view(view: tuple[str, Sequence[Figure]]) -> Iterator[str]:
    title, figures = view
    yield title.upper()
    for figure in figures[: sections.MOST_FIGURES]:
        yield from _wrapped(f"{sections.named(figure)}: {words.figure(figure)}{_within(figure)}", indent="  ")
    if len(figures) > sections.MOST_FIGURES:
        yield f"  and {len(figures) - sections.MOST_FIGURES:,} more"


def _objectives(report: Report) -> Iterator[str]:
    rows = report.objectives
    spent = {each.id: each for each in report.alignment.spending} if report.alignment else {}
    if not rows:
        return
    yield "OBJECTIVES, in rank order"
    heads = ("", "delivered", "lead p50", "lead p85", "cycle p50", "cycle p85", "WIP", "findings")
    ids = ("throughput", "lead_time_p50", "lead_time_p85", "cycle_time_p50", "cycle_time_p85", "wip")
    yield _columns(heads)
    for row in rows:
        figures = {figure.id: figure for figure in row.figures}
        cells = [_cell(figures.get(identity)) for identity in ids]
        yield _columns((words.line(row.name), *cells, str(sum(row.severities.values()))))
        yield from _wrapped(" · ".join(_about(row, spent.get(row.id))), indent="    ")
    yield "– too few to say, or no data: the page and the JSON say which"


def _about(row: ObjectiveRow, spent: Spending | None) -> Iterator[str]:
    """What the columns have no room for."""
    yield _marked(row.state)
    if row.owner:
        yield row.owner
    if spent:
        yield f"effort {sections.share(spent)}"
    if row.outlook:
        yield f"{sections.light(row)} · {ahead.forecast(row.outlook)}"


def _columns(cells: Sequence[str]) -> str:
    name, *numbers = cells
    return f"{words.line(name, most=29):<30}" + "".join(
        f"{cell:>{width}}" for cell, width in zip(numbers, WIDTHS, strict=True)
    )


def _cell(figure: Figure | None) -> str:
    return "–" if figure is None or figure.value is None else words.amount(figure.value, unit=figure.unit)


def _top(report: Report) -> Iterator[str]:
    if not report.top:
        return
    yield "DECIDE ON THESE FIRST"
    findings = {finding.id: finding for finding in report.findings}
    for place, identity in enumerate(report.top, start=1):
        yield from _misalignment(findings[identity], place=place, report=report)


def _misalignment(finding: Finding, *, place: int, report: Report) -> Iterator[str]:
    names = {row.id: row.name for row in report.objectives}
    yield words.line(
        f"{place}. {_marked(finding.severity)} · {words.kind(finding.slug)} · {_subject(finding)}", most=WIDTH
    )
    for evidence in finding.evidence[:3]:
        yield from _wrapped(words.evidence(evidence, zone=report.masthead.zone), indent="     ")
    yield from _wrapped(f"→ {finding.action}", indent="   ")
    about = (
        names.get(finding.objective or ""),
        finding.owner,
        finding.place_to_fix,
        f"for {words.age(finding.first_at, as_of=report.masthead.as_of)}" if finding.first_at else None,
        finding.subject_url,
    )
    yield from _wrapped(" · ".join(filter(None, about)), indent="     ")


def _delivery(figures: Sequence[Figure]) -> Iterator[str]:
    if not figures:
        return
    yield "DELIVERY"
    for figure in layout.singles(figures):
        yield from _figure(figure.title, [f"{words.figure(figure)}{_within(figure)}"], figure)
    for measure in layout.measures(figures):
        told = [figure for figure in layout.percentiles(figures, measure, PERCENTS) if figure]
        if layout.same_reason(told):
            parts = [words.reason(told[0])]
        else:
            parts = [f"{words.percentile(each.id)} {words.figure(each)}{_within(each)}" for each in told]
            parts.append(f"n = {told[0].n:,}")
        yield from _figure(words.kind(measure), parts, told[0])


def _figure(title: str, parts: Sequence[str], figure: Figure) -> Iterator[str]:
    yield from _wrapped(f"{title}: {' · '.join(parts)}", indent="  ")
    if words.left_out(figure):
        yield from _wrapped(f"left out: {words.left_out(figure)}", indent="    ")


def _within(figure: Figure) -> str:
    return f" ({words.band(figure)})" if words.band(figure) else ""


def _findings(report: Report) -> Iterator[str]:
    if not report.kinds:
        return
    totals = (f"{report.answer.severities[name]} {name}" for name in SEVERITIES if report.answer.severities[name])
    yield f"FINDINGS: {', '.join(totals) or 'none stands'}"
    for kind in report.kinds:
        held = [finding for finding in report.findings if finding.kind == kind.id]
        parts = (
            f"{len(held):,}",
            f"{kind.unknown:,} of them unknown while a source is behind" if kind.unknown else "",
            f"{kind.suppressed:,} more explained by another finding" if kind.suppressed else "",
        )
        yield f"  {kind.title}: {', '.join(filter(None, parts))}"
        for each in held[:MOST_OF_A_KIND]:
            yield "    " + words.line(f"{_marked(words.standing(each))} {_subject(each)}", most=WIDTH - 4)
        if len(held) > MOST_OF_A_KIND:
            yield f"    and {len(held) - MOST_OF_A_KIND:,} more"


def _balance(report: Report) -> Iterator[str]:
    for line in report.balance:
        parts = (
            f"{line.tagged:,} tagged + {line.exempt:,} exempt + {line.untagged:,} untagged + {line.unknown:,} unknown"
        )
        yield f"{words.records(line.kind)}: {line.seen:,} seen = {parts}"


def _links(report: Report) -> Iterator[str]:
    if not report.links:
        return
    yield "Pull requests by the work they name"
    for line in report.links:
        yield f"  {line.count:>9,}  {line.title}"
    yield from _wrapped(words.linked(report.linked), indent="  ")


def _small_print(report: Report) -> Iterator[str]:
    for line in report.services:
        yield from _wrapped(words.service(line))
    for note in report.notes:
        yield from _wrapped(note)
    if report.command:
        yield f"Make this again: {report.command}"


def _subject(finding: Finding) -> str:
    return f"{finding.subject_key} {finding.title}".rstrip()


def _marked(word: str) -> str:
    return f"{words.MARKS[word]} {word}"


def _wrapped(text: str, *, indent: str = "") -> list[str]:
    return textwrap.wrap(words.line(text), WIDTH, initial_indent=indent, subsequent_indent=indent + "  " * bool(indent))
