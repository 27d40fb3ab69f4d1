"""What the preview says in sentences, the same in every form."""

from collections import Counter

from sync.report import words
from sync.report.preview.model import Move, MovedItem, Preview

NEWLY = {
    "moved": "to another place",
    "tagged": "newly tagged",
    "exempt": "newly exempt",
    "untagged": "newly untagged",
    "unknown": "newly unknown",
}


def answer(preview: Preview) -> str:
    """How much would move and how many findings would come and go, in a sentence or two."""
    return f"{_moving(preview)} {_finding(preview)}"


def _moving(preview: Preview) -> str:
    total = sum(len(move.items) for move in preview.moves)
    if not total:
        return "Nothing would move."
    parts: Counter[str] = Counter()
    for move in preview.moves:
        parts[move.change] += len(move.items)
    said = ", ".join(f"{parts[change]:,} {what}" for change, what in NEWLY.items() if parts[change])
    return f"{words.count(total, 'record')} would move: {said}."


def _finding(preview: Preview) -> str:
    appear = sum(len(kind.appear) for kind in preview.findings)
    vanish = sum(len(kind.vanish) for kind in preview.findings)
    if not appear and not vanish:
        return "No finding would appear or vanish."
    return f"{words.count(appear, 'finding')} would appear and {vanish:,} would vanish."


def columns(preview: Preview) -> str:
    """What the numbers count."""
    lately = f"in the {preview.touched_days} days before"
    effort = f"not shown ({words.REASONS[preview.hidden]})" if preview.hidden else f"person-days spent {lately}"
    return f"Touched: {lately}. Days: {effort}. Delivered: work items in {preview.period}."


def days(move: Move | MovedItem) -> str:
    """The person-days that would move; a dash where they may not be shown."""
    return "–" if move.effort_days is None else f"{move.effort_days:,.1f}"
