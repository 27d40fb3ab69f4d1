"""The runs as a page of the documents: every number beside its target and the last committed one, and a picture."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.results import Run, Runs
from benchmarks.row import Row
from benchmarks.table import number
from benchmarks.targets import TARGETS, Target

DOCS = Path(__file__).parents[1] / "docs"
REQUESTS = "benchmarks-requests.svg"
GROWTH = "benchmarks-growth.svg"
HEAD = """\
# What it costs

Measured against local stand-ins of Jira and GitHub over real HTTP, each in a process of its own. Counts of requests are
the same on every machine. Seconds are not: compare them with what stands beside them, and by the column "against the
last", which is the result divided by the last committed one.
"""
READERS = """\
![Requests for 1,000 items, by who reads them](benchmarks-requests.svg)

The loops are what somebody would write with the vendors' libraries, Perceval and tap-github what somebody would
install; each reads less of an item than fingerpost does, as its row or the code beside it says.
"""
CURVES = """\
![Seconds, by how many items](benchmarks-growth.svg)
"""
_AMOUNT = re.compile(r"([\d,]+) items")


def write(runs: Runs, *, before: Runs, folder: Path = DOCS) -> None:
    """`docs/benchmarks.md` and its pictures."""
    machines = dict.fromkeys(run.machine for run in runs.values())
    parts = [HEAD, *(f"```text\n{machine}\n```\n" for machine in machines)]
    for text, name, drawn in ((READERS, REQUESTS, _requests(runs)), (CURVES, GROWTH, _growth(runs))):
        if drawn["data"]["values"]:
            (folder / name).write_text(_picture(drawn), encoding="utf-8")
            parts.append(text)
    for measure, run in runs.items():
        parts += [f"## {measure.replace('_', ' ')}\n", *_told(measure, run, before.get(measure)), ""]
    (folder / "benchmarks.md").write_text("\n".join(parts).rstrip() + "\n", encoding="utf-8")


def _told(measure: str, run: Run, before: Run | None) -> Iterator[str]:
    if run.skipped:
        yield f"Not measured: {run.skipped}"
        return
    amounts = "" if run.judged else " Other amounts than the targets are about, so that none of them is judged."
    yield f"`{run.command}` at {run.commit} on {run.measured_on}, beside {run.busy:g} busy processes.{amounts}\n"
    yield "| what | result | | target | | against the last | on |"
    yield "| --- | ---: | --- | ---: | --- | ---: | --- |"
    last = {row.what: row.result for row in before.rows} if before else {}
    targets = TARGETS.get(measure, {})
    for row in run.rows:
        yield _line(row, targets.get(row.what), last.get(row.what), judged=run.judged)


def _line(row: Row, target: Target | None, last: float | None, *, judged: bool) -> str:
    verdict = ("reached" if target.reached(row.result) else "**missed**") if target and judged else ""
    ratio = f"{row.result / last:.2f}" if last else ""
    cells = (row.what, number(row), row.unit, str(target or ""), verdict, ratio, row.on)
    return f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"


def _requests(runs: Runs) -> dict[str, Any]:
    """Bars: who read what kind of item, and the requests that 1,000 of them took."""
    told = [
        (row.what.partition(": requests per 1,000 "), row.result)
        for name in ("naive", "perceval", "tap_github")
        for row in (runs[name].rows if name in runs else ())
    ]
    values = [{"who": who, "items": items, "requests": asked} for (who, _, items), asked in told if items]
    return {
        "data": {"values": values},
        "mark": "bar",
        "encoding": {
            "row": {"field": "items", "title": None},
            "y": {"field": "who", "type": "nominal", "title": None},
            "x": {"field": "requests", "type": "quantitative", "scale": {"type": "log"}, "title": None},
        },
    }


def _growth(runs: Runs) -> dict[str, Any]:
    """Lines: the seconds that each measure takes as the items grow."""
    values = [
        {"measure": name, "items": int(amount[1].replace(",", "")), "seconds": row.result}
        for name, run in runs.items()
        for row in run.rows
        if row.unit == "s" and (amount := _AMOUNT.match(row.what))
    ]
    log = {"type": "log"}
    return {
        "data": {"values": values},
        "mark": {"type": "line", "point": True},
        "encoding": {
            "x": {"field": "items", "type": "quantitative", "scale": log},
            "y": {"field": "seconds", "type": "quantitative", "scale": log},
            "color": {"field": "measure", "type": "nominal"},
        },
    }


def _picture(drawn: dict[str, Any]) -> str:
    import vl_convert

    return str(vl_convert.vegalite_to_svg(drawn))
