"""From facts to findings in one call, the same each time."""

import random
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from mappings.links import LINKS
from mappings.strategy import Objective, Strategy
from mappings.tag import TAGS
from sync.reconcile.periods import period
from sync.reconcile.reconciliation import Reconciliation, reconcile
from sync.reconcile.thresholds import Thresholds
from sync.snapshot import Snapshot
from tests.builders import ref_of, table, tables
from tests.sync.reconcile.flows import WORKFLOW, categories, change

AS_OF = datetime(2026, 11, 16, 8, tzinfo=UTC)
STRATEGY = Strategy(objectives=(Objective(id="checkout", name="Faster checkout", owner="payments"),))


def company() -> dict[str, list[dict[str, Any]]]:
    """Forty items of a project on the map, delivered over two weeks, and six of one that nobody mapped."""
    keys = [f"PAY-{n}" for n in range(40)]
    changes = []
    for n, key in enumerate(keys):
        begun, ended = f"2026-11-{1 + n % 5:02}T09:00Z", f"2026-11-{6 + n % 8:02}T{9 + n % 7:02}:00Z"
        moves = [change("status", "T", "A", begun, identity="1"), change("status", "A", "D", ended, identity="2")]
        changes += [{"item_ref": ref_of(key), "author": f"jira:account:{n}", **move} for move in moves]
    done = [
        {"key": key, "level": 0, "status_id": "D", "resolution": "Done", "created_us": "2026-10-20T09:00Z"}
        for key in keys
    ]
    begun = {"level": 0, "status_id": "A", "has_history": False, "created_us": "2026-11-02T09:00Z"}
    lost = [{"key": f"LAB-{n}", **begun} for n in range(6)]
    sources = [{"name": name, "type": name, "complete_us": AS_OF} for name in ("jira", "github")]
    return {"work_items": done + lost, "changes": changes, "sources": sources}


def tag(key: str) -> dict[str, Any]:
    ref = {"ref": ref_of(key), "kind": "work_item"}
    if key.startswith("LAB"):
        return {**ref, "outcome": "untagged"}
    return {**ref, "outcome": "tagged", "objective": "checkout", "weight": 1.0, "origin": "rule"}


def reconciled(rows: dict[str, list[dict[str, Any]]]) -> Reconciliation:
    return reconcile(
        Snapshot(as_of=AS_OF, digest="", tables=tables(**rows)),
        tags=table(TAGS, [tag(row["key"]) for row in rows["work_items"]]),
        links=table(LINKS, []),
        categories=categories({"PAY": WORKFLOW, "LAB": WORKFLOW}),
        strategy=STRATEGY,
        period=period("2026-W46", zone=ZoneInfo("Europe/Berlin")),
        thresholds=Thresholds(),
    )


@pytest.fixture(scope="module")
def found() -> Reconciliation:
    return reconciled(company())


def test_one_cause_is_one_finding_and_its_consequences_are_counted(found: Reconciliation) -> None:
    told = {(one.slug, one.subject_key) for one in found.findings}
    assert told == {("unmapped-territory", "LAB"), ("measureless-objective", "checkout")}
    assert found.suppressed == {"M01": 6}


def test_all_work_and_each_objective_have_the_same_figures(found: Reconciliation) -> None:
    ids = {scope: [one.id for one in found.figures if one.scope == scope] for scope in ("all", "checkout")}
    assert ids["all"] == ["coverage", *ids["checkout"]]
    throughput = {one.scope: one.value for one in found.figures if one.id == "throughput"}
    assert throughput == {"all": 25, "checkout": 25}
    assert [week.value for week in found.weeks["all"]][-3:] == [0, 15, 25]
    assert len(found.weeks["checkout"]) == 52


def test_the_same_facts_in_any_order_give_the_same_report(found: Reconciliation) -> None:
    rows = company()
    for told in rows.values():
        random.Random(7).shuffle(told)
    again = reconciled(rows)
    assert again.flow.to_pyarrow().equals(found.flow.to_pyarrow())
    for part in ("balances", "link_lines", "figures", "weeks", "findings", "suppressed", "notes"):
        assert getattr(again, part) == getattr(found, part)


def test_a_partial_period_says_so() -> None:
    rows = company()
    told = reconcile(
        Snapshot(as_of=datetime(2026, 11, 12, tzinfo=UTC), digest="", tables=tables(**rows)),
        tags=table(TAGS, [tag(row["key"]) for row in rows["work_items"]]),
        links=table(LINKS, []),
        categories=categories({"PAY": WORKFLOW, "LAB": WORKFLOW}),
        strategy=STRATEGY,
        period=period("2026-W46", zone=ZoneInfo("UTC")),
        thresholds=Thresholds(),
    )
    assert told.notes[0] == "Period 2026-W46 was not over: it enters no comparison."
    assert told.weeks["all"][-1].starts_on == date(2026, 11, 2)
