"""A run as a page of the documents: every number beside its target and the last committed result, and a picture."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.results import Numbers
from benchmarks.row import Row
from benchmarks.table import number
from benchmarks.targets import TARGETS

DOCS = Path(__file__).parents[1] / "docs"
PICTURE = "benchmarks.svg"
HEAD = """\
# What it costs

Measured against local stand-ins of Jira and GitHub over real HTTP, each in a process of its own. Counts of requests are
the same on every machine. Seconds are not: compare them with what stands beside them, and by the column "against the
last", which is the result divided by the last committed one.
"""
READERS = """\
![Requests for 1,000 items, by who reads them](benchmarks.svg)

The loops are what somebody would write with the vendors' libraries, Perceval and tap-github what somebody would
install; each reads less of an item than fingerpost does, as its row or the code beside it says.
"""


def write(
    results: Mapping[str, Sequence[Row]],
    *,
    before: Numbers,
    skipped: Mapping[str, str],
    machine: str,
    command: str,
    judged: bool,
    folder: Path = DOCS,
) -> None:
    """`docs/benchmarks.md`, and its picture where readers were measured. `judged`: as in `table`."""
    readers = dict(_readers(results))
    parts = [HEAD, f"`{command}`\n", f"```text\n{machine}\n```\n"]
    if not judged:
        parts.append("Measured on other amounts than the targets are about, so that none of them is judged.\n")
    if readers:
        (folder / PICTURE).write_text(_picture(readers), encoding="utf-8")
        parts.append(READERS)
    for measure, rows in results.items():
        parts += [
            f"## {measure.replace('_', ' ')}\n",
            *_told(measure, rows, before.get(measure, {}), judged=judged),
            "",
        ]
    parts += [f"- **{name}** was not measured: {why}" for name, why in skipped.items()]
    (folder / "benchmarks.md").write_text("\n".join(parts).rstrip() + "\n", encoding="utf-8")


def _told(measure: str, rows: Sequence[Row], before: Mapping[str, float], *, judged: bool) -> Iterator[str]:
    yield "| what | result | | target | | against the last | on |"
    yield "| --- | ---: | --- | ---: | --- | ---: | --- |"
    for row in rows:
        target = TARGETS.get(measure, {}).get(row.what)
        verdict = ("reached" if target.reached(row.result) else "**missed**") if target and judged else ""
        last = before.get(row.what)
        ratio = f"{row.result / last:.2f}" if last else ""
        cells = (row.what, number(row), row.unit, str(target or ""), verdict, ratio, row.on)
        yield f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"


def _readers(results: Mapping[str, Sequence[Row]]) -> Iterator[tuple[tuple[str, str], float]]:
    """Who read what kind of item, and the requests that 1,000 of them took."""
    for row in (row for name in ("naive", "perceval", "tap_github") for row in results.get(name, ())):
        who, _, items = row.what.partition(": requests per 1,000 ")
        if items:
            yield (who, items), row.result


def _picture(readers: Mapping[tuple[str, str], float]) -> str:
    import vl_convert

    rows = [{"who": who, "items": items, "requests": asked} for (who, items), asked in readers.items()]
    axis: dict[str, Any] = {"field": "requests", "type": "quantitative", "scale": {"type": "log"}, "title": None}
    spec = {
        "data": {"values": rows},
        "mark": "bar",
        "encoding": {
            "row": {"field": "items", "title": None},
            "y": {"field": "who", "type": "nominal", "title": None},
            "x": axis,
        },
    }
    return str(vl_convert.vegalite_to_svg(spec))
