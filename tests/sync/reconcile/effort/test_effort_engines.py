"""Effort is the same, to the last digit, on PostgreSQL as on DuckDB."""

import gc
from collections.abc import Iterator
from dataclasses import replace
from functools import reduce
from operator import add
from typing import Any

import ibis
import pytest
from sqlalchemy.engine import make_url

from mappings.links import LINKS
from mappings.tag import TAGS
from sync.reconcile.effort.buckets import buckets
from sync.reconcile.effort.habits import habits
from sync.reconcile.effort.ledger import Ledger
from sync.reconcile.effort.population import Span, population
from sync.reconcile.effort.sensitivity import by_weights
from sync.reconcile.flow import flow
from sync.snapshot import Snapshot
from tests.builders import micros, ref_of, table
from tests.sync.reconcile.effort.worlds import (
    SINCE,
    change,
    code,
    comment,
    epic,
    item,
    ledger,
    person,
    pull,
    review,
    staffed,
    under,
    worklog,
)
from tests.sync.reconcile.flows import WORKFLOW, categories

WORLD = reduce(
    add,
    [
        staffed(
            person("ada", zone="Asia/Tokyo"),
            person("bo", fte=0.6, teams=[{"team": "crew", "from": SINCE.replace(day=1), "share": 0.7}]),
            person("cy"),
        ),
        epic("PAY-9"),
        item("PAY-1", **under("PAY-9")),
        item("PAY-2", status_id="A", assignees=["jira:account:cy"], **under("PAY-9")),
        item("WEB-1"),
        change("nobody", "PAY-2", "status", "T", "A", "2024-03-04T11:00Z"),
        *(code("ada", "PAY-1", f"2024-03-{day:02}T20:00Z") for day in (5, 6, 9)),
        *(comment("ada", "WEB-1", f"2024-03-{day:02}T09:00Z") for day in (5, 7, 11)),
        *(worklog("bo", "WEB-1", f"2024-03-{day:02}T09:00Z", 100) for day in (4, 5, 6)),
        *(comment("bo", "PAY-1", f"2024-03-{day:02}T09:00Z") for day in (5, 6)),
        pull("acme/shop#3", "PAY-1", "WEB-1", "PAY-2", by="cy"),
        *(review("bo", "acme/shop#3", f"2024-03-{day:02}T09:00Z") for day in (6, 7)),
        pull("acme/shop#4", by="cy", at="2024-03-08T09:00Z"),
    ],
)
TAGGED = [
    {"ref": ref_of("PAY-1"), "objective": "growth", "weight": 1 / 3, "origin": "rule"},
    {"ref": ref_of("PAY-1"), "objective": "checkout", "weight": 2 / 3, "origin": "rule"},
    {"ref": ref_of("WEB-1"), "objective": "growth", "weight": 0.7, "origin": "inherited"},
]
SPAN = Span(19_786, 19_800)


@pytest.fixture
def postgres(postgres_url: str) -> Iterator[Any]:
    url = make_url(postgres_url)
    where = {"host": url.host or url.query.get("host"), "port": url.port, "password": url.password}
    connection = ibis.postgres.connect(
        user=url.username, database=url.database, **{name: value for name, value in where.items() if value}
    )
    yield connection
    gc.collect()  # cached tables are dropped while their connection is still there
    connection.disconnect()


def told(known: Ledger, tags: Any) -> dict[str, Any]:
    led = buckets(tags)
    states = table({"bucket": "string", "day": "int64", "state": "string"}, _states())
    return {
        "effort": known.by_item.order_by("ref", "team", "day").to_pyarrow().to_pylist(),
        "pieces": population(known, led, states, SPAN).pieces,
        "habits": habits(known, SPAN, start_us=micros("2024-03-04T00:00Z"), until_us=micros("2024-03-18T00:00Z")),
        "weights": by_weights(known, led, states, SPAN),
    }


def _states() -> list[dict[str, Any]]:
    return [
        {"bucket": name, "day": day, "state": state}
        for name, state in (("growth", "current"), ("checkout", "closed"))
        for day in range(*SPAN)
    ]


def test_postgresql_and_duckdb_agree_to_the_last_digit(postgres: Any) -> None:
    here = ledger(WORLD)
    tags = table(TAGS, [{"kind": "work_item", "outcome": "tagged", "distance": 0, **row} for row in TAGGED])
    beside = {"links": table(LINKS, WORLD.links), "categories": categories({"PAY": WORKFLOW, "WEB": WORKFLOW})}
    there = {
        name: postgres.create_table(f"effort_{name}", each.to_pyarrow(), temp=True)
        for name, each in here.snapshot.tables.items()
    }
    more = {
        name: postgres.create_table(f"beside_{name}", each.to_pyarrow(), temp=True) for name, each in beside.items()
    }
    facts = Snapshot(as_of=here.snapshot.as_of, digest="", tables=there)
    flowed = flow(facts, links=more["links"], status_categories=more["categories"], thresholds=here.thresholds)
    elsewhere = replace(here, snapshot=facts, flow=flowed, links=more["links"])
    found = told(here, tags)
    assert told(elsewhere, postgres.create_table("effort_tags", tags.to_pyarrow(), temp=True)) == found
    assert {piece.tier for piece in found["pieces"]} == {1, 2, 3, None}
