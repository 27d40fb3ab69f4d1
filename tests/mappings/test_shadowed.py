"""Rules that can never win, and those that never match."""

from datetime import date

import pytest

from mappings.implication import implies
from mappings.links import links
from mappings.load import load_mappings
from mappings.shadowed import never_matching, shadowed_as_written, shadowed_in_facts, takes
from tests.builders import tables


def conditions(narrow: str, wide: str):
    text = f"rules: [{{id: n, when: {narrow}, objective: a}}, {{id: w, when: {wide}, objective: a}}]"
    return [rule.when for rule in load_mappings(text, "m").rules]


@pytest.mark.parametrize(
    ("narrow", "wide"),
    [
        ("{project: PAY}", "{project: PAY}"),
        ("{project: PAY, type: Bug}", "{project: PAY}"),
        ("{labels: cart}", "{labels: [cart, checkout]}"),
        ("{labels: [cart]}", "{labels: {in: [checkout, cart]}}"),
        ("{all: [{project: PAY}, {type: Bug}]}", "{type: [Bug, Incident]}"),
        ("{any: [{project: PAY}, {project: WEB}]}", "{project: [PAY, WEB]}"),
        ("{project: PAY}", "{any: [{project: PAY}, {type: Bug}]}"),
        ("{any: [{project: PAY}, {type: Bug}]}", "{any: [{type: [Bug, Task]}, {project: PAY}, {key: X-1}]}"),
        ("{points: {at_least: 5}}", "{points: {at_least: 3}}"),
        ("{due_on: {from: 2026-02-01, until: 2026-03-01}}", "{due_on: {until: 2026-04-01}}"),
        ("{title: {contains: basket is slow}}", "{title: {contains: basket}}"),
        ("{not: {type: [Bug, Task]}}", "{not: {type: Bug}}"),
        ("{fields: {Colour: Red, Size: L}}", "{fields: {Size: L}}"),
        ("{ancestor: {key: PAY-1, type: Epic}}", "{ancestor: {type: Epic}}"),
    ],
)
def test_what_is_stated_more_closely_is_taken_by_what_is_stated_more_widely(narrow, wide):
    assert implies(*conditions(narrow, wide))


@pytest.mark.parametrize(
    ("narrow", "wide"),
    [
        ("{project: PAY}", "{project: PAY, type: Bug}"),
        ("{labels: [cart, checkout]}", "{labels: cart}"),
        ("{points: {at_least: 3}}", "{points: {at_least: 5}}"),
        ("{points: {at_least: 3}}", "{points: {at_most: 5}}"),
        ("{any: [{project: PAY}, {type: Bug}]}", "{project: PAY}"),
        ("{not: {type: Bug}}", "{not: {type: [Bug, Task]}}"),
        ("{not: {title: x}}", "{not: {title: x, type: Bug}}"),  # a pull request has no type
        ("{ancestor: {type: Epic}}", "{linked: {type: Epic}}"),
        ("{title: {regex: basket}}", "{title: {regex: bask}}"),
    ],
)
def test_what_is_not_certain_is_not_said(narrow, wide):
    assert not implies(*conditions(narrow, wide))


RULES = """\
exempt:
  - {id: duty, when: {labels: duty}, reason: Duty}
rules:
  - {id: cart, when: {project: PAY, labels: cart}, objective: a}
  - {id: pay, when: {project: PAY}, objective: a}
  - {id: basket, when: {project: PAY, title: {contains: basket}}, objective: b}
  - {id: bug, when: {type: Bug}, objective: b}
  - {id: search, when: {labels: search}, objective: b}
  - {id: late, when: {project: PAY, type: Bug}, objective: b, from: 2020-01-01}
"""


def test_a_rule_that_an_earlier_one_takes_everything_from_is_told_by_how_it_is_written():
    found = list(map(str, shadowed_as_written(load_mappings(RULES, "mappings.yaml"))))
    assert found == [
        "mappings.yaml:6:10: 'basket' can never win: 'pay' on line 5 takes everything that it would; "
        "put it first, or take it out",
        "mappings.yaml:9:10: 'late' can never win: 'pay' on line 5 takes everything that it would; "
        "put it first, or take it out",
    ]


def test_an_earlier_rule_that_begins_later_leaves_the_past_to_the_later_one():
    rules = load_mappings(RULES.replace("{id: pay, ", "{id: pay, from: 2019-01-01, "), "m")
    assert [problem.message.split("'")[1] for problem in shadowed_as_written(rules)] == ["late"]


def test_what_the_facts_show_of_rules():
    items = [
        {"key": "PAY-1", "labels": ["cart"]},
        {"key": "PAY-2", "labels": ["duty"], "type": "Bug"},
        {"key": "WEB-1", "type": "Bug", "labels": ["duty"]},
    ]
    facts = tables(work_items=items, pull_requests=[{"key": "acme/shop#1", "labels": ["duty"]}])
    rules = load_mappings(RULES, "mappings.yaml")
    taken = takes(facts, links=links(facts, rules).cache(), mappings=rules, day=date(2026, 1, 1))
    assert [each.holds for each in taken] == [3, 1, 2, 0, 2, 0, 1]
    assert [problem.message for problem in shadowed_in_facts(rules, taken)] == [
        "'pay' wins nothing: all 2 that it would take go to others first: 'duty' 1, 'cart' 1",
        "'bug' wins nothing: all 2 that it would take go to others first: 'duty' 2",
        "'late' wins nothing: all 1 that it would take go to others first: 'duty' 1",
    ]
    assert list(map(str, never_matching(rules, taken))) == [
        "mappings.yaml:6:10: 'basket' matches nothing that was read",
        "mappings.yaml:8:10: 'search' matches nothing that was read",
    ]
