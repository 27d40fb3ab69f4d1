"""The difference for a terminal: plain text, at most a hundred columns."""

import textwrap
from collections.abc import Iterator, Sequence

from sync.reconcile.objectives import ALL
from sync.report import words
from sync.report.diff.model import Diff, FigureMoved, FindingMoved, Side

WIDTH = 96
MOST_FINDINGS = 10  #: of what became of them; the JSON has all
MOST_FIGURES = 12  #: of all work, and of objectives each; likewise
FATES = ("new", "worse", "better", "resolved", "accepted", "returned", "expiring", "unknown")
UNTESTED = "No test compares these two reports: the figures are told side by side, and none is called a change."


def render(diff: Diff) -> str:
    """Blocks with a blank line between them and a final newline; the same difference gives the same bytes."""
    blocks = [_head(diff), _lines("DATA", diff.data), *(_findings(fate, getattr(diff, fate)) for fate in FATES)]
    told = "\n\n".join(filter(None, ("\n".join(block) for block in (*blocks, _tested(diff), _figures(diff)))))
    return f"{told}\n"


def _head(diff: Diff) -> Iterator[str]:
    yield "fingerpost · two reports"
    yield f"  before: {_side(diff.before, zone=diff.zone)}"
    yield f"  after:  {_side(diff.after, zone=diff.zone)}"
    counts = [f"{len(getattr(diff, fate)):,} {fate}" for fate in FATES if getattr(diff, fate)]
    if counts:
        yield f"Findings: {', '.join(counts)}."
    elif diff.figures or diff.data:
        yield "Findings: the same."
    else:
        yield "Both say the same."


def _side(side: Side, *, zone: str) -> str:
    return f"{side.period}, as of {words.instant(side.as_of, zone=zone)}, inputs {side.digest[:12]}"


def _findings(fate: str, moved: Sequence[FindingMoved]) -> Iterator[str]:
    if not moved:
        return
    yield fate.upper()
    for each in moved[:MOST_FINDINGS]:
        yield "  " + words.line(_finding(each), most=WIDTH)
    yield from _more(moved, MOST_FINDINGS)


def _finding(moved: FindingMoved) -> str:
    severity = " → ".join(dict.fromkeys(each for each in (moved.before, moved.now) if each))
    until = f"until {moved.until}" if moved.until else ""
    about = (severity, words.kind(moved.slug), f"{moved.subject_key} {moved.title}", moved.owner, until, moved.id)
    return " · ".join(filter(None, about))


def _tested(diff: Diff) -> Iterator[str]:
    if diff.figures:
        yield from _lines("TESTED", diff.tested or (UNTESTED,))


def _figures(diff: Diff) -> Iterator[str]:
    for title, of_all in (("FIGURES", True), ("FIGURES OF OBJECTIVES", False)):
        yield from _told(title, [each for each in diff.figures if (each.scope == ALL) is of_all])


def _told(title: str, figures: Sequence[FigureMoved]) -> Iterator[str]:
    yield from _lines(title, [each.says for each in figures[:MOST_FIGURES]])
    yield from _more(figures, MOST_FIGURES)


def _lines(title: str, says: Sequence[str]) -> Iterator[str]:
    if not says:
        return
    yield title
    for each in says:
        yield from textwrap.wrap(words.line(each), WIDTH, initial_indent="  ", subsequent_indent="    ")


def _more(held: Sequence[object], most: int) -> Iterator[str]:
    if len(held) > most:
        yield f"  and {len(held) - most:,} more in the JSON"
