"""What pull requests and deployments cost a report: every row, every figure of a quarter, every measure."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from time import process_time
from zoneinfo import ZoneInfo

import ibis
from ibis.backends.duckdb import Backend

from benchmarks import facts
from benchmarks.process import spent
from benchmarks.row import Row, Scale
from mappings.links import links
from mappings.load import load_mappings, load_strategy
from mappings.people import People
from mappings.rules import Service
from mappings.statuses import categories
from mappings.tag import tag
from sync.reconcile.dora.told import dora_view
from sync.reconcile.periods import period
from sync.reconcile.pull_requests.told import pull_request_view
from sync.reconcile.reconciliation import judged
from sync.reconcile.shipped import shipped
from sync.reconcile.span import Span
from sync.reconcile.thresholds import Thresholds
from sync.snapshot import SCHEMAS, Snapshot

ITEMS, SERVICES, RULES = 100_000, 10, 20
UTC = ZoneInfo("UTC")


@dataclass(frozen=True, kw_only=True)
class Reckoned:
    pulls: int
    rows: float  #: seconds of processor time for the row of each pull request and what became of each deployment
    figures: float  #: the same for the figures of a quarter


def measure(scale: Scale) -> Iterator[Row]:
    once, twice = (spent(reckon, scale.of(items)) for items in (ITEMS, 2 * ITEMS))
    for found in (once, twice):
        told = found.result
        on = f"{told.pulls:,} pull requests, {SERVICES} services; {found.peak_mb:,.0f} MB"
        yield Row(what=f"rows of {told.pulls:,}", result=told.rows, unit="s", on=on)
        yield Row(what=f"figures of a quarter of {told.pulls:,}", result=told.figures, unit="s", on=on)
    ratio = (twice.result.rows + twice.result.figures) / (once.result.rows + once.result.figures)
    yield Row(what="time of twice the pull requests", result=ratio, unit="x")


def reckon(items: int) -> Reckoned:
    """Reckons on facts that are in DuckDB already; links, tags and flow are others' work."""
    duckdb: Backend = ibis.duckdb.connect()
    facts.make(duckdb.con, items)
    duckdb.con.execute(Path(__file__).with_name("pulls.sql").read_text(encoding="utf-8"))
    known = Snapshot(as_of=facts.AS_OF, digest="", tables={name: duckdb.table(name) for name in SCHEMAS})
    rules, strategy = load_mappings(facts.mappings(RULES), "mappings"), load_strategy(facts.strategy(), "strategy")
    services = tuple(Service(id=f"shop-{number}", repositories=(f"acme/shop-{number}",)) for number in range(SERVICES))
    day = facts.AS_OF.date()
    linked = links(known.tables, rules).cache()
    tags = tag(known.tables, links=linked, strategy=strategy, mappings=rules, day=day).cache()
    meant = judged(
        known,
        tags=tags,
        links=linked,
        categories=categories(known.tables, rules.statuses, day),
        strategy=strategy,
        zone=UTC,
        thresholds=Thresholds(),
    )
    begun_s = process_time()
    code = shipped(
        known,
        services,
        flow=meant.flow,
        links=linked,
        people=People(),
        thresholds=Thresholds(),
        day=day,
    )
    rows_s = process_time()
    span = Span(period=period("2026-Q3", zone=UTC), as_of=facts.AS_OF)
    pull_request_view(code.pull_requests, meant, span)
    dora_view(code.dora, span, thresholds=Thresholds())
    return Reckoned(
        pulls=code.pull_requests.rows.count().execute(), rows=rows_s - begun_s, figures=process_time() - rows_s
    )
