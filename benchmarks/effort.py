"""What effort, alignment and the checks cost once the facts are in memory, at about twenty signs of work an item."""

import tempfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb
import ibis
from ibis.backends.duckdb import Backend

from benchmarks import facts
from benchmarks.growth import Reckoned, Stopwatch, growth
from benchmarks.process import spent
from benchmarks.row import Row, Scale
from mappings.links import links
from mappings.load import load_mappings, load_strategy
from mappings.people import People
from mappings.statuses import categories
from mappings.tag import tag
from sync.reconcile.alignment.reckoned import aligned
from sync.reconcile.checks import every_finding
from sync.reconcile.effort.window import told_since
from sync.reconcile.facts import Facts
from sync.reconcile.findings import without_consequences
from sync.reconcile.periods import day_of, last_complete_week
from sync.reconcile.reconciliation import judged
from sync.reconcile.severities import graded
from sync.reconcile.thresholds import Thresholds
from sync.snapshot import SCHEMAS, Snapshot

RULES, OBJECTIVES, ZONE, TEAMS = 120, 60, ZoneInfo("Europe/Berlin"), 5
LARGE, DAYS, ITEMS_A_PERSON = 1_000_000, 364, 100
SINCE = date(2024, 1, 1)
MEMORY_LIMIT = "3GB"  #: as a report has


def measure(scale: Scale) -> Iterator[Row]:
    yield from growth(shared, scale)
    if scale.large:
        yield from _large(scale.of(LARGE))


def _large(items: int) -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder, "facts.duckdb"))
        spent(make, path, items)
        found = spent(shared, items, path)
    what, told = "1,000,000 items, 20,000,000 signs, 60 objectives, 52 weeks", found.result
    steps = ", ".join(f"{name} {seconds:.2f} s" for name, seconds in told.steps.items())
    cpu_seconds = sum(told.steps.values())
    yield Row(what=what, result=told.seconds, unit="s", on=f"{told.on}; processor time: {steps}")
    yield Row(what=f"{what}: processor time", result=cpu_seconds, unit="s", on="of all cores")
    yield Row(what=f"{what}: peak memory", result=found.peak_mb, unit="MB", on="the facts included")


def make(path: str, items: int) -> None:
    """A database with so many items of 52 weeks and their signs of work."""
    with duckdb.connect(path) as made:
        facts.make(made, items, days=DAYS, items_a_person=ITEMS_A_PERSON)
        made.execute(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"))


def shared(items: int, path: str | None = None) -> Reckoned:
    """Effort, alignment and findings of facts that are in DuckDB already, step by step. `path`: where they are from."""
    known = _facts(items, path)
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
    found, _ = without_consequences(every_finding(known))
    watch.step("checks")
    graded(found, known)
    watch.step("severities")
    days = view.account.observed_days if view.account else 0.0
    return watch.reckoned(f"{signs:,} signs, {days:,.0f} person-days in a week, {len(found):,} findings")


def _facts(items: int, path: str | None) -> Facts:
    duckdb = _taken_in(items, path)
    snapshot = Snapshot(as_of=facts.AS_OF, digest="", tables={name: duckdb.table(name) for name in SCHEMAS})
    strategy = load_strategy(facts.strategy(OBJECTIVES), "strategy")
    rules = load_mappings(facts.mappings(RULES, objectives=OBJECTIVES), "mappings")
    many = facts.people_of(items, items_a_person=ITEMS_A_PERSON) if path else facts.people_of(items)
    people, day = _people(many), day_of(facts.AS_OF, zone=ZONE)
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
        effort_since=told_since(day, last_complete_week(facts.AS_OF, zone=ZONE)),
    )


def _taken_in(items: int, path: str | None) -> Backend:
    """The facts in memory: made there, or copied from a database."""
    backend: Backend = ibis.duckdb.connect(memory_limit=MEMORY_LIMIT)
    if path is None:
        facts.make(backend.con, items)
        backend.con.execute(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"))
        return backend
    backend.con.execute("SET enable_progress_bar = false")  # it goes to stdout
    backend.con.execute(f"ATTACH '{path}' AS made (READ_ONLY)")
    for name in SCHEMAS:
        backend.con.execute(f"CREATE TABLE {name} AS FROM made.{name}")
    backend.con.execute("DETACH made")
    return backend


def _people(many: int) -> People:
    """Everybody in one of the teams."""
    people = (
        {
            "id": f"p{number}",
            "teams": ({f"team-{number % TEAMS}": SINCE},),
            "accounts": {"jira": f"dev{number}", "github": f"dev{number}"},
        }
        for number in range(many)
    )
    teams = ({"id": f"team-{number}", "day_rate": 640.0} for number in range(TEAMS))
    return People.model_validate({"teams": tuple(teams), "people": tuple(people)})
