"""What effort and alignment cost once the facts are in memory, at about twenty signs of work an item."""

from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import ibis
from ibis.backends.duckdb import Backend

from benchmarks import facts
from benchmarks.growth import Reckoned, Stopwatch, growth
from benchmarks.row import Row, Scale
from mappings.links import links
from mappings.load import load_mappings, load_people, load_strategy
from mappings.statuses import categories
from mappings.tag import tag
from sync.reconcile.alignment.reckoned import aligned
from sync.reconcile.facts import Facts
from sync.reconcile.periods import day_of, last_complete_week
from sync.reconcile.reconciliation import judged
from sync.reconcile.thresholds import Thresholds
from sync.snapshot import SCHEMAS, Snapshot

RULES, ZONE, TEAMS = 40, ZoneInfo("Europe/Berlin"), 5


def measure(scale: Scale) -> Iterator[Row]:
    return growth(shared, scale)


def shared(items: int) -> Reckoned:
    """Effort and alignment of facts that are in DuckDB already, step by step."""
    known = _facts(items)
    ledger, watch = known.ledger, Stopwatch()
    ledger.capacity.days.count().execute()
    watch.step("capacity")
    ledger.subjects.served.count().execute()
    watch.step("links and roots")
    signs = ledger.signals.told.count().execute()
    watch.step("signals")
    ledger.present.count().execute()
    watch.step("presence")
    ledger.split.shares.count().execute()
    watch.step("split")
    ledger.spent.count().execute()
    watch.step("by item")
    view = aligned(known, last_complete_week(facts.AS_OF, zone=ZONE), precision=None, config_version="")
    watch.step("alignment")
    days = view.account.observed_days if view.account else 0.0
    return watch.reckoned(f"{signs:,} signs, {days:,.0f} person-days")


def _facts(items: int) -> Facts:
    duckdb: Backend = ibis.duckdb.connect()
    facts.make(duckdb.con, items)
    duckdb.con.execute(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"))
    snapshot = Snapshot(as_of=facts.AS_OF, digest="", tables={name: duckdb.table(name) for name in SCHEMAS})
    strategy, rules = load_strategy(facts.strategy(), "strategy"), load_mappings(facts.mappings(RULES), "mappings")
    people, day = load_people(_people(items), "people"), day_of(facts.AS_OF, zone=ZONE)
    linked = links(snapshot.tables, rules).cache()
    tags = tag(snapshot.tables, links=linked, strategy=strategy, mappings=rules, day=day, people=people).cache()
    return judged(
        snapshot,
        tags=tags,
        links=linked,
        categories=categories(snapshot.tables, rules.statuses, day),
        strategy=strategy,
        zone=ZONE,
        thresholds=Thresholds(),
        people=people,
        mappings=rules,
    )


def _people(items: int) -> str:
    """The text of a people file: everybody in one of the teams."""
    teams = [f"  - {{id: team-{number}, day_rate: 640}}" for number in range(TEAMS)]
    people = [
        f"  - {{id: p{number}, teams: [{{team-{number % TEAMS}: 2024-01-01}}], "
        f"accounts: {{jira: dev{number}, github: dev{number}}}}}"
        for number in range(10 + items // facts.ITEMS_A_PERSON)
    ]
    return "\n".join(["teams:", *teams, "people:", *people]) + "\n"
