"""What is read from the flow is the same on PostgreSQL as on DuckDB."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import ibis.expr.types as ir

from mappings.calendars import Calendar
from sync.reconcile.ageing import ageing
from sync.reconcile.cumulative import cumulative, passages
from sync.reconcile.expectation import UNTOLD, expectation, samples
from sync.reconcile.periods import period, weeks_until
from sync.reconcile.reopened import reopen_rates
from sync.reconcile.survival_view import survival, watched
from sync.reconcile.weekly import flow_weeks, weekly
from sync.reconcile.weekly_ages import weekly_ages
from sync.reconcile.working_time import STANDARD, windows, with_working_time
from tests.builders import table
from tests.sync.reconcile.flows import flow_table, flowing, in_scopes

BERLIN = ZoneInfo("Europe/Berlin")
MARCH = period("2024-03", zone=BERLIN)
AS_OF = datetime(2024, 6, 1, tzinfo=UTC)
SINCE = datetime(2024, 1, 1, tzinfo=UTC)
WEEKS = weeks_until(MARCH.end_at, zone=BERLIN, count=5)
ROWS = [
    *(
        flowing(n, created=f"2024-02-{n:02}", started=f"2024-03-{n:02}", finished=f"2024-03-{2 * n:02}")
        for n in range(1, 15)
    ),
    *(flowing(n, created="2024-02-01", started=f"2024-02-{n:02}") for n in range(15, 20)),
    flowing(20, created="2024-02-01", finished="2024-03-30", flags=["no_history"]),
    flowing(21, created="2024-02-01", started="2024-03-01", finished="2024-03-31T23:30Z", outcome="discarded"),
]
ROWS = [row | {"first_reopened_us": row["first_finished_us"]} if n % 4 == 0 else row for n, row in enumerate(ROWS)]
RUNS = [
    {"ref": row["ref"], "category": "todo", "start_us": row["started_us"], "end_us": 2**60, "is_last": True}
    for row in ROWS
]
RUN = {"ref": "string", "category": "string", "start_us": "int64", "end_us": "int64", "is_last": "boolean"}


def told(flow: ir.Table, members: ir.Table, runs: ir.Table) -> dict[str, Any]:
    scopes, at = ["all", "checkout"], MARCH.end_at
    seen = watched(flow, members, at=at, look_back_days=182)
    sample = samples(flow, members, at=at, zone=BERLIN, weeks=13, since=SINCE)
    expected = expectation("all", sample.get("all", UNTOLD))
    spans = flow.select("ref", "cycle_us", calendar="category", start_us="started_us", end_us="finished_us")
    hours = {STANDARD: windows(Calendar(), zone=BERLIN, since=SINCE.date(), until=AS_OF.date())}
    return {
        "survival": {scope: survival(scope, each) for scope, each in seen.items()},
        "expectation": expected,
        "ageing": ageing(
            flow, runs, at=at, most=3, sample=sample["all"], expected_days=expected.value, curve=seen["all"].curve
        ),
        "cumulative": cumulative(flow, members, scopes=scopes, period=MARCH, as_of=AS_OF, since=SINCE),
        "passages": passages(flow, members, period=MARCH, as_of=AS_OF),
        "reopened": reopen_rates(flow, members, scopes=scopes, period=MARCH, as_of=AS_OF, days=30),
        "weekly": weekly(flow, members, weeks=WEEKS, since=SINCE).to_pyarrow().to_pylist(),
        "weeks": flow_weeks(flow, weeks=WEEKS, since=SINCE),
        "ages": weekly_ages(flow, weeks=WEEKS),
        "working": with_working_time(spans, hours).order_by("ref").to_pyarrow().to_pylist(),
    }


def test_postgresql_and_duckdb_agree(postgres: Any) -> None:
    here = {"flow": flow_table(*ROWS), "members": in_scopes(ROWS, *(("checkout", n, "0.3") for n in range(1, 20, 2)))}
    here["runs"] = table(RUN, RUNS)
    there = {name: postgres.create_table(name, each.to_pyarrow(), temp=True) for name, each in here.items()}
    ours, theirs = told(**here), told(**there)
    for name, each in ours.items():
        assert theirs[name] == each, name
    assert ours["expectation"].value == 13
    assert len(ours["ageing"]) == 3
