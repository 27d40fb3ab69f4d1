"""How long 200 rules take over a million work items."""

from collections.abc import Iterator
from dataclasses import dataclass
from time import perf_counter

import ibis
from ibis.backends.duckdb import Backend

from benchmarks import facts
from benchmarks.process import spent
from benchmarks.row import Row, Scale
from mappings.conditions import attributes
from mappings.load import load_mappings
from mappings.match import first_match
from mappings.subjects import work_item_subjects
from sync.snapshot import SCHEMAS

ITEMS, RULES = 1_000_000, 200


@dataclass(frozen=True, kw_only=True)
class Matched:
    matched: int
    seconds: float


def measure(scale: Scale) -> Iterator[Row]:
    items = scale.of(ITEMS)
    found = spent(match, items)
    on = f"{items:,} items, {found.result.matched / items:.0%} of them matched; {found.peak_mb:,.0f} MB"
    yield Row(what=f"{RULES} rules", result=found.result.seconds, unit="s", on=on)


def match(items: int) -> Matched:
    """Matches the rules against facts that are in DuckDB already."""
    duckdb: Backend = ibis.duckdb.connect()
    facts.make(duckdb.con, items)
    tables = {name: duckdb.table(name) for name in SCHEMAS}
    conditions = tuple(load_mappings(facts.mappings(RULES), "mappings").conditions())
    began_s = perf_counter()
    matched = first_match(work_item_subjects(tables, attributes(conditions)), conditions).cache()
    seconds = perf_counter() - began_s
    return Matched(matched=matched.match.count().execute(), seconds=seconds)
