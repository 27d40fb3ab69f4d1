"""Every check against the cases beside this file: what it is given, and what it finds.

A case gives snapshot tables by name, and in short: `tags` key → objective or outcome, `flow` key → instants, `links`
from a pull request's key to an item's key. Every work item is counted unless its level is below or above the standard.
"""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from ruamel.yaml import YAML

from mappings.links import LINKS
from mappings.strategy import Objective, Strategy
from mappings.tag import TAGS
from sync.reconcile.checks import discover
from sync.reconcile.facts import Facts, stale_sources, touched
from sync.reconcile.flow import Flow
from sync.reconcile.lost import lost_places
from sync.reconcile.thresholds import Thresholds
from sync.snapshot import Snapshot
from tests.builders import micros, ref_of, table, tables

AS_OF = datetime(2026, 11, 16, 8, tzinfo=UTC)  # a Monday
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
    "finished_us": "int64",
}
RUNS = {"item": "int64", "start_us": "int64", "end_us": "int64", "category": "string", "is_last": "boolean"}
OUTCOMES = ("exempt", "untagged", "unknown")
FOLDER = Path(__file__).parent


def cases() -> list[Any]:
    """Each case with the slug of its check, which is the name of its file."""
    return [
        pytest.param(file.stem.replace("_", "-"), case, id=f"{file.stem}: {case['name']}")
        for file in sorted(FOLDER.glob("*.yml"))
        for case in YAML(typ="safe").load(file.read_text(encoding="utf-8"))
    ]


@pytest.mark.parametrize(("slug", "case"), cases())
def test_a_case(slug: str, case: dict[str, Any]) -> None:
    found = discover()[slug].find(facts(**case["given"]))
    expected = [{"subject_key": said} if isinstance(said, str) else said for said in case["finds"]]
    asked = [list(said) for said in expected] or [["subject_key"]] * len(found)
    told = [{name: getattr(one, name) for name in names} for one, names in zip(found, asked, strict=False)]
    assert len(found) == len(expected), [one.subject_key for one in found]
    assert told == expected
    assert {one.slug for one in found} <= {slug}


@pytest.mark.parametrize("slug", discover())
def test_every_check_has_a_manual_and_cases_that_speak_and_are_silent(slug: str) -> None:
    check = discover()[slug]
    own = [param.values[1] for param in cases() if param.values[0] == slug]
    assert any(case["finds"] for case in own)
    assert any(not case["finds"] for case in own)
    manual = check.__doc__ or ""
    assert manual.startswith(f"{check.KIND} {slug.replace('-', ' ')}: ")
    for part in ("Definition: ", "Severity: ", "Evidence: ", "Suggested action: ", "Against false alarms: "):
        assert f"\n{part}" in manual


def facts(
    *,
    tags: dict[str, str] | None = None,
    flow: dict[str, dict[str, str]] | None = None,
    links: list[dict[str, str]] | None = None,
    thresholds: dict[str, Any] | None = None,
    **rows: list[dict[str, Any]],
) -> Facts:
    items, pulls = rows.get("work_items", []), rows.get("pull_requests", [])
    refs = {row["key"]: ref_of(row["key"]) for row in items}
    refs |= {row["key"]: ref_of(row["key"], kind="pull_request") for row in pulls}
    rows.setdefault("sources", [{"name": name, "complete_us": AS_OF} for name in ("jira", "github")])
    for change in rows.get("changes", []):
        change["item_ref"] = refs[change.pop("item")]
    snapshot = Snapshot(as_of=AS_OF, digest="", tables=tables(**rows))
    flowed = table(FLOW, [_flow(row, (flow or {}).get(row["key"], {})) for row in items if not row.get("level")])
    linked = table(LINKS, [_link(link, refs) for link in links or []])
    numbers = Thresholds(**thresholds or {})
    return Facts(
        snapshot=snapshot,
        flowed=Flow(
            items=flowed,
            numbers=table({"ref": "string", "item": "int64"}, []),
            numbered_runs=table(RUNS, []),
            numbered_blocks=table({name: RUNS[name] for name in ("item", "start_us", "end_us")}, []),
        ),
        tags=table(TAGS, [_tag(refs[key], (tags or {}).get(key, "checkout")) for key in refs]),
        links=linked,
        touched=touched(snapshot, linked, days=numbers.touched_days),
        stale=stale_sources(snapshot, hours=numbers.stale_after_hours),
        lost=lost_places(snapshot),
        strategy=STRATEGY,
        zone=ZoneInfo("Europe/Berlin"),
        thresholds=numbers,
    )


def _flow(row: dict[str, Any], told: dict[str, str]) -> dict[str, Any]:
    instants = {f"{name}_us": micros(at) for name, at in told.items() if name != "outcome"}
    outcome = told.get("outcome", "delivered" if "finished" in told else None)
    return {"ref": ref_of(row["key"]), "created_us": 0, "outcome": outcome, **instants}


def _tag(ref: str, said: str) -> dict[str, Any]:
    kind = ref.split(":")[1]
    if said in OUTCOMES:
        return {"ref": ref, "kind": kind, "outcome": said}
    return {"ref": ref, "kind": kind, "outcome": "tagged", "objective": said, "weight": 1.0, "origin": "rule"}


def _link(link: dict[str, str], refs: dict[str, str]) -> dict[str, Any]:
    """`from` and `to` are keys; a key that is not there is no such item."""
    target = refs.get(link["to"])
    sides = {"item_ref": refs[link["from"]], "to_key": link["to"], "to_ref": target}
    plain = {"class": "implements", "place": "title", "outcome": "resolved" if target else "no_such_item"}
    return {**plain, **sides, **{name: said for name, said in link.items() if name not in ("from", "to")}}
