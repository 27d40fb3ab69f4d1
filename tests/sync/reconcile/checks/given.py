"""What a check is given, told in a few words.

Beside the snapshot's tables by name: `tags` key → objective, outcome, or columns of the tag (of several a list);
`flow` key → instants and category; `links` from a pull request's key to an item's key; `strategy`, `mappings` and
`people` as the text of the file; `parents` key → key; `blocked` key → since when. Every work item is counted unless its
level is another than the standard one, or `counted: false` stands in its flow; `known: false` leaves out its history.
What is reckoned of all work is told too: `effort` as lines of item, team, day and person-days, `monthly` as its record,
`forecasts` objective → columns of its forecast.
"""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from mappings.links import LINKS
from mappings.load import load_mappings, load_people, load_strategy
from mappings.statuses import STATUSES
from mappings.strategy import Objective, Strategy
from mappings.tag import TAGS
from sync.reconcile.alignment.monthly import Monthly
from sync.reconcile.backtest import judged
from sync.reconcile.days import number_of
from sync.reconcile.facts import Facts, stale_sources, touched
from sync.reconcile.flow import Flow
from sync.reconcile.forecast import Forecast, When
from sync.reconcile.lost import lost_places
from sync.reconcile.outlook import Prospects
from sync.reconcile.relations import Relations
from sync.reconcile.thresholds import Thresholds
from sync.snapshot import Snapshot
from tests.builders import CREATED_AT, micros, ref_of, table, tables

AS_OF = datetime(2026, 11, 16, 8, tzinfo=UTC)  # a Monday
ZONE = ZoneInfo("Europe/Berlin")
STRATEGY = Strategy(
    objectives=(
        Objective(id="checkout", name="Faster checkout", owner="payments"),
        Objective(
            id="paused", name="Later", owner="web", state=({"current": date(2026, 1, 1)}, {"paused": date(2026, 10, 1)})
        ),
        Objective(
            id="closed",
            name="Done with",
            owner="web",
            state=({"paused": date(2026, 9, 1)}, {"closed": date(2026, 10, 1)}),
        ),
        Objective(id="back", name="Back again", state=({"closed": date(2026, 9, 1)}, {"current": date(2026, 10, 1)})),
    )
)
FLOW = {
    "ref": "string",
    "category": "string",
    "outcome": "string",
    "created_us": "int64",
    "started_us": "int64",
    "last_active_us": "int64",
    "committed_us": "int64",
    "finished_us": "int64",
    "flags": "array<string>",
}
EFFORT = {"ref": "string", "team": "string", "day": "int64", "effort": "decimal(38, 12)"}
DEFAULT = "checkout"  #: the objective of what nothing is said of
MONTH = date(2026, 10, 1)  #: the last complete one
RUNS = {"item": "int64", "start_us": "int64", "end_us": "int64", "category": "string", "is_last": "boolean"}
INSTANTS = ("committed", "started", "last_active", "finished")
OUTCOMES = ("exempt", "untagged", "unknown")

Row = dict[str, Any]


def facts(
    *,
    tags: Row | None = None,
    flow: dict[str, Row] | None = None,
    links: list[Row] | None = None,
    parents: dict[str, str] | None = None,
    blocked: dict[str, str] | None = None,
    thresholds: Row | None = None,
    strategy: str | None = None,
    mappings: str = "",
    people: str = "",
    categories: list[Row] | None = None,
    label_prefixes: dict[str, str] | None = None,
    effort: list[Row] | None = None,
    monthly: Row | None = None,
    forecasts: dict[str, Row] | None = None,
    **rows: list[Row],
) -> Facts:
    items, pulls = rows.get("work_items", []), rows.get("pull_requests", [])
    refs = {row["key"]: ref_of(row["key"]) for row in items}
    refs |= {row["key"]: ref_of(row["key"], kind="pull_request") for row in pulls}
    rows = _complete(rows, items, refs, parents or {})
    snapshot = Snapshot(as_of=AS_OF, digest="", tables=tables(**rows))
    flowed, linked = (
        _flowed(items, flow or {}, blocked or {}),
        table(LINKS, [_link(link, refs) for link in links or []]),
    )
    numbers = Thresholds(**{name: tuple(n) if isinstance(n, list) else n for name, n in (thresholds or {}).items()})
    told = load_people(people, "people.yaml")
    made = Facts(
        snapshot=snapshot,
        flowed=flowed,
        tags=table(TAGS, [row for key in refs for row in _tags(refs[key], (tags or {}).get(key, DEFAULT), refs)]),
        links=linked,
        touched=touched(snapshot, linked, days=numbers.touched_days),
        stale=stale_sources(snapshot, hours=numbers.stale_after_hours),
        lost=lost_places(snapshot),
        strategy=load_strategy(strategy, "strategy.yaml") if strategy else STRATEGY,
        zone=ZONE,
        thresholds=numbers,
        relations=Relations(
            snapshot=snapshot,
            flowed=flowed,
            links=linked,
            categories=table(STATUSES, [{"source": "jira", **row} for row in categories or []]),
            people=told,
            zone=ZONE,
        ),
        people=told,
        mappings=load_mappings(mappings, "mappings.yaml"),
        label_prefixes=label_prefixes or {},
    )
    spent = table(EFFORT, [_effort(line, refs) for line in effort or []])
    month = msgspec.convert({"first_on": MONTH, **(monthly or {})}, Monthly)
    vars(made).update(effort=spent, monthly=month, prospects=_prospects(made, forecasts or {}))
    return made


def _effort(line: Row, refs: dict[str, str]) -> Row:
    return {
        "ref": refs[line["item"]],
        "team": line["team"],
        "day": number_of(line["on"]),
        "effort": Decimal(str(line["days"])),
    }


def _prospects(made: Facts, told: dict[str, Row]) -> Prospects:
    """What is said of forecasts; nothing is known of the objectives of which nothing is said."""
    found = Prospects(facts=made)
    named = [each.id for each in made.strategy.objectives]
    vars(found).update(_forecasts={name: _forecast(told.get(name, {"reason": "no_data"})) for name in named})
    return found


def _forecast(told: Row) -> Forecast:
    sample = {"remaining": 10, "weeks": 12, "delivered": 24, "horizon_weeks": 4}
    when = {"growing": When(), "fixed": When(), "back_test": judged(()), "hidden": False}
    return Forecast(**{**sample, **when, **told})


def _complete(
    rows: dict[str, list[Row]], items: list[Row], refs: dict[str, str], parents: dict[str, str]
) -> dict[str, list[Row]]:
    """The rows with refs in the place of keys; all sources fresh where nothing else is said."""
    rows.setdefault("sources", [{"name": name, "complete_us": AS_OF} for name in ("jira", "github")])
    for row in items:
        if row["key"] in parents:
            row["parent_ref"] = refs.get(parents[row["key"]], f"jira:work_item:{parents[row['key']]}")
    for name in (
        "changes",
        "comments",
        "reviews",
        "commits",
        "remote_links",
        "stated_links",
        "worklogs",
        "changed_files",
    ):
        for row in rows.get(name, []):
            if "item" in row:
                row["item_ref"] = refs[row.pop("item")]
            if "to" in row:
                row["to_ref"] = refs[row.pop("to")]
    return rows


def _flowed(items: list[Row], told: dict[str, Row], blocked: dict[str, str]) -> Flow:
    counted = [row for row in items if not row.get("level") and told.get(row["key"], {}).get("counted", True)]
    rows = [_flow(row, told.get(row["key"], {})) for row in counted]
    numbers = {row["ref"]: number for number, row in enumerate(rows)}
    known = [row for row in counted if told.get(row["key"], {}).get("known", True)]
    runs = [_run(numbers[ref_of(row["key"])], row, told.get(row["key"], {})) for row in known]
    blocks = [
        {"item": numbers[ref_of(key)], "start_us": micros(at), "end_us": micros(AS_OF)} for key, at in blocked.items()
    ]
    return Flow(
        items=table(FLOW, rows),
        numbers=table({"ref": "string", "item": "int64"}, [{"ref": ref, "item": n} for ref, n in numbers.items()]),
        numbered_runs=table(RUNS, runs),
        numbered_blocks=table({name: RUNS[name] for name in ("item", "start_us", "end_us")}, blocks),
    )


def _flow(row: Row, told: Row) -> Row:
    instants = {f"{name}_us": micros(at) for name, at in told.items() if name in INSTANTS}
    outcome = told.get("outcome", "delivered" if "finished" in told else None)
    created_us = micros(row.get("created_us", CREATED_AT))
    state = {"category": _category(told), "outcome": outcome}
    return {"ref": ref_of(row["key"]), "created_us": created_us, "flags": [], **state, **instants}


def _run(number: int, row: Row, told: Row) -> Row:
    """The last run: it began at `since`, else when the item was finished, started or created."""
    began = told.get("since") or told.get("finished") or told.get("started") or row.get("created_us", 0)
    start_us = began if isinstance(began, int) else micros(began)
    return {"item": number, "start_us": start_us, "end_us": micros(AS_OF), "category": _category(told), "is_last": True}


def _category(told: Row) -> str:
    if "category" in told:
        return str(told["category"])
    return "done" if "finished" in told else "active" if "started" in told else "todo"


def _tags(ref: str, said: Any, refs: dict[str, str]) -> list[Row]:
    return [_tag(ref, each, refs) for each in (said if isinstance(said, list) else [said])]


def _tag(ref: str, said: str | Row, refs: dict[str, str]) -> Row:
    kind = ref.split(":")[1]
    if said in OUTCOMES:
        return {"ref": ref, "kind": kind, "outcome": said}
    columns = {"objective": said} if isinstance(said, str) else said
    columns = {name: refs.get(value, value) if name == "via_ref" else value for name, value in columns.items()}
    plain = {"outcome": "tagged", "weight": 1.0, "origin": "rule", "rule": "some", "distance": 0}
    return {"ref": ref, "kind": kind, **plain, **columns}


def _link(link: dict[str, str], refs: dict[str, str]) -> Row:
    """`from` and `to` are keys; a key that is not there is no such item."""
    target = refs.get(link["to"])
    sides = {"item_ref": refs[link["from"]], "to_key": link["to"], "to_ref": target}
    plain = {"class": "implements", "place": "title", "outcome": "resolved" if target else "no_such_item"}
    return {**plain, **sides, **{name: said for name, said in link.items() if name not in ("from", "to")}}
