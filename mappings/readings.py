"""Readings of a measure from a CSV file beside the strategy, as if they stood in it."""

import csv
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from io import StringIO
from typing import Any

from mappings.document import MAX_CHARACTERS, Document, Path
from mappings.model import entries
from mappings.problems import Problem, Problems

HEADER = ["on", "value"]

#: The text of a file, by its name as the strategy gives it; raises OSError or UnicodeDecodeError.
Beside = Callable[[str], str]


def with_readings(document: Document, beside: Beside) -> list[Problem]:
    """Puts the readings in the place of each file that is named for them; what is wrong with these files."""
    problems: list[Problem] = []
    for path, measure in _named(document.data):
        name = measure["readings"]
        try:
            measure["readings"] = csv_readings(beside(name), name)
        except (OSError, UnicodeDecodeError) as error:
            why = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
            problems.append(document.problem((*path, "readings"), f"{name} cannot be read: {why}"))
        except Problems as found:
            problems += found.problems
        if isinstance(measure["readings"], str):
            measure["readings"] = ()
    return problems


def _named(data: Any) -> Iterator[tuple[Path, dict[str, Any]]]:
    for path, objective in entries(data, "objectives"):
        for place, measure in entries(objective, "measures"):
            if isinstance(measure, dict) and isinstance(measure.get("readings"), str):
                yield (*path, *place), measure


def csv_readings(text: str, file: str) -> tuple[Mapping[str, Any], ...]:
    """The rows below the header `on,value`, the older first; raises `Problems` with every line that is none."""
    if len(text) > MAX_CHARACTERS:
        message = f"the file has {len(text):,} characters, more than the {MAX_CHARACTERS:,} that are read"
        raise Problems([Problem(file, 1, 1, message)])
    rows = csv.reader(StringIO(text.removeprefix("\ufeff")))  # Excel begins UTF-8 with a byte order mark
    try:
        return _checked([(rows.line_num, [cell.strip() for cell in row]) for row in rows if any(row)], file)
    except csv.Error as error:
        raise Problems([Problem(file, rows.line_num, 1, f"not valid CSV: {error}")]) from None


def _checked(lines: list[tuple[int, list[str]]], file: str) -> tuple[Mapping[str, Any], ...]:
    if not lines or lines[0][1] != HEADER:
        hint = "a day such as 2026-11-01, a comma, and a number with a point"
        raise Problems([Problem(file, 1, 1, "the first line should be 'on,value'", hint)])
    readings: list[dict[str, Any]] = []
    problems: list[Problem] = []
    for number, cells in lines[1:]:
        on, value, column, message = _reading(cells)
        if message:
            problems.append(Problem(file, number, column, message))
        elif readings and on <= readings[-1]["on"]:
            problems.append(Problem(file, number, 1, "the readings should stand in the order of their days, each once"))
        else:
            readings.append({"on": on, "value": value})
    if problems:
        raise Problems(problems)
    return tuple(readings)


def _reading(cells: list[str]) -> tuple[date, float, int, str]:
    """Day and value; else the column that is wrong, and why."""
    if len(cells) != len(HEADER):
        return date.min, 0.0, 1, f"should have two values, a day and a number, not {len(cells)}"
    try:
        on = date.fromisoformat(cells[0])
    except ValueError:
        return date.min, 0.0, 1, f"should be a date such as 2026-12-31, not '{cells[0]}'"
    try:
        return on, float(cells[1]), 0, ""
    except ValueError:
        return on, 0.0, len(cells[0]) + 2, f"should be a number, not '{cells[1]}'"
