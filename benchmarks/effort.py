"""What effort and alignment cost once the facts are in memory, at about twenty signs of work an item."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter, process_time
from zoneinfo import ZoneInfo

import ibis
from ibis.backends.duckdb import Backend

from benchmarks import facts
from benchmarks.process import Spent, spent
from benchmarks.row import Row, Scale
from mappings.links import links
from mappings.load import load_mappings, load_people, load_strategy
from mappings.statuses import categories
from mappings.tag import tag
from sync.reconcile import judged
from sync.reconcile.alignment.reckoned import aligned
from sync.reconcile.facts import Facts
from sync.reconcile.periods import day_of, last_complete_week
from sync.reconcile.thresholds import Thresholds
from sync.snapshot import SCHEMAS, Snapshot

SMALL, MEDIUM, LARGE = 10_000, 100_000, 200_000
RULES, ZONE, TEAMS = 40, ZoneInfo("Europe/Berlin"), 5


@dataclass(frozen=True, kw_only=True)
class Shared:
    """How long it took, and each step of it."""

    seconds: float
    steps: Mapping[str, float]  #: seconds of processor time: what is left where other work keeps the machine busy
    signs: int  #: a person, a day and what it went to
    person_days: float


def measure(scale: Scale) -> Iterator[Row]:
    small, medium, large = ((items, spent(shared, items)) for items in map(scale.of, (SMALL, MEDIUM, LARGE)))
    for items, found in (small, medium, large):
        yield _row(items, found)
    yield Row(
        what="time of 200,000 items over that of 100,000",
        result=sum(large[1].result.steps.values()) / sum(medium[1].result.steps.values()),
        unit="x",
        on="of processor time",
    )


def _row(items: int, found: Spent[Shared]) -> Row:
    told = found.result
    steps = ", ".join(f"{name} {seconds:.2f} s" for name, seconds in told.steps.items())
    on = f"{told.signs:,} signs, {told.person_days:,.0f} person-days; processor time: {steps}; {found.peak_mb:,.0f} MB"
    return Row(what=f"{items:,} items", result=told.seconds, unit="s", on=on)


def shared(items: int) -> Shared:
    """Effort and alignment of facts that are in DuckDB already, step by step."""
    known = _facts(items)
    ledger, steps, began_s, cpu_s = known.ledger, {}, perf_counter(), process_time()

    def step(name: str) -> None:
        nonlocal cpu_s
        steps[name], cpu_s = process_time() - cpu_s, process_time()

    ledger.capacity.days.count().execute()
    step("capacity")
    ledger.subjects.served.count().execute()
    step("links and roots")
    signs = ledger.signals.told.count().execute()
    step("signals")
    ledger.present.count().execute()
    step("presence")
    ledger.split.shares.count().execute()
    step("split")
    ledger.spent.count().execute()
    step("by item")
    view = aligned(known, last_complete_week(facts.AS_OF, zone=ZONE), precision=None, config_version="")
    step("alignment")
    days = view.account.observed_days if view.account else 0.0
    return Shared(seconds=perf_counter() - began_s, steps=steps, signs=int(signs), person_days=days)


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
