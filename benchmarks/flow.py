"""What flow costs once the facts are in memory: timelines, figures, views, and the weeks of every slice."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from time import perf_counter, process_time
from zoneinfo import ZoneInfo

import ibis
from ibis.backends.duckdb import Backend

from benchmarks import facts
from benchmarks.process import Spent, spent
from benchmarks.row import Row, Scale
from mappings.links import links
from mappings.load import load_mappings, load_strategy
from mappings.statuses import categories
from mappings.tag import tag
from sync.reconcile.flow import flow
from sync.reconcile.flow_views import flow_views
from sync.reconcile.objectives import members
from sync.reconcile.periods import day_of, last_complete_week, weeks_until
from sync.reconcile.scopes import Scopes
from sync.reconcile.thresholds import Thresholds
from sync.reconcile.weekly import weekly
from sync.snapshot import SCHEMAS, Snapshot

SMALL, MEDIUM, LARGE = 10_000, 100_000, 200_000
RULES, ZONE = 40, ZoneInfo("Europe/Berlin")
WEEKS = 52


@dataclass(frozen=True, kw_only=True)
class Flowed:
    """How long it took, and each step of it."""

    seconds: float
    steps: Mapping[str, float]  #: seconds of processor time: what is left where other work keeps the machine busy
    scopes: int


def measure(scale: Scale) -> Iterator[Row]:
    small, medium, large = ((items, spent(flowed, items)) for items in map(scale.of, (SMALL, MEDIUM, LARGE)))
    for items, found in (small, medium, large):
        yield _row(items, found)
    yield Row(
        what="time of 200,000 items over that of 100,000",
        result=sum(large[1].result.steps.values()) / sum(medium[1].result.steps.values()),
        unit="x",
        on="of processor time",
    )


def _row(items: int, found: Spent[Flowed]) -> Row:
    steps = ", ".join(f"{name} {seconds:.2f} s" for name, seconds in found.result.steps.items())
    on = f"{found.result.scopes} scopes; of processor time {steps}; {found.peak_mb:,.0f} MB"
    return Row(what=f"{items:,} items", result=found.result.seconds, unit="s", on=on)


def flowed(items: int) -> Flowed:
    """The flow of facts that are in DuckDB already, tagged to objectives already, step by step."""
    duckdb: Backend = ibis.duckdb.connect()
    facts.make(duckdb.con, items)
    snapshot = Snapshot(as_of=facts.AS_OF, digest="", tables={name: duckdb.table(name) for name in SCHEMAS})
    strategy, rules = load_strategy(facts.strategy(), "strategy"), load_mappings(facts.mappings(RULES), "mappings")
    day = day_of(facts.AS_OF, zone=ZONE)
    linked = links(snapshot.tables, rules).cache()
    tags = tag(snapshot.tables, links=linked, strategy=strategy, mappings=rules, day=day, people=None).cache()
    statuses = categories(snapshot.tables, rules.statuses, day)
    thresholds, steps, began_s, cpu_s = Thresholds(), {}, perf_counter(), process_time()

    def step(name: str) -> None:
        nonlocal cpu_s
        steps[name], cpu_s = process_time() - cpu_s, process_time()

    made = flow(snapshot, links=linked, status_categories=statuses, thresholds=thresholds)
    step("timelines")
    period = last_complete_week(facts.AS_OF, zone=ZONE)
    scopes = Scopes(flow=made.items, tags=tags, strategy=strategy, period=period, as_of=facts.AS_OF)
    scopes.figures(config_version="")
    step("figures")
    flow_views(made, scopes, thresholds=thresholds)
    step("views")
    weeks = weeks_until(facts.AS_OF, zone=ZONE, count=WEEKS)
    since = facts.AS_OF - timedelta(days=1000)
    weekly(made.items, members(made.items, tags, strategy), weeks=weeks, since=since).to_pyarrow()
    step(f"{WEEKS} weeks of every scope")
    return Flowed(seconds=perf_counter() - began_s, steps=steps, scopes=len(scopes.names))
