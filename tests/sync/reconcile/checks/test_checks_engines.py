"""Every check finds the same on PostgreSQL as on DuckDB, in the cases of all of them at once."""

from dataclasses import replace
from typing import Any

import ibis.expr.types as ir

from sync.reconcile.checks import every_finding
from sync.reconcile.facts import Facts, touched
from sync.reconcile.findings import Finding
from sync.reconcile.flow import Flow
from sync.reconcile.outlook import Prospects
from tests.sync.reconcile.checks.given import facts
from tests.sync.reconcile.checks.test_checks import CASES, told
from tests.sync.reconcile.checks.worlds import COMMON, together

MAPPINGS = """
rules:
  - {id: to-checkout, when: {labels: [checkout, cart]}, objective: checkout}
  - {id: to-back, when: {any: [{labels: back}, {components: [returns]}]}, objective: back}
  - {id: slow, when: {title: {contains: slow}}, objective: back}
  - {id: all-bugs, when: {type: Bug}, objective: checkout}
"""


def test_postgresql_and_duckdb_agree(postgres: Any) -> None:
    plain = [told(slug)[number]["given"] for slug, number in (param.values for param in CASES)]
    plain = [given for given in plain if not given.keys() & set(COMMON)]
    here = facts(**together(dict(enumerate(plain))), mappings=MAPPINGS, label_prefixes={"jira": "goal/"})
    found, other = said(every_finding(here)), moved(here, postgres)
    effort = postgres.create_table("check_effort", here.effort.to_pyarrow(), temp=True)
    vars(other).update(effort=effort, monthly=here.monthly, prospects=Prospects(facts=other))
    assert said(every_finding(other)) == found
    assert len({kind for _, kind, *_ in found}) >= 18


def said(findings: list[Finding]) -> list[tuple[Any, ...]]:
    return sorted((one.id, one.kind, one.severity, one.owner, one.unknown, one.title, one.evidence) for one in findings)


def moved(known: Facts, postgres: Any) -> Facts:
    """The same facts as tables of PostgreSQL."""

    def there(name: str, table: ir.Table) -> ir.Table:
        return postgres.create_table(f"check_{name}", table.to_pyarrow(), temp=True)

    tables = {name: there(name, table) for name, table in known.snapshot.tables.items()}
    snapshot, links = replace(known.snapshot, tables=tables), there("links", known.links)
    flowed = Flow(**{name: there(name, getattr(known.flowed, name)) for name in Flow.__dataclass_fields__})
    statuses = there("statuses_of", known.relations.categories)
    return replace(
        known,
        snapshot=snapshot,
        flowed=flowed,
        tags=there("tags", known.tags),
        links=links,
        touched=touched(snapshot, links, days=known.thresholds.touched_days),
        relations=replace(known.relations, snapshot=snapshot, flowed=flowed, links=links, categories=statuses),
    )
