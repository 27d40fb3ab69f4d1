"""Flow week by week, against a slow reading of metrics.md §0.8, §1.6 and §1.8 slice by slice."""

import random
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from mappings.people import People, Person, Team
from mappings.rows import as_table
from mappings.strategy import Objective, Strategy
from mappings.tag import TAGS
from sync.reconcile.periods import Period, instant, weeks_until
from sync.reconcile.stats import SMALLEST_SAMPLE, percentile
from sync.reconcile.weekly import flow_weeks, weekly
from sync.reconcile.weekly_ages import weekly_ages
from sync.reconcile.weekly_flow import weekly_flow
from tests.builders import micros, ref_of, table
from tests.sync.reconcile.flows import DAY_US, Row, flow_table, flowing, in_scopes, snapshot

BERLIN = ZoneInfo("Europe/Berlin")
SINCE = datetime(2024, 2, 1, tzinfo=UTC)
WEEKS = weeks_until(datetime(2024, 4, 20, tzinfo=UTC), zone=BERLIN, count=6)
FLAGS: list[list[str]] = [[], [], [], [], ["bulk_closed"], ["no_active"], ["no_history"]]


def company(count: int = 400) -> list[Row]:
    rng, rows = random.Random(5), []
    for number in range(count):
        created_us = micros(SINCE) + rng.randrange(70 * DAY_US)
        started_us = created_us + rng.randrange(5 * DAY_US) if rng.random() < 0.9 else None
        finished_us = started_us + rng.randrange(20 * DAY_US) if started_us and rng.random() < 0.8 else None
        flags = rng.choice(FLAGS)
        if "no_history" in flags:
            started_us = None
        told = (None if us is None else instant(us).isoformat() for us in (created_us, started_us, finished_us))
        outcome = rng.choice(["delivered"] * 5 + ["discarded"]) if finished_us else None
        row = flowing(number, **dict(zip(("created", "started", "finished"), told, strict=True)))
        rows.append(row | {"flags": flags, "outcome": outcome, "waiting_us": number})
    return rows


COMPANY = company()
HALVES = [("checkout", number, "0.5") for number in range(0, len(COMPANY), 3)]


@pytest.fixture(scope="module")
def told() -> dict[tuple[str, date], Row]:
    made = weekly(flow_table(*COMPANY), in_scopes(COMPANY, *HALVES), weeks=WEEKS, since=SINCE)
    rows = made.to_pyarrow().to_pylist()
    assert [(row["scope"], row["week"]) for row in rows] == sorted((row["scope"], row["week"]) for row in rows)
    return {(row["scope"], date(1970, 1, 1) + timedelta(days=row["week"])): row for row in rows}


@pytest.mark.parametrize(("scope", "rows", "weight"), [("all", COMPANY, 1), ("checkout", COMPANY[::3], 0.5)])
def test_every_week_of_a_scope(told: dict[tuple[str, date], Row], scope: str, rows: list[Row], weight: float) -> None:
    for week in WEEKS:
        row = told[scope, week.first_on]
        assert {name: row[name] for name in slowly(rows, week, weight)} == slowly(rows, week, weight)
    assert any(told[scope, week.first_on]["cycle_p50_us"] for week in WEEKS)


def test_all_work_alone_says_the_same(told: dict[tuple[str, date], Row]) -> None:
    for week in flow_weeks(flow_table(*COMPANY), weeks=WEEKS, since=SINCE):
        row = told["all", week.starts_on]
        for name in ("arrivals", "delivered", "discarded", "bulk_closed", "wip"):
            assert getattr(week, name) == row[name]
        for name in ("cycle_p50", "cycle_p85", "lead_p50", "lead_p85"):
            us = row[f"{name}_us"]
            assert getattr(week, f"{name}_days") == (None if us is None else us / DAY_US)
        assert (week.active_days, week.waiting_days) == (row["active_us"] / DAY_US, row["waiting_us"] / DAY_US)


def test_the_age_of_what_is_in_progress_at_the_end_of_each_week() -> None:
    """Nobody saw the first half any more after a day; too few are no week."""
    out_of_sight = micros(SINCE) + DAY_US
    rows = [row | {"lost_us": out_of_sight if number % 2 else None} for number, row in enumerate(COMPANY)]
    told = weekly_ages(flow_table(*rows), weeks=WEEKS)
    for week in WEEKS:
        end_us = micros(week.end_at)
        going = [row for row in rows if row["started_us"] is not None and row["started_us"] <= end_us]
        going = [row for row in going if row["finished_us"] is None or row["finished_us"] > end_us]
        ages = sorted(min(row["lost_us"] or end_us, end_us) - row["started_us"] for row in going)
        assert told[week.first_on] == percentile(ages, percent=85) / DAY_US
    assert weekly_ages(flow_table(*rows[:12]), weeks=WEEKS) == {}


def slowly(rows: list[Row], week: Period, weight: float) -> Row:
    start_us, end_us = micros(week.start_at), micros(week.end_at)
    done = [row for row in rows if row["finished_us"] is not None and start_us <= row["finished_us"] < end_us]
    counted = [row for row in done if "bulk_closed" not in row["flags"]]
    delivered = [row for row in counted if row["outcome"] == "delivered"]
    timed = [row for row in delivered if "no_active" not in row["flags"]]
    cycled = [row for row in timed if "no_history" not in row["flags"]]
    going = [row for row in rows if row["started_us"] is not None and row["started_us"] <= end_us]
    told: Row = {
        "arrivals": weight * sum(start_us <= row["created_us"] < end_us for row in rows),
        "delivered": weight * len(delivered),
        "discarded": weight * (len(counted) - len(delivered)),
        "bulk_closed": weight * (len(done) - len(counted)),
        "wip": weight * sum(row["finished_us"] is None or row["finished_us"] > end_us for row in going),
        "active_us": sum(row["active_us"] for row in cycled),
        "waiting_us": sum(row["waiting_us"] for row in cycled),
    }
    for name, sample in (("lead", timed), ("cycle", cycled), ("flow", cycled)):
        values = sorted(row[f"{name}_us"] for row in sample)
        told[f"{name}_n"] = len(values)
        for percent, least in SMALLEST_SAMPLE.items():
            told[f"{name}_p{percent}_us"] = percentile(values, percent=percent) if len(values) >= least else None
    return told


def test_what_happens_at_the_very_end_of_a_week() -> None:
    """Midnight belongs to the next week; yet the WIP of a week's end counts what is started then, not what is over."""
    midnight = "2024-04-08T00:00:00+02:00"
    rows = [flowing(1, started=midnight), flowing(2, created="2024-04-01", started="2024-04-03", finished=midnight)]
    weeks = {week.starts_on: week for week in flow_weeks(flow_table(*rows), weeks=WEEKS, since=SINCE)}
    before, after = weeks[date(2024, 4, 1)], weeks[date(2024, 4, 8)]
    assert (before.arrivals, before.delivered, before.wip) == (1, 0, 1)
    assert (after.arrivals, after.delivered, after.wip) == (1, 1, 1)


def test_nothing_is_known_before_the_first_item() -> None:
    rows = [flowing(1, created="2024-03-26", started="2024-03-27", finished="2024-04-02")]
    weeks = flow_weeks(flow_table(*rows), weeks=WEEKS, since=SINCE)
    assert [week.delivered for week in weeks] == [None, None, None, 0, 1, 0]
    assert [week.wip for week in weeks] == [None, None, None, 1, 0, 0]
    assert [week.cycle_p50_days for week in weeks] == [None] * 6


PEOPLE = People(
    teams=(Team(id="large"), Team(id="small")),
    people=tuple(Person(id=f"p{n}", accounts={"jira": f"dev{n}"}) for n in range(14)),
)
STRATEGY = Strategy(objectives=(Objective(id="checkout", name="Faster checkout"),))


def exported(team_of: dict[int, str], assignees: dict[int, list[int]]) -> list[dict[str, Any]]:
    """The slices of twelve items, one finished a day; of each its team, and who was on it."""
    rows = [
        flowing(n, created="2024-03-20", started="2024-03-25", finished=f"2024-04-{n + 1:02}", type="Bug")
        for n in range(12)
    ]
    items = [
        {"key": f"PAY-{n:03}", "assignees": [f"jira:account:dev{person}" for person in assignees[n]]} for n in range(12)
    ]
    accounts = [{"ref": f"jira:account:dev{n}"} for n in range(14)]
    tags = [
        {
            "ref": row["ref"],
            "kind": "work_item",
            "outcome": "tagged",
            "objective": "checkout",
            "weight": 1.0,
            "origin": "rule",
        }
        for row in rows[:3]
    ]
    teams = [{"ref": ref_of(f"PAY-{n:03}"), "team": team} for n, team in team_of.items()]
    told = weekly_flow(
        snapshot(as_of="2024-04-20T00:00Z", work_items=items, accounts=accounts),
        flow_table(*rows),
        tags=table(TAGS, tags),
        teams=as_table(teams, {"ref": "string", "team": "string"}),
        strategy=STRATEGY,
        people=PEOPLE,
        zone=BERLIN,
        least_group=5,
    )
    return told.to_pyarrow().to_pylist()


def test_a_team_is_shown_where_it_is_large_enough_and_its_parts_where_they_are() -> None:
    team_of = dict.fromkeys(range(7), "large") | dict.fromkeys((7, 8), "small")
    told = exported(team_of, {n: [n] for n in range(9)} | {9: [9, 10], 10: [11], 11: [12]})
    shown = {(row["scope"], row["team"], row["type"]) for row in told}
    assert shown == {
        *(("all", None, kind) for kind in (None, "Bug")),
        *(("checkout", None, kind) for kind in (None, "Bug")),
        *(("all", "large", kind) for kind in (None, "Bug")),
    }
    weeks = [row["week_on"] for row in told if (row["scope"], row["team"], row["type"]) == ("all", "large", "Bug")]
    assert weeks == ["2024-03-18", "2024-03-25", "2024-04-01", "2024-04-08"]


def test_a_team_beside_a_rest_of_few_is_not_shown() -> None:
    told = exported(dict.fromkeys(range(9), "large"), {n: [n] for n in range(12)})
    assert {row["team"] for row in told} == {None}
