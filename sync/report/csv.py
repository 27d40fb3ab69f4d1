"""The report as tables of comma-separated values, which no spreadsheet takes for formulas.

# RFC 4180; owasp.org/www-community/attacks/CSV_Injection
"""

import csv
from collections.abc import Sequence
from io import StringIO
from typing import Any

import msgspec
from msgspec import Struct

from sync.reconcile.figures import Figure
from sync.reconcile.findings import Evidence
from sync.report import gather, words
from sync.report.model import Report

MOST_CELL = 32_000  #: signs; spreadsheets cut at 32,767
#: What a cell begins with that some spreadsheet reckons with, also in full width.
FORMULA = ("=", "+", "-", "@", "|", "%", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_BLANKS = "\ufeff\u200b\u2060 "  #: that a spreadsheet may skip


def render(report: Report) -> dict[str, str]:
    """Name of the table → its rows under a head: `figures` has every figure there is, the others a list each."""
    figures = {(figure.scope, figure.id): figure for figure in gather.figures(report)}
    lists = dict(gather.tables(report))
    return {name: _table(rows) for name, rows in {"figures": tuple(figures.values()), **lists}.items()}


def cell(value: Any) -> str:
    """A value as a cell; text that would be a formula is led by an apostrophe."""
    if isinstance(value, tuple) and value and isinstance(value[0], Evidence):
        value = [evidence.says for evidence in value]
    if isinstance(value, Figure):
        value = value.value
    match msgspec.to_builtins(value):
        case None:
            return ""
        case bool(truth):
            return "true" if truth else "false"
        case int(number) | float(number):
            return str(number)
        case str(text):
            return _harmless(text)
        case [*parts] if all(isinstance(part, str) for part in parts):
            return _harmless("; ".join(parts))
        case other:
            return _harmless(msgspec.json.encode(other, order="deterministic").decode())


def _harmless(text: str) -> str:
    flat = words.line(text, most=MOST_CELL)
    return f"'{flat}" if flat.lstrip(_BLANKS).startswith(FORMULA) else flat


def _table(rows: Sequence[Struct]) -> str:
    columns = _columns(rows)
    text = StringIO()
    writer = csv.writer(text)
    writer.writerow(columns)
    writer.writerows([cell(getattr(row, name)) for name in columns] for row in rows)
    return text.getvalue()


def _columns(rows: Sequence[Struct]) -> list[str]:
    """The fields that hold no records, lists of records or refs: those are told in full by the JSON report."""
    names = [name for name in rows[0].__struct_fields__ if name != "items"] if rows else []
    return [name for name in names if not any(_nests(getattr(row, name)) for row in rows)]


def _nests(value: Any) -> bool:
    return (
        isinstance(value, tuple) and bool(value) and isinstance(value[0], Struct) and not isinstance(value[0], Evidence)
    )
