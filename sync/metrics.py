"""Metrics in Prometheus' words: what the store shows, and what this process did. No item, person or address in them."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from sqlalchemy import Engine

from sync.passes import Pass
from sync.progress import Tally
from sync.store import deliveries, health
from sync.store.database import UNAVAILABLE


@dataclass
class Counts:
    """What this process did since it began."""

    tally: Tally
    deliveries: Counter[tuple[str, str]] = field(default_factory=Counter)  #: by source and what became of them
    passes: Counter[tuple[str, str]] = field(default_factory=Counter)  #: by source and verdict

    def heard(self, source: str, word: str) -> None:
        self.deliveries[source, word] += 1

    def passed(self, done: Pass) -> None:
        self.passes[done.source, done.verdict] += 1


def registry(*, engine: Engine, counts: Counts, now: Callable[[], datetime]) -> CollectorRegistry:
    """What is to be shown, told anew each time that somebody looks."""
    made = CollectorRegistry(auto_describe=False)
    made.register(_Collector(engine, counts, now))
    return made


class _Collector:
    def __init__(self, engine: Engine, counts: Counts, now: Callable[[], datetime]) -> None:
        self._engine = engine
        self._counts = counts
        self._now = now

    def collect(self) -> Iterator[Metric]:
        yield from _of_process(self._counts)
        up = GaugeMetricFamily("fingerpost_store_up", "Whether the store answers.")
        try:
            stored = list(_of_store(self._engine, self._now()))
        except UNAVAILABLE:
            stored = []
        up.add_metric([], float(bool(stored)))
        yield up
        yield from stored


def _of_process(counts: Counts) -> Iterator[Metric]:
    heard = CounterMetricFamily(
        "fingerpost_deliveries", "Deliveries by what became of them.", labels=["source", "word"]
    )
    for (source, word), count in sorted(counts.deliveries.items()):
        heard.add_metric([source, word], count)
    passes = CounterMetricFamily("fingerpost_passes", "Passes over a source by verdict.", labels=["source", "verdict"])
    for (source, verdict), count in sorted(counts.passes.items()):
        passes.add_metric([source, verdict], count)
    requests = CounterMetricFamily("fingerpost_requests", "Requests sent to a source.", labels=["source"])
    waits = CounterMetricFamily("fingerpost_waits", "Waits for a source's limits or failures.", labels=["source"])
    left = GaugeMetricFamily(
        "fingerpost_quota_left", "Requests that a source still bears.", labels=["source", "bucket"]
    )
    for source, asked in sorted(counts.tally.sources.items()):
        requests.add_metric([source], asked.requests)
        waits.add_metric([source], asked.waits)
        for bucket, number in sorted(asked.left.items()):
            left.add_metric([source, bucket], number)
    yield from (heard, passes, requests, waits, left)


def _of_store(engine: Engine, now: datetime) -> Iterator[Metric]:
    depth = GaugeMetricFamily("fingerpost_inbox_deliveries", "Deliveries not done.", labels=["source", "state"])
    age = GaugeMetricFamily("fingerpost_inbox_oldest_seconds", "Age of the oldest of them.", labels=["source", "state"])
    for each in deliveries.depths(engine):
        depth.add_metric([each.source, each.state], each.count)
        age.add_metric([each.source, each.state], (now - each.oldest_at).total_seconds())
    yield from (depth, age, *_of_sources(engine, now))
    report = GaugeMetricFamily("fingerpost_report_age_seconds", "Since a report was last published.")
    if published_at := health.reported_at(engine):
        report.add_metric([], (now - published_at).total_seconds())
    yield report


def _of_sources(engine: Engine, now: datetime) -> Iterator[Metric]:
    lag = GaugeMetricFamily("fingerpost_source_lag_seconds", "Since a complete pass began.", labels=["source"])
    gaps = GaugeMetricFamily("fingerpost_source_gaps", "What the last pass could not read.", labels=["source"])
    silent = GaugeMetricFamily(
        "fingerpost_webhook_silent", "Whether polls find what no delivery announced.", labels=["source"]
    )
    for name, known in health.known(engine).items():
        if known.complete_at:
            lag.add_metric([name], (now - known.complete_at).total_seconds())
        gaps.add_metric([name], known.gaps)
        silent.add_metric([name], float(known.silent_since is not None))
    yield from (lag, gaps, silent)
