"""What appeared on the ground during a period."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from mappings.links import LINKS
from mappings.load import load_mappings, load_strategy
from mappings.people import People
from mappings.tag import tag
from sync.reconcile.periods import day_of, period
from sync.reconcile.terrain import TerrainView, terrain_view
from sync.snapshot import Snapshot
from tests.builders import table, tables

AS_OF = datetime(2026, 11, 18, 8, tzinfo=UTC)
ZONE = ZoneInfo("Europe/Berlin")
OLD = {"key": "PAY-1", "type": "Bug", "status": "Open", "labels": ["cart"], "author": "jira:account:old"}


def looked_at(*items: dict[str, Any], **rows: Any) -> TerrainView:
    """Week 46, known on the Wednesday after."""
    accounts = [{"ref": f"jira:account:{name}"} for name in ("old", "guest")]
    built = tables(work_items=[OLD, *items], accounts=accounts, **rows)
    rules = load_mappings("rules: [{id: pay, when: {project: PAY}, objective: pay}]", "m")
    strategy = load_strategy("objectives: [{id: pay, name: Pay}]", "s")
    tags = tag(built, links=table(LINKS, []), strategy=strategy, mappings=rules, day=day_of(AS_OF, zone=ZONE))
    return terrain_view(
        Snapshot(as_of=AS_OF, digest="", tables=built),
        tables=built,
        tags=tags,
        people=People(),
        period=period("2026-W46", zone=ZONE),
    )


def idea(created: str, **more: Any) -> dict[str, Any]:
    return {"key": "LAB-1", "type": "Idea", "labels": ["cart", "wild"], "created_us": created, **more}


def test_a_name_is_new_when_its_first_item_came_in_the_period():
    found = looked_at(idea("2026-11-10T09:00Z", author="jira:account:guest"))
    assert [(seen.kind, seen.place, seen.name, seen.items) for seen in found.new] == [
        ("project", None, "LAB", 1),
        ("type", "LAB", "Idea", 1),
        ("label", None, "wild", 1),
    ]
    assert str(found.since_on) == "2026-11-09"


def test_accounts_are_counted_and_never_named():
    found = looked_at(idea("2026-11-10T09:00Z", author="jira:account:guest"))
    assert found.new_accounts == 1
    assert all("guest" not in seen.name for seen in found.new)


def test_what_came_before_or_after_the_period_is_not_new_in_it():
    assert looked_at(idea("2026-11-08T22:59Z")).new == ()
    assert looked_at(idea("2026-11-15T23:00Z")).new == ()


def test_a_place_that_went_out_of_sight_is_told():
    gone = [{"key": "OPS", "lost_us": "2026-11-12T09:00Z"}, {"key": "OLD", "lost_us": "2026-10-01T09:00Z"}]
    assert [seen.name for seen in looked_at(projects=gone).lost] == ["OPS"]


def test_a_place_in_which_nothing_is_tagged_has_no_rule_whenever_it_came():
    assert [seen.name for seen in looked_at(idea("2026-01-10T09:00Z")).unruled] == ["LAB"]
