"""What flow costs once the facts are in memory: timelines, figures, views, and the weeks of every slice."""

from collections.abc import Iterator
from datetime import timedelta
from zoneinfo import ZoneInfo

import ibis
from ibis.backends.duckdb import Backend

from benchmarks import facts
from benchmarks.growth import Reckoned, Stopwatch, growth
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

RULES, ZONE = 40, ZoneInfo("Europe/Berlin")
WEEKS = 52


def measure(scale: Scale) -> Iterator[Row]:
    return growth(flowed, scale)


def flowed(items: int) -> Reckoned:
    """The flow of facts that are in DuckDB already, tagged to objectives already, step by step."""
    duckdb: Backend = ibis.duckdb.connect()
    facts.make(duckdb.con, items)
    snapshot = Snapshot(as_of=facts.AS_OF, digest="", tables={name: duckdb.table(name) for name in SCHEMAS})
    strategy, rules = load_strategy(facts.strategy(), "strategy"), load_mappings(facts.mappings(RULES), "mappings")
    day = day_of(facts.AS_OF, zone=ZONE)
    linked = links(snapshot.tables, rules).cache()
    tags = tag(snapshot.tables, links=linked, strategy=strategy, mappings=rules, day=day, people=None).cache()
    statuses = categories(snapshot.tables, rules.statuses, day)
    thresholds, watch = Thresholds(), Stopwatch()
    made = flow(snapshot, links=linked, status_categories=statuses, thresholds=thresholds)
    watch.step("timelines")
    period = last_complete_week(facts.AS_OF, zone=ZONE)
    scopes = Scopes(flow=made.items, tags=tags, strategy=strategy, period=period, as_of=facts.AS_OF)
    scopes.figures(config_version="", replicates=thresholds.bootstrap_replicates)
    watch.step("figures")
    flow_views(made, scopes, thresholds=thresholds)
    watch.step("views")
    weeks = weeks_until(facts.AS_OF, zone=ZONE, count=WEEKS)
    since = facts.AS_OF - timedelta(days=1000)
    weekly(made.items, members(made.items, tags, strategy), weeks=weeks, since=since).to_pyarrow()
    watch.step(f"{WEEKS} weeks of every scope")
    return watch.reckoned(f"{len(scopes.names)} scopes")
