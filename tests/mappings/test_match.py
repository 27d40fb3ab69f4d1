"""What a condition asks, and for which things it holds (conditions.yml)."""

import json
import re
from datetime import date
from pathlib import Path

import ibis
import pytest
from ruamel.yaml import YAML

from mappings.cases import HAS
from mappings.conditions import OF_CODE, RELATIONS, attributes, relations
from mappings.links import LINKS
from mappings.load import load_mappings, load_people
from mappings.match import first_match
from mappings.subjects import pull_request_subjects, related_items, work_item_subjects
from tests.builders import table, tables

CASES = YAML(typ="safe").load(Path(__file__).with_name("conditions.yml").read_text())


def conditions(*whens: object):
    """The conditions that these are the plain data of."""
    written = [re.sub(r'"(\d{4}-\d\d-\d\d)"', r"\1", json.dumps(when, default=str)) for when in whens]
    rules = [f"{{id: r{number}, objective: o, when: {when}}}" for number, when in enumerate(written)]
    return [rule.when for rule in load_mappings(f"rules: [{', '.join(rules)}]", "mappings.yaml").rules]


@pytest.fixture(scope="module")
def things():
    names = ("pull_requests", "accounts", "fields", "changed_files", "stated_links", "sprints")
    return tables(work_items=CASES["items"], **{name: CASES[name] for name in names})


PEOPLE = load_people(
    """
    teams: [{id: payments}, {id: web}]
    people:
      - {id: p1, teams: [{web: 2025-01-01}, {payments: 2026-01-01}], accounts: {github: "1", jira: payments lead}}
      - {id: p2, teams: [{web: 2026-01-01}, {payments: 2027-01-01}], accounts: {jira: "2"}}
    """,
    "people.yaml",
)


@pytest.mark.parametrize("case", CASES["holds"], ids=lambda case: str(case["when"]))
def test_a_condition_holds_for_these_and_no_others(things, case):
    asked = conditions(case["when"])
    told = {"people": PEOPLE, "day": date(2026, 11, 20)}
    items, pulls = (kind(things, attributes(asked), **told) for kind in (work_item_subjects, pull_request_subjects))
    links = table(LINKS, CASES["links"])
    related = {name: related_items(things, links, name, items) for name in relations(asked)}
    matches = [
        first_match(each, asked, related, has=has).inner_join(each.select("ref", "key"), "ref")
        for each, has in ((items, RELATIONS), (pulls, OF_CODE))
    ]
    rows = ibis.union(*(each.select("key", "match") for each in matches)).to_pyarrow().to_pylist()
    assert sorted(row["key"] for row in rows if row["match"] == 0) == sorted(case["for"])


def test_the_first_of_several_conditions_counts(things):
    asked = conditions({"type": "Story"}, {"labels": "cart"}, {"project": "PAY"})
    rows = first_match(work_item_subjects(things), asked).to_pyarrow().to_pylist()
    matches = {row["ref"].rsplit(":", 1)[1]: row["match"] for row in rows}
    assert matches == {"PAY-1": 1, "PAY-2": 0, "PAY-3": 1, "WEB-1": None, "acme/shop#7": 1}


def test_without_conditions_nothing_matches(things):
    rows = first_match(work_item_subjects(things), []).to_pyarrow().to_pylist()
    assert {row["match"] for row in rows} == {None}


@pytest.mark.parametrize(
    ("kind", "subjects"), [("work_item", work_item_subjects), ("pull_request", pull_request_subjects)]
)
def test_a_case_can_be_asked_what_a_real_one_can(things, kind, subjects):
    columns = set(subjects(things, HAS[kind]).columns)
    assert columns >= HAS[kind] - {"linked", "ancestor", "fields"}
    others = frozenset().union(*HAS.values()) - HAS[kind]
    assert not columns & others - {"fields"}
