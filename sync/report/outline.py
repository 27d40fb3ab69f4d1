"""The report as an outline: sections of lines, lists and tables, plain data that every written form is made from."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple, TypeAlias

from msgspec import Struct

from sync.reconcile.figures import Figure
from sync.reconcile.findings import Finding
from sync.report import gather, words
from sync.report.model import ObjectiveRow, Report

MOST_TITLE = 120  #: signs of somebody else's text in a line
MOST_CELL = 60  #: and in a cell of a table


class Link(NamedTuple):
    """Something that its source shows at an address."""

    text: str
    url: str | None


class Strong(NamedTuple):
    text: str


class Code(NamedTuple):
    text: str


Span: TypeAlias = str | Link | Strong | Code
Line: TypeAlias = tuple[Span, ...]


class Bullets(NamedTuple):
    lines: tuple[Line, ...]
    more: int = 0  #: that are not listed


class Table(NamedTuple):
    heads: tuple[str, ...]
    rows: tuple[tuple[Line, ...], ...]
    more: int = 0  #: rows that are not listed


Block: TypeAlias = Line | Bullets | Table


class Section(NamedTuple):
    title: str
    blocks: tuple[Block, ...]


class Fitted(NamedTuple):
    """What a channel has room for."""

    sections: tuple[Section, ...]
    left_out: tuple[str, ...]  #: titles of the sections for which there was no room at all


def outline(report: Report) -> tuple[Section, ...]:
    """The whole report, summary first; what has nothing to say is left out."""
    sections = (
        _masthead(report),
        Section("Objectives, in rank order", _table(_OBJECTIVES, map(_objective, report.objectives))),
        Section("Decide on these first", tuple(_top(report))),
        Section("Delivery", figures(report.delivery)),
        *_views(report),
        Section("Findings", tuple(_findings(report))),
        Section("Small print", tuple(_small_print(report))),
    )
    return tuple(section for section in sections if section.blocks)


def plain(line: Line) -> str:
    """The line as nothing but text."""
    return "".join(span if isinstance(span, str) else span.text for span in line)


def fitted(sections: Sequence[Section], *, most: int, size: Callable[[Section], int]) -> Fitted:
    """As much as `most` holds by `size`: the first sections whole, then one with fewer rows, in their order."""
    kept, left_out, room = [], [], most
    for section in sections:
        fits = next((cut for cut in _cuts(section) if size(cut) <= room), None)
        if fits is None:
            left_out.append(section.title)
            continue
        kept.append(fits)
        room -= size(fits)
    return Fitted(tuple(kept), tuple(left_out))


def figures(told: Sequence[Figure]) -> tuple[Block, ...]:
    """A table of figures: value, interval, sample and what is left out; why, where there is no value."""
    return _table(("", "Value", "90 % interval", "n", "Left out"), map(_figure, told))


def subject(finding: Finding) -> Line:
    """What a finding is about: its key, which leads to its source, and its title."""
    title = words.line(finding.title, most=MOST_TITLE)
    return (Link(words.line(finding.subject_key, most=MOST_CELL), finding.subject_url), f" {title}" if title else "")


def marked(word: str) -> str:
    """A word behind its shape: ■ critical."""
    return f"{words.MARKS[word]} {word}"


_OBJECTIVES = ("Objective", "State", "Owner", "Delivered", "Cycle p85", "WIP", "Findings")


def _masthead(report: Report) -> Section:
    head = report.masthead
    known = [f"{words.line(each.name)}: {words.freshness(each, zone=head.zone)}" for each in head.sources]
    gaps = [f"{words.MARKS['incomplete']} {words.line(each, most=MOST_TITLE)}" for each in (*head.mistakes, *head.gaps)]
    trust: Line = (
        f"As of {words.instant(head.as_of, zone=head.zone)} · {marked(head.verdict)} · strategy ",
        words.line(head.strategy, most=MOST_CELL),
        " · rules ",
        words.line(head.mappings, most=MOST_CELL),
        " · inputs ",
        Code(head.digest[:12]),
    )
    answer: Line = (Strong(report.answer.sentence),)
    told: list[Block] = [answer, trust, Bullets(tuple((each,) for each in (*known, *gaps)))]
    return Section(title(report), (*told, *figures(report.answer.figures)))


def title(report: Report) -> str:
    """Week 46 of 2026: 9 to 15 November 2026, not over yet."""
    head = report.masthead
    period, days = words.period(head), words.days(head)
    named = period[:1].upper() + period[1:]
    return f"{named if named == days else f'{named}: {days}'}{', not over yet' if head.partial else ''}"


def _objective(row: ObjectiveRow) -> tuple[Line, ...]:
    held = {figure.id: figure for figure in row.figures}
    cells = [_cell(held.get(identity)) for identity in ("throughput", "cycle_time_p85", "wip")]
    name, owner = words.line(row.name, most=MOST_CELL), words.line(row.owner or "", most=MOST_CELL)
    texts = (name, marked(row.state), owner, *cells, f"{sum(row.severities.values()):,}")
    return tuple((text,) for text in texts)


def _cell(figure: Figure | None) -> str:
    return "–" if figure is None or figure.value is None else words.figure(figure)


def _figure(figure: Figure) -> tuple[Line, ...]:
    n = "" if figure.n is None else f"{figure.n:,}"
    texts = (figure.title, words.figure(figure), words.band(figure), n, words.left_out(figure))
    return tuple((words.line(text, most=MOST_TITLE),) for text in texts)


def _top(report: Report) -> Iterator[Block]:
    held = {finding.id: finding for finding in report.findings}
    lines = tuple(misalignment(held[identity], report=report) for identity in report.top)
    if lines:
        yield Bullets(lines)


def misalignment(finding: Finding, *, report: Report) -> Line:
    """One finding in a line: how grave, what, about which item, since when, whose turn, and what to do."""
    since = words.age(finding.first_at, as_of=report.masthead.as_of) if finding.first_at else ""
    about = (words.line(finding.owner, most=MOST_CELL), f"for {since}" if since else "")
    return (
        f"{marked(words.standing(finding))} · {words.kind(finding.slug)} · ",
        *subject(finding),
        f" · {' · '.join(filter(None, about))} → {words.line(finding.action, most=MOST_TITLE)}",
    )


def _views(report: Report) -> Iterator[Section]:
    """A section for each further part of the report that holds figures."""
    known = {"masthead", "answer", "linked"}
    for name in report.__struct_fields__:
        part = getattr(report, name)
        if isinstance(part, Struct) and name not in known:
            yield Section(words.kind(name), figures(list(gather.figures(part))))


def _findings(report: Report) -> Iterator[Block]:
    for kind in report.kinds:
        held = [finding for finding in report.findings if finding.kind == kind.id]
        explained = f", {kind.suppressed:,} more explained by another finding" if kind.suppressed else ""
        yield (Strong(kind.title), f": {len(held):,}{explained}")
        if held:
            yield Table(("", "Item", "Evidence", "Owner", "Id"), tuple(_row(each, report=report) for each in held))


def _row(finding: Finding, *, report: Report) -> tuple[Line, ...]:
    said = "; ".join(words.evidence(each, zone=report.masthead.zone) for each in finding.evidence[:3])
    return (
        (marked(words.standing(finding)),),
        subject(finding),
        (words.line(said, most=MOST_TITLE),),
        (words.line(finding.owner, most=MOST_CELL),),
        (Code(finding.id),),
    )


def _small_print(report: Report) -> Iterator[Block]:
    for line in report.balance:
        parts = (
            f"{line.tagged:,} tagged + {line.exempt:,} exempt + {line.untagged:,} untagged + {line.unknown:,} unknown"
        )
        yield (f"{words.records(line.kind)}: {line.seen:,} seen = {parts}",)
    lines = [f"{each.count:,} {words.line(each.title, most=MOST_TITLE)}" for each in report.links]
    lines += [words.linked(report.linked), *map(words.service, report.services), *report.notes]
    yield Bullets(tuple((words.line(each),) for each in lines))
    if report.command:
        yield ("Make this again: ", Code(report.command))


def _table(heads: tuple[str, ...], rows: Iterable[tuple[Line, ...]]) -> tuple[Block, ...]:
    told = tuple(rows)
    return (Table(heads, told),) if told else ()


def _cuts(section: Section) -> Iterator[Section]:
    """The section whole, then with ever shorter lists, down to none."""
    longest = max((_length(block) for block in section.blocks), default=0)
    yield section
    while longest > 1:
        longest //= 2
        yield section._replace(blocks=tuple(_cut(block, longest) for block in section.blocks))


def _length(block: Block) -> int:
    match block:
        case Bullets(lines=held) | Table(rows=held):
            return len(held)
    return 0


def _cut(block: Block, most: int) -> Block:
    match block:
        case Bullets(lines=lines, more=more):
            return Bullets(lines[:most], more + len(lines[most:]))
        case Table(heads=heads, rows=rows, more=more):
            return Table(heads, rows[:most], more + len(rows[most:]))
    return block
