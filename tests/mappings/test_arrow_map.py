"""Apache Arrow's real records: how its pull requests name its work items, and what the example's rules make of both."""

import gzip
import json
import re
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from mappings.cases import run_cases
from mappings.crossing import cross_check
from mappings.links import links
from mappings.load import load_mappings, load_strategy
from mappings.tag import tag
from tests.builders import ref_of, tables
from tests.shared import shared

EXAMPLE = Path(__file__).parents[2] / "examples" / "arrow"
pytestmark = pytest.mark.real_data


def lines(path: Path) -> Iterator[dict]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        yield from map(json.loads, file)


def project_of(key: str) -> str:
    return re.sub(r"[-#]\d+$", "", key)


def work_item(issue: dict) -> dict:
    fields = issue["fields"]
    parent = fields.get("parent")
    return {
        "key": issue["key"],
        "url": f"https://issues.apache.org/jira/browse/{issue['key']}",
        "title": fields["summary"],
        "components": [component["name"] for component in fields["components"]],
        "fix_versions": [version["name"] for version in fields["fixVersions"]],
        "parent_ref": ref_of(parent["key"]) if parent else None,
    }


def pull_request(record: dict) -> dict:
    return {
        "key": f"apache/arrow#{record['number']}",
        "title": record["title"],
        "body": record["body"],
        "head": (record["head_label"] or "").partition("/")[2] or None,
        "merged_us": record["merged_at"],
    }


@pytest.fixture(scope="module")
def pulls():
    return list(lines(shared("data/arrow/git/apache__arrow-pull-requests.jsonl.gz")))


@pytest.fixture(scope="module")
def facts(pulls):
    issues = (issue for path in sorted(shared("data/arrow/jira").glob("ARROW-created-*")) for issue in lines(path))
    return tables(work_items=list(map(work_item, issues)), pull_requests=list(map(pull_request, pulls)))


@pytest.fixture(scope="module")
def mappings():
    return load_mappings((EXAMPLE / "mappings.yaml").read_text(encoding="utf-8"), "mappings.yaml")


@pytest.fixture(scope="module")
def strategy():
    return load_strategy((EXAMPLE / "strategy.yaml").read_text(encoding="utf-8"), "strategy.yaml")


@pytest.fixture(scope="module")
def found(facts, mappings):
    return links(facts, mappings).to_pyarrow().to_pylist()


def test_titles_name_arrows_items(found):
    """The numbers that the records' own description gives."""
    titles = [row for row in found if row["place"] == "title"]
    assert len({row["item_ref"] for row in titles if row["to_key"].startswith("ARROW-")}) == 4503
    assert len({row["item_ref"] for row in titles if row["outcome"] == "resolved"}) == 4442


def test_pull_requests_that_name_a_project_which_is_not_read_are_told_apart(found):
    unread = [row for row in found if row["outcome"] == "unread_project"]
    places = Counter(place for _, place in {(row["item_ref"], project_of(row["to_key"])) for row in unread})
    assert places == {"PARQUET": 31, "ursacomputing/benchmarks": 1, "vega/vega-lite": 1}


def test_issues_of_a_repository_that_is_read_are_not_unread(found):
    """GH-32747 and the like are Arrow's own issues on GitHub, to where its tracker moved; these records lack them."""
    lacking = {
        row["item_ref"] for row in found if project_of(row["to_key"]) == "apache/arrow" and row["place"] == "title"
    }
    assert len(lacking) == 80
    assert {row["outcome"] for row in found if row["item_ref"] in lacking and row["place"] == "title"} == {
        "no_such_item"
    }


def test_merged_pull_requests_without_a_key_in_the_title(found, pulls):
    named = {row["item_ref"] for row in found if row["place"] == "title"}
    merged = {ref_of(f"apache/arrow#{pull['number']}", kind="pull_request") for pull in pulls if pull["merged"]}
    assert len(merged - named) == 337


def test_no_key_of_a_standard_is_taken_for_a_project(found):
    trackers = {project_of(row["to_key"]) for row in found if "#" not in row["to_key"]}
    assert trackers == {"ARROW", "PARQUET"}


def test_the_examples_files_agree_and_their_cases_hold(mappings, strategy):
    assert cross_check(strategy, mappings) == []
    assert run_cases(mappings, day=date(2022, 12, 31)) == []


def test_every_item_and_pull_request_is_accounted_for_once(facts, mappings, strategy):
    found = links(facts, mappings)
    rows = (
        tag(facts, links=found, strategy=strategy, mappings=mappings, day=date(2022, 12, 31)).to_pyarrow().to_pylist()
    )
    outcomes = Counter(kind for kind, _, _ in {(row["kind"], row["ref"], row["outcome"]) for row in rows})
    assert outcomes == {"work_item": 10_891, "pull_request": 5_565}
    untagged = Counter(row["kind"] for row in rows if row["outcome"] == "untagged")
    assert untagged["work_item"] / 10_891 < 0.05
