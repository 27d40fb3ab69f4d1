"""The table of a run."""

from collections.abc import Iterator, Sequence

from rich.markup import escape
from rich.table import Table

from benchmarks.results import Runs
from benchmarks.row import Row
from benchmarks.targets import TARGETS, Target

VERDICTS = {True: "[green]reached[/]", False: "[bold red]MISSED[/]"}


def table(runs: Runs) -> Table:
    """Every row beside its target, and every target of these measures that has no row."""
    drawn = Table("measure", "what", title="fingerpost, measured", title_justify="left")
    drawn.add_column("result", justify="right")
    drawn.add_column("")
    drawn.add_column("target", justify="right")
    drawn.add_column("")
    drawn.add_column("on")
    for measure, run in runs.items():
        for line in _lines(measure, run.rows, judged=run.judged):
            drawn.add_row(*line)
        drawn.add_section()
    return drawn


def _lines(measure: str, rows: Sequence[Row], *, judged: bool) -> Iterator[tuple[str, ...]]:
    targets = TARGETS.get(measure, {})
    for row in rows:
        target = targets.get(row.what)
        verdict = VERDICTS[target.reached(row.result)] if target and judged else ""
        yield measure, escape(row.what), number(row), row.unit, str(target or ""), verdict, escape(row.on)
    there = {row.what for row in rows}
    for what, target in targets.items():
        if what not in there:
            yield measure, escape(what), "", "", str(target), "not measured", _missing(target)


def _missing(target: Target) -> str:
    return f"add {target.needs}" if target.needs else ""


def number(row: Row) -> str:
    """The result in as many digits as its unit is told in."""
    digits = {"requests": 1, "s": 2, "x": 2, "%": 2}.get(row.unit, 0)
    return f"{row.result:,.{digits}f}"
