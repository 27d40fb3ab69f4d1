"""The preview for a terminal: plain text, at most a hundred columns, the same order as the page."""

import textwrap
from collections.abc import Iterator

from sync.reconcile.balance import OUTCOMES, Balance
from sync.report import words
from sync.report.preview import says
from sync.report.preview.model import FindingsMoved, Move, Preview

WIDTH = 96
MOST_KEYS = 3
MOST_FINDINGS = 5  #: of a kind; the other forms have all of them


def render(preview: Preview) -> str:
    """Blocks with a blank line between them and a final newline; the same preview gives the same bytes."""
    blocks = (_head(preview), _moves(preview), _findings(preview), _balances(preview))
    return "\n\n".join(filter(None, ("\n".join(block) for block in blocks))) + "\n"


def _head(preview: Preview) -> Iterator[str]:
    yield "fingerpost · preview; nothing is changed"
    yield f"as of {words.instant(preview.as_of, zone=preview.zone)}"
    for name, version in (("now", preview.before), ("new", preview.after)):
        yield "  " + words.line(f"{name}: strategy {version.strategy} · rules {version.mappings}", most=WIDTH)
    yield from textwrap.wrap(says.answer(preview), WIDTH)


def _moves(preview: Preview) -> Iterator[str]:
    if not preview.moves:
        return
    yield f"{'WHAT WOULD MOVE':<50}{'items':>10}{'touched':>12}{'days':>10}{'delivered':>14}"
    for move in preview.moves:
        numbers = f"{len(move.items):>10,}{move.touched:>12,}{says.days(move):>10}{move.delivered:>14,}"
        yield f"{words.line(f'{move.before} → {move.after}', most=49):<50}{numbers}"
        yield "  " + words.line(f"{move.change}, {words.records(move.kind)}: {_keys(move)}", most=WIDTH)
    yield from textwrap.wrap(says.columns(preview), WIDTH)


def _keys(move: Move) -> str:
    keys = [item.key for item in move.items[:MOST_KEYS]]
    return ", ".join([*keys, "…"] if len(move.items) > MOST_KEYS else keys)


def _findings(preview: Preview) -> Iterator[str]:
    if not preview.findings:
        return
    yield "FINDINGS"
    for kind in preview.findings:
        yield f"  {kind.title}: {len(kind.appear):,} would appear, {len(kind.vanish):,} would vanish"
        yield from _of_kind(kind)


def _of_kind(kind: FindingsMoved) -> Iterator[str]:
    for sign, found in (("+", kind.appear), ("-", kind.vanish)):
        for each in found[:MOST_FINDINGS]:
            yield "    " + words.line(f"{sign} {each.subject_key} {each.title}", most=WIDTH - 4)
        if len(found) > MOST_FINDINGS:
            yield f"    {sign} and {len(found) - MOST_FINDINGS:,} more"


def _balances(preview: Preview) -> Iterator[str]:
    for before, after in zip(preview.before.balance, preview.after.balance, strict=True):
        yield f"{words.records(before.kind)}: {', '.join(_counts(before, after))}"


def _counts(before: Balance, after: Balance) -> Iterator[str]:
    for outcome in OUTCOMES:
        was, becomes = getattr(before, outcome), getattr(after, outcome)
        yield f"{was:,} {outcome}" if was == becomes else f"{was:,} → {becomes:,} {outcome}"
