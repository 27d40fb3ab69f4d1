"""The flow is the same on PostgreSQL as on DuckDB."""

from typing import Any

import ibis.expr.types as ir

from mappings.links import LINKS
from sync.reconcile.flow import flow
from sync.reconcile.thresholds import Thresholds
from sync.snapshot import Snapshot
from tests.builders import table
from tests.sync.reconcile.flows import WORKFLOW, Told, categories, change, snapshot, told, written

AS_OF = "2026-11-16T08:00Z"
DELIVERED = told("A 2026-11-02T09:00Z", "W 2026-11-03T09:00Z", "D 2026-11-05T09:00Z", created="2026-11-01T09:00Z")
ITEMS: dict[str, Told] = {
    "PAY-1": DELIVERED.but(resolution="Fixed"),
    "PAY-2": told("A 2026-11-02T09:00Z", "X 2026-11-03T09:00Z", "D 2026-11-05T09:00Z", created="2026-11-01T09:00Z"),
    "PAY-3": told("A 2026-11-02T09:00Z", "D 2026-11-02T09:02Z", "A 2026-11-02T09:04Z", created="2026-11-01T09:00Z"),
    "PAY-4": told(created="2026-11-01T09:00Z", status_id="D", resolved_us="2026-11-09T09:00Z", has_history=False),
    "PAY-5": DELIVERED.also(change("key", "LAB-1", "PAY-5", "2026-11-02T12:00Z")),
    "PAY-6": DELIVERED.but(status_id="A", updated_us="2026-11-06T09:00Z"),
    "acme/shop#1": Told(
        {
            "created_us": "2026-11-01T09:00Z",
            "status_id": "closed",
            "status_category": "done",
            "resolution": "not_planned",
        },
        [
            change("assignees", None, "dev", "2026-11-02T09:00Z"),
            change("status", "open", "closed", "2026-11-03T09:00Z"),
        ],
    ),
}


def flowed(facts: Snapshot, links: ir.Table, status_categories: ir.Table) -> list[dict[str, Any]]:
    told = flow(facts, links=links, status_categories=status_categories, thresholds=Thresholds())
    return told.items.to_pyarrow().to_pylist()


def test_postgresql_and_duckdb_agree(postgres: Any) -> None:
    work_items, changes = written(ITEMS)
    facts = snapshot(as_of=AS_OF, work_items=work_items, changes=changes)
    beside = {"links": table(LINKS, []), "status_categories": categories({"PAY": WORKFLOW, "LAB": WORKFLOW})}
    there = {
        name: postgres.create_table(f"fact_{name}", each.to_pyarrow(), temp=True) for name, each in facts.tables.items()
    }
    more = {name: postgres.create_table(name, each.to_pyarrow(), temp=True) for name, each in beside.items()}
    rows = flowed(Snapshot(as_of=facts.as_of, digest="", tables=there), **more)
    assert rows == flowed(facts, **beside)
    finished = {row["ref"].split(":", 2)[2] for row in rows if row["finished_us"]}
    assert finished == {*ITEMS} - {"PAY-3", "PAY-6"}
