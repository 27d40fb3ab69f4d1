"""From facts in the store to the rendered page: seconds, memory, and how both grow."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from benchmarks import facts
from benchmarks.process import Spent, spent
from benchmarks.reading import CLOCK, only_warnings
from benchmarks.row import Row, Scale
from benchmarks.stored import fill
from sync.work.embedded import opened

SMALL, MEDIUM, LARGE = 10_000, 100_000, 1_000_000
RULES = 40
FINGERPOST = """\
store: sqlite:///{folder}/store.db
strategy: strategy.yaml
mappings: mappings.yaml
sources:
  jira: {{type: jira, url: https://jira.example, token: "${{TOKEN}}", projects: [PRJ0]}}
  github: {{type: github, url: https://api.github.example, token: "${{TOKEN}}", repositories: [acme/*]}}
"""


@dataclass(frozen=True, kw_only=True)
class Reported:
    rows: dict[str, int]  #: by table
    spent: Spent[float]  #: its result: the seconds once all is imported


def measure(scale: Scale) -> Iterator[Row]:
    small, medium = (_reported(scale.of(items)) for items in (SMALL, MEDIUM))
    yield Row(
        what="time of 100,000 items over that of 10,000",
        result=medium.spent.result / small.spent.result,
        unit="x",
        on=f"{small.spent.result:.1f} s, {medium.spent.result:.1f} s",
    )
    yield _seconds("10,000 items, once imported", small)
    yield _seconds("100,000 items", medium)
    if scale.large:
        yield from _large(_reported(scale.of(LARGE)))


def _large(large: Reported) -> Iterator[Row]:
    what = "1,000,000 items, 10,000,000 changes, 1,000,000 pull requests"
    yield _seconds(what, large)
    yield Row(what=f"{what}: peak memory", result=large.spent.peak_mb, unit="MB")


def _seconds(what: str, reported: Reported) -> Row:
    counts = ", ".join(f"{reported.rows[name]:,} {name}" for name in ("work_items", "changes", "pull_requests"))
    on = f"{counts}; {reported.spent.cpu_seconds:,.1f} s of processor time, {reported.spent.peak_mb:,.0f} MB"
    return Row(what=what, result=reported.spent.result, unit="s", on=on.replace("_", " "))


def _reported(items: int) -> Reported:
    with filled(items) as (rows, config):
        return Reported(rows=rows, spent=spent(report, config))


@contextmanager
def filled(items: int) -> Iterator[tuple[dict[str, int], Path]]:
    """A store of so many items: its rows by table, and the configuration that reads it."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        rows = spent(fill, str(folder / "store.db"), items).result
        (folder / "fingerpost.yaml").write_text(FINGERPOST.format(folder=folder), encoding="utf-8")
        (folder / "strategy.yaml").write_text(facts.strategy(), encoding="utf-8")
        (folder / "mappings.yaml").write_text(facts.mappings(RULES), encoding="utf-8")
        yield rows, folder / "fingerpost.yaml"


def report(config: Path) -> float:
    """Seconds from opening the store to the page."""
    import ibis.backends.duckdb  # noqa: F401 - imported lazily by whoever needs them: not part of the time
    import vl_convert  # noqa: F401

    began_s = perf_counter()
    with opened(config, environment={"TOKEN": "none"}, clock=CLOCK, verbose=False) as work:
        only_warnings()
        made = work.report(as_of=facts.AS_OF, period=None)
        page = work.render(made, "html")
    if "</html>" not in page:
        raise RuntimeError("the page is not whole")
    return perf_counter() - began_s
