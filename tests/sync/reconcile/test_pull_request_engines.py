"""Rows and figures of pull requests, and lead times, are the same on PostgreSQL as on DuckDB."""

import gc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.types as ir
import pytest
from ruamel.yaml import YAML
from sqlalchemy.engine import make_url

from mappings.links import LINKS
from mappings.people import People
from mappings.strategy import Objective, Strategy
from mappings.tag import TAGS
from sync.reconcile.dora.leads import leads
from sync.reconcile.dora.shipping import BROUGHT
from sync.reconcile.dora.weekly import median_leads
from sync.reconcile.periods import period, weeks_until
from sync.reconcile.pull_requests import pull_requests
from sync.reconcile.pull_requests.members import counted_pulls, members
from sync.reconcile.pull_requests.pickup import waiting
from sync.reconcile.pull_requests.population import population, reviewers
from sync.reconcile.pull_requests.weekly import weekly
from sync.reconcile.span import Span
from sync.reconcile.thresholds import Thresholds
from sync.snapshot import Snapshot
from tests.builders import micros, table
from tests.sync.reconcile.pulls import Story, account, facts
from tests.sync.reconcile.ships import UTC, commit

CASES = YAML(typ="safe").load(Path(__file__).with_name("pull_requests.yml").read_text(encoding="utf-8"))
FILES = [("src/main.py", 40), ("poetry.lock", 400), ("third_party/x.c", 4)]
STRATEGY = Strategy(objectives=(Objective(id="checkout", name="Checkout"),))
PEOPLE = People()


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


def known() -> tuple[Snapshot, dict[str, ir.Table]]:
    """Every case of the rows, with files and a history, and what is said of them beside the facts."""
    stories = [Story(number, case["told"]) for number, case in enumerate(CASES, start=1)]
    for story in stories:
        story.pull |= {"additions": 400, "deletions": 44}
    files = [
        {"item_ref": story.ref, "id": path, "additions": lines, "deletions": 0}
        for story in stories
        for path, lines in FILES
    ]
    accounts = [*({"ref": account(name)} for name in ("ann", "bob", "cat")), {"ref": account("ci"), "kind": "bot"}]
    merged = [story for story in stories if "merge_sha" in story.pull]
    tags = [
        {"ref": story.ref, "kind": "pull_request", "outcome": "tagged", "objective": "checkout", "weight": 0.3}
        for story in stories
    ]
    linked = [{"item_ref": merged[0].ref, "class": "closes", "outcome": "resolved"}]
    brought = [
        {
            "service": "shop",
            "ref": "d1",
            "repository": "acme/shop",
            "sha": sha,
            "finished_us": micros("2024-05-20T00:00Z"),
        }
        for sha in (*(story.key for story in merged), commit("straight")["sha"])
    ]
    facts_ = facts(stories, accounts=accounts, changed_files=files, repository_commits=[commit("straight")])
    beside = {"links": table(LINKS, linked), "tags": table(TAGS, tags), "brought": table(BROUGHT, brought)}
    return facts_, beside


def reckoned(facts_: Snapshot, beside: dict[str, ir.Table]) -> list[Any]:
    """All that tables are asked for, in one order."""
    found = pull_requests(facts_, links=beside["links"], thresholds=Thresholds())
    pulls, span = counted_pulls(found.rows), Span(period=period("2024-05", zone=UTC), as_of=facts_.as_of)
    placed = members(pulls, facts_, beside["tags"], strategy=STRATEGY, people=PEOPLE, day=facts_.as_of.date()).cache()
    weeks = weeks_until(facts_.as_of, zone=UTC, count=12)
    shipped = leads(beside["brought"], facts_, found.rows).cache()
    curves = waiting(pulls, placed, at=facts_.as_of, look_back_days=182)
    return [
        found.rows.to_pyarrow().to_pylist(),
        population(pulls, placed, span),
        reviewers(found.said, placed, span),
        {scope: (seen.n, seen.open, list(seen.curve.risk_sets)) for scope, seen in curves.items()},
        weekly(pulls, weeks=weeks, first_us=0),
        shipped.order_by("change").to_pyarrow().to_pylist(),
        median_leads(shipped, weeks),
    ]


def test_postgresql_and_duckdb_agree(postgres: Any) -> None:
    facts_, beside = known()
    read = ("accounts", "repositories", "pull_requests", "reviews", "comments", "commits", "changes", "changed_files")
    there = {
        name: postgres.create_table(f"code_{name}", facts_[name].to_pyarrow(), temp=True)
        for name in (*read, "repository_commits")
    }
    more = {name: postgres.create_table(f"code_{name}", each.to_pyarrow(), temp=True) for name, each in beside.items()}
    rows, *rest = reckoned(Snapshot(as_of=facts_.as_of, digest="", tables=there), more)
    assert [rows, *rest] == reckoned(facts_, beside)
    assert {row["size"] for row in rows} == {40}
    assert sum(row["linked"] for row in rows) == 1
