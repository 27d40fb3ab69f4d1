"""A first read of everything: requests and seconds per 1,000 items, and whether memory grows with the backfill."""

import tempfile
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

from benchmarks.process import Spent, spent
from benchmarks.reading import read_github, read_jira_cloud, read_jira_data_center
from benchmarks.row import Row, Scale
from benchmarks.sites import github_company, github_issues, jira_cloud, jira_data_center
from benchmarks.twin import Make, Served, twin

ITEMS = 2_000  # two portions at least, so that memory has reached its height
GROWTH = 3


@dataclass(frozen=True, kw_only=True)
class Backfill:
    """One kind of item, and the operations that read others."""

    name: str
    items: str
    make: Make
    read: Callable[[str, tuple[str, ...], str], None]
    others: Collection[str] = ()


@dataclass(frozen=True, kw_only=True)
class Outcome:
    served: Served
    asked: Counter[str]
    spent: Spent[None]


BACKFILLS = (
    Backfill(
        name="GitHub",
        items="pull requests",
        make=github_company,
        read=read_github,
        others=("issues", "deployments"),
    ),
    Backfill(name="GitHub", items="issues", make=github_issues, read=read_github),
    Backfill(name="Jira Cloud", items="issues", make=jira_cloud, read=read_jira_cloud),
    Backfill(name="Jira Data Center", items="issues", make=jira_data_center, read=read_jira_data_center),
)


def measure(scale: Scale) -> Iterator[Row]:
    for backfill in BACKFILLS:
        small, large = (_read(backfill, scale.of(count)) for count in (ITEMS, GROWTH * ITEMS))
        yield from _rows(backfill, small, large)


def _rows(backfill: Backfill, small: Outcome, large: Outcome) -> Iterator[Row]:
    """What a thousand more cost: what is asked once, of the site and its boards, is told beside it."""
    name, items = backfill.name, backfill.items
    counts = [outcome.served.counts[items] for outcome in (small, large)]
    asked = [_asked(outcome, backfill.others) for outcome in (small, large)]
    thousands = (counts[1] - counts[0]) / 1000
    yield Row(
        what=f"{name}: requests per 1,000 {items}",
        result=(asked[1] - asked[0]) / thousands,
        unit="requests",
        on=f"in all {asked[0]:,} for {counts[0]:,}, {asked[1]:,} for {counts[1]:,}{_histories(large.served)}",
    )
    yield Row(
        what=f"{name}: peak memory at {GROWTH} times the {items}",
        result=large.spent.peak_mb / small.spent.peak_mb,
        unit="x",
        on=f"{small.spent.peak_mb:,.0f} MB, {large.spent.peak_mb:,.0f} MB",
    )
    yield Row(
        what=f"{name}: seconds per 1,000 {items}",
        result=(large.spent.seconds - small.spent.seconds) / thousands,
        unit="s",
        on=f"no latency; in all {small.spent.seconds:.1f} s, {large.spent.seconds:.1f} s",
    )


def _asked(outcome: Outcome, others: Collection[str]) -> int:
    return sum(count for operation, count in outcome.asked.items() if operation not in others)


def _histories(served: Served) -> str:
    """How long the histories are, on average, where there are any."""
    histories = served.counts.get("histories")
    return f"; {histories / served.counts['issues']:.0f} histories each" if histories else ""


def _read(backfill: Backfill, size: int) -> Outcome:
    with tempfile.TemporaryDirectory() as folder, twin(backfill.make, size) as stand_in:
        store = f"sqlite:///{folder}/store.db"
        read = spent(backfill.read, stand_in.url, stand_in.served.scope, store)
        return Outcome(served=stand_in.served, asked=stand_in.requests(), spent=read)
