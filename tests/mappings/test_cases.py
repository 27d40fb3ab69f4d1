"""The cases beside the rules."""

from datetime import date

from mappings.cases import run_cases
from mappings.load import load_mappings

MAPPINGS = """
rules:
  - id: cart
    when: {labels: [cart]}
    objective: checkout
    cases:
      - {item: {labels: [cart], title: Basket}, expect: checkout}
      - {item: {labels: [duty, cart]}, expect: on-call}
      - {item: {labels: [other]}, expect: null}
  - id: search
    when: {fields: {Colour: Red}, not: {type: Bug}}
    objectives: {growth: 0.5, trust: 0.25}
    cases:
      - {item: {fields: {Colour: [Blue, Red]}}, expect: {growth: 0.5, trust: 0.25}}
      - {item: {type: Bug, fields: {Colour: Red}}, expect: null}
  - id: later
    when: {title: {contains: Faster}, repository: acme/shop}
    objective: growth
    from: 2026-06-01
    cases:
      - {item: {kind: pull_request, repository: acme/shop, title: Faster}, expect: growth}
exempt:
  - {id: on-call, when: {labels: duty}, reason: Operations duty}
"""


def test_cases_that_hold_say_nothing():
    assert run_cases(load_mappings(MAPPINGS, "mappings.yaml"), day=date(2026, 6, 1)) == []


def test_a_case_that_fails_says_what_was_found_and_by_which_rule():
    shadowed = MAPPINGS.replace("rules:", "rules:\n  - {id: all, when: {title: {regex: '.'}}, objective: trust}")
    failures = run_cases(load_mappings(shadowed, "mappings.yaml"), day=date(2026, 6, 1))
    assert [str(failure.problem) for failure in failures] == [
        "mappings.yaml:8:9: expected checkout, found trust; the first that matches is 'all'",
        "mappings.yaml:22:9: expected growth, found trust; the first that matches is 'all'",
    ]
    assert failures[0].verdict.clause == "title: {regex: .}"


def test_a_rule_that_has_not_begun_takes_nothing():
    (failure,) = run_cases(load_mappings(MAPPINGS, "mappings.yaml"), day=date(2026, 5, 31))
    assert str(failure.problem) == "mappings.yaml:21:9: expected growth, found nothing; nothing matches"


def test_without_cases_there_is_nothing_to_fail():
    assert run_cases(load_mappings("{}", "mappings.yaml"), day=date(2026, 1, 1)) == []
