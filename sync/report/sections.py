"""The report as an outline, in the order of the page, summary first: what every written form says."""

from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from sync.reconcile.alignment.view import Spending
from sync.reconcile.figures import Figure
from sync.reconcile.findings import SEVERITIES, Finding
from sync.reconcile.objectives import ALL
from sync.reconcile.obstacles import together
from sync.report import ahead, changes, gather, words
from sync.report.decisions import Decision
from sync.report.model import ObjectiveRow, Report
from sync.report.outline import Block, Bullets, Code, Line, Link, Section, Strong, Table

MOST_TITLE = 120  #: signs of somebody else's text in a line
MOST_CELL = 60  #: and in a cell of a table
MOST_TERRAIN = 6
MOST_OBSTACLES = 10
MOST_FIGURES = 40  #: rows of a section that a part of the report makes by itself

_OBJECTIVES = ("Objective", "Light", "State", "Owner", "Effort, of plan", "Delivered", "Forecast", "Findings")
_FIGURES = ("", "Value", "90 % interval", "n", "Left out")
_FINDINGS = ("", "Item", "Evidence", "Owner", "Id")
_TITLES = {"flow": "How the work flows", "dora": "Services", "alignment": "Where the effort goes"}
#: Parts of the report that a section of its own tells, or that hold nothing but what others tell.
_TOLD = {"masthead", "answer", "linked", "thresholds", "comparison", "terrain"}


def sections(report: Report) -> tuple[Section, ...]:
    """The whole report; what has nothing to say is left out."""
    found = (
        Section(title(report), tuple(_answer(report))),
        Section("What changed", (_bullets(changed(report)),)),
        Section("Objectives, in rank order", _table(_OBJECTIVES, _objectives(report))),
        Section("Decide on these first", (_bullets(top(report)),)),
        Section("Decisions asked", (_bullets(map(decision, report.decisions)),)),
        Section("Obstacles", (_bullets(obstacles(report)),)),
        Section("Where to start", (_bullets(starts(report)),)),
        Section("Delivery", _table(_FIGURES, map(_figure, report.delivery))),
        Section("Terrain", (_bullets(terrain(report)),)),
        Section("Accepted for now", (_bullets(accepted(report)),)),
        *_views(report),
        *_findings(report),
        Section("Small print", (*_balance(report), _bullets(_small_print(report)), *_command(report))),
    )
    return tuple(section for section in found if any(section.blocks) and section.blocks != (Bullets(()),))


def title(report: Report) -> str:
    """Week 46 of 2026: 9 to 15 November 2026, not over yet."""
    head = report.masthead
    period, days = words.period(head), words.days(head)
    named = period[:1].upper() + period[1:]
    return f"{named if named == days else f'{named}: {days}'}{', not over yet' if head.partial else ''}"


def subject(finding: Finding) -> Line:
    """What a finding is about: its key, which leads to its source, and its title."""
    called = words.line(finding.title, most=MOST_TITLE)
    return (Link(words.line(finding.subject_key, most=MOST_CELL), finding.subject_url), f" {called}" if called else "")


def marked(word: str) -> str:
    """A word behind its shape: ■ critical, ▲ at risk."""
    return f"{words.MARKS[word]} {words.LIGHTS.get(word, word)}"


def top(report: Report) -> Iterator[Line]:
    """The findings to decide on first."""
    held = {finding.id: finding for finding in report.findings}
    return (misalignment(held[identity], report=report) for identity in report.top)


def misalignment(finding: Finding, *, report: Report) -> Line:
    """One finding in a line: how grave, what, about which item, whose turn, since when, and what to do."""
    since = words.age(finding.first_at, as_of=report.masthead.as_of) if finding.first_at else ""
    about = (words.line(finding.owner, most=MOST_CELL), f"for {since}" if since else "")
    return (
        f"{marked(words.standing(finding))} · {words.kind(finding.slug)} · ",
        *subject(finding),
        f" · {' · '.join(filter(None, about))} → {words.line(finding.action, most=MOST_TITLE)}",
    )


def decision(asked: Decision) -> Line:
    """A question with what one can answer, what that costs, and what happens otherwise."""
    options = [f"{option.says} (costs {option.cost})" for option in asked.options]
    said = f"{'; '.join(options)}. If nobody answers: {asked.default}"
    return (Strong(words.line(asked.asks, most=200)), f" {words.line(said, most=500)}")


def promises(report: Report) -> str:
    """The promises of the quarter by light: ● 3 on track, ▲ 1 at risk; empty where there are none."""
    counted = report.answer.promises
    return ", ".join(
        f"{words.MARKS[colour]} {count:,} {words.LIGHTS[colour]}" for colour, count in counted.items() if count
    )


def headlines(report: Report) -> Iterator[Line]:
    """What the leading figures stand beside."""
    for figure in report.answer.figures:
        known = report.answer.beside.get(figure.id)
        if known and figure.value is not None and (told := words.beside(known, unit=figure.unit)):
            yield (f"{figure.title} {words.figure(figure)}: {told}",)


def _answer(report: Report) -> Iterator[Block]:
    head = report.masthead
    yield (Strong(report.answer.sentence),)
    yield (
        f"As of {words.instant(head.as_of, zone=head.zone)} · {marked(head.verdict)}"
        f" · strategy {words.line(head.strategy, most=MOST_CELL)} · rules {words.line(head.mappings, most=MOST_CELL)}"
        " · inputs ",
        Code(head.digest[:12]),
    )
    known = [f"{words.line(each.name)}: {words.freshness(each, zone=head.zone)}" for each in head.sources]
    gaps = [f"{words.MARKS['incomplete']} {words.line(each, most=MOST_TITLE)}" for each in (*head.mistakes, *head.gaps)]
    kept = [f"Promises of this quarter: {promises(report)}"] if promises(report) else []
    yield _bullets((each,) for each in (*known, *gaps, *kept))
    yield _bullets(headlines(report))
    yield from _table(_FIGURES, map(_figure, report.answer.figures))


def changed(report: Report) -> Iterator[Line]:
    """What is new among the findings, the figures, the data and on the map."""
    yield (changes.of_findings(report),)
    yield (changes.of_figures(report),)
    if acknowledged := changes.of_acknowledgements(report):
        yield (acknowledged,)
    compared = report.comparison
    for says in (*compared.data_changes, *(signal.says for signal in compared.signals)) if compared else ():
        yield (words.line(says, most=200),)
    for move in report.moves:
        yield (f"On the map: {words.line(move.says, most=200)}",)


def _objectives(report: Report) -> Iterator[tuple[Line, ...]]:
    spent = {each.id: each for each in report.alignment.spending} if report.alignment else {}
    return (_objective(row, spent.get(row.id)) for row in report.objectives)


def _objective(row: ObjectiveRow, spent: Spending | None) -> tuple[Line, ...]:
    delivered = next((figure for figure in row.figures if figure.id == "throughput"), None)
    texts = (
        words.line(row.name, most=MOST_CELL),
        light(row),
        marked(row.state),
        words.line(row.owner or "", most=MOST_CELL),
        share(spent) if spent else "–",
        words.figure(delivered) if delivered else "–",
        ahead.forecast(row.outlook) if row.outlook else "–",
        ", ".join(f"{row.severities[name]:,} {name}" for name in SEVERITIES if row.severities[name]) or "none",
    )
    return tuple((text,) for text in texts)


def light(row: ObjectiveRow) -> str:
    """The light of an objective, computed beside declared: ▲ at risk 71.0 %, declared on track."""
    if row.outlook is None:
        return "–"
    shown = row.outlook.light
    chance = f" {words.amount(shown.chance, unit='ratio')}" if shown.chance is not None else ""
    declared = f", declared {words.DECLARED[shown.declared]}" if shown.declared else ""
    return f"{marked(shown.computed)}{chance}{declared}{' – these contradict each other' if shown.contradicts else ''}"


def share(spent: Spending) -> str:
    """The share of the effort beside the plan: 31.0 % of 45.0 % ▼ starved."""
    planned = "" if spent.planned is None else f" of {words.amount(spent.planned, unit='ratio')}"
    flags = [f" {words.MARKS[flag]} {flag.replace('_', ' ')}" for flag in spent.flags]
    return f"{words.figure(spent.share)}{planned}{''.join(flags)}"


def _figure(figure: Figure) -> tuple[Line, ...]:
    n = "" if figure.n is None else f"{figure.n:,}"
    texts = (named(figure), words.figure(figure), words.band(figure), n, words.left_out(figure))
    return tuple((words.line(text, most=MOST_TITLE),) for text in texts)


def terrain(report: Report) -> Iterator[Line]:
    """What is new on the ground, and where no rule leads."""
    found = report.terrain
    if found is None:
        return
    for told, seen in (("New", found.new), ("Without a rule", found.unruled), ("Out of sight", found.lost)):
        names = [words.line(words.sighting(each), most=MOST_CELL) for each in seen[:MOST_TERRAIN]]
        more = f" and {len(seen) - MOST_TERRAIN:,} more" if len(seen) > MOST_TERRAIN else ""
        if names:
            yield (f"{told}: {', '.join(names)}{more}",)


def obstacles(report: Report) -> Iterator[Line]:
    """What waits, by objective and cause, with the longest of it."""
    names, items = {row.id: row.name for row in report.objectives}, {item.ref: item for item in report.items}
    for told in together(report.obstacles)[:MOST_OBSTACLES]:
        called = words.line(names.get(told.objective or "", "no objective"), most=MOST_CELL)
        longest = [items[ref] for ref in told.longest if ref in items]
        links = [span for item in longest for span in (", ", Link(words.line(item.key, most=MOST_CELL), item.url))]
        yield (f"{called}: {words.obstacle(told)}", *((": ", *links[1:]) if links else ()))


def starts(report: Report) -> Iterator[Line]:
    """Where to start on each ground, and what is not seen of it."""
    for told in report.starts:
        title = words.GROUNDS[told.ground]
        signs = f" {'; '.join(told.signs)}." if told.signs else ""
        yield (Strong(title), f":{signs} Not seen: {words.line(told.unseen, most=200)}")
        yield from ((f"{title}: {words.line(words.start(each), most=300)}",) for each in told.starts)


def accepted(report: Report) -> Iterator[Line]:
    """Findings that are acknowledged, and exceptions that teams agreed on."""
    for each in report.accepted:
        yield (words.line(words.accepted(each), most=300),)
    for line in report.agreements:
        said = f"{line.team}: {words.agreement(line)} {line.reason}"
        yield (words.line(said, most=200),)


def views(report: Report) -> Iterator[tuple[str, list[Figure]]]:
    """Title and figures of each further part of the report that holds some; what nobody configured is said once."""
    for name in report.__struct_fields__:
        part = getattr(report, name)
        figures = list(gather.figures(part)) if isinstance(part, Struct) and name not in _TOLD else []
        told = [figure for figure in figures if figure.scope == ALL or figure.reason != "not_configured"]
        if told:
            yield _TITLES.get(name, words.kind(name)), told


def named(figure: Figure) -> str:
    """What a figure is called beside others: its scope first, where that is not all work."""
    return figure.title if figure.scope == ALL else f"{words.line(figure.scope, most=MOST_CELL)}: {figure.title}"


def _views(report: Report) -> Iterator[Section]:
    for called, figures in views(report):
        rows = tuple(map(_figure, figures[:MOST_FIGURES]))
        yield Section(called, (Table(_FIGURES, rows, more=len(figures) - len(rows)),))


def _findings(report: Report) -> Iterator[Section]:
    """A section for each kind."""
    for kind in report.kinds:
        held = [finding for finding in report.findings if finding.kind == kind.id]
        more = f"{kind.suppressed:,} more are explained by another finding." if kind.suppressed else ""
        rows = _table(_FINDINGS, (_row(each, report=report) for each in held))
        yield Section(f"{kind.title}: {len(held):,}", (*(((more,),) if more else ()), *rows))


def _row(finding: Finding, *, report: Report) -> tuple[Line, ...]:
    said = "; ".join(words.evidence(each, zone=report.masthead.zone) for each in finding.evidence[:3])
    return (
        (marked(words.standing(finding)),),
        subject(finding),
        (words.line(said, most=MOST_TITLE),),
        (words.line(finding.owner, most=MOST_CELL),),
        (Code(finding.id),),
    )


def _balance(report: Report) -> Iterator[Block]:
    for line in report.balance:
        parts = (
            f"{line.tagged:,} tagged + {line.exempt:,} exempt + {line.untagged:,} untagged + {line.unknown:,} unknown"
        )
        yield (f"{words.records(line.kind)}: {line.seen:,} seen = {parts}",)


def _small_print(report: Report) -> Iterator[Line]:
    lines = [f"{each.count:,} {words.line(each.title, most=MOST_TITLE)}" for each in report.links]
    lines += [words.linked(report.linked), *map(words.service, report.services), *report.notes]
    return ((words.line(each),) for each in lines)


def _command(report: Report) -> Sequence[Block]:
    return (("Make this again: ", Code(report.command)),) if report.command else ()


def _bullets(lines: Iterable[Line]) -> Bullets:
    return Bullets(tuple(lines))


def _table(heads: tuple[str, ...], rows: Iterable[tuple[Line, ...]]) -> tuple[Block, ...]:
    told = tuple(rows)
    return (Table(heads, told),) if told else ()
