"""User files: what is read from them, and every mistake with its place (mistakes.yml)."""

from datetime import date
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from mappings.crossing import cross_check
from mappings.load import Problems, json_schema, load_mappings, load_people, load_strategy, read
from mappings.people import People
from mappings.rules import Mappings
from mappings.strategy import Strategy

MISTAKES = YAML(typ="safe").load(Path(__file__).with_name("mistakes.yml").read_text())
LOADERS = {"strategy.yaml": load_strategy, "mappings.yaml": load_mappings, "people.yaml": load_people}

STRATEGY = """
from: 2026-01-01
vision: Every shop sells more through us
objectives:
  - id: checkout
    name: Faster checkout
    owner: payments
    class: strategic
    parent: growth
    state: [{current: 2026-01-01}, {closed: 2026-12-31}]
    plan: [{from: 2026-10-01, share: 0.40}]
    promised_on: 2026-12-15
    declared: [{on: 2026-11-20, status: on_track}]
    measures:
      - {id: conversion, unit: "%", baseline: 2.1, target: 3.0, due_on: 2026-12-31, cadence: weekly, lag_days: 14,
         readings: [{on: 2026-11-01, value: 2.4}]}
  - {id: growth, name: Growth}
"""
MAPPINGS = """
rules:
  - id: checkout-work
    when: {project: PAY, labels: [checkout, cart], title: {regex: "(?i)basket"}}
    objective: checkout
    from: 2026-01-01
    cases: [{item: {project: PAY, labels: [cart], title: Basket is slow}, expect: checkout}]
exempt: [{id: on-call, when: {labels: [on-call]}, reason: Operations duty}]
overrides: [{item: PAY-12, objective: growth, by: map keeper, on: 2026-11-20, reason: Agreed in the monthly review}]
cuts: [{item: PAY-12, pull_request: acme/shop#7, by: map keeper, on: 2026-11-20, reason: Another PAY-12}]
breakdowns: {kind: [{id: defect, when: {type: Bug}}]}
statuses:
  - {project: PAY, from: 2026-01-01, active: [In Progress], waiting: [In Review], done: [Done], commitment: [Selected]}
services:
  - {id: shop, repositories: [acme/shop], environment: production, incidents: {project: OPS, type: Incident},
     hotfix: {labels: [hotfix]}}
"""
PEOPLE = """
teams: [{id: payments, zone: Europe/Berlin, holidays: [2026-12-25], day_rate: 640}]
people: [{id: p1, teams: [{payments: 2026-01-01}], fte: 1.0, accounts: {jira: 5b10a, github: octo-dev},
          away: [{from: 2026-08-03, to: 2026-08-14}]}]
"""


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: f"{mistake['file']}: {mistake['text'][:30]!r}")
def test_every_mistake_is_told_at_once_with_its_place(mistake):
    with pytest.raises(Problems) as caught:
        LOADERS[mistake["file"]](mistake["text"], mistake["file"])
    assert [str(problem) for problem in caught.value.problems] == mistake["says"]


def test_the_documented_files_are_read():
    strategy = load_strategy(STRATEGY, "strategy.yaml")
    mappings = load_mappings(MAPPINGS, "mappings.yaml")
    people = load_people(PEOPLE, "people.yaml")
    assert [objective.id for objective in strategy.objectives] == ["checkout", "growth"]
    assert strategy.objectives[0].measures[0].readings[0].value == 2.4
    assert str(mappings.rules[0].when) == "project: PAY, title: {regex: (?i)basket}, labels: [checkout, cart]"
    assert mappings.rules[0].weights == {"checkout": 1.0}
    assert people.people[0].accounts == {"jira": "5b10a", "github": "octo-dev"}
    assert cross_check(strategy, mappings, people) == []


def test_mappings_say_whether_they_ask_about_custom_fields():
    def asks(when: str) -> bool:
        return load_mappings(f"exempt: [{{id: a, when: {when}, reason: r}}]", "mappings.yaml").asks_fields

    assert asks("{any: [{title: x}, {not: {fields: {Team: a}}}]}")
    assert not asks("{title: x}")


@pytest.mark.parametrize(("model", "text"), [(Strategy, STRATEGY), (Mappings, MAPPINGS), (People, PEOPLE)])
def test_the_schema_for_editors_takes_what_the_loader_takes(model, text):
    plain = YAML(typ="safe").load(text)
    jsonschema.validate(_as_json(plain), json_schema(model))


def _as_json(value):
    match value:
        case dict():
            return {key: _as_json(each) for key, each in value.items()}
        case list():
            return [_as_json(each) for each in value]
        case date():
            return value.isoformat()
        case _:
            return value


def test_what_one_file_names_and_another_lacks_is_told_where_it_is_named():
    strategy = load_strategy(STRATEGY.replace("owner: payments", "owner: pyments"), "strategy.yaml")
    text = MAPPINGS.replace("objective: checkout", "objective: chekout").replace("objective: growth", "objective: grow")
    mappings = load_mappings(text.replace("expect: checkout", "expect: chekcout"), "mappings.yaml")
    assert [str(problem) for problem in cross_check(strategy, mappings, load_people(PEOPLE, "people.yaml"))] == [
        "mappings.yaml:5:16: the strategy has no objective 'chekout'; did you mean 'checkout'?",
        "mappings.yaml:7:83: the strategy has no objective 'chekcout'; did you mean 'checkout'?",
        "mappings.yaml:9:39: the strategy has no objective 'grow'; did you mean 'growth'?",
        "strategy.yaml:7:12: no team has the id 'pyments'; did you mean 'payments'?",
    ]


def test_a_case_may_expect_an_exemption():
    text = "exempt: [{id: duty, when: {labels: x}, reason: r, cases: [{item: {labels: [x]}, expect: duty}]}]"
    assert cross_check(load_strategy("objectives: [{id: a, name: A}]", "s"), load_mappings(text, "m")) == []


TENFOLD = "\n".join(f"k{n}: &k{n} [{', '.join([f'*k{n - 1}'] * 10)}]" for n in range(1, 9))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (f"k0: &k0 [{'x, ' * 10}]\n{TENFOLD}", "stands for more than 100,000 values"),
        ("a: &a [*a]", "more than 30 deep"),
        ("a: " + "[" * 40 + "]" * 40, "more than 30 deep"),
        ("[" * 1_000, "more than 30 deep"),
        ("- a\n" * 100_000, "the file has 100,000 lines"),
        ("x" * 600_000, "the file has 600,000 characters"),
    ],
    ids=["aliases of aliases", "a list in itself", "deep lists", "unclosed lists", "many lines", "a long file"],
)
def test_a_file_that_would_take_too_much_is_refused(text, says):
    with pytest.raises(Problems, match=says):
        load_mappings(text, "mappings.yaml")


def test_an_alias_within_bounds_is_what_it_stands_for():
    text = "rules: [{id: a, when: &w {labels: x}, objective: o}, {id: b, when: *w, objective: o}]"
    first, second = load_mappings(text, "mappings.yaml").rules
    assert first.when == second.when


@settings(deadline=None)
@given(st.text(alphabet="rules:[]{}&*!-?|>'\"#% \nidwhen0\x00\t", max_size=60), st.sampled_from([Strategy, Mappings]))
def test_no_text_does_more_than_raise_problems(text, model):
    try:
        problems = read(text, "any.yaml", model) and ()
    except Problems as raised:
        problems = raised.problems
    assert all(problem.line >= 1 and problem.column >= 1 and problem.message for problem in problems)
