"""A first read of everything: requests by kind of question, requests at a time, memory, and seconds."""

import tempfile
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from benchmarks import reading, sites
from benchmarks.process import Spent, spent
from benchmarks.reading import Connect
from benchmarks.row import Row, Scale
from benchmarks.twin import Make, Served, twin

ITEMS = 2_000, 6_000  # two portions at least, so that memory has reached its height
LARGE_ITEMS = 10_000, 100_000
GRAPHQL = "/graphql"


@dataclass(frozen=True, kw_only=True)
class Backfill:
    """One kind of item. `apart`: the kinds of question that are not about it, told but not counted."""

    name: str
    items: str
    make: Make
    connect: Connect
    apart: Collection[str] = ()


@dataclass(frozen=True, kw_only=True)
class Outcome:
    served: Served
    asked: Counter[str]  #: requests, by the kind of question
    at_once: int  #: of the questions of GraphQL
    spent: Spent[None]


BACKFILLS = (
    Backfill(
        name="GitHub",
        items="pull requests",
        make=sites.github_company,
        connect=reading.github_token,
        apart=("pages of issues", "earlier run attempts"),
    ),
    Backfill(name="GitHub", items="issues", make=sites.github_issues, connect=reading.github_token),
    Backfill(name="Jira Cloud", items="issues", make=sites.jira_cloud, connect=reading.jira_cloud),
    Backfill(name="Jira OAuth", items="issues", make=sites.jira_oauth, connect=reading.jira_oauth),
    Backfill(name="Jira Data Center", items="issues", make=sites.jira_data_center, connect=reading.jira_data_center),
)


def measure(scale: Scale) -> Iterator[Row]:
    for backfill in BACKFILLS:
        small, large = (_read(backfill, scale.of(count)) for count in (LARGE_ITEMS if scale.large else ITEMS))
        yield from _requests(backfill, small, large)
        yield from _costs(backfill, small, large)


def _requests(backfill: Backfill, small: Outcome, large: Outcome) -> Iterator[Row]:
    """What a thousand more cost: what is asked once, of the site and its boards, is told beside it."""
    counts = [outcome.served.counts[backfill.items] for outcome in (small, large)]
    thousands = (counts[1] - counts[0]) / 1000
    more = {kind: (large.asked[kind] - small.asked[kind]) / thousands for kind in large.asked}
    asked = [_asked(outcome, backfill.apart) for outcome in (small, large)]
    what = f"{backfill.name}: requests per 1,000 {backfill.items}"
    yield Row(
        what=what,
        result=(asked[1] - asked[0]) / thousands,
        unit="requests",
        on=f"in all {asked[0]:,} for {counts[0]:,}, {asked[1]:,} for {counts[1]:,}{_histories(large.served)}",
    )
    for kind in sorted(filter(more.get, more), key=lambda kind: (kind in backfill.apart, -more[kind])):
        told = "not counted above" if kind in backfill.apart else "of these"
        yield Row(what=f"{what}: {kind}", result=more[kind], unit="requests", on=told)


def _costs(backfill: Backfill, small: Outcome, large: Outcome) -> Iterator[Row]:
    name, items = backfill.name, backfill.items
    if large.at_once:
        yield Row(what=f"{name}: questions of GraphQL at a time, {items}", result=large.at_once, unit="requests")
    yield Row(
        what=f"{name}: peak memory as the {items} grow",
        result=large.spent.peak_mb / small.spent.peak_mb,
        unit="x",
        on=", ".join(f"{read.spent.peak_mb:,.0f} MB at {read.served.counts[items]:,}" for read in (small, large)),
    )
    seconds, thousands = large.spent.seconds, large.served.counts[items] / 1000
    yield Row(
        what=f"{name}: seconds per 1,000 {items}",
        result=seconds / thousands,
        unit="s",
        on=f"no latency; {large.spent.cpu_seconds / thousands:.2f} s of processor time, the stand-in's apart",
    )


def _asked(outcome: Outcome, apart: Collection[str]) -> int:
    return sum(count for kind, count in outcome.asked.items() if kind not in apart)


def _histories(served: Served) -> str:
    """How long the histories are, on average, where there are any."""
    histories = served.counts.get("histories")
    return f"; {histories / served.counts['issues']:.1f} histories each" if histories else ""


def _read(backfill: Backfill, size: int) -> Outcome:
    with tempfile.TemporaryDirectory() as folder, twin(backfill.make, size) as stand_in:
        store = f"sqlite:///{folder}/store.db"
        read = spent(reading.read, backfill.connect, stand_in.url, stand_in.served.scope, store)
        at_once = stand_in.most_at_once(GRAPHQL)
        return Outcome(served=stand_in.served, asked=stand_in.requests(), at_once=at_once, spent=read)
