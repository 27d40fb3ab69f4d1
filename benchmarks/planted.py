"""What is planted in the invented company, and what only looks like it: how much of it a report finds."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.reading import CLOCK, only_warnings
from benchmarks.row import Row, Scale
from connectors.twin.company import company
from connectors.twin.company.scores import Score, scores
from sync.work.demo import scene
from sync.work.embedded import opened

SIZE = 600
PREFIX = "serves:"  #: of the labels that name an objective


def measure(scale: Scale) -> Iterator[Row]:
    """Recall and precision of each kind."""
    size = scale.of(SIZE)
    for kind, score in _scores(size).items():
        on = f"{size} items: {score.planted} planted, {score.alike} alike"
        yield Row(what=f"{kind}: recall", result=100 * score.recall, unit="%", on=on)
        yield Row(what=f"{kind}: precision", result=100 * score.precision, unit="%", on=on)


def _scores(size: int) -> dict[str, Score]:
    with tempfile.TemporaryDirectory() as name, scene(Path(name), size=size) as told:
        config = told.config.read_text(encoding="utf-8")
        mirrored = config.replace("    type: jira\n", f'    type: jira\n    write_back: {{label_prefix: "{PREFIX}"}}\n')
        told.config.write_text(mirrored, encoding="utf-8")
        with opened(told.config, environment=told.environment, clock=CLOCK, verbose=False) as work:
            only_warnings()
            with work.reading() as reading:
                reading.sync()
            found = work.report(as_of=told.as_of, period=None).findings
    return scores(company(size=size).planted, {(each.kind, each.subject_key) for each in found})
