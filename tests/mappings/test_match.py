"""What a condition asks, and for which things it holds (conditions.yml)."""

import json
from pathlib import Path

import ibis
import pytest
from ruamel.yaml import YAML

from mappings.conditions import attributes
from mappings.load import load_mappings
from mappings.match import first_match
from mappings.subjects import pull_request_subjects, work_item_subjects
from tests.builders import tables

CASES = YAML(typ="safe").load(Path(__file__).with_name("conditions.yml").read_text())


def conditions(*whens: object):
    """The conditions that these are the plain data of."""
    rules = [f"{{id: r{number}, objective: o, when: {json.dumps(when)}}}" for number, when in enumerate(whens)]
    return [rule.when for rule in load_mappings(f"rules: [{', '.join(rules)}]", "mappings.yaml").rules]


@pytest.fixture(scope="module")
def things():
    names = ("pull_requests", "accounts", "fields")
    return tables(work_items=CASES["items"], **{name: CASES[name] for name in names})


@pytest.mark.parametrize("case", CASES["holds"], ids=lambda case: str(case["when"]))
def test_a_condition_holds_for_these_and_no_others(things, case):
    asked = conditions(case["when"])
    subjects = (kind(things, attributes(asked)) for kind in (work_item_subjects, pull_request_subjects))
    matches = [first_match(each, asked).inner_join(each.select("ref", "key"), "ref") for each in subjects]
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
