"""What is new on the ground between two instants."""

from datetime import date
from typing import Any

from mappings.links import LINKS
from mappings.load import load_mappings, load_people, load_strategy
from mappings.tag import tag
from mappings.terrain import Terrain, ground, terrain
from tests.builders import table, tables

DAY = date(2026, 11, 20)
PEOPLE = load_people(
    "{teams: [{id: pay}], people: [{id: a, teams: [{pay: 2026-01-01}], accounts: {jira: member}}]}", "people"
)
OLD = {"key": "PAY-1", "type": "Bug", "status": "Open", "labels": ["cart"], "author": "jira:account:member"}
ACCOUNTS = [{"ref": "jira:account:member"}, {"ref": "jira:account:guest"}, {"ref": "jira:account:bot", "kind": "bot"}]


def surveyed(before: dict[str, Any], now: dict[str, Any]) -> Terrain:
    earlier, later = (tables(accounts=ACCOUNTS, **rows) for rows in (before, now))
    rules = load_mappings("rules: [{id: pay, when: {project: PAY}, objective: pay}]", "m")
    strategy = load_strategy("objectives: [{id: pay, name: Pay}]", "s")
    tags = tag(later, links=table(LINKS, []), strategy=strategy, mappings=rules, day=DAY).cache()
    seen, sees = (ground(each, people=PEOPLE, day=DAY) for each in (earlier, later))
    return terrain(seen, sees, later, tags)


def test_what_was_there_before_is_not_new() -> None:
    found = surveyed({"work_items": [OLD]}, {"work_items": [OLD, {**OLD, "key": "PAY-2"}]})
    assert (found.new, found.gone, found.unruled) == ((), (), ())


def test_each_kind_of_news_is_named_with_how_many_items_have_it() -> None:
    came = [
        {"key": "LAB-1", "type": "Idea", "status": "Doing", "labels": ["wild"], "author": "jira:account:guest"},
        {"key": "LAB-2", "type": "Idea", "status": "Doing", "author": "jira:account:bot"},
    ]
    found = surveyed({"work_items": [OLD]}, {"work_items": [OLD, *came], "repositories": [{"name": "acme/new"}]})
    assert [(*each.name[:1], *each.name[2:], each.items) for each in found.new] == [
        ("project", None, "LAB", 2),
        ("repository", None, "acme/new", 0),
        ("type", "LAB", "Idea", 2),
        ("status", "LAB", "Doing", 2),
        ("label", None, "wild", 1),
        ("account", None, "guest", 1),
    ]


def test_places_in_which_no_rule_leads_anywhere_are_told_whether_new_or_not() -> None:
    rows = {"work_items": [OLD, {"key": "LAB-1"}], "pull_requests": [{"key": "acme/shop#1"}]}
    assert [(each.name.name, each.items) for each in surveyed(rows, rows).unruled] == [("LAB", 1), ("acme/shop", 1)]


def test_a_project_that_is_not_there_any_more_is_gone() -> None:
    found = surveyed({"work_items": [OLD], "projects": [{"key": "OLD"}]}, {"work_items": [OLD]})
    assert [name.name for name in found.gone] == ["OLD"]
